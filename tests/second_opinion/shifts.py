"""When people pause: their machines stand still just then, and nobody begins or promises anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plan import number
from .record import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan
    from .record import Record

SLACK_S = 1e-5
Span = tuple[float, float]


def faults(record: Record, plan: Plan) -> Iterator[str]:
    vehicles = {record.name(vehicle): plan.agvs for vehicle in record.ids("AGV")}
    workers = {**plan.stations, **plan.robots, **vehicles}
    for agent, name in record.names.items():
        if name not in workers:
            continue
        pauses = plan.pauses(workers[name], record.end_s)
        for unit in range(workers[name].get("machines", 1)) if name in plan.stations else (None,):
            off = times_off(record, agent, unit)
            if name in plan.stations and not same(off, [(a, min(b, record.end_s)) for a, b in pauses]):
                yield f"machine {unit} of {name} is off {off}, and should be {pauses}"
            if any(
                not any(inside(begin_s, [one]) and inside(end_s, [one]) for one in pauses) for begin_s, end_s in off
            ):
                yield f"{name} is off {off}, with the pauses {pauses}"
        for time_s in begins(record, agent, name, plan):
            if inside(time_s, pauses, SLACK_S):
                yield f"{time_s:g} s: {name} begins or promises something in a pause"


def inside(time_s: float, pauses: list[Span], margin_s: float = -SLACK_S) -> bool:
    return any(begin_s + margin_s <= time_s <= end_s - margin_s for begin_s, end_s in pauses)


def same(off: list[Span], due: list[Span]) -> bool:
    due = [(begin_s, end_s) for begin_s, end_s in due if end_s - begin_s > SLACK_S]
    return len(off) == len(due) and all(
        abs(a - b) < SLACK_S for one, two in zip(off, due, strict=True) for a, b in zip(one, two, strict=True)
    )


def times_off(record: Record, agent: int, unit: int | None) -> list[Span]:
    """From when until when a machine of a station, or a robot or vehicle, is reported as off."""
    spans: list[Span] = []
    since_s: float | None = None
    for row in record.rows:
        if row.event in STATES and row.agent == agent and unit in (None, row.other):
            if STATES[row.event][int(row.value)] != "OFF":
                spans += [] if since_s is None else [(since_s, row.time_s)]
                since_s = None
            elif since_s is None:
                since_s = spans.pop()[0] if spans and spans[-1][1] == row.time_s else row.time_s
    spans += [] if since_s is None else [(since_s, record.end_s)]
    return [(begin_s, end_s) for begin_s, end_s in spans if end_s - begin_s > SLACK_S]


def begins(record: Record, agent: int, name: str, plan: Plan) -> Iterator[float]:
    """When a station ended to process, a robot began to handle, a vehicle first agreed to a transport."""
    takes_s = {"MOUNTED": "load", "DISMOUNTED": "unload"}
    for row in record.rows:
        if row.agent == agent and row.event == "PROCESSING_ENDED":
            yield row.time_s
        elif row.agent == agent and row.event in takes_s and name in plan.robots:
            yield row.time_s - number(plan.robots[name].get(takes_s[row.event], 0.0))
    agreed: set[int] = set()
    transports = {call.conversation for call in record.calls if call.kind == "TRANSPORT"}
    for message in record.messages:
        if message.sender == agent and message.word == "AGREE" and message.conversation in transports - agreed:
            agreed.add(message.conversation)
            yield message.time_s
