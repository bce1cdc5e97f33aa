"""Distributions made of another one: cut off at both ends, or shifted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from ..units import Duration, PositiveDuration
from .base import LAST, Durations, refuse
from .families import Distribution

if TYPE_CHECKING:
    from collections.abc import Callable

HALVINGS = 200  # until two neighbouring floats are left
LEAST_KEPT = 1e-9  # share of draws; a smaller one is not resolved by the 2 ** 53 values of u


class Truncated(Durations):
    """The draws of another distribution that lie between `least` and `most`; others are drawn again."""

    distribution: Literal["truncated"] = "truncated"
    of: Distribution
    least_s: Duration = Field(alias="least", default=0.0)
    most_s: PositiveDuration | None = Field(alias="most", default=None)  # None: no bound
    _kept: tuple[float, float] = PrivateAttr()  # the shares of draws below `least`, and up to `most`

    @model_validator(mode="after")
    def _keeps_some(self) -> Self:
        low = _share(lambda value_s: value_s >= self.least_s, self.of)
        high = 1.0 if self.most_s is None else _share(lambda value_s: value_s > self._most_s, self.of)
        self._kept = low, high
        if high - low < LEAST_KEPT:
            least_s, most_s = self.of.support_s
            raise refuse(
                f"at least a share of {LEAST_KEPT:g} of the draws between least and most; draws lie between "
                f"{least_s:g} s and {most_s:g} s, their mean is {self.of.mean_s:g} s"
            )
        return self

    @property
    def _most_s(self) -> float:
        return math.inf if self.most_s is None else self.most_s

    @property
    def mean_s(self) -> float:
        least_s, most_s = self.support_s
        return min(max(self.of.mean_between_s(*self._kept), least_s), most_s)

    def quantile(self, u: float) -> float:
        low, high = self._kept
        value_s = self.of.quantile(min(low + u * (high - low), LAST))
        return min(max(value_s, self.least_s), self._most_s)

    @property
    def support_s(self) -> tuple[float, float]:
        least_s, most_s = self.of.support_s
        return max(least_s, self.least_s), min(most_s, self._most_s)

    def mean_between_s(self, low: float, high: float) -> float:
        a, b = self._kept
        return self.of.mean_between_s(a + low * (b - a), a + high * (b - a))


class Shifted(Durations):
    """The draws of another distribution plus a constant."""

    distribution: Literal["shifted"] = "shifted"
    of: Distribution
    by_s: Duration = Field(alias="by")

    @property
    def mean_s(self) -> float:
        return self.of.mean_s + self.by_s

    def quantile(self, u: float) -> float:
        return self.of.quantile(u) + self.by_s

    @property
    def support_s(self) -> tuple[float, float]:
        least_s, most_s = self.of.support_s
        return least_s + self.by_s, most_s + self.by_s

    def mean_between_s(self, low: float, high: float) -> float:
        return self.of.mean_between_s(low, high) + self.by_s


def _share(reached: Callable[[float], Any], of: Durations) -> float:
    """The least u whose quantile has `reached` a bound; 1 if none has."""
    if reached(of.quantile(0.0)):
        return 0.0
    if not reached(of.quantile(LAST)):
        return 1.0
    low, high = 0.0, LAST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if reached(of.quantile(middle)) else (middle, high)
    return high
