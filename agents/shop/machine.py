"""A machine of a station, with its states: starved, set-up, processing, blocked, down, off shift."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..events import Event, StationState
from .activity import Activity
from .failures import Failures
from .tasks import TaskKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from .job import Job
    from .station import Station
    from .tasks import Handling, Operation


class Machine:
    """A machine, which holds one part at a time.

    Attributes:
        index: its number in the station, from 0.
        job: the part that it holds; None if it is empty.
        task: the operation in work; None if there is none.
        coming: the part that is being loaded, or for which a robot has been called.
        clearing: a robot has been called to unload it.
        cleared: its part is unloaded but not yet fetched; the machine stays reserved for it meanwhile.
        handling: the task that the robot was called for.
        down: it is broken.
        off: its operators are off shift.
        busy_until_s: when the part in work will be done, without breakdowns.
        product: the product that it is set up for; None before its first part.
    """

    def __init__(self, station: Station, index: int) -> None:
        self.station = station
        self.index = index
        self.job: Job | None = None
        self.task: Operation | None = None
        self.coming: Job | None = None
        self.clearing = False
        self.cleared = False
        self.handling: Handling | None = None
        self.down = False
        self.off = False
        self.busy_until_s = 0.0
        self.product: str | None = None
        self._product_before: str | None = None
        self.state = StationState.STARVED
        self.activity = Activity(station.model.clock)
        self.failures = Failures.of(
            station.model,
            station.spec.breakdown,
            stream=f"breakdowns/{station.name}/{index}",
            break_down=self.break_down,
            repair=self.repair,
        )

    @property
    def free(self) -> bool:
        """Whether a part can be loaded."""
        return self.job is None and self.coming is None and self._runs

    @property
    def _runs(self) -> bool:
        return not (self.down or self.off)

    def start(self, job: Job, task: Operation) -> None:
        """Start set-up or processing of a part that has been loaded."""
        station = self.station
        self.job, self.task, self.coming = job, task, None
        setup_s = station.setup_s(self.product, job.order.product)
        self._product_before, self.product = self.product, job.order.product
        begin_s = max(station.model.now_s, station.shift.back_s)
        self.busy_until_s = begin_s + setup_s + station.mean_s(task)
        if setup_s > 0.0:
            station.model.log.event(
                station.model.now_s, Event.SETUP_STARTED, station.unique_id, job.unique_id, value=setup_s
            )
            self._run(StationState.SETUP, setup_s, self._process)
        else:
            self._process()
        job.work_begins(self.busy_until_s)

    def _process(self) -> None:
        station, job, task = self.station, self.job, self.task
        assert job is not None
        assert task is not None
        station.model.log.event(
            station.model.now_s, Event.PROCESSING_STARTED, station.unique_id, job.unique_id, value=task.step
        )
        self._run(StationState.PROCESSING, station.duration_s(task), self._finish)

    def _finish(self) -> None:
        self.station.finished(self)

    def _run(self, state: StationState, duration_s: float, then: Callable[[], None]) -> None:
        """Be in `state` for `duration_s`, not counting breakdowns, then call `then`."""
        self.enter(state)
        self.activity.begin(duration_s, partial(self._ended, then), interrupted=not self._runs)
        if self._runs and self.failures is not None:
            self.failures.work_begins(duration_s)

    def _ended(self, then: Callable[[], None]) -> None:
        if self.failures is not None:
            self.failures.work_ends()
        then()

    def give_up(self) -> tuple[Job | None, Operation | None]:
        """Give up its part, or the part being loaded; return the part, and its operation if that is not done."""
        part, task = self.job or self.coming, self.task
        if self.state is StationState.SETUP:
            self.product = self._product_before  # the set-up was not completed
        self.activity.abandon()
        if self.failures is not None:
            self.failures.work_ends()
        if self.handling is not None:
            self.station.model.net.annul(self.handling)
        self.job = self.task = self.coming = self.handling = None
        return part, task

    def stop(self) -> tuple[Job | None, Operation | None]:
        """Stop for good, as the station leaves: no more work, failures or repairs; return the same as `give_up`."""
        if self.failures is not None:
            self.failures.stop()
        self.state = StationState.STARVED
        self.clearing = self.cleared = False
        return self.give_up()

    def break_down(self) -> None:
        """Stop; the work is resumed after the repair (preempt-resume)."""
        if not self.station.present:
            return
        model = self.station.model
        self.down = True
        self.activity.interrupt()
        self.busy_until_s += self.station.repair_mean_s
        model.log.event(model.now_s, Event.BROKE_DOWN, self.station.unique_id, other=self.index)
        self._log_state()
        model.net.disturbed(TaskKind.OPERATION, self.station)

    def repair(self) -> None:
        """Resume interrupted work after a repair."""
        if not self.station.present:
            return
        model = self.station.model
        self.down = False
        model.log.event(model.now_s, Event.REPAIRED, self.station.unique_id, other=self.index)
        self._go_on()
        self.station.repaired(self)

    def shift_ends(self) -> None:
        """Stop work; a repair continues."""
        self.off = True
        self.activity.interrupt()
        if self.failures is not None:
            self.failures.work_ends()
        self.busy_until_s += self.station.shift.back_s - self.station.model.now_s
        self._log_state()

    def shift_begins(self) -> None:
        """Resume interrupted work at the start of a shift."""
        self.off = False
        self._go_on()

    def _go_on(self) -> None:
        self._log_state()
        if self._runs and self.activity.under_way:
            self.busy_until_s = self.station.model.now_s + self.activity.left_s
            self.activity.resume()
            if self.failures is not None:
                self.failures.work_begins(self.activity.left_s)

    def enter(self, state: StationState) -> None:
        """Change state; a machine that is down or off shift logs the new state when it runs again."""
        if state is not self.state:
            self.state = state
            if self._runs:
                self._log_state()

    def _log_state(self) -> None:
        station = self.station
        state = StationState.OFF if self.off else StationState.DOWN if self.down else self.state
        station.model.log.event(
            station.model.now_s, Event.STATION_STATE, station.unique_id, other=self.index, value=state
        )
