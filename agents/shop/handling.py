"""The times that vehicles and robots take to load and unload parts, by product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from .order import Order
    from .progress import Progress
    from .specs import Distribution


class HandlingSpec(Protocol):
    """What is known of the handling by a vehicle or a robot."""

    def load_time(self, product: str) -> Distribution:
        """The time to load a part."""
        ...

    def unload_time(self, product: str) -> Distribution:
        """The time to unload a part."""
        ...


class HandledPart(Protocol):
    """A part, as far as the time to handle it depends on it."""

    @property
    def order(self) -> Order: ...
    @property
    def progress(self) -> Progress: ...


class HandlingTimes:
    """The handling times of a vehicle or a robot.

    A random time is drawn with a number that belongs to the order and to how often its part was handled before, so that
    every policy and every fleet meets the same times as far as it handles a part equally often.
    """

    def __init__(self, spec: HandlingSpec, key: int) -> None:
        """`key` is the key of the random numbers, one for all handling of a trial."""
        self._spec = spec
        self._key = key
        self._means_s: dict[tuple[str, bool], float] = {}

    def mean_s(self, part: HandledPart | None, *, loads: bool) -> float:
        """Expected time to load or unload a part, in seconds; without a part, the time of all products."""
        key = "" if part is None else part.order.product, loads
        known = self._means_s.get(key)
        if known is None:
            known = self._means_s[key] = self._time(*key).mean_s
        return known

    def draw_s(self, part: HandledPart, *, loads: bool) -> float:
        """Time to load or unload a part this time, in seconds."""
        time = self._time(part.order.product, loads)
        least_s, most_s = time.support_s
        if least_s == most_s:
            return least_s
        counter = [*part.order.identity, part.progress.count_handling(), 0]
        return time.quantile(np.random.Generator(np.random.Philox(key=self._key, counter=counter)).random())

    def _time(self, product: str, loads: bool) -> Distribution:
        return self._spec.load_time(product) if loads else self._spec.unload_time(product)
