"""Shifts: the times at which the operators of an agent leave and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..negotiation.world import Clock, Due
    from .specs import ShiftSpec


class Shift:
    """A shift timer, which calls `ends` when the operators leave and `begins` when they come back.

    Attributes:
        back_s: when absent operators come back; in the past while they are present.
    """

    def __init__(
        self,
        clock: Clock,
        shifts: Mapping[str, ShiftSpec],
        name: str | None,
        *,
        ends: Callable[[], None],
        begins: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._ends, self._begins = ends, begins
        self._spec = None if name is None else shifts[name]
        self.back_s = 0.0
        self._due: Due | None = None
        self._schedule_pause()

    def stop(self) -> None:
        """Stop the shifts: nothing is called any more."""
        if self._due is not None:
            self._due.cancel()

    def _schedule_pause(self) -> None:
        now_s = self._clock.now_s
        pause = None if self._spec is None else self._spec.next_time_off(now_s)
        if pause is not None:
            begin_s, end_s = pause
            self._due = self._clock.schedule(max(begin_s - now_s, 0.0), self._leave, end_s)

    def _leave(self, back_s: float) -> None:
        self.back_s = back_s
        self._due = self._clock.schedule(back_s - self._clock.now_s, self._come_back)
        self._ends()

    def _come_back(self) -> None:
        self._begins()
        self._schedule_pause()
