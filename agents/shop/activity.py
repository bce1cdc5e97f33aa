"""Timed work that can be interrupted and resumed (preempt-resume)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..negotiation.world import Clock, Due


class Activity:
    """A timer for one piece of work at a time.

    Attributes:
        left_s: remaining time of the work when it last began, resumed or was interrupted.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._then: Callable[[], None] | None = None
        self._due: Due | None = None
        self._since_s = 0.0
        self.left_s = 0.0

    @property
    def under_way(self) -> bool:
        """Whether work has begun and not ended; it may be interrupted."""
        return self._then is not None

    def begin(self, duration_s: float, then: Callable[[], None], *, interrupted: bool = False) -> None:
        """Begin work that calls `then` after `duration_s` of uninterrupted time; `interrupted`: `resume` starts it."""
        self._then, self.left_s = then, duration_s
        if not interrupted:
            self.resume()

    def interrupt(self) -> None:
        """Interrupt the work; the remaining time is kept."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
            self.left_s = max(self.left_s - (self._clock.now_s - self._since_s), 0.0)  # rounding may go below

    def resume(self) -> None:
        """Start the work, or resume it after an interruption."""
        self._since_s = self._clock.now_s
        self._due = self._clock.schedule(self.left_s, self._end)

    def abandon(self) -> None:
        """Abandon the work: it cannot be resumed."""
        self.interrupt()
        self._then = None

    def _end(self) -> None:
        then, self._then, self._due = self._then, None, None
        assert then is not None, "only work that has begun ends"
        then()
