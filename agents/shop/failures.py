"""Random failures of machines and vehicles, and the duration of their repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..negotiation.world import Due, EngineWorld
    from .specs import BreakdownSpec


class Failures:
    """Times to failure and repair times from a dedicated random stream.

    The "calendar" clock always runs, the "busy" clock only between `work_begins` and `work_ends`.
    """

    @classmethod
    def of(
        cls,
        model: EngineWorld,
        spec: BreakdownSpec | None,
        *,
        stream: str,
        break_down: Callable[[], None],
        repair: Callable[[], None],
    ) -> Failures | None:
        """The failures described by `spec`; None if `spec` is None, for a resource that never fails."""
        return None if spec is None else cls(model, spec, stream=stream, break_down=break_down, repair=repair)

    def __init__(
        self,
        model: EngineWorld,
        spec: BreakdownSpec,
        *,
        stream: str,
        break_down: Callable[[], None],
        repair: Callable[[], None],
    ) -> None:
        self.model = model
        self.spec = spec
        self._rng = model.stream(stream)
        self._break_down = break_down
        self._repair = repair
        self._busy_clock = spec.clock == "busy"
        self._left_s = spec.mtbf.quantile(self._rng.random())  # time to the next failure, on its clock
        self._began_s: float | None = None  # when the busy clock was started; None while it stands still
        self._due: Due | None = None
        self._repaired_due: Due | None = None
        if not self._busy_clock:
            self._schedule_failure()

    def _schedule_failure(self) -> None:
        self._due = self.model.clock.schedule(self._left_s, self._fail)

    def work_begins(self, duration_s: float = float("inf")) -> None:
        """Start the busy clock, for `duration_s` unless interrupted; no effect if it already runs."""
        if self._busy_clock and self._began_s is None:
            self._began_s = self.model.now_s
            if self._left_s < duration_s:
                self._schedule_failure()

    def work_ends(self) -> None:
        """Stop the busy clock."""
        if self._began_s is not None:
            self._left_s = max(self._left_s - (self.model.now_s - self._began_s), 0.0)  # rounding may go below
            self._began_s = None
            if self._due is not None:
                self._due.cancel()
                self._due = None

    def suspend(self) -> None:
        """Suspend failures until `resume`, while the resource is out of order for another reason."""
        self.work_ends()
        if self._due is not None:
            self._left_s = self._due.at_s - self.model.now_s
            self._due.cancel()
            self._due = None

    def resume(self) -> None:
        """Resume failures: the calendar clock continues now; the busy clock does when work begins."""
        if not self._busy_clock and self._due is None:
            self._schedule_failure()

    def stop(self) -> None:
        """Stop for good: no further failures or repairs."""
        for due in (self._due, self._repaired_due):
            if due is not None:
                due.cancel()

    def _fail(self) -> None:
        self._due = self._began_s = None
        repair_s = self.spec.mttr.quantile(self._rng.random())
        self._left_s = self.spec.mtbf.quantile(self._rng.random())
        self._break_down()
        self._repaired_due = self.model.clock.schedule(repair_s, self._repaired)

    def _repaired(self) -> None:
        self._repair()
        if not self._busy_clock:
            self._schedule_failure()
