"""Logs that were tampered with: one row is lost, doubled, or tells another time, agent, part, place or number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from robocell.environments.log import NOBODY, AgentKind, Event

if TYPE_CHECKING:
    from random import Random

    from robocell.environments.log import EventLog

    Table = np.ndarray[Any, Any]

SHIFTS_S = (-20.0, -1.0, -0.5, 0.5, 1.0, 20.0)


def doctor(rng: Random, log: EventLog) -> tuple[str, EventLog]:
    """What was done, and the log after it."""
    tables = ["events"] * 4 + ["messages"] * 3 + ["conversations"]
    if len(log.trace_cells) > 1:
        tables.append("trace_cells")
    table = rng.choice([name for name in tables if len(getattr(log, name))])
    if table == "trace_cells":
        return _drive(rng, log)
    number = rng.randrange(len(getattr(log, table)))
    return _doctor_row(rng, log, table, number)


def doctor_orders(rng: Random, log: EventLog) -> tuple[str, EventLog]:
    """The same, of a row about the order of a part or the result of an operation; any row where there are none."""
    numbers = np.flatnonzero(np.isin(log.events["kind"], (Event.ORDERED, Event.RESULT))).tolist()
    return _doctor_row(rng, log, "events", rng.choice(numbers)) if numbers else doctor(rng, log)


def _doctor_row(rng: Random, log: EventLog, table: str, number: int) -> tuple[str, EventLog]:
    rows = getattr(log, table).copy()
    field = rng.choice(("lost", "doubled", "time_s" if table != "conversations" else "opened_s", *_fields(table)))
    if field == "lost":
        rows = np.delete(rows, number)
    elif field == "doubled":
        rows = np.insert(rows, number, rows[number])
    elif field in ("time_s", "opened_s"):
        rows[field][number] = max(rows[field][number] + rng.choice(SHIFTS_S), 0.0)
        rows = rows[np.argsort(rows[field], kind="stable")]
    elif field in ("kind", "performative", "task_kind"):
        rows[field][number] = rng.choice(rows[field].tolist())
    elif field in ("value", "count"):
        rows[field][number] += 1
    elif field == "other" and rows["kind"][number] in (Event.ORDERED, Event.RESULT):
        rows[field][number] = rng.randrange(4)  # a stream, or an operation
    elif field in ("conversation", "task"):
        rows[field][number] = rng.choice(rows[field].tolist())
    else:
        rows[field][number] = _another(rng, log, int(rows[field][number]))
    return f"row {number} of {table}, {field}: {_said(log, table, number)}", log.replace(**{table: rows})


def _fields(table: str) -> tuple[str, ...]:
    return {
        "events": ("kind", "agent", "job", "other", "value"),
        "messages": ("performative", "conversation", "sender", "receiver", "value"),
        "conversations": ("task", "task_kind", "job", "manager"),
    }[table]


def _another(rng: Random, log: EventLog, agent: int) -> int:
    """Another agent of the same kind, or of any where there is none."""
    kind = log.kind_of(agent)
    alike = [other for other in log.ids(kind) if other != agent] if kind is not None else []
    everybody = [other for kind in AgentKind for other in log.ids(kind)]
    return rng.choice(alike or [NOBODY, *everybody])


def _drive(rng: Random, log: EventLog) -> tuple[str, EventLog]:
    """A vehicle is somewhere else for a tick, or from then on."""
    cells = log.trace_cells.copy()
    row, vehicle = rng.randrange(len(cells)), rng.randrange(cells.shape[1])
    until = rng.choice((row + 1, len(cells)))
    cells[row:until, vehicle] += rng.choice((-1, 1, 2, 5))
    return f"vehicle {vehicle} leaves its path at row {row} until {until}", log.replace(trace_cells=cells)


def _said(log: EventLog, table: str, number: int) -> str:
    if table == "events":
        return log.describe(number)
    return log.describe_message(number) if table == "messages" else str(log.conversations[number])
