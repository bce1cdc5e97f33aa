"""Intervals hold the mean as often as the documentation says; differences are told from 0 only where they are clear."""

import re
from pathlib import Path

import numpy as np
import pytest
from fakes import NOISE

from robocell.experiments.results.statistics import (
    INTERVALS,
    holm,
    paired,
    rarest,
    skew_interval,
    skewness,
    skewness_error,
    t_interval,
)

TEXT = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text()


def coverage(interval: str, noise: str, n: int, samples: int) -> float:
    """Share of intervals that hold the mean, 0."""
    drawn = NOISE[noise](np.random.default_rng(1), (samples, n))
    return float(np.mean([low <= 0 <= high for low, high in map(INTERVALS[interval], drawn)]))


def documented() -> dict[tuple[str, str, int], float]:
    """The coverage table of docs/experiments.md: (interval, noise, n) -> share."""
    cell = r" (0\.\d+|none) \|"
    return {
        (interval, noise, n): float(share)
        for noise, interval, *shares in re.findall(rf"^\| ([\w ]+) \| `(\w+)` \|{4 * cell}$", TEXT, re.M)
        for n, share in zip((4, 5, 10, 20), shares, strict=True)
        if share != "none"
    }


@pytest.mark.parametrize(
    ("noise", "n", "least"), [("normal", 4, 0.945), ("exponential", 10, 0.92), ("lognormal", 10, 0.89)]
)
def test_skew_intervals_cover_the_mean_more_often_than_t_intervals(noise, n, least):
    found = coverage("skew", noise, n, 1500)
    assert found >= least
    assert found >= coverage("t", noise, n, 1500)
    assert found == pytest.approx(documented()["skew", noise, n], abs=0.02)


@pytest.mark.slow
def test_the_documented_coverage_is_measured():
    table = documented()
    assert {interval for interval, _, _ in table} == set(INTERVALS)
    for (interval, noise, n), share in table.items():
        assert coverage(interval, noise, n, 10_000) == pytest.approx(share, abs=0.012), (interval, noise, n)


def test_no_interval_covers_an_event_that_was_never_observed():
    calm = np.array([100.0, 101.0, 99.5, 100.5])
    assert t_interval(calm) == skew_interval(calm), "no skew is found in what is there"
    assert [rarest(n) for n in (4, 10, 20, 59)] == [53, 26, 14, 5]
    assert (1 - 0.05) ** 59 < 0.05, "so many replications miss something that strikes one in twenty"


def test_a_skew_interval_is_longer_on_the_side_of_the_tail_and_never_narrower_than_t():
    generator = np.random.default_rng(2)
    for n in (2, 3, 4, 10, 30):
        values = generator.exponential(size=n)
        (low, high), (t_low, t_high) = skew_interval(values), t_interval(values)
        assert low <= t_low
        assert high >= t_high
        if abs(skewness(values)) > skewness_error(n):
            assert (high - values.mean() > values.mean() - low) == (skewness(values) > 0)


def test_equal_values_have_no_skew_and_an_interval_of_no_width():
    values = np.full(7, 0.1 + 0.2)
    assert skew_interval(values) == pytest.approx((0.3, 0.3), abs=1e-15)
    assert skewness(values) == 0.0


@pytest.mark.parametrize("interval", ["skew", "t"])
def test_the_interval_leaves_out_0_where_p_is_below_5_percent(interval):
    generator = np.random.default_rng(3)
    for _ in range(300):
        values = generator.exponential(size=generator.integers(2, 15)) - generator.random()
        found = paired(np.zeros(values.size), values, INTERVALS[interval])
        assert (found["low"] > 0 or found["high"] < 0) == (found["p"] < 0.05)


def test_means_that_differ_by_a_unit_in_the_last_place_do_not_differ():
    a = np.array([0.3, 1.1, 59.81, 1e6])
    b = np.nextafter(a, np.inf)
    found = paired(a, b)
    assert (found["difference"], found["low"], found["high"], found["p"], found["effect"]) == (0, 0, 0, 1, 0)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_a_few_equal_differences_may_be_chance(n):
    """Counts of parts differ by whole numbers: two replications agree in their difference easily."""
    found = paired(np.full(n, 0.3), np.full(n, 0.3) + 1)
    assert found["p"] == 2.0 ** (1 - n)
    assert (found["low"], found["high"]) == pytest.approx((0, 1))


def test_six_equal_differences_are_not():
    found = paired(np.arange(6.0), np.arange(6.0) + 1)
    assert found["p"] < 0.05
    assert (found["low"], found["high"]) == (1, 1)


def test_a_pair_without_a_value_is_left_out():
    found = paired(np.array([1.0, np.nan, 2.0, 3.0]), np.array([2.0, 5.0, np.nan, 4.5]))
    assert found["n"] == 2
    assert found["difference"] == 1.25


def test_differences_of_counts_are_called_certain_in_5_of_100_experiments_at_most():
    generator = np.random.default_rng(4)
    for n in (2, 3, 4, 10):
        a, b = generator.integers(10, 12, size=(2, 1000, n)).astype(float)
        assert np.mean([paired(*pair)["p"] < 0.05 for pair in zip(a, b, strict=True)]) <= 0.05


def test_the_best_of_equal_cases_is_ahead_of_none():
    """The best case is picked by its results, so the differences from it are those of all pairs."""
    generator, many, runs = np.random.default_rng(5), 6, 300
    false = naive = 0
    for values in generator.normal(size=(runs, many, 10)):
        best = values.mean(axis=1).argmax()
        p = np.array([paired(values[case], values[best])["p"] for case in range(many) if case != best])
        false += (holm(p, among=many * (many - 1) // 2) < 0.05).any()
        naive += (holm(p) < 0.05).any()
    assert false / runs <= 0.05 < naive / runs
