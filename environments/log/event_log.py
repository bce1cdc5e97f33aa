"""The event log: the one source of KPIs, Gantt charts, replays and checks. Defines what is recorded and how.

Four tables and a trace, all columns of plain numbers, so that equal runs are equal to the byte:

    events         what happened to parts, stations, vehicles        one row per change
    messages       senders and receivers in conversations              one row per message, or one for many (`count`)
    conversations  the calls for proposals                            one row per call
    agents         names of all ids                                   one row per agent
    trace          cells of all vehicles                              one row per tick in which something moved

Dimensions: E events, M messages, K conversations, A agents, R recorded ticks, V vehicles.
"""

import hashlib
import json
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from ...agents.events import NOBODY, AgentKind, Event, RobotState, StationState, VehicleState
from ..scenario.names import NO_NAME, unknown_name
from .file import decode_trace, encode_trace, read_columns, write_columns
from .rows import TABLES
from .sentences import event_sentence, message_sentence
from .trace import Trace

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NOBODY", "AgentKind", "Event", "EventLog", "RobotState", "StationState", "VehicleState"]

FORMAT_VERSION = 1
_CHUNK_ROWS = 1 << 16
_FEW_ROWS = 32  # as tuples they take less time than a chunk of their own
_NAME_END = "\0"  # no name in a scenario can hold it


class EventLog:
    """Collects rows while a factory runs; gives arrays at any moment.

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
        self._write_end: Callable[[EventLog], object] | None = None
        self._pending: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self._chunks: dict[str, list[NDArray[Any]]] = {name: [] for name in TABLES}
        self._events, self._messages = self._pending["events"], self._pending["messages"]  # the two hot lists
        self._agents: dict[int, tuple[AgentKind, str]] = {}
        self._trace = Trace()

    # -- recording

    def add_agent(self, unique_id: int, kind: AgentKind, name: str) -> None:
        """Name an id. Vehicles are added in the order of the columns of the trace."""
        self._agents[int(unique_id)] = (AgentKind(kind), name)

    def event(
        self, time_s: float, kind: int, agent: int, job: int = NOBODY, other: int = NOBODY, value: float = 0.0
    ) -> None:
        """Record an event; `Event` defines the meaning of the columns."""
        pending = self._events
        pending.append((time_s, kind, agent, job, other, value))
        if len(pending) >= _CHUNK_ROWS:
            self._flush("events")

    def part_called(self, time_s: float, manager: int, part: int, task: int, conversation: int) -> None:
        """Record one of the parts in the call for a divisible task."""
        self.event(time_s, Event.LOT_CALLED, manager, part, task, conversation)

    def part_offered(self, time_s: float, contractor: int, parts: int, conversation: int) -> None:
        """Record a contractor's offer to take `parts` parts of a divisible task."""
        self.event(time_s, Event.LOT_OFFERED, contractor, NOBODY, parts, conversation)

    def part_awarded(self, time_s: float, contractor: int, part: int, task: int, conversation: int) -> None:
        """Record a part in the share that a contractor has won."""
        self.event(time_s, Event.LOT_AWARDED, contractor, part, task, conversation)

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
        """Record a message, at the time of sending.

        One row may stand for `count` messages; the end that is not a single agent is NOBODY.
        """
        pending = self._messages
        pending.append((time_s, performative, conversation, sender, receiver, count, value))
        if len(pending) >= _CHUNK_ROWS:
            self._flush("messages")

    def messages_each(
        self,
        time_s: float,
        performative: "NDArray[np.integer[Any]] | int",
        conversation: int,
        sender: NDArray[np.int64] | int,
        receiver: NDArray[np.int64] | int,
        value: NDArray[np.float64] | float = 0.0,
    ) -> None:
        """Record several messages of a conversation, one row each; columns (N,), or one value for all of them."""
        columns = np.broadcast_arrays(time_s, performative, conversation, sender, receiver, 1, value)
        if columns[0].size < _FEW_ROWS:
            self._messages.extend(zip(*(column.tolist() for column in columns), strict=True))
            return
        rows = np.empty(columns[0].size, TABLES["messages"])
        for name, column in zip(rows.dtype.names or (), columns, strict=True):
            rows[name] = column
        self._flush("messages")
        self._chunks["messages"].append(rows)

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
        """Record a call for proposals.

        A task that is re-announced keeps its task id and gets a new conversation id.
        """
        pending = self._pending["conversations"]
        pending.append((conversation, task, task_kind, job, manager, opened_s, reply_by_s))
        if len(pending) >= _CHUNK_ROWS:
            self._flush("conversations")

    def trace(self, tick: int, cells: NDArray[np.int32]) -> None:
        """Record the `cells` (V,) int32, copied, of the vehicles after the motion of `tick`.

        The first row holds the places at the start; after it only ticks in which a vehicle moved are needed. A vehicle
        that has left is at NO_CELL; rows grow as vehicles join.
        """
        self._trace.take(tick, cells)

    def close(self, end_s: float) -> None:
        """End the log: the run lasted from 0 to `end_s`."""
        for name in TABLES:
            self._flush(name)
        self.end_s = float(end_s)
        self._write_end = None

    def written_by(self, write_end: "Callable[[EventLog], object]") -> None:
        """Set `write_end`, which `so_far` calls to write the last rows of a run that ends now and to close the log."""
        self._write_end = write_end

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the factory that writes the log; a copied factory writes its own log."""
        return self.__dict__ | {"_write_end": None}

    @property
    def closed(self) -> bool:
        """Whether the run has ended."""
        return not isnan(self.end_s)

    def so_far(self) -> Self:
        """A closed copy: the log as it would be if the run ended now. A closed log returns itself."""
        if self.closed:
            return self
        copy = type(self)(self.scenario_name, self.seed)
        copy._agents = dict(self._agents)
        for name in TABLES:  # chunks are never written to again
            copy._chunks[name] = list(self._chunks[name])
            copy._pending[name].extend(self._pending[name])
        copy._trace = self._trace.so_far()
        if self._write_end is not None:
            self._write_end(copy)
        else:
            last_s = [float(table["time_s"][-1]) for table in (copy.events, copy.messages) if len(table)]
            copy.close(max(last_s, default=0.0))
        return copy

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
        """(R,) int64, ticks with a row in `trace_cells`."""
        return np.array(self._trace.ticks, np.int64)

    @property
    def trace_cells(self) -> NDArray[np.int32]:
        """(R, V) int32, cell index of each vehicle after the motion of the tick; NO_CELL while it is not there."""
        return self._trace.cells(len(self.ids(AgentKind.AGV)))

    def stays(self) -> dict[int, tuple[float, float]]:
        """Stay (from, to) in s of each agent that joined after the start or left before the end."""
        events = self.events
        found: dict[int, tuple[float, float]] = {}
        for row in events[np.isin(events["kind"], (Event.JOINED, Event.LEFT))].tolist():
            time_s, kind, agent, *_ = row
            found[agent] = (time_s, self.end_s) if kind == Event.JOINED else (found.get(agent, (0.0, 0.0))[0], time_s)
        return found

    def rows_since(self, table: str, start: int) -> list[tuple[Any, ...]]:
        """Rows of "events", "messages" or "conversations" from number `start` on; for observers of a run."""
        rows: list[tuple[Any, ...]] = []
        for chunk in self._chunks[table]:
            rows += chunk[start:].tolist()
            start = max(start - len(chunk), 0)
        return rows + self._pending[table][start:]

    def ids(self, kind: AgentKind) -> list[int]:
        """Ids of all agents of a kind, in the order of adding; those of the vehicles are the columns of the trace."""
        return [uid for uid, (own_kind, _) in self._agents.items() if own_kind == kind]

    def name_of(self, agent: int) -> str:
        """Name of an agent; `agent 7` for an id that was never added, NO_NAME for NOBODY."""
        if agent == NOBODY:
            return NO_NAME
        known = self._agents.get(int(agent))
        return known[1] if known else unknown_name(agent)

    def kind_of(self, agent: int) -> AgentKind | None:
        known = self._agents.get(int(agent))
        return known[0] if known else None

    def describe(self, row: Any) -> str:
        """Time and sentence of an event row (a row of `events`, or its index)."""
        return f"{self._row('events', row)[0]:g} s: {self.sentence(row)}"

    def sentence(self, row: Any) -> str:
        """The sentence of an event row (a row of `events`, or its index)."""
        return event_sentence(self._row("events", row), self.name_of)

    def describe_message(self, row: Any) -> str:
        """Time and sentence of a message row (a row of `messages`, or its index)."""
        return f"{self._row('messages', row)[0]:g} s: {self.message_sentence(row)}"

    def message_sentence(self, row: Any) -> str:
        """The sentence of a message row (a row of `messages`, or its index)."""
        return message_sentence(self._row("messages", row), self.name_of)

    def to_frame(self) -> "pd.DataFrame":
        """The events as a tidy frame: time_s, event, agent, job, other, value; names instead of numbers."""
        from .frame import event_frame  # pandas takes long to import

        return event_frame(self)

    # -- storage

    def digest(self) -> str:
        """Fingerprint of the whole log, 32 hexadecimal digits; equal logs have equal digests."""
        total = hashlib.blake2b(json.dumps(self._header()).encode(), digest_size=16)
        for name, column in self._columns().items():
            total.update(f"{name} {column.dtype.str} {column.shape}".encode())
            total.update(column.tobytes())
        return total.hexdigest()

    def save(self, path: str | Path) -> None:
        """Write the log as an `.npz` that `numpy.load` opens too; equal logs give equal bytes."""
        write_columns(path, self._header(), self._columns())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a log that `save` wrote.

        Raises:
            OSError: the file cannot be opened.
            ValueError: the file is not an event log, is damaged, or has another format version.
        """
        header, columns = read_columns(path, FORMAT_VERSION)
        try:
            return cls._of(header, columns)
        except (KeyError, IndexError, ValueError, TypeError, OverflowError) as error:
            problem = f"its columns do not fit together ({' '.join(str(error).split())})"
            raise ValueError(f"{path} is not an event log: {problem}. Give a file that EventLog.save wrote.") from error

    @classmethod
    def _of(cls, header: dict[str, Any], column: dict[str, NDArray[Any]]) -> Self:
        log = cls(header["scenario_name"], header["seed"])
        names = column["agents.name"].tobytes().decode().split(_NAME_END)
        ids, kinds = column["agents.unique_id"], column["agents.kind"]
        for unique_id, kind, name in zip(ids, kinds, names if len(ids) else [], strict=True):
            log.add_agent(int(unique_id), AgentKind(int(kind)), name)
        for table, row in TABLES.items():
            rows = np.empty(len(column[f"{table}.{row.names[0]}"]), row)  # type: ignore[index]
            for field in row.names or ():
                if column[f"{table}.{field}"].shape != rows.shape:
                    raise ValueError(f"{table}.{field} is {column[f'{table}.{field}'].shape}, not {rows.shape}")
                rows[field] = column[f"{table}.{field}"]
            log._chunks[table] = [rows]
        ticks = column["trace.ticks"].tolist()
        if ticks:
            cells = decode_trace(column["trace.start"], column["trace.deltas"], column["trace.moves"])
            if len(cells) != len(ticks):
                raise ValueError(f"the trace has {len(cells)} rows for {len(ticks)} ticks")
            log._trace = Trace(ticks, cells)
        log.close(header["end_s"])
        return log

    def replace(self, **tables: NDArray[Any]) -> Self:
        """A copy of the log with other `events`, `messages`, `conversations`, `trace_ticks` or `trace_cells`."""
        unknown = set(tables) - {*TABLES, "trace_ticks", "trace_cells"}
        if unknown:
            raise ValueError(
                f"{sorted(unknown)} cannot be replaced; {sorted(TABLES)}, trace_ticks and trace_cells can."
            )
        log = type(self)(self.scenario_name, self.seed)
        log._agents = dict(self._agents)
        for name in TABLES:
            log._chunks[name] = [np.array(tables.get(name, self._table(name)))]
        ticks = np.array(tables.get("trace_ticks", self.trace_ticks)).tolist()
        log._trace = Trace(ticks, np.array(tables.get("trace_cells", self.trace_cells), np.int32))
        log.end_s = self.end_s
        return log

    # -- inside

    def _flush(self, name: str) -> None:
        pending = self._pending[name]
        if pending:
            self._chunks[name].append(np.fromiter(pending, TABLES[name], len(pending)))
            pending.clear()

    def _table(self, name: str) -> NDArray[Any]:
        self._flush(name)
        chunks = self._chunks[name]
        if len(chunks) != 1:
            chunks[:] = [np.concatenate([np.empty(0, TABLES[name]), *chunks])]
        return chunks[0]

    def _row(self, table: str, row: Any) -> tuple[Any, ...]:
        """The values of a row given as a row or by its index."""
        if isinstance(row, int | np.integer):
            row = self._table(table)[row]
        return tuple(row.item()) if isinstance(row, np.void) else row

    def _header(self) -> dict[str, Any]:
        seed = None if self.seed is None else int(self.seed)
        return {"format": FORMAT_VERSION, "scenario_name": self.scenario_name, "seed": seed, "end_s": self.end_s}

    def _columns(self) -> dict[str, NDArray[Any]]:
        columns: dict[str, NDArray[Any]] = {}
        for name, row in TABLES.items():
            table = self._table(name)
            columns |= {f"{name}.{field}": np.ascontiguousarray(table[field]) for field in row.names or ()}
        agents = self._agents
        columns["agents.unique_id"] = np.fromiter(agents, np.int32, len(agents))
        columns["agents.kind"] = np.array([kind for kind, _ in agents.values()], np.uint8)
        columns["agents.name"] = np.frombuffer(_NAME_END.join(name for _, name in agents.values()).encode(), np.uint8)
        start, deltas, moves = encode_trace(self.trace_cells)
        columns |= {"trace.ticks": self.trace_ticks}
        columns |= {"trace.start": start, "trace.deltas": deltas, "trace.moves": moves}
        return columns
