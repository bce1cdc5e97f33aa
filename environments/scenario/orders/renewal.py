"""Times between orders of any distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ...config.distributions import Distribution, Durations
from ...config.section import Weight
from .base import Amount, Arrival, OrderProcess, Source

if TYPE_CHECKING:
    import numpy as np


class Renewal(OrderProcess):
    """Independent times between orders, from any distribution or measured; the first order comes after one of them."""

    kind: Literal["renewal"] = "renewal"
    between: Distribution
    pace: Weight = 1.0  # orders come this many times as often as `between` says

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.between.mean_s <= 0.0:
            raise PydanticCustomError("renewal", "between is always 0, so that orders without end come at once")
        return self

    def source(self, rng: np.random.Generator) -> RenewalArrivals:
        return RenewalArrivals(self.between, self.pace, rng)

    def amount(self, horizon_s: float) -> Amount:
        return Amount("between", in_all=horizon_s * self.pace / self.between.mean_s)

    def scaled(self, demand: float) -> Self:
        return self.model_copy(update={"pace": self.pace * demand})


class RenewalArrivals(Source):
    """Orders without end at intervals drawn from a distribution, one number of `rng` each."""

    def __init__(self, between: Durations, pace: float, rng: np.random.Generator) -> None:
        self._between = between
        self._pace = pace
        self._rng = rng
        self._at_s = 0.0

    def __next__(self) -> Arrival:
        self._at_s += self._between.quantile(self._rng.random()) / self._pace
        return Arrival(self._at_s)
