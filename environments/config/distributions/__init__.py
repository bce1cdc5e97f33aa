"""Durations: distributions on [0, inf), drawn by inverse transform with one uniform number per draw.

One uniform number per draw keeps the streams of two scenarios in step (common random numbers): the k-th processing time
of a station uses the same uniform, whatever its distribution. `cv` is the coefficient of variation (standard deviation
over mean). A new distribution is one class and one line in `DISTRIBUTIONS`.
"""

from .base import Durations
from .families import (
    Beta,
    Constant,
    Distribution,
    Erlang,
    Exponential,
    Gamma,
    LifeTime,
    LogNormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
    Weibull,
)
from .modified import Shifted, Truncated
from .samples import Discrete, Empirical

__all__ = ["DISTRIBUTIONS", "Constant", "Distribution", "Durations", "Empirical", "Exponential", "LifeTime"]

DISTRIBUTIONS: dict[str, type[Durations]] = {
    "constant": Constant,
    "exponential": Exponential,
    "uniform": Uniform,
    "triangular": Triangular,
    "normal": Normal,
    "lognormal": LogNormal,
    "gamma": Gamma,
    "erlang": Erlang,
    "weibull": Weibull,
    "beta": Beta,
    "pert": Pert,
    "discrete": Discrete,
    "empirical": Empirical,
    "truncated": Truncated,
    "shifted": Shifted,
}
Durations.kinds = DISTRIBUTIONS
