"""Durations: distributions on [0, inf), drawn by inverse transform with one uniform number per draw.

One uniform number per draw keeps the streams of two scenarios in step (common random numbers): the k-th processing time
of a station uses the same uniform, whatever its distribution. `cv` is the coefficient of variation (standard deviation
over mean). A new distribution is one class and one line in `DISTRIBUTIONS`.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator

from .base import Durations
from .families import (
    Beta,
    Constant,
    Erlang,
    Exponential,
    Gamma,
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


def _plain(distribution: type[Durations], key: str) -> BeforeValidator:
    def wrap(value: Any) -> Any:
        if isinstance(value, dict | Durations):
            return value
        return {Durations.tag: distribution.model_fields[Durations.tag].default, key: value}

    return BeforeValidator(wrap)


Distribution = Annotated[Durations, _plain(Constant, "value")]  # a plain duration is constant
LifeTime = Annotated[Durations, _plain(Exponential, "mean")]  # a plain duration is an exponential mean
