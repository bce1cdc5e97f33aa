"""Reports of machines, vehicles and robots: what is computed from them is as true as they are."""

import numpy as np
import pytest

from robocell.environments.log import Event, RobotState, StationState, VehicleState


def without(log, event, value):
    """The log without the first row of an event that reports a state."""
    rows = np.flatnonzero((log.events["kind"] == event) & (log.events["value"] == value))
    return log.replace(events=np.delete(log.events, rows[0]))


@pytest.mark.parametrize(
    "state", [StationState.SETUP, StationState.PROCESSING, StationState.BLOCKED, StationState.STARVED]
)
def test_every_state_of_a_machine_that_was_not_reported_is_found(story, rules, state):
    assert rules(without(story.end(200.0), Event.STATION_STATE, state), story.scenario) == {"station-state"}


def test_an_unknown_machine_is_found(story, rules):
    story.tell(100.0, Event.STATION_STATE, "drill", other=7, value=StationState.STARVED)
    assert rules(story.end(200.0), story.scenario) == {"station-state"}


def test_a_stopped_machine_may_be_in_any_state(story, rules):
    """It shows what it does when it runs again."""
    story.tell(25.0, Event.STATION_STATE, "saw", other=0, value=StationState.DOWN)
    story.tell(25.0, Event.STATION_STATE, "saw", other=0, value=StationState.PROCESSING)
    assert rules(story.end(200.0), story.scenario) == set()


def test_a_vehicle_that_hands_over_without_reporting_it_is_found(story, rules):
    log = without(story.end(200.0), Event.VEHICLE_STATE, VehicleState.HANDLING)
    assert rules(log, story.scenario) == {"vehicle-state"}


def test_a_vehicle_that_reports_too_short_a_handling_is_found(story, rules, change):
    log = story.end(200.0)
    events = log.events.copy()
    row = np.flatnonzero((events["kind"] == Event.VEHICLE_STATE) & (events["value"] == VehicleState.HANDLING))[0]
    events["time_s"][row] += 1.0
    assert rules(log.replace(events=events), story.scenario) == {"vehicle-state"}


def test_a_robot_that_loads_without_reporting_it_is_found(story, rules):
    assert rules(without(story.end(200.0), Event.ROBOT_STATE, RobotState.HANDLING), story.scenario) == {"robot-state"}


@pytest.mark.parametrize(
    ("event", "value"),
    [
        (Event.STATION_STATE, 6.0),
        (Event.VEHICLE_STATE, 0.5),
        (Event.ROBOT_STATE, float("inf")),
        (Event.VEHICLE_STATE, float("nan")),
    ],
)
def test_an_unknown_state_is_found(story, rules, change, event, value):
    assert rules(change(story.end(200.0), event, value=value), story.scenario) == {"row"}


def test_a_state_of_another_kind_of_agent_is_found(story, rules, change):
    log = change(story.end(200.0), Event.ROBOT_STATE, agent=story.ids["saw"])
    assert rules(log, story.scenario) == {"row"}


@pytest.mark.parametrize("table", ["events", "messages", "conversations"])
def test_an_unknown_kind_is_found(story, rules, table):
    log = story.end(200.0)
    rows = getattr(log, table).copy()
    rows[{"events": "kind", "messages": "performative", "conversations": "task_kind"}[table]][-1] = 99
    assert rules(log.replace(**{table: rows}), story.scenario) == {"row"}
