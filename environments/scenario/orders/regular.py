"""Orders at regular intervals: one at a time, or several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from ...config.section import Positive
from ...config.units import PositiveDuration
from .base import Amount, Arrival, OrderProcess, Source

if TYPE_CHECKING:
    import numpy as np


class Deterministic(OrderProcess):
    """One order per interval, the first at time 0."""

    kind: Literal["deterministic"] = "deterministic"
    every_s: PositiveDuration = Field(alias="every")

    def source(self, rng: np.random.Generator) -> RegularArrivals:
        return RegularArrivals(self.every_s)

    def amount(self, horizon_s: float) -> Amount:
        return Amount("every", in_all=horizon_s / self.every_s)

    def scaled(self, demand: float) -> Self:
        return self.model_copy(update={"every_s": self.every_s / demand})


class Batch(OrderProcess):
    """`size` orders at once per interval, the first at time 0."""

    kind: Literal["batch"] = "batch"
    every_s: PositiveDuration = Field(alias="every")
    size: Positive

    def source(self, rng: np.random.Generator) -> RegularArrivals:
        return RegularArrivals(self.every_s, self.size)

    def amount(self, horizon_s: float) -> Amount:
        return Amount("size", at_once=self.size, in_all=self.size * horizon_s / self.every_s)

    def at_once(self, within_s: float) -> bool:
        return self.every_s > within_s or (self.limit is not None and self.limit <= self.size)

    def scaled(self, demand: float) -> Self:
        return self.model_copy(update={"every_s": self.every_s / demand})


class RegularArrivals(Source):
    """`size` orders per interval, the first at time 0; without end."""

    def __init__(self, every_s: float, size: int = 1) -> None:
        self._every_s = every_s
        self._size = size
        self._number = 0

    def __next__(self) -> Arrival:
        beat = self._number // self._size
        self._number += 1
        return Arrival(beat * self._every_s)
