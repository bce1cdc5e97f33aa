"""One machine of a station: set up, process, be blocked, break down, be repaired."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .activity import Activity
from .events import Event, StationState
from .failures import Failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from .job import Job
    from .station import Station
    from .tasks import Operation


class Machine:
    """Holds one part at a time.

    Attributes:
        index: its number in the station, from 0.
        job: the part that it holds; None if it is empty.
        coming: the part that is being mounted, or for which a robot has been called.
        clearing: a robot has been called to dismount the part.
        down: it is broken.
        busy_until_s: when the part in work will be done, if nothing breaks.
        product: what it is set up for; None before its first part.
    """

    def __init__(self, station: Station, index: int) -> None:
        self.station = station
        self.index = index
        self.job: Job | None = None
        self.task: Operation | None = None
        self.coming: Job | None = None
        self.clearing = False
        self.down = False
        self.busy_until_s = 0.0
        self.product: str | None = None
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
        """A part can be mounted."""
        return self.job is None and self.coming is None and not self.down

    def start(self, job: Job, task: Operation) -> None:
        """Work on a part that has been mounted."""
        station = self.station
        self.job, self.task, self.coming = job, task, None
        setup_s = station.setup_s(self.product, job.order.product)
        self.product = job.order.product
        self.busy_until_s = station.model.now_s + setup_s + station.mean_s(task)
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
        """Be in `state` for `duration_s`, breakdowns not counted, then go on with `then`."""
        self.enter(state)
        self.activity.begin(duration_s, partial(self._ended, then), interrupted=self.down)
        if not self.down and self.failures is not None:
            self.failures.work_begins(duration_s)

    def _ended(self, then: Callable[[], None]) -> None:
        if self.failures is not None:
            self.failures.work_ends()
        then()

    def break_down(self) -> None:
        """Stop where it is; work goes on after the repair (preempt-resume)."""
        model = self.station.model
        self.down = True
        self.activity.interrupt()
        self.busy_until_s += self.station.repair_mean_s
        model.log.event(model.now_s, Event.BROKE_DOWN, self.station.unique_id, other=self.index)
        self._log(StationState.DOWN)

    def repair(self) -> None:
        """Go on with what was interrupted."""
        model = self.station.model
        self.down = False
        model.log.event(model.now_s, Event.REPAIRED, self.station.unique_id, other=self.index)
        self._log(self.state)
        if self.activity.under_way:
            self.busy_until_s = model.now_s + self.activity.left_s
            self.activity.go_on()
            if self.failures is not None:
                self.failures.work_begins(self.activity.left_s)
        self.station.repaired(self)

    def enter(self, state: StationState) -> None:
        """Change state; a broken machine shows it when it is repaired."""
        if state is not self.state:
            self.state = state
            if not self.down:
                self._log(state)

    def _log(self, state: StationState) -> None:
        station = self.station
        station.model.log.event(
            station.model.now_s, Event.STATION_STATE, station.unique_id, other=self.index, value=state
        )
