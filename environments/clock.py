"""The event queue: pending events in order of time."""

from __future__ import annotations

import heapq
from collections import Counter
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .config.errors import CopyError, StalledClockError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_EVENTS, MOST_EACH = 2000, 200  # at one instant: for the factory as a whole, plus for each agent in it
RESOLUTION_S = 1e-6  # times within it are one instant
LAST_EVENTS = 100  # that are named in the error if there are more
PLAIN = (bool, int, float, str)


class Event:
    """A pending event; `cancel` revokes it."""

    __slots__ = ("args", "at_s", "callback")

    def __init__(self, at_s: float, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.at_s = at_s
        self.callback: Callable[..., object] | None = callback
        self.args = args

    def cancel(self) -> None:
        """Cancel the event; the queue drops it when its time comes."""
        self.callback = None


class Clock:
    """Fires events in order of time, and in order of scheduling at equal times.

    Attributes:
        now_s: the time of the last event fired, or the time `advance`d to, in seconds.
    """

    def __init__(self, agents: Callable[[], int] | None = None) -> None:
        """`agents` returns the number of agents, which limits the events at one instant."""
        self.now_s = 0.0
        self._agents = agents
        self._queue: list[tuple[float, int, Event]] = []
        self._scheduled = 0
        self._instant_s = 0.0
        self._at_once = 0  # events that have fired at this instant
        self._most_at_once = MOST_EVENTS
        self._last: Counter[str] = Counter()

    def schedule(self, delay_s: float, callback: Callable[..., object], *args: Any) -> Event:
        """Call `callback(*args)` after `delay_s` seconds.

        Raises:
            ValueError: the delay is negative or not a number.
        """
        if not delay_s >= 0.0:
            raise ValueError(f"delay ({delay_s}) must be zero or more seconds: the past cannot be scheduled")
        event = Event(self.now_s + delay_s, callback, args)
        heapq.heappush(self._queue, (event.at_s, self._scheduled, event))
        self._scheduled += 1
        return event

    def next_s(self) -> float:
        """Time of the next event; inf if there is none."""
        queue = self._queue
        while queue and queue[0][2].callback is None:
            heapq.heappop(queue)
        return queue[0][0] if queue else float("inf")

    def fire_next(self) -> None:
        """Fire the next event and advance to its time; an event that was cancelled is dropped.

        Raises:
            StalledClockError: so many events have fired at this instant that they seem endless.
        """
        at_s, _, event = heapq.heappop(self._queue)
        callback = event.callback
        if callback is None:
            return
        if at_s > self._instant_s + RESOLUTION_S:
            self._instant_s, self._at_once = at_s, 0
            self._last.clear()
        self.now_s = at_s
        self._at_once += 1
        if self._at_once > self._most_at_once:
            self._look_for_an_end(callback)
        callback(*event.args)

    def fire_due(self, until_s: float) -> None:
        """Fire all events due at `until_s` or before, including new ones; raises like `fire_next`."""
        queue = self._queue
        while queue and queue[0][0] <= until_s:
            self.fire_next()

    def _look_for_an_end(self, callback: Callable[..., object]) -> None:
        """Raise the limit if there are more agents now; otherwise raise an error that names the endless events."""
        self._most_at_once = max(
            self._most_at_once, MOST_EVENTS + MOST_EACH * (0 if self._agents is None else self._agents())
        )
        if self._at_once <= self._most_at_once:
            return
        self._last[_named(callback)] += 1
        if self._last.total() >= LAST_EVENTS:
            most = ", ".join(f"{name} {times} times" for name, times in self._last.most_common(3))
            raise StalledClockError(
                f"time stands still at {self.now_s:g} s: {self._at_once} events in one instant, and no end; of the "
                f"last {LAST_EVENTS}: {most}. Give what they do a duration"
            )

    def __getstate__(self) -> dict[str, Any]:
        """Prepare a copy or pickle; an inner function would still act on the original objects.

        Raises:
            CopyError: such a function is scheduled.
        """
        for at_s, _, event in self._queue:
            callback = event.callback.func if isinstance(event.callback, partial) else event.callback
            if isinstance(callback, FunctionType) and _holds_on(callback):
                raise CopyError(
                    f"{_named(callback)}, due at {at_s:g} s, cannot be copied: it holds on to the variables around it; "
                    "schedule a method of an agent instead"
                )
        return self.__dict__.copy()

    def advance(self, to_s: float) -> None:
        """Advance to `to_s`; no event may be due before it."""
        self.now_s = to_s

    def clear(self) -> None:
        """Drop all pending events."""
        self._queue.clear()


def _holds_on(function: FunctionType) -> bool:
    """Whether the function captures enclosing variables or defaults such as `lambda agv=agv: agv.remove()`."""
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return bool(function.__closure__) or not all(default is None or type(default) in PLAIN for default in defaults)


def _named(callback: Callable[..., object] | None) -> str:
    """`mill_1: Station.ended`, as far as known."""
    what = getattr(callback, "__qualname__", repr(callback))
    who = getattr(getattr(callback, "__self__", None), "name", None)
    return f"{who}: {what}" if who else what
