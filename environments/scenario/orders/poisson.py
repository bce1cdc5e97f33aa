"""Independent arrivals."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field

from ...config.units import Rate
from .base import Amount, Arrival, OrderProcess, Source

if TYPE_CHECKING:
    import numpy as np


class Poisson(OrderProcess):
    """Independent arrivals: exponential times between orders."""

    independent: ClassVar[bool] = True

    kind: Literal["poisson"] = "poisson"
    rate_per_s: Rate = Field(alias="rate")

    def source(self, rng: np.random.Generator) -> RandomArrivals:
        return RandomArrivals(self.rate_per_s, rng)

    def amount(self, horizon_s: float) -> Amount:
        return Amount("rate", in_all=self.rate_per_s * horizon_s)

    def scaled(self, demand: float) -> Self:
        return self.model_copy(update={"rate_per_s": self.rate_per_s * demand})


class RandomArrivals(Source):
    """Orders without end at exponential intervals drawn from `rng`."""

    def __init__(self, rate_per_s: float, rng: np.random.Generator) -> None:
        self._mean_s = 1.0 / rate_per_s
        self._rng = rng
        self._at_s = 0.0

    def __next__(self) -> Arrival:
        self._at_s += self._rng.exponential(self._mean_s)
        return Arrival(self._at_s)
