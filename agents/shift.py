"""When the people of an agent leave and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..environments.factory import Factory


class Shift:
    """Calls `ends` when a pause begins and `begins` when it is over.

    Attributes:
        back_s: when the people who have left come back; the past while they are there.
    """

    def __init__(
        self, model: Factory, name: str | None, *, ends: Callable[[], None], begins: Callable[[], None]
    ) -> None:
        self._clock = model.clock
        self._ends, self._begins = ends, begins
        self._pauses = iter(()) if name is None else model.spec.shifts[name].times_off()
        self.back_s = 0.0
        self._await()

    def _await(self) -> None:
        pause = next(self._pauses, None)
        if pause is not None:
            begin_s, end_s = pause
            self._clock.schedule(max(begin_s - self._clock.now_s, 0.0), self._leave, end_s)

    def _leave(self, back_s: float) -> None:
        self.back_s = back_s
        self._clock.schedule(back_s - self._clock.now_s, self._come_back)
        self._ends()

    def _come_back(self) -> None:
        self._begins()
        self._await()
