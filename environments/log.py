"""The event log: the one source of KPIs, Gantt charts, replays and checks. Decides what is recorded and how it is kept.

Four tables and a trace, all columns of plain numbers, so that equal runs are equal to the byte:

    events         what happened to parts, stations, vehicles        one row per change
    messages       who said what in which conversation                one row per message, or one for many (`count`)
    conversations  the calls for proposals                            one row per call
    agents         names of all ids                                   one row per agent
    trace          cells of all vehicles                              one row per tick in which something moved

Dimensions: E events, M messages, K conversations, A agents, R recorded ticks, V vehicles.
"""

import hashlib
import io
import json
import zipfile
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from ..agents.messages import Performative
from ..agents.tasks import TaskKind

if TYPE_CHECKING:
    import pandas as pd

NOBODY = -1
FORMAT_VERSION = 1
_CHUNK_ROWS = 1 << 16
_CHUNK_TICKS = 1 << 10
_NAME_END = "\0"  # no name in a scenario can hold it
_ZIP_EPOCH = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest date that a zip can hold; the clock of the machine must not get into the file


class Event(IntEnum):
    """What an event row says. Columns: `agent`, `job`, `other` are ids (or NOBODY), `value` a number.

    The numbers are part of the file format: new events are added at the end.
    """

    RELEASED = 0  # agent=source, job, other=index of the product in scenario.products, value=due time in s, inf if none
    LOADED = 1  # agent=AGV, job, other=place left: the part is on the vehicle from now on
    UNLOADED = 2  # agent=AGV, job, other=place reached: the part has left the vehicle
    MOVED = 3  # agent=place reached, job, other=place left (instant transport)
    MOUNTED = 4  # agent=robot or the station itself, job, other=station: input buffer -> machine
    SETUP_STARTED = 5  # agent=station, job, value=duration in s
    PROCESSING_STARTED = 6  # agent=station, job, value=index of the operation in the routing
    PROCESSING_ENDED = 7  # agent=station, job
    DISMOUNTED = 8  # agent=robot or the station itself, job, other=station: machine -> output buffer
    SCRAPPED = 9  # agent=station, job
    FINISHED = 10  # agent=sink, job
    STATION_STATE = 11  # agent=station, other=machine index, value=StationState
    VEHICLE_STATE = 12  # agent=AGV, value=VehicleState
    ROBOT_STATE = 13  # agent=robot, value=RobotState
    BATTERY = 14  # agent=AGV, value=level, 0..1
    ENERGY = 15  # agent=AGV, other=charger, value=joules charged since the last such row
    BROKE_DOWN = 16  # agent
    REPAIRED = 17  # agent
    STANDSTILL = 18  # agent=vehicle that waits in a cycle of vehicles, value=number of vehicles in it
    INFEASIBLE = 19  # agent=manager, job, value=TaskKind: nobody can ever do this task


class StationState(IntEnum):
    STARVED = 0
    PROCESSING = 1
    SETUP = 2
    BLOCKED = 3
    DOWN = 4


class VehicleState(IntEnum):
    IDLE = 0
    EMPTY = 1  # drives without a part
    LOADED = 2  # drives with a part
    HANDLING = 3
    WAITING = 4  # for a dock or for a part
    CHARGING = 5
    DOWN = 6


class RobotState(IntEnum):
    IDLE = 0
    HANDLING = 1
    DOWN = 2


class AgentKind(IntEnum):
    JOB = 0
    STATION = 1  # also source, sink and storage
    ROBOT = 2
    AGV = 3
    CHARGER = 4


EVENT_ROW = np.dtype(
    [("time_s", "<f8"), ("kind", "u1"), ("agent", "<i4"), ("job", "<i4"), ("other", "<i4"), ("value", "<f8")]
)
MESSAGE_ROW = np.dtype(
    [
        ("time_s", "<f8"),
        ("performative", "u1"),
        ("conversation", "<i4"),
        ("sender", "<i4"),
        ("receiver", "<i4"),
        ("count", "<i4"),
        ("value", "<f8"),
    ]
)
CONVERSATION_ROW = np.dtype(
    [
        ("conversation", "<i4"),
        ("task", "<i4"),
        ("task_kind", "u1"),
        ("job", "<i4"),
        ("manager", "<i4"),
        ("opened_s", "<f8"),
        ("reply_by_s", "<f8"),
    ]
)
_TABLES = {"events": EVENT_ROW, "messages": MESSAGE_ROW, "conversations": CONVERSATION_ROW}

_SENTENCES = {
    Event.RELEASED: "{job} is released at {agent}",
    Event.LOADED: "{agent} takes {job} from {other}",
    Event.UNLOADED: "{agent} hands {job} over to {other}",
    Event.MOVED: "{job} moves from {other} to {agent}",
    Event.MOUNTED: "{agent} mounts {job} on {other}",
    Event.SETUP_STARTED: "{agent} is set up for {job}, {value:g} s",
    Event.PROCESSING_STARTED: "{agent} starts operation {value:g} of {job}",
    Event.PROCESSING_ENDED: "{agent} has processed {job}",
    Event.DISMOUNTED: "{agent} takes {job} off {other}",
    Event.SCRAPPED: "{agent} scraps {job}",
    Event.FINISHED: "{job} is finished at {agent}",
    Event.STATION_STATE: "{agent} is {state}",
    Event.VEHICLE_STATE: "{agent} is {state}",
    Event.ROBOT_STATE: "{agent} is {state}",
    Event.BATTERY: "battery of {agent} is at {value:.1%}",
    Event.ENERGY: "{agent} has charged {value:g} J",
    Event.BROKE_DOWN: "{agent} breaks down",
    Event.REPAIRED: "{agent} is repaired",
    Event.STANDSTILL: "{agent} stands still in a cycle of {value:g} vehicles",
    Event.INFEASIBLE: "nobody can do the {task} that {agent} calls for {job}",
}
_STATES: dict[int, type[IntEnum]] = {
    Event.STATION_STATE: StationState,
    Event.VEHICLE_STATE: VehicleState,
    Event.ROBOT_STATE: RobotState,
}


class EventLog:
    """Takes rows while a factory runs; gives arrays when it has ended.

    The three tables are structured arrays (`EVENT_ROW`, `MESSAGE_ROW`, `CONVERSATION_ROW`) in the order of recording.

    >>> log = EventLog("demo", seed=1)
    >>> log.add_agent(1, AgentKind.STATION, "source")
    >>> log.add_agent(2, AgentKind.JOB, "phone-1")
    >>> log.event(3.0, Event.RELEASED, 1, job=2, other=0, value=60.0)
    >>> log.close(10.0)
    >>> log.describe(log.events[0])
    '3 s: phone-1 is released at source'
    """

    def __init__(self, scenario_name: str, seed: int | None) -> None:
        self.scenario_name = scenario_name
        self.seed = seed
        self.end_s = float("nan")  # set by close()
        self._pending: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _TABLES}
        self._chunks: dict[str, list[NDArray[Any]]] = {name: [] for name in _TABLES}
        self._events, self._messages = self._pending["events"], self._pending["messages"]  # the two hot lists
        self._agents: dict[int, tuple[AgentKind, str]] = {}
        self._ticks: list[int] = []
        self._cell_chunks: list[NDArray[np.int32]] = []
        self._cells: NDArray[np.int32] | None = None  # (_CHUNK_TICKS, V), being filled
        self._cells_filled = 0

    # -- recording

    def add_agent(self, unique_id: int, kind: AgentKind, name: str) -> None:
        """Names an id. Vehicles are added in the order of the columns of the trace."""
        self._agents[int(unique_id)] = (AgentKind(kind), name)

    def event(
        self, time_s: float, kind: int, agent: int, job: int = NOBODY, other: int = NOBODY, value: float = 0.0
    ) -> None:
        """Takes one event; `Event` says what the columns mean."""
        pending = self._events
        pending.append((time_s, kind, agent, job, other, value))
        if len(pending) >= _CHUNK_ROWS:
            self._flush("events")

    def message(
        self,
        time_s: float,
        performative: int,
        conversation: int,
        sender: int,
        receiver: int,
        count: int = 1,
        value: float = 0.0,
    ) -> None:
        """Takes a message, at the time of sending; sender or receiver NOBODY = many, `count` says how many messages it stands for."""
        pending = self._messages
        pending.append((time_s, performative, conversation, sender, receiver, count, value))
        if len(pending) >= _CHUNK_ROWS:
            self._flush("messages")

    def conversation(
        self,
        conversation: int,
        task: int,
        task_kind: int,
        job: int,
        manager: int,
        opened_s: float,
        reply_by_s: float,
    ) -> None:
        """Takes a call for proposals. A task that is announced anew keeps its task id and gets a new conversation id."""
        pending = self._pending["conversations"]
        pending.append((conversation, task, task_kind, job, manager, opened_s, reply_by_s))
        if len(pending) >= _CHUNK_ROWS:
            self._flush("conversations")

    def trace(self, tick: int, cells: NDArray[np.int32]) -> None:
        """Takes the cells where the vehicles stand after the motion of `tick`, `cells`: (V,) int32, copied.

        The first row holds the places at the start; after it only ticks in which a vehicle moved are needed.
        """
        if self._cells is None:
            self._cells = np.empty((_CHUNK_TICKS, len(cells)), np.int32)
        self._cells[self._cells_filled] = cells
        self._ticks.append(tick)
        self._cells_filled += 1
        if self._cells_filled == _CHUNK_TICKS:
            self._cell_chunks.append(self._cells)
            self._cells, self._cells_filled = None, 0

    def close(self, end_s: float) -> None:
        """Ends the log: the run lasted from 0 to `end_s`."""
        for name in _TABLES:
            self._flush(name)
        self.end_s = float(end_s)

    # -- reading

    @property
    def events(self) -> NDArray[np.void]:
        """(E,) of EVENT_ROW."""
        return self._table("events")

    @property
    def messages(self) -> NDArray[np.void]:
        """(M,) of MESSAGE_ROW."""
        return self._table("messages")

    @property
    def conversations(self) -> NDArray[np.void]:
        """(K,) of CONVERSATION_ROW."""
        return self._table("conversations")

    @property
    def agents(self) -> NDArray[np.void]:
        """(A,) rows `unique_id` int32, `kind` uint8, `name` str, in the order of adding."""
        longest = max((len(name) for _, name in self._agents.values()), default=1)
        row = np.dtype([("unique_id", "<i4"), ("kind", "u1"), ("name", f"<U{max(longest, 1)}")])
        return np.array([(uid, kind, name) for uid, (kind, name) in self._agents.items()], row)

    @property
    def trace_ticks(self) -> NDArray[np.int64]:
        """(R,) int64, ticks that have a row in `trace_cells`."""
        return np.array(self._ticks, np.int64)

    @property
    def trace_cells(self) -> NDArray[np.int32]:
        """(R, V) int32, cell index of each vehicle after the motion of the tick."""
        parts = list(self._cell_chunks)
        if self._cells is not None:
            parts.append(self._cells[: self._cells_filled])
        if not parts:
            return np.empty((0, len(self.ids(AgentKind.AGV))), np.int32)
        return np.concatenate(parts)

    def ids(self, kind: AgentKind) -> list[int]:
        """Ids of all agents of a kind, in the order of adding; those of the vehicles are the columns of the trace."""
        return [uid for uid, (own_kind, _) in self._agents.items() if own_kind == kind]

    def name_of(self, agent: int) -> str:
        """Name of an agent; `agent 7` for an id that was never added, `nobody` for NOBODY."""
        if agent == NOBODY:
            return "nobody"
        known = self._agents.get(int(agent))
        return known[1] if known else f"agent {agent}"

    def kind_of(self, agent: int) -> AgentKind | None:
        known = self._agents.get(int(agent))
        return known[0] if known else None

    def describe(self, row: Any) -> str:
        """One sentence for an event row (a row of `events`, or its index)."""
        if isinstance(row, int | np.integer):
            row = self.events[row]
        time_s, kind, agent, job, other, value = row.item() if isinstance(row, np.void) else row
        states = _STATES.get(kind)
        names = {
            "agent": self.name_of(agent),
            "job": self.name_of(job),
            "other": self.name_of(other),
            "value": value,
            "state": _member_name(states, value) if states else "",
            "task": _member_name(TaskKind, value) if kind == Event.INFEASIBLE else "",
        }
        return f"{time_s:g} s: " + _SENTENCES[Event(kind)].format(**names)

    def describe_message(self, row: Any) -> str:
        """One sentence for a message row (a row of `messages`, or its index)."""
        if isinstance(row, int | np.integer):
            row = self.messages[row]
        time_s, performative, conversation, sender, receiver, count, value = row.item()
        ends = [self.name_of(end) if end != NOBODY else f"{count} agents" for end in (sender, receiver)]
        word = Performative(performative).name.lower().replace("_", "-")
        return f"{time_s:g} s: {word} from {ends[0]} to {ends[1]} in conversation {conversation} ({value:g})"

    def to_frame(self) -> "pd.DataFrame":
        """The events as a tidy frame: time_s, event, agent, job, other, value; names instead of numbers."""
        import pandas as pd

        events = self.events
        names = {int(uid): self.name_of(uid) for uid in np.unique([events["agent"], events["job"], events["other"]])}
        names[NOBODY] = ""
        holds_id = ~np.isin(events["kind"], (Event.RELEASED, Event.STATION_STATE))  # there `other` is an index
        other = [
            names[uid] if is_id else str(uid) for uid, is_id in zip(events["other"].tolist(), holds_id, strict=True)
        ]
        return pd.DataFrame(
            {
                "time_s": events["time_s"],
                "event": [Event(kind).name for kind in events["kind"].tolist()],
                "agent": [names[uid] for uid in events["agent"].tolist()],
                "job": [names[uid] for uid in events["job"].tolist()],
                "other": other,
                "value": events["value"],
            }
        )

    # -- keeping

    def digest(self) -> str:
        """Fingerprint of everything in the log: equal logs, equal digests; 32 hexadecimal digits."""
        total = hashlib.blake2b(self._header().encode(), digest_size=16)
        for name, column in self._columns().items():
            total.update(f"{name} {column.dtype.str} {column.shape}".encode())
            total.update(column.tobytes())
        return total.hexdigest()

    def save(self, path: str | Path) -> None:
        """Writes the log as an `.npz` that `numpy.load` opens too; equal logs give equal bytes."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            members = {"header.json": self._header().encode()}
            members |= {f"{name}.npy": _npy_bytes(column) for name, column in self._columns().items()}
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), content, zipfile.ZIP_DEFLATED, 6)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads what `save` wrote.

        Raises:
            ValueError: the file is no event log, or one of another format version.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                header = json.loads(archive.read("header.json"))
                column = {
                    name.removesuffix(".npy"): np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
                    for name in archive.namelist()
                    if name.endswith(".npy")
                }
        except (zipfile.BadZipFile, KeyError) as error:
            raise ValueError(f"{path} is not an event log: {error}. Give a file that EventLog.save wrote.") from error
        if header["format"] != FORMAT_VERSION:
            raise ValueError(
                f"{path} has format {header['format']}, this version reads {FORMAT_VERSION}: run it again."
            )
        log = cls(header["scenario_name"], header["seed"])
        names = column["agents.name"].tobytes().decode().split(_NAME_END)
        for unique_id, kind, name in zip(column["agents.unique_id"], column["agents.kind"], names, strict=False):
            log.add_agent(int(unique_id), AgentKind(int(kind)), name)
        for table, row in _TABLES.items():
            rows = np.empty(len(column[f"{table}.{row.names[0]}"]), row)  # type: ignore[index]
            for field in row.names or ():
                rows[field] = column[f"{table}.{field}"]
            log._chunks[table] = [rows]
        log._ticks = column["trace.ticks"].tolist()
        if log._ticks:
            log._cell_chunks = [_decode_trace(column["trace.start"], column["trace.deltas"], column["trace.moves"])]
        log.close(header["end_s"])
        return log

    def replace(self, **tables: NDArray[Any]) -> Self:
        """A copy of the log with other `events`, `messages`, `conversations`, `trace_ticks` or `trace_cells`."""
        unknown = set(tables) - {*_TABLES, "trace_ticks", "trace_cells"}
        if unknown:
            raise ValueError(
                f"{sorted(unknown)} cannot be replaced; {sorted(_TABLES)}, trace_ticks and trace_cells can."
            )
        log = type(self)(self.scenario_name, self.seed)
        log._agents = dict(self._agents)
        for name in _TABLES:
            log._chunks[name] = [np.array(tables.get(name, self._table(name)))]
        log._ticks = np.array(tables.get("trace_ticks", self.trace_ticks)).tolist()
        log._cell_chunks = [np.array(tables.get("trace_cells", self.trace_cells), np.int32)]
        log.end_s = self.end_s
        return log

    # -- inside

    def _flush(self, name: str) -> None:
        pending = self._pending[name]
        if pending:
            self._chunks[name].append(np.array(pending, _TABLES[name]))
            pending.clear()

    def _table(self, name: str) -> NDArray[Any]:
        self._flush(name)
        chunks = self._chunks[name]
        if len(chunks) != 1:
            chunks[:] = [np.concatenate([np.empty(0, _TABLES[name]), *chunks])]
        return chunks[0]

    def _header(self) -> str:
        seed = None if self.seed is None else int(self.seed)
        header = {"format": FORMAT_VERSION, "scenario_name": self.scenario_name, "seed": seed, "end_s": self.end_s}
        return json.dumps(header)

    def _columns(self) -> dict[str, NDArray[Any]]:
        columns: dict[str, NDArray[Any]] = {}
        for name, row in _TABLES.items():
            table = self._table(name)
            columns |= {f"{name}.{field}": np.ascontiguousarray(table[field]) for field in row.names or ()}
        agents = self._agents
        columns["agents.unique_id"] = np.fromiter(agents, np.int32, len(agents))
        columns["agents.kind"] = np.array([kind for kind, _ in agents.values()], np.uint8)
        columns["agents.name"] = np.frombuffer(_NAME_END.join(name for _, name in agents.values()).encode(), np.uint8)
        start, deltas, moves = _encode_trace(self.trace_cells)
        columns |= {"trace.ticks": self.trace_ticks}
        columns |= {"trace.start": start, "trace.deltas": deltas, "trace.moves": moves}
        return columns


def _member_name(members: type[IntEnum], value: float) -> str:
    known = {int(member): member.name.lower() for member in members}
    return known.get(int(value), f"{value:g}")


def _npy_bytes(column: NDArray[Any]) -> bytes:
    """The .npy format, version 1.0, written out here so that no numpy version changes a byte of it."""
    header = f"{{'descr': '{column.dtype.str}', 'fortran_order': False, 'shape': {column.shape}, }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + column.tobytes()


def _encode_trace(cells: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[Any]]:
    """Start cells (V,), the table of all cell differences, and their codes (V, R - 1), one byte each unless vehicles teleport."""
    start = cells[0] if len(cells) else np.zeros(cells.shape[1], np.int32)
    delta = np.diff(cells.T, axis=1)
    deltas = np.unique(delta).astype(np.int32)
    code = np.uint8 if len(deltas) <= 256 else np.uint32
    steps = np.searchsorted(deltas, delta).astype(code) if len(cells) else np.empty((cells.shape[1], 0), code)
    return np.ascontiguousarray(start), deltas, np.ascontiguousarray(steps)


def _decode_trace(start: NDArray[np.int32], deltas: NDArray[np.int32], moves: NDArray[Any]) -> NDArray[np.int32]:
    path = np.concatenate([start[:, None], deltas[moves]], axis=1) if deltas.size else start[:, None]
    return np.ascontiguousarray(np.cumsum(path, axis=1, dtype=np.int32).T)
