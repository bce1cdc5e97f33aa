"""Sentences that describe each event and each message of a log."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from ...agents.events import BY_HAND, NOBODY, Event, RobotState, StationState, VehicleState
from ...agents.negotiation.messages import Performative
from ...agents.shop.tasks import TaskKind

SENTENCES = {
    Event.RELEASED: "{job} is released at {agent}",
    Event.LOADED: "{agent} takes {job} from {other}",
    Event.UNLOADED: "{agent} hands {job} over to {other}",
    Event.MOVED: "{job} moves from {other} to {agent}",
    Event.MOUNTED: "{agent} loads {job} into {other}",
    Event.SETUP_STARTED: "{agent} is set up for {job}, {value:g} s",
    Event.PROCESSING_STARTED: "{agent} starts operation {value:g} of {job}",
    Event.PROCESSING_ENDED: "{agent} has processed {job}",
    Event.DISMOUNTED: "{agent} unloads {job} from {other}",
    Event.SCRAPPED: "{agent} scraps {job}{by_hand}",
    Event.FINISHED: "{job} is finished at {agent}",
    Event.STATION_STATE: "{agent} is {state}",
    Event.VEHICLE_STATE: "{agent} is {state}",
    Event.ROBOT_STATE: "{agent} is {state}",
    Event.BATTERY: "battery of {agent} is at {value:.1%}",
    Event.ENERGY: "{agent} has charged {value:g} J",
    Event.BROKE_DOWN: "{agent} breaks down",
    Event.REPAIRED: "{agent} is repaired",
    Event.STANDSTILL: "{agent} stands still in a cycle of {value:g} vehicles",
    Event.INFEASIBLE: "no contractor can do the {task} that {agent} calls for {job}",
    Event.LOT_CALLED: "{agent} calls for {job} in conversation {value:g}",
    Event.LOT_OFFERED: "{agent} offers to take {count} parts in conversation {value:g}",
    Event.LOT_AWARDED: "{agent} is awarded {job} in conversation {value:g}",
    Event.LOT_LEFT_OUT: "{agent} drops {job}, called for in conversation {value:g}",
    Event.JAMMED: "{job}, at {agent}, waits for a place at {other}, and can never move on",
    Event.JOINED: "{agent} joins the factory",
    Event.LEFT: "{agent} leaves the factory",
    Event.SET_DOWN: "{agent} leaves {job} behind at {other}",
    Event.RESULT: "operation {count} of {job} at {agent} has the result {value:g}",
    Event.ORDERED: "{job} is to end at {agent}, with priority {value:g}",
}
STATES: dict[int, type[IntEnum]] = {
    Event.STATION_STATE: StationState,
    Event.VEHICLE_STATE: VehicleState,
    Event.ROBOT_STATE: RobotState,
}


def event_sentence(row: tuple[Any, ...], name_of: Callable[[int], str]) -> str:
    """The sentence for the values of an event row."""
    _, kind, agent, job, other, value = row
    states = STATES.get(kind)
    names = {
        "agent": name_of(agent),
        "job": name_of(job),
        "other": name_of(other),
        "count": other,
        "value": value,
        "state": _member_name(states, value) if states else "",
        "task": _member_name(TaskKind, value) if kind == Event.INFEASIBLE else "",
        "by_hand": ", taken out by hand" if value == BY_HAND else "",
    }
    return SENTENCES[Event(kind)].format(**names)


def message_sentence(row: tuple[Any, ...], name_of: Callable[[int], str]) -> str:
    """The sentence for the values of a message row."""
    _, performative, conversation, sender, receiver, count, value = row
    ends = [name_of(end) if end != NOBODY else f"{count} agents" for end in (sender, receiver)]
    return f"{Performative(performative).word} from {ends[0]} to {ends[1]} in conversation {conversation} ({value:g})"


def _member_name(members: type[IntEnum], value: float) -> str:
    known = {int(member): member.name.lower() for member in members}
    return known.get(int(value), f"{value:g}")
