"""What is the case now, counted from the rows of the log: the same for a factory that runs and for one that ran.

`Tally.take` consumes rows in order and keeps the present only: where parts are, what everybody does, which tasks are
under negotiation. It can be copied cheaply, so that a replay can go back to a copy and count on from there.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from ..agents.events import NOBODY, Event, RobotState, StationState, VehicleState
from ..agents.negotiation.messages import Performative
from ..agents.shop.tasks import TaskKind
from .clock import duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .plan import Plan

Row = tuple[Any, ...]
FEED = 40  # notable happenings that are kept
TALKS = 60  # recent awards that are kept
CLOSED = 40  # tasks that are remembered after they have closed
ABSENT = -1  # state of a vehicle that is not in the factory: it is to join, or has left


class Status(IntEnum):
    """Where the negotiation of a task stands."""

    CALLED = 0
    WAITING = 1  # nobody took it
    AWARDED = 2
    ENGAGED = 3
    DONE = 4
    FAILED = 5
    CANCELLED = 6


@dataclass(slots=True)
class TaskNote:
    """What is known about one task.

    Attributes:
        calls: calls for proposals so far; more than one is a re-announcement.
        best_s: the lowest cost offered in the last call; inf if nobody offered.
        holders: who was awarded it, or a share of it, in the last call, and has not said how that ended.
    """

    task: int
    kind: TaskKind
    job: int
    manager: int
    asked_s: float
    conversation: int
    calls: int = 0
    status: Status = Status.CALLED
    contractor: int = NOBODY
    proposals: int = 0
    refusals: int = 0
    best_s: float = float("inf")
    holders: set[int] = field(default_factory=set)


class Tally:
    """The present of a factory.

    Attributes:
        machines: station id -> states of its machines.
        input, output: place id -> parts; of sources and storages only `output` is used.
        vehicle_state, load, robot_state, robot_at: by agent id; `robot_at` is the station that the robot serves.
        battery: vehicle id -> when its level was told last, and what it was.
        jobs: part id -> (released_s, due_s) of every part in the factory; `job_at`: where it is.
        absent: agents that are to join, or have left.
        open_tasks, closed_tasks: `TaskNote` by task id; charges: those of `open_tasks` that ask for a charger.
        feed: the last notable happenings (time_s, sentence, agent id, how bad: 0 good .. 2 bad).
        talks: the last awards (number, manager, contractor, performative).
    """

    def __init__(self, plan: Plan) -> None:
        spec = plan.scenario
        self.machines = {plan.place_id[n]: [int(StationState.STARVED)] * s.machines for n, s in spec.stations.items()}
        self.input = dict.fromkeys(plan.place_ids, 0)
        self.output = dict.fromkeys(plan.place_ids, 0)
        self.vehicle_state = dict.fromkeys(plan.agvs, int(VehicleState.IDLE))
        self.load = dict.fromkeys(plan.agvs, 0)
        self.robot_state = dict.fromkeys(plan.robot_ids, int(RobotState.IDLE))
        self.robot_at = dict.fromkeys(plan.robot_ids, NOBODY)
        self.charging = dict.fromkeys(plan.chargers, 0)
        self.battery: dict[int, tuple[float, float]] = {}
        self.jobs: dict[int, tuple[float, float]] = {}
        self.job_at: dict[int, int] = {}
        self.absent = set(plan.latecomers)
        self._buffer: dict[int, dict[int, int]] = {}  # part id -> `input` or `output`, if it is counted there
        self.released = self.finished = self.scrapped = self.late = self.messages = self.failures = 0
        self.open_tasks: dict[int, TaskNote] = {}
        self.closed_tasks: dict[int, TaskNote] = {}
        self.charges: dict[int, TaskNote] = {}
        self.feed: deque[tuple[float, str, int, int]] = deque(maxlen=FEED)
        self.talks: deque[tuple[int, int, int, int]] = deque(maxlen=TALKS)
        self._task_of: dict[int, int] = {}  # conversation -> task
        self._announced: dict[int, Row] = {}  # conversations whose call has not been counted yet

    def copy(self) -> Tally:
        """The same, to be counted on independently."""
        import pickle

        return pickle.loads(pickle.dumps(self, pickle.HIGHEST_PROTOCOL))

    def take(self, plan: Plan, events: Iterable[Row], conversations: Iterable[Row], messages: Iterable[Row]) -> None:
        """Count further rows, in the order of the log; calls are known before the messages that belong to them."""
        for row in conversations:
            self._announced[row[0]] = row
        for row in messages:
            self._message(plan, row)
        for row in events:
            self._event(plan, row)

    # -- parts and states -------------------------------------------------------------------------------------

    def _event(self, plan: Plan, row: Row) -> None:
        time_s, kind, agent, job, other, value = row
        match kind:
            case Event.STATION_STATE:
                self.machines[agent][other] = int(value)
            case Event.VEHICLE_STATE:
                self.vehicle_state[agent] = int(value)
            case Event.ROBOT_STATE:
                self.robot_state[agent] = int(value)
            case Event.BATTERY:
                self.battery[agent] = (time_s, value)
            case Event.RELEASED:
                self.released += 1
                self.jobs[job] = (time_s, value)
                self._lay(job, agent, self.output)
            case Event.LOADED:
                self.load[agent] += 1
                self._lay(job, agent)
            case Event.UNLOADED:
                self.load[agent] -= 1
                self._arrive(plan, job, other)
            case Event.MOVED:
                self._arrive(plan, job, agent)
            case Event.MOUNTED:
                self._lay(job, other)
            case Event.DISMOUNTED:
                self._lay(job, other, self.output)
            case Event.SET_DOWN:
                if agent != other:
                    self.load[agent] -= 1
                self._lay(job, other, self.output)
            case Event.SCRAPPED:
                self.scrapped += 1
                if agent in self.load:
                    self.load[agent] -= 1
                self._leave(job)
                self.feed.append((time_s, f"{plan.name_of(agent)} scraps {plan.name_of(job)}", agent, 1))
            case Event.FINISHED:
                self.finished += 1
                due_s = self._leave(job)
                if time_s > due_s:
                    self.late += 1
                    text = f"{plan.name_of(job)} is finished {duration(time_s - due_s)} late"
                    self.feed.append((time_s, text, agent, 1))
            case Event.BROKE_DOWN:
                self.failures += 1
                self.feed.append((time_s, f"{plan.name_of(agent)} breaks down", agent, 2))
            case Event.REPAIRED:
                self.feed.append((time_s, f"{plan.name_of(agent)} is repaired", agent, 0))
            case Event.STANDSTILL:
                self.feed.append((time_s, f"{plan.name_of(agent)} stands still among {value:g}", agent, 2))
            case Event.JAMMED:
                waits = f"waits for a place at {plan.name_of(other)}" if other != NOBODY else "does not leave"
                self.feed.append((time_s, f"jam: {plan.name_of(job)} at {plan.name_of(agent)} {waits}", agent, 2))
            case Event.INFEASIBLE:
                self.feed.append((time_s, f"nobody can do what {plan.name_of(agent)} asks for", agent, 2))
            case Event.JOINED:
                self.absent.discard(agent)
                self.vehicle_state.setdefault(agent, int(VehicleState.IDLE))
                self.load.setdefault(agent, 0)
                self.feed.append((time_s, f"{plan.name_of(agent)} joins", agent, 0))
            case Event.LEFT:
                self.absent.add(agent)
                if agent in self.machines:
                    self.machines[agent] = [int(StationState.OFF)] * len(self.machines[agent])
                if agent in self.robot_state:
                    self.robot_state[agent] = int(RobotState.OFF)
                self.feed.append((time_s, f"{plan.name_of(agent)} leaves", agent, 1))

    def _arrive(self, plan: Plan, job: int, place: int) -> None:
        if place in self.machines and place not in self.absent:
            self._lay(job, place, self.input)
        else:
            self._lay(job, place, None if place == plan.sink else self.output)

    def _lay(self, job: int, where: int, buffer: dict[int, int] | None = None) -> None:
        """A part is with an agent now, and counted in one of its buffers, or in none."""
        self._forget(job)
        self.job_at[job] = where
        if buffer is not None:
            buffer[where] += 1
            self._buffer[job] = buffer

    def _forget(self, job: int) -> None:
        buffer = self._buffer.pop(job, None)
        if buffer is not None:
            buffer[self.job_at[job]] -= 1

    def _leave(self, job: int) -> float:
        self._forget(job)
        self.job_at.pop(job, None)
        return self.jobs.pop(job, (0.0, float("inf")))[1]

    # -- chargers ---------------------------------------------------------------------------------------------

    def seeking(self) -> list[int]:
        """Vehicles that look for a charger and have none."""
        return [note.manager for note in self.charges.values() if note.status not in (Status.AWARDED, Status.ENGAGED)]

    def served(self, charger: int) -> list[int]:
        """Vehicles that charge at the charger, or are on their way to it."""
        return [
            note.manager
            for note in self.charges.values()
            if note.contractor == charger and note.status in (Status.AWARDED, Status.ENGAGED)
        ]

    # -- negotiations -----------------------------------------------------------------------------------------

    def _call(self, row: Row) -> None:
        conversation, task, kind, job, manager, opened_s, _ = row
        note = self.open_tasks.get(task) or self.closed_tasks.pop(task, None)
        if note is None:
            note = TaskNote(task, TaskKind(kind), job, manager, opened_s, conversation)
        self.open_tasks[task] = note
        if note.kind is TaskKind.CHARGE:
            self.charges[task] = note
        self._task_of.pop(note.conversation, None)
        note.conversation = conversation
        note.calls += 1
        note.status = Status.CALLED
        note.proposals = note.refusals = 0
        note.best_s = float("inf")
        note.holders.clear()
        self._task_of[conversation] = task

    def _message(self, plan: Plan, row: Row) -> None:
        time_s, performative, conversation, sender, receiver, count, value = row
        self.messages += count
        if performative == Performative.CFP:
            call = self._announced.pop(conversation, None)
            if call is not None:  # the first of the rows of a call, where each receiver has one
                self._call(call)
            return
        note = self.open_tasks.get(self._task_of.get(conversation, NOBODY))
        if note is None:
            return
        match performative:
            case Performative.PROPOSE:
                note.proposals += count
                note.best_s = min(note.best_s, value)
            case Performative.REFUSE:
                note.refusals += count
                if note.proposals == 0:
                    note.status = Status.WAITING
            case Performative.REJECT_PROPOSAL:
                if note.status is Status.CALLED:
                    note.status = Status.WAITING
            case Performative.ACCEPT_PROPOSAL:
                note.status = Status.AWARDED
                note.contractor = receiver
                note.holders.add(receiver)
                number = self.talks[-1][0] + 1 if self.talks else 0
                self.talks.append((number, sender, receiver, performative))
                if note.kind is TaskKind.HANDLING:
                    self.robot_at[receiver] = sender
            case Performative.AGREE:
                note.status = Status.ENGAGED
                if sender in self.charging:
                    self.charging[sender] += 1
            case Performative.INFORM_DONE | Performative.INFORM_RESULT if note.status is not Status.CANCELLED:
                note.holders.discard(sender)
                if not note.holders:
                    self._close(note, Status.DONE)
            case Performative.FAILURE:
                note.holders.discard(sender)
                note.status = Status.ENGAGED if note.holders else Status.FAILED
                note.contractor = next(iter(note.holders), NOBODY)
                number = self.talks[-1][0] + 1 if self.talks else 0
                self.talks.append((number, note.manager, sender, performative))
                self.feed.append((time_s, f"{plan.name_of(sender)} gives back a {note.kind.name.lower()}", sender, 2))
            case Performative.CANCEL:
                note.holders.discard(receiver)
                if not note.holders:
                    self._close(note, Status.CANCELLED)

    def _close(self, note: TaskNote, status: Status) -> None:
        note.status = status
        if note.contractor in self.charging:
            self.charging[note.contractor] -= 1
        self._task_of.pop(note.conversation, None)
        self.closed_tasks[note.task] = self.open_tasks.pop(note.task)
        self.charges.pop(note.task, None)
        if len(self.closed_tasks) > CLOSED:
            del self.closed_tasks[next(iter(self.closed_tasks))]
