"""A robot or an operator that loads and unloads the machines of the stations within reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..events import Event, RobotState
from ..negotiation.messages import Call, Proposal, Reason, Refusal
from ..negotiation.tasks import Task
from .agent import ShopContractor
from .handling import HandlingTimes
from .shift import Shift
from .tasks import Handling, TaskKind

if TYPE_CHECKING:
    from ..negotiation.world import Due
    from ..world import World
    from .specs import RobotSpec


class Robot(ShopContractor):
    """Contractor of handling, one part at a time; handling under way is finished before a pause."""

    announces = True

    def __init__(self, model: World, *, name: str, spec: RobotSpec) -> None:
        super().__init__(model, name=name)
        self.spec = spec
        self.handling = HandlingTimes(spec, model.handling_key)
        self.task: Handling | None = None
        self.idle_since_s = 0.0
        self.off = False
        self._due: Due | None = None
        self.shift = Shift(model.clock, model.spec.shifts, spec.shift, ends=self._shift_ends, begins=self._shift_begins)

    def bid(self, call: Call) -> Proposal | Refusal:
        """Offer the duration of the handling; refuse as busy while handling another part or off shift."""
        task = call.task
        assert isinstance(task, Handling)
        if task.station.name not in self.spec.stations:
            return Refusal(Reason.NOT_ELIGIBLE)
        if self.task is not None or self.off:
            return Refusal(Reason.BUSY)
        return Proposal(self.mean_s(task), idle_since_s=self.idle_since_s)

    def mean_s(self, task: Handling) -> float:
        """Expected duration of the handling in seconds."""
        assert task.job is not None
        return self.handling.mean_s(task.job, loads=task.loads)

    def duration_s(self, task: Handling) -> float:
        """Duration of this handling in seconds, from a new draw."""
        assert task.job is not None
        return self.handling.draw_s(task.job, loads=task.loads)

    def accept(self, task: Task) -> bool:
        assert isinstance(task, Handling)
        if self.task is not None or self.off or not self.model.net.may_begin(task, self):
            return self.task is task
        self.task = task
        task.contract.begun = True
        self._enter(RobotState.HANDLING)
        self._due = self.model.clock.schedule(self.duration_s(task), self._handled, task)
        return True

    def release(self, task: Task) -> bool:
        return False

    def let_go(self, task: Task) -> None:
        if self.task is task:
            self._drop()
            self.idle_since_s = self.model.now_s
            self._enter(RobotState.OFF if self.off else RobotState.IDLE)
            self.model.net.available(self, TaskKind.HANDLING)

    def _hand_back(self) -> None:
        """Give the handling back; the part stays where it was."""
        self.shift.stop()
        if self.task is not None:
            self.model.net.give_back(self._drop(), self)

    def _drop(self) -> Handling:
        assert self.task is not None
        assert self._due is not None
        self._due.cancel()
        task, self.task = self.task, None
        return task

    def _handled(self, task: Handling) -> None:
        self.task = None
        self.idle_since_s = self.model.now_s
        self._enter(RobotState.OFF if self.off else RobotState.IDLE)
        self.model.net.done(task, self)
        if task.loads:
            task.station.load_machine(task.machine, self)
        else:
            task.station.unload_machine(task.machine, self)
        self.model.net.available(self, TaskKind.HANDLING)

    def _shift_ends(self) -> None:
        self.off = True
        if self.task is None:
            self._enter(RobotState.OFF)

    def _shift_begins(self) -> None:
        self.off = False
        if self.task is None:
            self.idle_since_s = self.model.now_s
            self._enter(RobotState.IDLE)
            self.model.net.available(self, TaskKind.HANDLING)

    def _enter(self, state: RobotState) -> None:
        self.model.log.event(self.model.now_s, Event.ROBOT_STATE, self.unique_id, value=state)
