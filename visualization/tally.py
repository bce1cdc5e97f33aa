"""Current state of a factory, aggregated from log rows: the same for a running factory and a recorded one.

`Tally.take` consumes rows in order and keeps only the present: the positions of parts, the states of agents, the tasks
under negotiation. It can be copied cheaply, so that a replay can return to a copy and continue counting from there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
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
FEED = 40  # most notable events kept
AWARDS = 60  # most recent awards kept
CLOSED = 40  # most closed tasks kept
ABSENT = -1  # state of a vehicle that has not joined yet or has left


class Status(IntEnum):
    """The status of the negotiation of a task."""

    CALLED = 0
    WAITING = 1  # no contractor took it
    AWARDED = 2
    ENGAGED = 3
    DONE = 4
    FAILED = 5
    CANCELLED = 6


@dataclass(slots=True)
class TaskNote:
    """The record of one task.

    Attributes:
        calls: calls for proposals so far; more than one is a re-announcement.
        best_s: the lowest cost offered in the last call; inf without an offer.
        holders: contractors with an award of it, or of a share, in the last call, that have not reported its end.
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
    """The current state of a factory.

    Attributes:
        machines: station id -> states of its machines.
        input, output: place id -> parts; of sources and storages only `output` is used.
        vehicle_state, load, robot_state, robot_at: by agent id; `robot_at` is the station that the robot serves.
        battery: vehicle id -> time and value of its last reported level.
        jobs: part id -> (released_s, due_s) of every part in the factory; `job_at`: its place.
        absent: agents that have not joined yet or have left.
        open_tasks, closed_tasks: `TaskNote` by task id; charges: those of `open_tasks` that ask for a charger.
        feed: the last notable events (time_s, sentence, agent id, severity: 0 good .. 2 bad).
        awards: the last awards (number, manager, contractor, performative).
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
        self._buffer: dict[int, dict[int, int]] = {}  # part id -> `input` or `output`, if the part is counted there
        self.released = self.finished = self.scrapped = self.late = self.messages = self.failures = 0
        self.open_tasks: dict[int, TaskNote] = {}
        self.closed_tasks: dict[int, TaskNote] = {}
        self.charges: dict[int, TaskNote] = {}
        self.feed: deque[tuple[float, str, int, int]] = deque(maxlen=FEED)
        self.awards: deque[tuple[int, int, int, int]] = deque(maxlen=AWARDS)
        self._task_of: dict[int, int] = {}  # conversation -> task
        self._announced: dict[int, Row] = {}  # conversations whose call has not been counted yet

    def copy(self) -> Tally:
        """An independent copy that can continue counting."""
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
        change = EVENTS.get(row[1])
        if change is not None:
            change(self, plan, row)
            return
        told = NEWS.get(row[1])
        if told is not None:
            self._tell(plan, row, *told)

    def _tell(self, plan: Plan, row: Row, sentence: str, level: int) -> None:
        """Put an event into the feed."""
        time_s, _, agent, job, other, value = row
        names = {"agent": plan.name_of(agent), "job": plan.name_of(job), "other": plan.name_of(other), "value": value}
        self.feed.append((time_s, sentence.format(**names), agent, level))

    def _station_state(self, plan: Plan, row: Row) -> None:
        self.machines[row[2]][row[4]] = int(row[5])

    def _vehicle_state(self, plan: Plan, row: Row) -> None:
        self.vehicle_state[row[2]] = int(row[5])

    def _robot_state(self, plan: Plan, row: Row) -> None:
        self.robot_state[row[2]] = int(row[5])

    def _battery(self, plan: Plan, row: Row) -> None:
        self.battery[row[2]] = (row[0], row[5])

    def _released(self, plan: Plan, row: Row) -> None:
        time_s, _, agent, job, _, due_s = row
        self.released += 1
        self.jobs[job] = (time_s, due_s)
        self._move_part(job, agent, self.output)

    def _loaded(self, plan: Plan, row: Row) -> None:
        self.load[row[2]] += 1
        self._move_part(row[3], row[2])

    def _unloaded(self, plan: Plan, row: Row) -> None:
        self.load[row[2]] -= 1
        self._arrive(plan, row[3], row[4])

    def _moved(self, plan: Plan, row: Row) -> None:
        self._arrive(plan, row[3], row[2])

    def _mounted(self, plan: Plan, row: Row) -> None:
        self._move_part(row[3], row[4])

    def _dismounted(self, plan: Plan, row: Row) -> None:
        self._move_part(row[3], row[4], self.output)

    def _set_down(self, plan: Plan, row: Row) -> None:
        if row[2] != row[4]:
            self.load[row[2]] -= 1
        self._move_part(row[3], row[4], self.output)

    def _scrapped(self, plan: Plan, row: Row) -> None:
        self.scrapped += 1
        if row[2] in self.load:
            self.load[row[2]] -= 1
        self._leave(row[3])
        self._tell(plan, row, "{agent} scraps {job}", 1)

    def _finished(self, plan: Plan, row: Row) -> None:
        self.finished += 1
        time_s, due_s = row[0], self._leave(row[3])
        if time_s > due_s:
            self.late += 1
            self._tell(plan, row, f"{{job}} is finished {duration(time_s - due_s)} late", 1)

    def _broke_down(self, plan: Plan, row: Row) -> None:
        self.failures += 1
        self._tell(plan, row, "{agent} breaks down", 2)

    def _jammed(self, plan: Plan, row: Row) -> None:
        waits = "waits for a place at {other}" if row[4] != NOBODY else "does not leave"
        self._tell(plan, row, f"jam: {{job}} at {{agent}} {waits}", 2)

    def _joined(self, plan: Plan, row: Row) -> None:
        agent = row[2]
        self.absent.discard(agent)
        self.vehicle_state.setdefault(agent, int(VehicleState.IDLE))
        self.load.setdefault(agent, 0)
        self._tell(plan, row, "{agent} joins", 0)

    def _left(self, plan: Plan, row: Row) -> None:
        agent = row[2]
        self.absent.add(agent)
        if agent in self.machines:
            self.machines[agent] = [int(StationState.OFF)] * len(self.machines[agent])
        if agent in self.robot_state:
            self.robot_state[agent] = int(RobotState.OFF)
        self._tell(plan, row, "{agent} leaves", 1)

    def _arrive(self, plan: Plan, job: int, place: int) -> None:
        if place in self.machines and place not in self.absent:
            self._move_part(job, place, self.input)
        else:
            self._move_part(job, place, None if place in plan.sinks else self.output)

    def _move_part(self, job: int, where: int, buffer: dict[int, int] | None = None) -> None:
        """Move a part to an agent, counted in one of its buffers or in none."""
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
        """Vehicles that seek a charger and have none yet."""
        return [note.manager for note in self.charges.values() if note.status not in (Status.AWARDED, Status.ENGAGED)]

    def served(self, charger: int) -> list[int]:
        """Vehicles that charge at the charger, or drive to it."""
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
        _, performative, conversation, _, _, count, _ = row
        self.messages += count
        if performative == Performative.CFP:
            call = self._announced.pop(conversation, None)
            if call is not None:  # the first of several rows of a call, one per receiver
                self._call(call)
            return
        note = self.open_tasks.get(self._task_of.get(conversation, NOBODY))
        if note is None:
            return
        change = MESSAGES.get(performative)
        if change is not None:
            change(self, plan, note, row)

    def _proposed(self, plan: Plan, note: TaskNote, row: Row) -> None:
        note.proposals += row[5]
        note.best_s = min(note.best_s, row[6])

    def _refused(self, plan: Plan, note: TaskNote, row: Row) -> None:
        if row[4] != note.manager:
            return  # an available contractor refuses the managers of other tasks
        note.refusals += row[5]
        if note.proposals == 0:
            note.status = Status.WAITING

    def _rejected(self, plan: Plan, note: TaskNote, row: Row) -> None:
        if note.status is Status.CALLED:
            note.status = Status.WAITING

    def _awarded(self, plan: Plan, note: TaskNote, row: Row) -> None:
        _, performative, _, manager, contractor, _, _ = row
        note.status = Status.AWARDED
        note.contractor = contractor
        note.holders.add(contractor)
        self._talk(manager, contractor, performative)
        if note.kind is TaskKind.HANDLING:
            self.robot_at[contractor] = manager

    def _agreed(self, plan: Plan, note: TaskNote, row: Row) -> None:
        note.status = Status.ENGAGED
        if row[3] in self.charging:
            self.charging[row[3]] += 1

    def _done(self, plan: Plan, note: TaskNote, row: Row) -> None:
        if note.status is not Status.CANCELLED:
            note.holders.discard(row[3])
            if not note.holders:
                self._close(note, Status.DONE)

    def _given_back(self, plan: Plan, note: TaskNote, row: Row) -> None:
        time_s, performative, _, contractor, _, _, _ = row
        note.holders.discard(contractor)
        note.status = Status.ENGAGED if note.holders else Status.FAILED
        note.contractor = next(iter(note.holders), NOBODY)
        self._talk(note.manager, contractor, performative)
        text = f"{plan.name_of(contractor)} gives back a {note.kind.name.lower()}"
        self.feed.append((time_s, text, contractor, 2))

    def _cancelled(self, plan: Plan, note: TaskNote, row: Row) -> None:
        note.holders.discard(row[4])
        if not note.holders:
            self._close(note, Status.CANCELLED)

    def _talk(self, manager: int, contractor: int, performative: int) -> None:
        number = self.awards[-1][0] + 1 if self.awards else 0
        self.awards.append((number, manager, contractor, performative))

    def _close(self, note: TaskNote, status: Status) -> None:
        note.status = status
        if note.contractor in self.charging:
            self.charging[note.contractor] -= 1
        self._task_of.pop(note.conversation, None)
        self.closed_tasks[note.task] = self.open_tasks.pop(note.task)
        self.charges.pop(note.task, None)
        if len(self.closed_tasks) > CLOSED:
            del self.closed_tasks[next(iter(self.closed_tasks))]


EVENTS: dict[int, Callable[[Tally, Plan, Row], None]] = {
    Event.STATION_STATE: Tally._station_state,
    Event.VEHICLE_STATE: Tally._vehicle_state,
    Event.ROBOT_STATE: Tally._robot_state,
    Event.BATTERY: Tally._battery,
    Event.RELEASED: Tally._released,
    Event.LOADED: Tally._loaded,
    Event.UNLOADED: Tally._unloaded,
    Event.MOVED: Tally._moved,
    Event.MOUNTED: Tally._mounted,
    Event.DISMOUNTED: Tally._dismounted,
    Event.SET_DOWN: Tally._set_down,
    Event.SCRAPPED: Tally._scrapped,
    Event.FINISHED: Tally._finished,
    Event.BROKE_DOWN: Tally._broke_down,
    Event.JAMMED: Tally._jammed,
    Event.JOINED: Tally._joined,
    Event.LEFT: Tally._left,
}
"""Handlers by kind of event."""
NEWS: dict[int, tuple[str, int]] = {
    Event.REPAIRED: ("{agent} is repaired", 0),
    Event.STANDSTILL: ("{agent} stands still in a cycle of {value:g} vehicles", 2),
    Event.INFEASIBLE: ("no contractor can do what {agent} asks for", 2),
}
"""Sentences for events without a handler, and their severity: 0 good .. 2 bad."""
MESSAGES: dict[int, Callable[[Tally, Plan, TaskNote, Row], None]] = {
    Performative.PROPOSE: Tally._proposed,
    Performative.REFUSE: Tally._refused,
    Performative.REJECT_PROPOSAL: Tally._rejected,
    Performative.ACCEPT_PROPOSAL: Tally._awarded,
    Performative.AGREE: Tally._agreed,
    Performative.INFORM_DONE: Tally._done,
    Performative.INFORM_RESULT: Tally._done,
    Performative.FAILURE: Tally._given_back,
    Performative.CANCEL: Tally._cancelled,
}
"""Handlers by kind of message, which update the note of a task; calls for proposals create it."""
