"""Hand-written logs: a `Story` tells what happens in a small cell, and writes down what a factory would.

. . . . . . . . .        I source, A saw (tended by the robot arm), B drill (serves itself, needs set-ups),
. I . A . B . O .        O sink, C charger; a cell is 1 m, a vehicle drives 1 m/s: a tick is 1 s
. . . . . . . . C
"""

from typing import Any

import numpy as np
import pytest

from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments.log import NOBODY, AgentKind, Event, EventLog, RobotState, StationState, VehicleState
from robocell.environments.scenario import Scenario

WIDTH = 9
DOCKS = {"source": 10, "saw": 12, "drill": 14, "sink": 16, "charger": 26}
LOAD_S, MOUNT_S, DISMOUNT_S, SAW_S, DRILL_S, SETUP_S = 5.0, 3.0, 2.0, 10.0, 20.0, 6.0


def cell_data(**changes: Any) -> dict[str, Any]:
    """The scenario of the stories as YAML would give it; `changes` replace whole top-level keys."""
    data: dict[str, Any] = {
        "name": "story",
        "layout": {
            "art": ".........\n.I.A.B.O.\n........C",
            "legend": {"I": "source", "A": "saw", "B": "drill", "O": "sink", "C": "charger"},
        },
        "stations": {
            "saw": {"operations": {"cut": "10s"}, "input_capacity": 2},
            "drill": {
                "operations": {"bore": "20s"},
                "setup": {"default": "6s", "same": "0s"},
                "output_capacity": 2,
            },
        },
        "robots": {"arm": {"stations": ["saw"], "load": "3s", "unload": "2s"}},
        "fleet": {
            "agvs": {
                "count": 2,
                "speed": "1m/s",
                "load": "5s",
                "unload": "5s",
                "battery": {
                    "capacity": "360kJ",
                    "drive_empty": "30J/m",
                    "drive_loaded": "45J/m",
                    "charge": "400W",
                },
            }
        },
        "chargers": {"charger": {}},
        "products": {"phone": {"routing": ["cut", "bore"]}, "watch": {"routing": ["bore"]}},
        "orders": {"kind": "deterministic", "every": "1min"},
        "horizon": "1h",
        "drain": True,
    }
    return data | changes


class Story:
    """Writes a log as a factory would; every method says at which time the thing happens or begins."""

    def __init__(self, **changes: Any) -> None:
        self.scenario = Scenario.parse(cell_data(**changes))
        self.log = EventLog(self.scenario.name, seed=1)
        self.ids: dict[str, int] = {}
        self.rows: list[tuple[Any, ...]] = []
        self.cells = {"agv_1": 0, "agv_2": 8}
        self.moves: dict[int, dict[str, int]] = {}  # tick -> vehicle -> cell
        self.tasks = 0
        self.conversations = 0
        for name in ("source", "sink", *self.scenario.stations, *self.scenario.storage):
            self.add(AgentKind.STATION, name)
        for name in self.scenario.robots:
            self.add(AgentKind.ROBOT, name)
        for name in self.cells:
            self.add(AgentKind.AGV, name)
        self.add(AgentKind.CHARGER, "charger")

    def add(self, kind: AgentKind, name: str) -> int:
        self.ids[name] = len(self.ids) + 1
        self.log.add_agent(self.ids[name], kind, name)
        return self.ids[name]

    def tell(
        self,
        time_s: float,
        event: Event,
        agent: str,
        job: str | None = None,
        other: str | int = NOBODY,
        value: float = 0.0,
    ) -> None:
        """One event row, by names."""
        job_id = self.ids[job] if job else NOBODY
        other_id = self.ids[other] if isinstance(other, str) else other
        self.rows.append((time_s, event, self.ids[agent], job_id, other_id, value))

    def release(self, time_s: float, job: str, *, due_s: float = float("inf")) -> None:
        """A job whose name begins with the name of its product enters the factory."""
        self.add(AgentKind.JOB, job)
        product = list(self.scenario.products).index(job.split("-")[0])
        self.tell(time_s, Event.RELEASED, "source", job, product, due_s)

    def carry(self, time_s: float, vehicle: str, job: str, origin: str, destination: str) -> float:
        """Drive to the part, load it, drive on, unload it; returns the time when that is done."""
        self.tell(time_s, Event.VEHICLE_STATE, vehicle, value=VehicleState.EMPTY)
        time_s = self.drive(time_s, vehicle, DOCKS[origin])
        self.tell(time_s, Event.VEHICLE_STATE, vehicle, value=VehicleState.HANDLING)
        time_s += LOAD_S
        self.tell(time_s, Event.LOADED, vehicle, job, origin)
        self.tell(time_s, Event.VEHICLE_STATE, vehicle, value=VehicleState.LOADED)
        time_s = self.drive(time_s, vehicle, DOCKS[destination])
        self.tell(time_s, Event.VEHICLE_STATE, vehicle, value=VehicleState.HANDLING)
        time_s += LOAD_S
        self.tell(time_s, Event.UNLOADED, vehicle, job, destination)
        self.tell(time_s, Event.VEHICLE_STATE, vehicle, value=VehicleState.IDLE)
        return time_s

    def drive(self, time_s: float, vehicle: str, goal: int) -> float:
        """Along the row, then along the column, one cell a tick; returns the time of arrival."""
        cell, tick = self.cells[vehicle], round(time_s)
        while cell != goal:
            columns = goal % WIDTH - cell % WIDTH
            cell += int(np.sign(columns)) if columns else WIDTH * int(np.sign(goal - cell))
            tick += 1
            self.moves.setdefault(tick, {})[vehicle] = cell
        self.cells[vehicle] = goal
        return float(tick)

    def saw(self, time_s: float, job: str, *, step: int = 0) -> float:
        """The arm mounts, the saw cuts, the arm dismounts; returns when it is done."""
        self.arm(time_s, MOUNT_S)
        self.tell(time_s + MOUNT_S, Event.MOUNTED, "arm", job, "saw")
        self.tell(time_s + MOUNT_S, Event.STATION_STATE, "saw", other=0, value=StationState.PROCESSING)
        self.tell(time_s + MOUNT_S, Event.PROCESSING_STARTED, "saw", job, value=step)
        self.tell(time_s + MOUNT_S + SAW_S, Event.PROCESSING_ENDED, "saw", job)
        self.tell(time_s + MOUNT_S + SAW_S, Event.STATION_STATE, "saw", other=0, value=StationState.BLOCKED)
        self.arm(time_s + MOUNT_S + SAW_S, DISMOUNT_S)
        self.tell(time_s + MOUNT_S + SAW_S + DISMOUNT_S, Event.DISMOUNTED, "arm", job, "saw")
        self.tell(
            time_s + MOUNT_S + SAW_S + DISMOUNT_S, Event.STATION_STATE, "saw", other=0, value=StationState.STARVED
        )
        return time_s + MOUNT_S + SAW_S + DISMOUNT_S

    def arm(self, time_s: float, duration_s: float) -> None:
        """The arm handles something."""
        self.tell(time_s, Event.ROBOT_STATE, "arm", value=RobotState.HANDLING)
        self.tell(time_s + duration_s, Event.ROBOT_STATE, "arm", value=RobotState.IDLE)

    def drill(self, time_s: float, job: str, *, step: int, setup_s: float = SETUP_S) -> float:
        """The drill takes the part, is set up, bores, and puts it out; returns when it is done."""
        self.tell(time_s, Event.MOUNTED, "drill", job, "drill")
        if setup_s:
            self.tell(time_s, Event.SETUP_STARTED, "drill", job, value=setup_s)
            self.tell(time_s, Event.STATION_STATE, "drill", other=0, value=StationState.SETUP)
        self.tell(time_s + setup_s, Event.STATION_STATE, "drill", other=0, value=StationState.PROCESSING)
        self.tell(time_s + setup_s, Event.PROCESSING_STARTED, "drill", job, value=step)
        self.tell(time_s + setup_s + DRILL_S, Event.PROCESSING_ENDED, "drill", job)
        self.tell(time_s + setup_s + DRILL_S, Event.DISMOUNTED, "drill", job, "drill")
        self.tell(time_s + setup_s + DRILL_S, Event.STATION_STATE, "drill", other=0, value=StationState.STARVED)
        return time_s + setup_s + DRILL_S

    def call(self, time_s: float, kind: TaskKind, manager: str, *, task: int | None = None, wait_s: float = 2.0) -> int:
        """A call for proposals goes out; returns the conversation. A new task unless `task` is given."""
        if task is None:
            task, self.tasks = self.tasks, self.tasks + 1
        conversation, self.conversations = self.conversations, self.conversations + 1
        job = self.ids[manager] if self.log.kind_of(self.ids[manager]) == AgentKind.JOB else NOBODY
        self.log.conversation(conversation, task, kind, job, self.ids[manager], time_s, time_s + wait_s)
        self.say(time_s, Performative.CFP, conversation, manager, None, count=2)
        return conversation

    def say(
        self,
        time_s: float,
        words: Performative,
        conversation: int,
        sender: str | None,
        receiver: str | None,
        *,
        count: int = 1,
        value: float = 0.0,
    ) -> None:
        from_id, to_id = (self.ids[name] if name else NOBODY for name in (sender, receiver))
        self.log.message(time_s, words, conversation, from_id, to_id, count, value)

    def deal(
        self,
        time_s: float,
        kind: TaskKind,
        manager: str,
        contractor: str,
        *,
        task: int | None = None,
        until_s: float = 0.0,
    ) -> int:
        """A call that is answered and awarded at once; the award holds until `until_s`, 0 for ever."""
        conversation = self.call(time_s, kind, manager, task=task)
        self.say(time_s, Performative.PROPOSE, conversation, None, manager, count=2)
        self.say(time_s, Performative.ACCEPT_PROPOSAL, conversation, manager, contractor, value=until_s)
        self.say(time_s, Performative.AGREE, conversation, contractor, manager, value=until_s)
        return conversation

    def end(self, end_s: float, *, trace: bool = True) -> EventLog:
        """Writes the rows in order of time, the trace, and closes the log."""
        for row in sorted(self.rows, key=lambda row: row[0]):
            self.log.event(*row)
        if trace:
            at = {"agv_1": 0, "agv_2": 8}
            self.log.trace(0, np.array(list(at.values()), np.int32))
            for tick, moves in sorted(self.moves.items()):
                at |= moves
                self.log.trace(tick, np.array(list(at.values()), np.int32))
        self.log.close(end_s)
        return self.log


@pytest.fixture(scope="session")
def new_story() -> type[Story]:
    return Story


@pytest.fixture
def story() -> Story:
    """One phone is sawn, drilled, and finished; all of it negotiated, all of it on the floor."""
    story = Story()
    story.release(0.0, "phone-1", due_s=100.0)
    sawing = story.deal(0.0, TaskKind.OPERATION, "phone-1", "saw")
    carrying = story.deal(0.0, TaskKind.TRANSPORT, "phone-1", "agv_1")
    there_s = story.carry(0.0, "agv_1", "phone-1", "source", "saw")
    story.say(there_s, Performative.INFORM_DONE, carrying, "agv_1", "phone-1")
    mounting = story.deal(there_s, TaskKind.HANDLING, "saw", "arm")
    sawn_s = story.saw(there_s, "phone-1")
    story.say(sawn_s, Performative.INFORM_DONE, mounting, "arm", "saw")
    story.say(sawn_s, Performative.INFORM_DONE, sawing, "saw", "phone-1")
    there_s = story.carry(sawn_s, "agv_1", "phone-1", "saw", "drill")
    bored_s = story.drill(there_s, "phone-1", step=1)
    end_s = story.carry(bored_s, "agv_1", "phone-1", "drill", "sink")
    story.tell(end_s, Event.FINISHED, "sink", "phone-1")
    story.tell(end_s, Event.BATTERY, "agv_1", value=0.5)
    return story


@pytest.fixture(scope="session")
def check_story():
    """The broken rules of a story, those of `deeds` aside: it tells only of the awards that it is about."""
    from robocell.environments.checks import Violation, check

    def found(log: EventLog, scenario: Scenario) -> list[Violation]:
        return [violation for violation in check(log, scenario) if violation.rule not in ("unawarded", "unfounded")]

    return found


@pytest.fixture(scope="session")
def rules(check_story):
    """The rules that a story breaks, those of `deeds` aside, as a set."""

    def broken(log: EventLog, scenario: Scenario) -> set[str]:
        return {violation.rule for violation in check_story(log, scenario)}

    return broken


@pytest.fixture(scope="session")
def change():
    """A copy of the log in which the first row of an event has other values, or is dropped."""

    def changed(log: EventLog, event: Event, *, drop: bool = False, **values: float) -> EventLog:
        events = log.events.copy()
        row = int(np.flatnonzero(events["kind"] == event)[0])
        if drop:
            return log.replace(events=np.delete(events, row))
        for field, value in values.items():
            events[row][field] = value
        return log.replace(events=events)

    return changed
