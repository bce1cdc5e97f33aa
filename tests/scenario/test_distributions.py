"""Our inverse distributions against SciPy's, and against their own mean."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.integrate import quad

from robocell.environments.config.distributions import Constant, Distribution, Exponential, LifeTime

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


def test_what_is_written_is_read_again():
    shape = READ.validate_python({"distribution": "gamma", "mean": "1.5min", "cv": 0.4})
    assert READ.validate_python(READ.dump_python(shape, by_alias=True)) == shape
