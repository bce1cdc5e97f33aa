"""Checks that agents act only between joining and leaving, and are on the floor only then."""

from typing import TYPE_CHECKING

import numpy as np

from ..layout import NO_CELL
from ..log import AgentKind, Event
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..log import EventLog
    from ..scenario import Scenario

# at a place, which does not act itself
_OF_PARTS = (Event.RELEASED, Event.FINISHED, Event.SCRAPPED, Event.MOVED, Event.JAMMED)


def check_presence(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rule presence."""
    stays = log.stays()
    found = [violation for uid, stay in stays.items() for violation in _acts(log, uid, stay)]
    if len(log.trace_ticks) and scenario.transport.kind == "grid":
        for column, uid in enumerate(log.ids(AgentKind.AGV)):
            found += _stands(log, scenario.tick_s, column, uid, stays.get(uid, (0.0, log.end_s)))
    return found


def _acts(log: "EventLog", uid: int, stay: tuple[float, float]) -> "Iterator[Violation]":
    """Events and messages of an agent outside its stay."""
    from_s, to_s = stay[0] - TOLERANCE_S, stay[1] + TOLERANCE_S
    for table, actor, sentence in (("events", "agent", log.sentence), ("messages", "sender", log.message_sentence)):
        rows = getattr(log, table)
        own = (rows[actor] == uid) & ((rows["time_s"] < from_s) | (rows["time_s"] > to_s))
        if table == "events":
            own &= ~np.isin(rows["kind"], _OF_PARTS)
        for row in np.flatnonzero(own).tolist():
            text = f"{sentence(row)}, but it is in the factory from {stay[0]:g} s to {stay[1]:g} s"
            yield Violation("presence", float(rows["time_s"][row]), log.name_of(uid), text, row)


def _stands(log: "EventLog", tick_s: float, column: int, uid: int, stay: tuple[float, float]) -> "Iterator[Violation]":
    """Rows of the trace that contradict a vehicle's stay; a tolerance of one tick is allowed."""
    time_s = log.trace_ticks * tick_s
    seen = log.trace_cells[:, column] != NO_CELL
    away = (time_s < stay[0] - tick_s) | (time_s > stay[1] + tick_s)
    there = (time_s > stay[0] + tick_s) & (time_s < stay[1] - tick_s)
    for row in np.flatnonzero(seen & away | ~seen & there).tolist():
        word = "is on the floor" if seen[row] else "is not on the floor"
        text = f"it {word} at tick {log.trace_ticks[row]}; it is in the factory from {stay[0]:g} s to {stay[1]:g} s"
        yield Violation("presence", float(time_s[row]), log.name_of(uid), text, row)
