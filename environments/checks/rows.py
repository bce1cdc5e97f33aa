"""Checks that a log can be read: every number has a meaning, as other rules assume, and time never goes backwards."""

from typing import TYPE_CHECKING

import numpy as np

from ...agents.negotiation.messages import Performative
from ...agents.shop.tasks import TaskKind
from ..log import AgentKind, Event, RobotState, StationState, VehicleState
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import IntEnum

    from numpy.typing import ArrayLike

    from ..log import EventLog
    from ..scenario import Scenario

_STATES: dict[Event, tuple[AgentKind, type["IntEnum"]]] = {
    Event.STATION_STATE: (AgentKind.STATION, StationState),
    Event.VEHICLE_STATE: (AgentKind.AGV, VehicleState),
    Event.ROBOT_STATE: (AgentKind.ROBOT, RobotState),
}
_ABOUT_CALLS = (Event.LOT_CALLED, Event.LOT_OFFERED, Event.LOT_AWARDED)  # a dropped part need not have been called for


def check_rows(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rule row."""
    events, conversations = log.events, log.conversations
    found = [*_strange(log.messages["time_s"], log.messages["performative"], Performative, "message")]
    found += _strange(conversations["opened_s"], conversations["task_kind"], TaskKind, "call")
    found += _strange(events["time_s"], events["kind"], Event, "event")
    for event, (kind, states) in _STATES.items():
        of_event = events["kind"] == event
        wrong = ~np.isin(events["value"], list(states)) | ~np.isin(events["agent"], log.ids(kind))
        for row in np.flatnonzero(of_event & wrong).tolist():
            time_s, _, agent, _, _, value = events[row].item()
            text = f"state {value:g} of a {kind.name.lower()}, which has the states 0 to {max(states)}"
            found.append(Violation("row", time_s, log.name_of(agent), text, row))
    unknown = np.isin(events["kind"], _ABOUT_CALLS) & ~np.isin(events["value"], conversations["conversation"])
    for row in np.flatnonzero(unknown).tolist():
        time_s, _, agent, _, _, value = events[row].item()
        found.append(Violation("row", time_s, log.name_of(agent), f"there is no conversation {value:g}", row))
    return found


def _strange(times_s: "ArrayLike", numbers: "ArrayLike", known: type["IntEnum"], word: str) -> "Iterator[Violation]":
    times_s, numbers = np.asarray(times_s), np.asarray(numbers)
    for row in np.flatnonzero(~np.isin(numbers, list(known))).tolist():
        text = f"row {row} is a {word} of kind {numbers[row]}; the kinds are 0 to {max(known)}"
        yield Violation("row", float(times_s[row]), word, text, row)


def check_times(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rule time."""
    found = []
    for name, table in (("events", log.events), ("messages", log.messages)):
        time_s = table["time_s"]
        before = np.concatenate([[0.0], time_s[:-1]]) if len(time_s) else time_s
        for row in np.flatnonzero(~((time_s >= before) & (time_s <= log.end_s + TOLERANCE_S))).tolist():
            text = f"row {row} of {name} is at {time_s[row]} s, after {before[row]} s; the log ends at {log.end_s} s"
            found.append(Violation("time", float(time_s[row]), name, text, row))
    backwards = np.flatnonzero(np.diff(log.trace_ticks) <= 0) + 1
    for row in backwards.tolist():
        text = f"tick {log.trace_ticks[row]} follows tick {log.trace_ticks[row - 1]}"
        found.append(Violation("time", float(log.trace_ticks[row]) * scenario.tick_s, "trace", text, row))
    return found
