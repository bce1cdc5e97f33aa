"""Our inverse distributions against SciPy's, and against their own mean."""

import math
import re
from typing import Literal

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy.integrate import quad

from robocell.environments.config.distributions import (
    DISTRIBUTIONS,
    Constant,
    Distribution,
    Durations,
    Exponential,
    LifeTime,
)

READ = TypeAdapter(Distribution)
SIGMA = math.sqrt(math.log1p(0.6**2))
SHAPES = {
    "exponential": ({"mean": "10s"}, scipy.stats.expon(scale=10)),
    "uniform": ({"low": "4s", "high": "9s"}, scipy.stats.uniform(4, 5)),
    "triangular": ({"low": "4s", "mode": "5s", "high": "9s"}, scipy.stats.triang(0.2, 4, 5)),
    "normal": ({"mean": "10s", "cv": 0.8}, scipy.stats.truncnorm(-1.25, np.inf, 10, 8)),
    "lognormal": ({"mean": "10s", "cv": 0.6}, scipy.stats.lognorm(SIGMA, scale=10 * math.exp(-(SIGMA**2) / 2))),
    "gamma": ({"mean": "10s", "cv": 0.8}, scipy.stats.gamma(1 / 0.64, scale=6.4)),
    "erlang": ({"mean": "10s", "stages": 3}, scipy.stats.erlang(3, scale=10 / 3)),
    "weibull": ({"scale": "10s", "shape": 1.5}, scipy.stats.weibull_min(1.5, scale=10)),
    "beta": ({"low": "4s", "high": "9s", "alpha": 2, "beta": 3.5}, scipy.stats.beta(2, 3.5, 4, 5)),
    "pert": ({"low": "4s", "mode": "5s", "high": "9s"}, scipy.stats.beta(1.8, 4.2, 4, 5)),
    "shifted": (
        {"of": {"distribution": "exponential", "mean": "10s"}, "by": "3s"},
        scipy.stats.expon(3, 10),
    ),
    "truncated": (
        {"of": {"distribution": "normal", "mean": "10s", "cv": 0.2}, "least": "9s", "most": "13s"},
        scipy.stats.truncnorm(-0.5, 1.5, 10, 2),
    ),
}


@pytest.mark.parametrize(("name", "keys", "truth"), [(name, *shape) for name, shape in SHAPES.items()], ids=SHAPES)
def test_quantiles_and_means_are_those_of_scipy(name, keys, truth):
    ours = READ.validate_python({"distribution": name, **keys})
    for u in (0.0, 1e-9, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-9):
        assert ours.quantile(u) == pytest.approx(truth.ppf(u), rel=1e-7, abs=1e-7)
    assert ours.mean_s == pytest.approx(truth.mean(), rel=1e-9)
    assert ours.mean_s == pytest.approx(quad(ours.quantile, 0, 1, limit=200)[0], rel=1e-4)


@pytest.mark.parametrize("name", SHAPES)
@given(u=st.floats(0, 1, exclude_max=True), v=st.floats(0, 1, exclude_max=True))
def test_every_draw_is_a_time_and_quantiles_rise(name, u, v):
    ours = READ.validate_python({"distribution": name, **SHAPES[name][0]})
    low, high = ours.quantile(min(u, v)), ours.quantile(max(u, v))
    assert 0 <= low <= high < math.inf
    assert isinstance(low, float)


@pytest.mark.parametrize("name", SHAPES)
def test_draws_lie_in_the_support_and_reach_its_ends(name):
    ours, truth = READ.validate_python({"distribution": name, **SHAPES[name][0]}), SHAPES[name][1]
    assert ours.support_s == pytest.approx(truth.support())
    least_s, most_s = ours.support_s
    assert ours.quantile(0.0) == pytest.approx(least_s, abs=1e-9)
    assert all(least_s <= ours.quantile(u) <= most_s for u in (0.0, 1e-9, 0.5, 1 - 1e-9))


def test_a_plain_duration_is_constant_as_a_processing_time():
    always = READ.validate_python("27s")
    assert isinstance(always, Constant)
    assert always.quantile(0.0) == always.quantile(0.99) == always.mean_s == 27


def test_a_plain_duration_is_an_exponential_mean_as_a_life_time():
    life = TypeAdapter(LifeTime).validate_python("87min")
    assert isinstance(life, Exponential)
    assert life.mean_s == 5220


def test_a_triangle_may_be_a_ramp():
    for mode in ("4s", "9s"):
        ramp = READ.validate_python({"distribution": "triangular", "low": "4s", "mode": mode, "high": "9s"})
        assert ramp.quantile(0.0) == 4
        assert ramp.quantile(1 - 1e-12) == pytest.approx(9, abs=1e-4)


def test_a_written_distribution_is_read_back():
    shape = READ.validate_python({"distribution": "gamma", "mean": "1.5min", "cv": 0.4})
    assert READ.validate_python(READ.dump_python(shape, by_alias=True)) == shape


@pytest.mark.parametrize("name", ["normal", "lognormal", "gamma"])
def test_a_standard_deviation_says_the_same_as_a_coefficient_of_variation(name):
    by_sd = READ.validate_python({"distribution": name, "mean": "10s", "sd": "4s"})
    by_cv = READ.validate_python({"distribution": name, "mean": "10s", "cv": 0.4})
    assert by_sd.mean_s == by_cv.mean_s
    assert [by_sd.quantile(u) for u in (0.1, 0.5, 0.9)] == [by_cv.quantile(u) for u in (0.1, 0.5, 0.9)]


def test_the_mean_of_a_weibull_distribution_may_be_given_instead_of_its_scale():
    life = READ.validate_python({"distribution": "weibull", "mean": "87min", "shape": 2})
    assert life.mean_s == pytest.approx(5220)
    assert quad(life.quantile, 0, 1)[0] == pytest.approx(5220)


def test_a_discrete_time_is_drawn_as_often_as_its_weight_says():
    time = READ.validate_python({"distribution": "discrete", "values": {"2min": "20%", "30s": "60%", "1min": 0.2}})
    drawn = [time.quantile(u / 1000) for u in range(1000)]
    assert [drawn.count(value) for value in (30, 60, 120)] == [600, 200, 200]
    assert time.mean_s == pytest.approx(np.mean(drawn))
    assert time.support_s == (30, 120)


@pytest.mark.parametrize("interpolate", [False, True])
def test_measured_times_are_drawn_as_they_were_measured_or_between_them(interpolate):
    values = [3.0, 1.0, 7.0, 1.0, 5.0]
    time = READ.validate_python(
        {"distribution": "empirical", "values": [f"{value}s" for value in values], "interpolate": interpolate}
    )
    shares = (np.arange(10_000) + 0.5) / 10_000
    drawn = [time.quantile(u) for u in shares]
    method = "linear" if interpolate else "inverted_cdf"
    assert drawn == pytest.approx(np.quantile(values, shares, method=method))
    assert time.mean_s == pytest.approx(np.mean(drawn), rel=1e-3)
    assert time.support_s == (1.0, 7.0)


@pytest.mark.parametrize(
    ("of", "kept"),
    [
        ({"distribution": "discrete", "values": {"10s": 1, "20s": 1, "30s": 2, "40s": 4}}, [20, 30, 30]),
        ({"distribution": "empirical", "values": ["10s", "20s", "30s", "30s", "50s"]}, [20, 30, 30]),
    ],
)
def test_what_is_cut_off_from_single_values_leaves_the_others(of, kept):
    cut = READ.validate_python({"distribution": "truncated", "of": of, "least": "15s", "most": "30s"})
    assert [cut.quantile(u) for u in (0.0, 0.3, 0.4, 0.7, 1 - 2**-53)] == [20, 20, 30, 30, 30]
    assert cut.mean_s == pytest.approx(np.mean(kept))
    twice = READ.validate_python({"distribution": "truncated", "of": {"distribution": "truncated", "of": of,
                                  "least": "15s"}, "most": "30s"})  # fmt: skip
    assert twice.mean_s == pytest.approx(cut.mean_s)


@given(least=st.floats(0, 30), width=st.floats(0.5, 30), u=st.floats(0, 1, exclude_max=True))
def test_truncated_draws_are_the_draws_in_between(least, width, u):
    of = {"distribution": "gamma", "mean": "10s", "cv": 0.8}
    ours = READ.validate_python(
        {"distribution": "truncated", "of": of, "least": f"{least!r}s", "most": f"{least + width!r}s"}
    )
    truth = SHAPES["gamma"][1]
    low, high = truth.cdf(least), truth.cdf(least + width)
    assert ours.quantile(u) == pytest.approx(truth.ppf(low + u * (high - low)), rel=1e-6, abs=1e-6)
    assert least <= ours.quantile(u) <= least + width
    assert ours.support_s[0] <= ours.mean_s <= ours.support_s[1]


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"distribution": "gamma", "mean": "9s"}, "one of cv and sd"),
        ({"distribution": "gamma", "mean": "9s", "cv": 0.5, "sd": "3s"}, "one of cv and sd"),
        ({"distribution": "weibull", "shape": 2}, "one of mean and scale"),
        ({"distribution": "beta", "low": "9s", "high": "9s", "alpha": 1, "beta": 1}, "low < high"),
        ({"distribution": "pert", "low": "4s", "mode": "3s", "high": "9s"}, "low <= mode <= high"),
        ({"distribution": "empirical"}, "one of values and file"),
        ({"distribution": "empirical", "values": ["9s"], "unit": "s"}, "each of the values has its own"),
        ({"distribution": "empirical", "file": "times.csv"}, "'times.csv' to be read"),
        ({"distribution": "discrete", "values": {"60s": 1, "1min": 2}}, "60s and 1min are the same"),
        ({"distribution": "discrete", "values": {"60": 1}}, "has no unit"),
        ({"distribution": "discrete", "values": {"60s": "x"}}, "is not a share"),
        ({"distribution": "discrete", "values": {}}, "at least 1 item"),
        ({"distribution": "gamma", "mean": "1s", "sd": "1e9s"}, "sd from 1e-06 to 1000 times the mean"),
        ({"distribution": "lognormal", "mean": "1h", "sd": "1ms"}, "sd from 1e-06 to 1000 times the mean"),
        ({"distribution": "weibull", "shape": 0.05, "scale": "1s"}, "mean of at most 1e+09 s; it is 2.43e+18 s"),
        ({"distribution": "truncated", "of": {"distribution": "exponential", "mean": "1s"}, "least": "30s"},
         "share of 1e-09 of the draws between least and most; draws lie between 0 s and inf s, their mean is 1 s"),
        ({"distribution": "truncated", "of": "9s", "least": "10s"}, "draws lie between 9 s and 9 s"),
        ({"distribution": "truncated", "of": {"distribution": "uniform", "low": "1s", "high": "2s"}, "most": "0.5s"},
         "draws lie between 1 s and 2 s"),
        ({"distribution": "truncated", "of": {"distribution": "gama"}}, "gama"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(keys, rule):
    with pytest.raises(ValidationError, match=re.escape(rule)):
        READ.validate_python(keys)


def test_a_program_may_register_a_distribution_of_its_own(monkeypatch):
    class Twice(Durations):
        distribution: Literal["twice"] = "twice"
        of: Distribution

        def quantile(self, u: float) -> float:
            return 2 * self.of.quantile(u)

    monkeypatch.setitem(DISTRIBUTIONS, "twice", Twice)
    assert READ.validate_python({"distribution": "twice", "of": "4s"}).quantile(0.5) == 8


@pytest.mark.parametrize(
    ("of", "least", "mean_s"),
    [
        ({"distribution": "exponential", "mean": "1s"}, "20s", 21),
        ({"distribution": "normal", "mean": "1s", "cv": 1}, "6.9s", scipy.stats.truncnorm(5.9, np.inf, 1, 1).mean()),
        ({"distribution": "weibull", "mean": "1s", "shape": 0.1}, "0s", 1),
        ("27s", "27s", 27),
    ],
)
def test_the_mean_of_the_tail_is_exact(of, least, mean_s):
    tail = READ.validate_python({"distribution": "truncated", "of": of, "least": least})
    assert tail.mean_s == pytest.approx(mean_s, rel=1e-5)
    assert tail.support_s[0] <= tail.mean_s <= tail.support_s[1]
