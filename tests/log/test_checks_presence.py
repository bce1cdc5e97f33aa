"""What gives away an agent that goes on after it has left, begins before it joins, or leaves with a part."""

from __future__ import annotations

import pytest

from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments.log import Event, VehicleState

SOURCE, SAW = 10, 12  # docks


@pytest.fixture
def leaving(new_story):
    """The first vehicle takes a part and leaves on the way; the second brings it."""
    story = new_story(drain=False)
    story.release(0.0, "phone-1", due_s=200.0)
    story.tell(0.0, Event.VEHICLE_STATE, "agv_1", value=VehicleState.EMPTY)
    at_s = story.drive(0.0, "agv_1", SOURCE)
    story.tell(at_s, Event.VEHICLE_STATE, "agv_1", value=VehicleState.HANDLING)
    story.tell(at_s + 5.0, Event.LOADED, "agv_1", "phone-1", "source")
    story.tell(at_s + 5.0, Event.VEHICLE_STATE, "agv_1", value=VehicleState.LOADED)
    return story


def leave(story, time_s=40.0):
    """It leaves; from the next tick on the trace does not show it."""
    story.tell(time_s, Event.LEFT, "agv_1")
    story.moves.setdefault(round(time_s), {})  # a row of the trace
    log = story.end(200.0)
    cells = log.trace_cells.copy()
    cells[log.trace_ticks >= time_s, 0] = -1
    return log.replace(trace_cells=cells)


def test_a_part_that_is_set_down_can_be_fetched_again(leaving, rules):
    leaving.tell(40.0, Event.SET_DOWN, "agv_1", "phone-1", "source")
    leaving.carry(50.0, "agv_2", "phone-1", "source", "saw")
    assert rules(leave(leaving), leaving.scenario) == set()


def test_a_part_that_leaves_with_the_vehicle_is_found(leaving, rules):
    assert rules(leave(leaving), leaving.scenario) == {"part-place"}


def test_a_part_that_is_set_down_elsewhere_is_found(leaving, rules):
    leaving.tell(40.0, Event.SET_DOWN, "agv_1", "phone-1", "saw")
    assert rules(leave(leaving), leaving.scenario) == {"part-place"}


@pytest.mark.parametrize("time_s", [41.0, 150.0])
def test_a_state_after_leaving_is_found(leaving, rules, time_s):
    leaving.tell(40.0, Event.SET_DOWN, "agv_1", "phone-1", "source")
    leaving.tell(time_s, Event.VEHICLE_STATE, "agv_1", value=VehicleState.IDLE)
    assert rules(leave(leaving), leaving.scenario) == {"presence"}


def test_a_message_after_leaving_is_found(leaving, rules):
    leaving.tell(40.0, Event.SET_DOWN, "agv_1", "phone-1", "source")
    call = leaving.call(100.0, TaskKind.TRANSPORT, "phone-1")
    leaving.say(100.0, Performative.PROPOSE, call, "agv_1", "phone-1")
    leaving.say(100.0, Performative.CANCEL, call, "phone-1", None)
    assert rules(leave(leaving), leaving.scenario) == {"presence"}


def test_an_action_before_joining_is_found(new_story, rules):
    story = new_story(drain=False)
    story.tell(10.0, Event.VEHICLE_STATE, "agv_2", value=VehicleState.IDLE)
    story.tell(60.0, Event.JOINED, "agv_2")
    log = story.end(100.0)
    cells = log.trace_cells.copy()
    cells[:, 1] = -1
    assert rules(log.replace(trace_cells=cells), story.scenario) == {"presence"}


def test_a_position_of_an_absent_vehicle_is_found(leaving, rules):
    leaving.tell(40.0, Event.SET_DOWN, "agv_1", "phone-1", "source")
    leaving.tell(40.0, Event.LEFT, "agv_1")
    leaving.drive(50.0, "agv_2", SAW)
    assert rules(leaving.end(200.0), leaving.scenario) == {"presence"}


def test_a_vehicle_that_vanishes_is_found(story, rules):
    log = story.end(200.0)
    cells = log.trace_cells.copy()
    cells[-1, 1] = -1
    assert rules(log.replace(trace_cells=cells), story.scenario) == {"presence"}


@pytest.mark.parametrize("set_down", [False, True])
def test_a_part_that_was_set_down_stands_beside_a_full_buffer(new_story, rules, set_down):
    saw = {"operations": {"cut": "10s"}, "output_capacity": 1}
    story = new_story(drain=False, stations={"saw": saw, "drill": {"operations": {"bore": "20s"}}})
    for job in ("phone-1", "phone-2"):
        story.release(0.0, job)
    at_s = story.saw(story.carry(0.0, "agv_1", "phone-1", "source", "saw"), "phone-1")
    if set_down:
        story.tell(at_s + 10.0, Event.VEHICLE_STATE, "agv_2", value=VehicleState.HANDLING)
        story.tell(at_s + 20.0, Event.LOADED, "agv_2", "phone-1", "saw")
        story.tell(at_s + 20.0, Event.VEHICLE_STATE, "agv_2", value=VehicleState.LOADED)
        story.tell(at_s + 21.0, Event.SET_DOWN, "agv_2", "phone-1", "saw")
        story.tell(at_s + 21.0, Event.LEFT, "agv_2")
    story.saw(story.carry(at_s + 30.0, "agv_1", "phone-2", "source", "saw"), "phone-2")
    found = rules(story.end(at_s + 200.0, trace=False), story.scenario)
    assert found == (set() if set_down else {"buffer"})
