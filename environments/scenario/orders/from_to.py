"""Transport orders from place to place, given as a table of rates: the textbook's way to size a fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from ...config.units import Rate
from .base import Amount, Arrival, OrderProcess, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .base import Problem

Row = Annotated[dict[str, Rate], Field(min_length=1)]


class FromTo(OrderProcess):
    """Independent arrivals for every pair of places: `rates: {origin: {destination: 10/h}}`."""

    independent: ClassVar[bool] = True

    kind: Literal["from_to"] = "from_to"
    rates_per_s: Annotated[dict[str, Row], Field(alias="rates", min_length=1)]

    @property
    def rate_per_s(self) -> float:
        """The sum of all rates."""
        return sum(rate for row in self.rates_per_s.values() for rate in row.values())

    @property
    def rates_of_routes(self) -> Mapping[str, Mapping[str, float]]:
        return self.rates_per_s

    @property
    def routes(self) -> tuple[tuple[str | None, str | None], ...]:
        return tuple((start, end) for start, row in self.rates_per_s.items() for end in row)

    def source(self, rng: np.random.Generator) -> PairedArrivals:
        return PairedArrivals(self.rates_per_s, rng)

    def amount(self, horizon_s: float) -> Amount:
        return Amount("rates", in_all=self.rate_per_s * horizon_s)

    def scaled(self, demand: float) -> Self:
        rates = {start: {end: rate * demand for end, rate in row.items()} for start, row in self.rates_per_s.items()}
        return self.model_copy(update={"rates_per_s": rates})

    def problems(self) -> Iterator[Problem]:
        for key, value in (("from", self.start), ("to", self.end)):
            if value is not None:
                yield (key,), "goes with other kinds of orders; here the table of rates says where each begins and ends"
        yield from super().problems()


class PairedArrivals(Source):
    """Orders without end: exponential intervals at the sum of all rates, the pair in proportion to its rate.

    This is the superposition of independent Poisson processes, one for each pair.
    """

    def __init__(self, rates_per_s: Mapping[str, Mapping[str, float]], rng: np.random.Generator) -> None:
        self._pairs = [(start, end) for start, row in rates_per_s.items() for end in row]
        rates = np.array([rate for row in rates_per_s.values() for rate in row.values()])
        self._shares = np.cumsum(rates / rates.sum())
        self._mean_s = 1.0 / float(rates.sum())
        self._rng = rng
        self._at_s = 0.0

    def __next__(self) -> Arrival:
        self._at_s += self._rng.exponential(self._mean_s)
        pair = min(int(np.searchsorted(self._shares, self._rng.random(), "right")), len(self._pairs) - 1)
        start, end = self._pairs[pair]
        return Arrival(self._at_s, start=start, end=end)
