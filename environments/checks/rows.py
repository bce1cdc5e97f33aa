"""Whether a log can be read at all: every number in it stands for something. The other rules take that for granted."""

from typing import TYPE_CHECKING

import numpy as np

from ...agents.messages import Performative
from ...agents.tasks import TaskKind
from ..log import AgentKind, Event, RobotState, StationState, VehicleState
from .violation import Violation

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
_ABOUT_CALLS = (Event.LOT_CALLED, Event.LOT_OFFERED, Event.LOT_AWARDED)  # who is left out need not have been called


def check_rows(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Rule row."""
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
