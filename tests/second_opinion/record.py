"""What a saved log says, read without robocell: plain rows and words, as docs/kpis.md tells them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = -1
EVENTS = """RELEASED LOADED UNLOADED MOVED MOUNTED SETUP_STARTED PROCESSING_STARTED PROCESSING_ENDED DISMOUNTED
    SCRAPPED FINISHED STATION_STATE VEHICLE_STATE ROBOT_STATE BATTERY ENERGY BROKE_DOWN REPAIRED STANDSTILL INFEASIBLE
    LOT_CALLED LOT_OFFERED LOT_AWARDED LOT_LEFT_OUT JAMMED JOINED LEFT SET_DOWN ORDERED RESULT"""
STATES = {
    "STATION_STATE": ["STARVED", "PROCESSING", "SETUP", "BLOCKED", "DOWN", "OFF"],
    "VEHICLE_STATE": ["IDLE", "EMPTY", "LOADED", "HANDLING", "WAITING", "CHARGING", "DOWN", "OFF"],
    "ROBOT_STATE": ["IDLE", "HANDLING", "DOWN", "OFF"],
}
AGENTS = ["JOB", "STATION", "ROBOT", "AGV", "CHARGER", "LOT"]
TASKS = ["OPERATION", "TRANSPORT", "HANDLING", "CHARGE"]
WORDS = """CFP PROPOSE REFUSE ACCEPT_PROPOSAL REJECT_PROPOSAL AGREE INFORM_DONE INFORM_RESULT FAILURE CANCEL
    NOT_UNDERSTOOD INFORM"""
TABLES = {
    "events": ("time_s", "kind", "agent", "job", "other", "value"),
    "messages": ("time_s", "performative", "conversation", "sender", "receiver", "count", "value"),
    "conversations": ("conversation", "task", "task_kind", "job", "manager", "opened_s", "reply_by_s"),
    "agents": ("unique_id", "kind"),
}


class Row(NamedTuple):
    """An event; `event` is its name, agents are ids."""

    time_s: float
    event: str
    agent: int
    job: int
    other: int
    value: float


class Message(NamedTuple):
    time_s: float
    word: str
    conversation: int
    sender: int
    receiver: int
    many: int
    value: float


class Call(NamedTuple):
    conversation: int
    task: int
    kind: str
    job: int
    manager: int
    opened_s: float
    reply_by_s: float


@dataclass
class Record:
    """A log as lists, in the order of recording.

    Attributes:
        kinds: what each agent is, by id.
        names: what it is called.
        ticks: those that have a row in `cells`.
        cells: the cell of each vehicle after the motion of the tick.
    """

    rows: list[Row]
    messages: list[Message]
    calls: list[Call]
    kinds: dict[int, str]
    names: dict[int, str]
    ticks: list[int]
    cells: list[list[int]]
    end_s: float

    def ids(self, kind: str) -> list[int]:
        return [agent for agent, own in self.kinds.items() if own == kind]

    def name(self, agent: int) -> str:
        return self.names.get(agent, f"agent {agent}")

    def nonsense(self) -> list[str]:
        """Rows that say nothing: of states, agents or conversations that there are not."""
        calls = {call.conversation for call in self.calls}
        who = {"STATION_STATE": "STATION", "VEHICLE_STATE": "AGV", "ROBOT_STATE": "ROBOT"}
        return [
            f"{row} says nothing"
            for row in self.rows
            if (row.event in who and (self.kinds.get(row.agent) != who[row.event] or row.value not in range(8)))
            or (row.event in STATES and row.value >= len(STATES[row.event]))
            or (row.event in ("LOT_CALLED", "LOT_OFFERED", "LOT_AWARDED") and row.value not in calls)
        ]


def read(path: Path) -> Record:
    """The log in an .npz file."""
    with np.load(path) as file:
        header = json.loads(file["header.json"])
        column = {name: file[name].tolist() for name in file.files if name.split(".")[0] in TABLES}
        names = bytes(file["agents.name"]).decode().split("\0")
        deltas = file["trace.deltas"].tolist()  # the trace: where each vehicle starts, and then its moves by number
        starts, moves = file["trace.start"].tolist(), file["trace.moves"].tolist()
        ticks = file["trace.ticks"].tolist()

    def table(name: str) -> zip[tuple[Any, ...]]:
        return zip(*(column[f"{name}.{field}"] for field in TABLES[name]), strict=True)

    events, words = EVENTS.split(), WORDS.split()
    ids = [agent for agent, _ in table("agents")]
    ways = zip(starts, moves, strict=True)
    paths = [list(accumulate((deltas[move] for move in own), initial=start)) for start, own in ways]
    return Record(
        rows=[Row(time_s, events[kind], *rest) for time_s, kind, *rest in table("events")],
        messages=[Message(time_s, words[word], *rest) for time_s, word, *rest in table("messages")],
        calls=[Call(number, task, TASKS[kind], *rest) for number, task, kind, *rest in table("conversations")],
        kinds={agent: AGENTS[kind] for agent, kind in table("agents")},
        names=dict(zip(ids, names, strict=True)),
        ticks=ticks,
        cells=[list(cells) for cells in zip(*paths, strict=True)] if ticks else [],
        end_s=header["end_s"],
    )
