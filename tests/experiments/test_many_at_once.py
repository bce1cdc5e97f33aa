"""What is computed of many cases at once is, to the bit, what the definition says of each case alone.

The definitions stand here, one case at a time, as the literature writes them.
"""

import hashlib
import math

import numpy as np
import pandas as pd
import pytest
from fakes import line
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy.special import stdtr, stdtrit

from robocell.environments.scenario import Scenario
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.keys import set_key
from robocell.experiments.design.trials import canonical, trial_id
from robocell.experiments.results.csv_text import csv_parts
from robocell.experiments.results.equivalence import FEWEST, gain, gains
from robocell.experiments.results.overload import DEGREES_PER_RUN, UNNOTICED, Load, loads
from robocell.experiments.results.statistics import (
    INTERVALS,
    paired_rows,
    skew_interval,
    skewness,
    skewness_error,
    spread,
    t_interval,
)
from robocell.experiments.results.verdicts import ALONE, verdicts

KINDS = ("normal", "long", "counts", "same", "zero", "holes", "none", "one")
MANY = st.integers(0, 2**32 - 1)


def drawn(seed: int, cases: int, n: int) -> np.ndarray:
    """(cases, n) values of KPIs: skewed, equal, zero, and with replications that have none."""
    rng = np.random.default_rng(seed)
    values = 50 + 20 * rng.random((cases, 1)) + rng.normal(size=(cases, n))
    for row, kind in zip(values, rng.choice(KINDS, size=cases), strict=True):
        match kind:
            case "long":
                row[:] = np.exp(2 * rng.normal(size=n))
            case "counts":
                row[:] = rng.integers(0, 3, size=n)
            case "same":
                row[:] = 0.1
            case "zero":
                row[:] = 0.0
            case "holes":
                row[rng.random(n) < 0.4] = np.nan
            case "none":
                row[:] = np.nan
            case "one":
                row[1:] = np.nan
    return values


def bound(values: np.ndarray, risk: float, side: float) -> float:
    """The bound of the mean of values (n,) on one side: the wider of Student's t and Hall's."""
    n, mean, deviation = values.size, values.mean(), values.std(ddof=1)
    deviation = 0.0 if deviation <= 1e-12 * abs(mean) else deviation
    t = stdtrit(n - 1, 1 - risk)
    wide = -side * t
    if n > 2 and deviation:
        a = ((values - mean) ** 3).sum() * n / ((n - 1) * (n - 2)) / np.asarray(deviation) ** 3 / math.sqrt(n)
        bent = wide if abs(a) <= 1e-9 else 3 * (np.cbrt(1 + a * (wide - a / 6)) - 1) / a
        wide = min(wide, bent) if side > 0 else max(wide, bent)
    return float(mean - wide * (deviation / math.sqrt(n)))


def gain_alone(case: np.ndarray, other: np.ndarray, risk: float) -> tuple[float, float, float, int]:
    """Mean and bounds of one gain, and its replications."""
    both = np.isfinite(case) & np.isfinite(other)
    case, other = case[both], other[both]
    if case.size < 2 or case.mean() == 0:
        return math.nan, -math.inf, math.inf, case.size
    ratio = other.mean() / case.mean()
    residuals = (other - ratio * case) / abs(case.mean())
    mean = np.sign(case.mean()) * (ratio - 1.0)
    return mean, mean + bound(residuals, risk, -1.0), mean + bound(residuals, risk, 1.0), case.size


@given(MANY, st.integers(1, 12))
def test_gains_of_many_pairs_are_those_of_each(seed, n):
    one, two = drawn(seed, 6, n), drawn(seed + 1, 6, n)
    risks = np.random.default_rng(seed).uniform(1e-4, 0.1, size=(2, 6))
    mean, low, high, count = gains(one, two, risks, greater_is_better=True)
    for row, (case, other) in enumerate(zip(one, two, strict=True)):
        for place, risk in enumerate(risks[:, row]):
            expected = gain_alone(case, other, risk)
            assert (count[row], *np.array(expected[:3]).tolist()) == pytest.approx(
                (expected[3], mean[row], low[place, row], high[place, row]), rel=1e-12, abs=1e-12, nan_ok=True
            )
            found = gain(case, other, risk, greater_is_better=True)
            alone = (found.mean, found.low, found.high, found.n)
            assert_array_equal(alone, (mean[row], low[place, row], high[place, row], count[row]))


def verdict_alone(values: np.ndarray, risk: float, delta: float, fit: list[bool | None]):
    """`enough`, `worse`, `behind`, place and rival of the doubt, and `highest` for one line of values (n, S)."""
    places = range(values.shape[1])

    def later(place: int, share: float) -> dict[int, tuple[float, float, float, int]]:
        found = {}
        for other in places[place + 1 :]:
            each = gain(values[:, place], values[:, other], share, greater_is_better=True)
            found[other] = (each.mean, each.low, each.high, each.n)
        return found

    together = [later(place, risk / max(len(places) - 1 - place, 1)) for place in places]
    apart = [later(place, ALONE) for place in places]
    highest = [max((high for _, _, high, _ in found.values()), default=-math.inf) for found in together]
    worse, behind = (
        {place for place in places if fit[place] is False or any(low > delta for _, low, _, _ in found[place].values())}
        for found in (together, apart)
    )
    enough = None
    for place in reversed(places[:-1]):
        known = all(n >= FEWEST for *_, n in together[place].values())
        if fit[place] is not True or not known or not highest[place] < delta:
            break
        enough = place
    undecided = [place for place in places[: len(places) - 1 if enough is None else enough] if place not in behind]
    doubt = (undecided[0], None) if undecided else None
    for place in undecided:
        rival = max(together[place], key=lambda other: together[place][other][2])
        if not highest[place] < delta or together[place][rival][3] < FEWEST:
            doubt = (place, rival)
            break
    return enough, worse, behind, doubt, -math.inf if enough is None else highest[enough]


@given(MANY, st.integers(2, 12), st.lists(st.integers(2, 5), max_size=4), st.integers(1, 20))
def test_the_verdicts_of_many_lines_are_those_of_each(seed, n, sizes, at_once):
    rng = np.random.default_rng(seed)
    values = drawn(seed, sum(sizes), n)
    if rng.random() < 0.5:
        values = np.sort(values, axis=0)
    lines = np.split(rng.permutation(sum(sizes)), np.cumsum(sizes)[:-1]) if sizes else []
    fit: list[bool | None] = rng.choice(np.array([True, True, False, None], dtype=object), size=sum(sizes)).tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("robocell.experiments.results.verdicts.PAIRS_AT_ONCE", at_once)
        found = verdicts(
            values.T, [line.tolist() for line in lines], risk=0.01, delta=0.02, greater_is_better=True, fit=fit
        )
    assert len(found) == len(lines)
    for each, cases in zip(found, lines, strict=True):
        expected = verdict_alone(values[cases].T, 0.01, 0.02, [fit[case] for case in cases])
        doubt = None if each.doubt is None else (each.doubt.place, each.doubt.rival)
        assert (each.enough, each.worse, each.behind, doubt, each.highest) == expected


@given(MANY, st.integers(1, 12))
def test_the_loads_of_many_cases_are_those_of_each(seed, n):
    demand, growth, error = (np.abs(drawn(seed + part, 8, n)) for part in range(3))
    met = np.where(np.isnan(demand), np.nan, 0.9)
    found = loads(demand, met, growth, error, overload_risk=0.01, served=0.5, served_risk=0.01)
    for row, each in enumerate(found):
        known = np.isfinite(demand[row]) & np.isfinite(growth[row]) & np.isfinite(error[row]) & (demand[row] > 0)
        if not known.any():
            assert each is None
            continue
        asked, grown, course = (column[row][known] for column in (demand, growth, error))
        many = asked.size
        between = grown.std(ddof=1) if many > 1 else 0.0
        deviation = max(math.sqrt((course**2).mean()), between) / math.sqrt(many)
        low = grown.mean() - stdtrit(DEGREES_PER_RUN * many, 0.99) * deviation
        over = bool(low > UNNOTICED * asked.mean())
        high = bound(grown / asked, 0.01, 1.0) if many > 1 else math.inf
        keeps_up = False if over else True if high < 0.5 else None
        assert each == Load(asked.mean(), met[row][known].mean(), grown.mean(), over, keeps_up)


def paired_alone(a: np.ndarray, b: np.ndarray, kind: str) -> list[float]:
    """n, both means, the difference, its interval, p and the effect of paired values (n,)."""
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    n, size = a.size, np.maximum(np.abs(a), np.abs(b))
    if not n:
        return [0, *[math.nan] * 7]
    differences = np.where(np.abs(b - a) <= 1e-12 * size, 0.0, b - a)
    mean = float(differences.mean())
    if n > 1 and differences.std() <= 1e-12 * size.max():
        differences = np.full(n, mean)
    low, high = INTERVALS[kind](differences)
    p = effect = math.nan
    if n > 1 and spread(differences) == 0:
        p, effect = (1.0, 0.0) if mean == 0 else (2.0 ** (1 - n), math.copysign(math.inf, mean))
        if p > 0.05:
            low, high = min(mean, 0.0), max(mean, 0.0)
    elif n > 1:
        ratio, skew = abs(float(differences.mean())) / spread(differences), skewness(differences)
        tail = float(stdtr(n - 1, -ratio * np.sqrt(n)))
        if kind != "t" and n > 2 and abs(skew) > skewness_error(n):
            skew = math.copysign(1.0, differences.mean()) * skew
            straight = ratio + skew * ratio**2 / 3 + skew**2 * ratio**3 / 27 + skew / (6 * n)
            tail = max(tail, float(stdtr(n - 1, -straight * np.sqrt(n))))
        p, effect = min(1.0, 2 * tail), mean / spread(differences)
    return [n, a.mean(), b.mean(), mean, low, high, p, effect]


@given(MANY, st.integers(1, 12), st.sampled_from(["skew", "t", "bootstrap"]))
def test_the_differences_of_many_pairs_are_those_of_each(seed, n, kind):
    one, two = drawn(seed, 8, n), drawn(seed + 1, 8, n)
    two[:2] = one[:2] + 1
    found = paired_rows(one, two, INTERVALS[kind])
    for row, each in enumerate(found):
        assert_array_equal(list(each.values()), paired_alone(one[row], two[row], kind))


def test_intervals_by_name_are_functions_of_rows():
    assert (INTERVALS["skew"], INTERVALS["t"]) == (skew_interval, t_interval)


@given(
    st.lists(st.floats() | st.sampled_from([0.0, -0.0, 1e-4, 1e-5, 1e16, 1e15, 5e-324, 0.1 + 0.2]), max_size=20),
    st.text(st.characters(codec="utf-8"), max_size=5),
    st.booleans(),
)
@example(values=[0.0], text="\n", flag=False)
def test_a_table_in_parts_is_the_text_that_pandas_writes(values, text, flag):
    size = len(values)
    columns = {
        "name": np.array([f"{text}{place}" for place in range(size)], dtype=object),
        "n": np.arange(size),
        "flag": np.full(size, flag),
        "value": np.array(values, dtype=float),
    }
    frame = pd.DataFrame(columns)
    parts = [{name: column[part] for name, column in columns.items()} for part in (slice(3), slice(3, None))]
    assert b"".join(csv_parts(parts)) == frame.to_csv(index=False, lineterminator="\n").encode()


@given(st.text(max_size=20), st.integers(0, 2**63))
def test_the_id_of_a_trial_is_a_hash_of_canonical_json(case, seed):
    assert trial_id(case, seed) == hashlib.blake2b(canonical([case, seed]).encode(), digest_size=10).hexdigest()


def swept(grid: dict[str, list[object]], **changes: object) -> Experiment:
    cell = {"operations": {"work": {"distribution": "uniform", "low": "5s", "high": "15s"}}}
    scenario = line() | {"stations": {"cell": cell, "other": cell}} | changes
    return Experiment.parse({"scenario": scenario, "sweep": {"grid": grid}, "replications": 1})


def test_cases_share_the_sections_that_they_have_in_common():
    cases = swept({"stations.cell.machines": [1, 2], "stations.cell.input_capacity": [3, 4]}).cases
    first, second, third, _ = [case.scenario for case in cases]
    assert first.stations["other"] is third.stations["other"]
    assert first.stations["cell"] is not second.stations["cell"]
    assert first.stations["cell"].operations["work"] is second.stations["cell"].operations["work"]
    assert first.orders is third.orders


@pytest.mark.parametrize(
    "grid",
    [
        {"stations.cell.machines": [1, 2], "orders.rate": ["20/h", "30/h"], "seed": [1, 2]},
        {"stations.cell.operations.work": ["5s", {"distribution": "constant", "value": "6s"}, {"part": "7s"}]},
        {"stations.cell.operations.work.low": ["5s", "6s"], "stations.cell.operations.work.high": ["15s", "16s"]},
        {"stations.cell": [{"operations": {"work": "5s"}}, {"operations": {"work": "5s"}, "scrap_rate": 0.1}]},
        {"products.part.routing": [["work"], ["work", "work"]], "horizon": ["1h", "2h"]},
        {"orders": [{"kind": "poisson", "rate": "20/h"}, {"kind": "conwip", "wip": 3}], "drain": [True, False]},
        {"stations.cell.scrap_rate": [0, 0.0001, 0.5], "stations.cell.machines": [1, 2]},
    ],
)
def test_a_case_that_shares_sections_is_the_scenario_that_its_data_say(grid):
    experiment = swept(grid)
    for case in experiment.cases:
        data = dict(experiment.scenario)
        for key, value in case.settings.items():
            data = set_key(data, key, value)
        alone = Scenario.parse(data)
        assert case.scenario == alone
        assert case.scenario.model_dump_json(by_alias=True) == alone.model_dump_json(by_alias=True)


@pytest.mark.parametrize("name", ["quickstart", "fleet_sizing", "unmanned"])
def test_a_case_of_a_shipped_config_is_the_scenario_that_its_data_say(name):
    experiment = Experiment.load(name)
    for case in experiment.cases:
        data = dict(experiment.scenario)
        for key, value in case.settings.items():
            data = set_key(data, key, value)
        assert case.scenario == Scenario.parse(data)
