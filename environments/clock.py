"""The event queue: what is due, when, in which order."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Event:
    """Something that is due; `cancel` takes it back."""

    __slots__ = ("args", "at_s", "callback")

    def __init__(self, at_s: float, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.at_s = at_s
        self.callback: Callable[..., object] | None = callback
        self.args = args

    def cancel(self) -> None:
        """It will not fire; the queue forgets it when its time comes."""
        self.callback = None


class Clock:
    """Fires events in the order of their times, and of their scheduling where times are equal.

    Attributes:
        now_s: the time of the event that fired last, or the time it was `advance`d to, in seconds.
    """

    def __init__(self) -> None:
        self.now_s = 0.0
        self._queue: list[tuple[float, int, Event]] = []
        self._order = count()

    def schedule(self, delay_s: float, callback: Callable[..., object], *args: Any) -> Event:
        """Call `callback(*args)` after `delay_s` seconds.

        Raises:
            ValueError: the delay is negative or not a number.
        """
        if not delay_s >= 0.0:
            raise ValueError(f"delay ({delay_s}) must be zero or more seconds: the past cannot be scheduled")
        event = Event(self.now_s + delay_s, callback, args)
        heapq.heappush(self._queue, (event.at_s, next(self._order), event))
        return event

    def next_s(self) -> float:
        """When the next event is due; inf if none is."""
        queue = self._queue
        while queue and queue[0][2].callback is None:
            heapq.heappop(queue)
        return queue[0][0] if queue else float("inf")

    def fire_next(self) -> None:
        """Move on to the next event, and fire it."""
        self.now_s, _, event = heapq.heappop(self._queue)
        if event.callback is not None:
            event.callback(*event.args)

    def advance(self, to_s: float) -> None:
        """Move on to `to_s`, before which nothing may be due."""
        self.now_s = to_s

    def clear(self) -> None:
        """Forget all that is due."""
        self._queue.clear()
