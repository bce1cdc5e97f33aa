"""What is called enough is enough: in simulated truth the statement is false in at most 5 % of all runs.

Every truth lies where a mistake is easiest: a later case gains just above delta. Values are paired by common random
numbers, a common part and one of the case's own, normal or skewed.
"""

import numpy as np
import pytest

from robocell.experiments.results.claims import GAIN_RISK
from robocell.experiments.results.equivalence import (
    FEWEST,
    gain,
    gain_bounds,
    look_of,
    looks,
    mean_bounds,
    replications_needed,
    risk_of_look,
)
from robocell.experiments.results.verdicts import Verdict, verdicts

from ..daily import daily, each_once

DELTA = 0.01
JUST_ABOVE = 1 + 1.02 * DELTA
CLAIMS = 2  # of a sweep of one line: what is enough, and what is best
RISK = risk_of_look(GAIN_RISK, 1) / CLAIMS
NOISE = {
    "normal": lambda generator, shape: generator.normal(size=shape),
    "skewed to the right": lambda generator, shape: generator.exponential(size=shape) - 1,
    "skewed to the left": lambda generator, shape: 1 - generator.exponential(size=shape),
    "very skewed": lambda generator, shape: generator.lognormal(-0.5 * np.log(2), np.sqrt(np.log(2)), shape) - 1,
    "very skewed to the left": lambda generator, shape: (
        1 - generator.lognormal(-0.5 * np.log(2), np.sqrt(np.log(2)), shape)
    ),
}
TRUTHS = {  # true means, and the spread of each case's own noise
    "a gain that is all noise": ([100, 100 * JUST_ABOVE], [0.0, 1.0]),
    "a plateau just above delta": ([60, 100, *[100 * JUST_ABOVE] * 3], [1.0] * 5),
    "only the last one is better": ([100, 100, 100, 100 * JUST_ABOVE], [1.0] * 4),
    "every step is just above delta": ([100 * JUST_ABOVE**step for step in range(4)], [0.3] * 4),
    "unequal spreads": ([100, *[100 * JUST_ABOVE] * 3], [0.1, 0.1, 1.0, 3.0]),
}


def verdict(values, *, fit=None, **rules) -> Verdict:
    """The verdict on all cases of values (n, S), in this order."""
    line = range(values.shape[1])
    (found,) = verdicts(values, [line], fit=[True] * len(line) if fit is None else fit, **rules)
    return found


def drawn(generator, kind, truth, n, runs):
    """(runs, n, S) values of a KPI in many runs of an experiment."""
    means, own = TRUTHS[truth]
    common = 3.0 * NOISE[kind](generator, (runs, n, 1))
    return np.array(means) + common + np.array(own) * NOISE[kind](generator, (runs, n, len(means)))


@pytest.mark.parametrize("n", daily(4, 10, of=[2, 4, 10]))
@pytest.mark.parametrize(*each_once(truth=list(TRUTHS), kind=list(NOISE)))
def test_enough_is_false_in_at_most_5_of_100_runs(truth, kind, n):
    means = np.array(TRUTHS[truth][0])
    gains = [means[place + 1 :].max(initial=0) / means[place] - 1 for place in range(len(means))]
    runs, false = 250, 0
    for values in drawn(np.random.default_rng(n), kind, truth, n, runs):
        found = verdict(values, risk=RISK, delta=DELTA, greater_is_better=True).enough
        false += found is not None and gains[found] >= DELTA
    assert false <= 0.05 * runs


@pytest.mark.parametrize(*each_once(kind=list(NOISE), n=[4, 10]))
def test_a_single_gain_just_above_delta_is_taken_for_less_in_at_most_5_of_100_runs(kind, n):
    values = drawn(np.random.default_rng(1), kind, "a gain that is all noise", n, 20_000)
    _, _, high = gain_bounds(values[..., 0], values[..., 1], RISK, greater_is_better=True)
    assert np.mean(high < DELTA) <= 0.04
    not_proved_better = values[..., 1].mean(axis=1) - values[..., 0].mean(axis=1) < 3
    assert np.mean(not_proved_better) > 0.5, "the old rule would have been wrong in most runs"


@pytest.mark.parametrize("kind", NOISE)
def test_looking_again_and_again_does_not_add_up_to_more(kind):
    sizes = [n for n in looks(4) if n <= 50]
    values = drawn(np.random.default_rng(2), kind, "a gain that is all noise", sizes[-1], 10_000)
    ever = np.zeros(len(values), bool)
    for look, n in enumerate(sizes, start=1):
        risk = risk_of_look(GAIN_RISK, look) / CLAIMS
        _, _, high = gain_bounds(values[:, :n, 0], values[:, :n, 1], risk, greater_is_better=True)
        ever |= high < DELTA
    assert np.mean(ever) <= 0.05


def test_less_is_better_for_lead_times():
    generator = np.random.default_rng(3)
    times = np.array([50.0, 30.0, 29.9]) + 3 * generator.normal(size=(30, 1)) + 0.1 * generator.normal(size=(30, 3))
    found = verdict(times, risk=RISK, delta=DELTA, greater_is_better=False)
    assert (found.enough, found.worse, found.clear) == (1, {0}, True)
    assert verdict(-times, risk=RISK, delta=DELTA, greater_is_better=True).enough == 1


def test_the_statement_comes_when_there_is_enough_to_say_it():
    generator = np.random.default_rng(4)
    values = np.array([60.0, 100.0, 100.2, 100.1]) + generator.normal(size=(40, 1))
    values = values + 0.5 * generator.normal(size=(40, 4))
    early = verdict(values[:4], risk=RISK, delta=DELTA, greater_is_better=True)
    assert (early.enough, early.clear) != (1, True)
    found = verdict(values, risk=RISK, delta=DELTA, greater_is_better=True)
    assert (found.enough, found.clear) == (1, True)
    assert 0 < found.highest < DELTA


def test_a_case_far_behind_is_not_doubted_and_no_claim_is_made_about_it():
    generator = np.random.default_rng(8)
    values = np.array([90.0, 100.0, 100.0, 100.0, 100.0]) + 3 * generator.normal(size=(4, 5))
    found = verdict(values, risk=RISK / 4, delta=DELTA, greater_is_better=True)
    assert (0 in found.behind, 0 in found.worse) == (True, False)
    assert found.doubt is not None
    assert found.doubt.place > 0


def test_equal_values_prove_nothing_before_there_are_four():
    values = np.ones((10, 3))
    few = verdict(values[: FEWEST - 1], risk=RISK, delta=DELTA, greater_is_better=True)
    assert few.enough is None
    assert few.doubt is not None
    assert verdict(values[:FEWEST], risk=RISK, delta=DELTA, greater_is_better=True).enough == 0


def test_an_unfit_fleet_is_not_enough_and_a_possibly_unfit_one_is_in_doubt():
    values = np.array([50.0, 100.0, 100.0]) + np.random.default_rng(5).normal(size=(10, 1))
    rules = {"risk": RISK, "delta": DELTA, "greater_is_better": True}
    assert verdict(values, **rules, fit=[True, True, True]).enough == 1
    unfit = verdict(values, **rules, fit=[True, False, False])
    assert (unfit.enough, unfit.doubt) == (None, None)
    unknown = verdict(values, **rules, fit=[True, None, True])
    assert unknown.enough is None
    assert unknown.doubt is not None
    assert (unknown.doubt.place, unknown.doubt.rival) == (1, None)


def test_a_failed_trial_costs_its_pair_only():
    case, other = np.array([10.0, 11.0, 12.0, 13.0, np.nan]), np.array([20.0, 22.0, 24.0, np.nan, 26.0])
    found = gain(case, other, RISK, greater_is_better=True)
    assert (found.n, found.mean) == (3, pytest.approx(1.0))
    assert gain(case[:1], other[:1], RISK, greater_is_better=True).high == np.inf
    assert gain(np.zeros(5), np.ones(5), RISK, greater_is_better=True).high == np.inf


def test_bounds_hold_on_both_sides_of_a_skewed_mean():
    for kind in NOISE:
        values = NOISE[kind](np.random.default_rng(6), (20_000, 10))
        low, high = mean_bounds(values, 0.025)
        missed = 0.07 if "very" in kind else 0.05
        assert np.mean(high < 0) <= missed
        assert np.mean(low > 0) <= missed
    student = mean_bounds(np.array([1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]), 0.05)
    assert student[0] <= 1.34 - 0.24  # Law (2015), example 4.26: the t interval lies inside
    assert student[1] >= 1.34 + 0.23


def test_looks_are_the_same_whatever_the_budget_and_share_one_risk():
    assert looks(4)[:6] == [4, 6, 9, 13, 19, 28]
    assert looks(1)[0] == FEWEST
    assert [look_of(n, 4) for n in (3, 4, 5, 6, 8, 9)] == [(1, 3), (1, 4), (1, 4), (2, 6), (2, 6), (3, 9)]
    assert sum(risk_of_look(0.05, look) for look in range(1, 10_000)) < 0.05


def test_the_forecast_of_replications_is_about_right():
    generator = np.random.default_rng(7)
    case = 100 + generator.normal(size=4000)
    other = case + 0.2 + generator.normal(size=4000)
    found = gain(case[:6], other[:6], RISK, greater_is_better=True)
    exact = gain(case, other, RISK, greater_is_better=True)
    typical = type(found)(exact.mean, found.low, found.high, exact.spread, 6, RISK)
    needed = replications_needed(typical, DELTA, first=4, look=2)
    assert needed is not None
    clear = [
        verdict(np.stack([case, other], 1)[k : k + needed], risk=RISK / 6, delta=DELTA, greater_is_better=True).clear
        for k in range(0, 4000 - needed, needed)
    ]
    assert 0.3 < np.mean(clear) < 0.98
    assert replications_needed(typical, exact.mean, first=4, look=2) is None, "no number tells what is at the edge"
