"""Rates that change with time: profiles by the hour of the day, the day of the week, or any other cycle."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ...config.section import Section
from ...config.units import Duration, PositiveDuration
from .base import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from .base import Arrival

Factor = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class FactorFrom(Section):
    """The factor of a rate from a time of the cycle on, until the next."""

    from_s: Duration = Field(alias="from")
    factor: Factor


class ProfileSpec(Section):
    """A cycle of factors that repeats from time 0 on, such as a day or a week."""

    every_s: PositiveDuration = Field(alias="every")
    rates: Annotated[tuple[FactorFrom, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _covers_the_cycle(self) -> Self:
        times_s = [step.from_s for step in self.rates]
        if times_s[0] != 0.0:
            raise PydanticCustomError("profile", "rates must begin with from: 0s, because every time needs a factor")
        for number, (before_s, from_s) in enumerate(pairwise(times_s), 2):
            if not before_s < from_s < self.every_s:
                raise PydanticCustomError(
                    "profile",
                    "rate {number} begins at {begin}s; it must begin after the one before and within {every}s",
                    {"number": number, "begin": f"{from_s:g}", "every": f"{self.every_s:g}"},
                )
        if self.peak == 0.0:
            raise PydanticCustomError("profile", "all factors are 0, so that no order would ever come")
        return self

    @property
    def peak(self) -> float:
        """The greatest factor."""
        return max(step.factor for step in self.rates)

    def factor(self, at_s: float) -> float:
        """The factor of the rate at a time."""
        number = bisect_right(self.rates, at_s % self.every_s, key=lambda step: step.from_s)
        return self.rates[number - 1].factor


class ThinnedArrivals(Source):
    """The orders of a source at its peak rate, each kept with the ratio of the rate at its time to the peak.

    Thinning makes a Poisson process of constant rate one whose rate follows the product of the profiles (Lewis and
    Shedler, Naval Research Logistics Quarterly 26(3), 1979). One number of `rng` for each order of the source.
    """

    def __init__(self, source: Iterator[Arrival], profiles: Sequence[ProfileSpec], rng: np.random.Generator) -> None:
        self._source = source
        self._profiles = profiles
        self._peak = peak_of(profiles)
        self._rng = rng

    def __next__(self) -> Arrival:
        for arrival in self._source:
            factor = prod(profile.factor(arrival.at_s) for profile in self._profiles)
            if self._rng.random() * self._peak < factor:
                return arrival
        raise StopIteration


def peak_of(profiles: Sequence[ProfileSpec]) -> float:
    """The product of the greatest factors, which no product of factors exceeds."""
    return prod(profile.peak for profile in profiles)
