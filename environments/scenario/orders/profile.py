"""Rates that change with time: profiles by the hour of the day, the day of the week, or any other cycle."""

from __future__ import annotations

from bisect import bisect_right
from heapq import merge
from itertools import count, islice, pairwise, takewhile
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

MOST_CHANGES = 100_000
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

    def changes_s(self) -> Iterator[float]:
        """The times at which the factor changes, in order, without end."""
        return (cycle * self.every_s + step.from_s for cycle in count() for step in self.rates)

    def factor(self, at_s: float) -> float:
        """The factor of the rate at a time."""
        number = bisect_right(self.rates, at_s % self.every_s, key=lambda step: step.from_s)
        return self.rates[number - 1].factor


class ThinnedArrivals(Source):
    """The orders of a source at its peak rate, each kept with the ratio of the rate at its time to the peak.

    Thinning makes a Poisson process of constant rate one whose rate follows the product of the profiles (Lewis and
    Shedler, Naval Research Logistics Quarterly 26(3), 1979). One number of `rng` for each order of the source.
    """

    def __init__(
        self, source: Iterator[Arrival], profiles: Sequence[ProfileSpec], rng: np.random.Generator, *, until_s: float
    ) -> None:
        """`until_s` is the horizon: later orders are not looked for."""
        self._source = source
        self._until_s = until_s
        self._profiles = profiles
        self._peak = peak_of(profiles)
        self._rng = rng

    def __next__(self) -> Arrival:
        for arrival in self._source:
            if arrival.at_s > self._until_s:
                break
            if self._rng.random() * self._peak < factor_of(self._profiles, arrival.at_s):
                return arrival
        raise StopIteration


def factor_of(profiles: Sequence[ProfileSpec], at_s: float) -> float:
    """The product of the factors at a time."""
    return prod(profile.factor(at_s) for profile in profiles)


def is_ever_above_0(profiles: Sequence[ProfileSpec], until_s: float) -> bool:
    """Whether the product of the factors is above 0 at any of its first MOST_CHANGES changes up to a time."""
    changes_s = takewhile(lambda at_s: at_s <= until_s, merge(*(profile.changes_s() for profile in profiles)))
    return any(factor_of(profiles, at_s) > 0.0 for at_s in islice(changes_s, MOST_CHANGES))


def peak_of(profiles: Sequence[ProfileSpec]) -> float:
    """The product of the greatest factors, which no product of factors exceeds."""
    return prod(profile.peak for profile in profiles)
