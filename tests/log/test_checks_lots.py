"""Lots: what falls on one instant may have come in either order, and is no fault; one instant later it is one."""

from typing import Any

import numpy as np
import pytest

from robocell.environments import Factory, Scenario, check
from robocell.environments.log import Event, EventLog

PLACES = ["source", "sink", "mill"]
NO_TIME: dict[str, Any] = {  # loading, the way, and handing over take none
    "transport": {"kind": "matrix", "places": PLACES, "travel": [["0s"] * 3] * 3},
    "fleet": {"agvs": {"count": 2, "capacity": 2, "load": "0s", "unload": "0s"}},
    "stations": {"mill": {"operations": {"mill": "10s"}, "machines": 2}},
    "products": {"p": {"routing": ["mill"], "lot_size": 3}},
    "orders": {"kind": "deterministic", "every": "1min"},
    "horizon": "3min",
    "drain": True,
}


@pytest.fixture
def scenario() -> Scenario:
    return Scenario.parse(NO_TIME)


@pytest.fixture
def log(scenario: Scenario) -> EventLog:
    return Factory(scenario).run()


def test_a_share_that_is_loaded_carried_and_done_at_one_instant_is_sound(log: EventLog, scenario: Scenario) -> None:
    assert (log.events["kind"] == Event.LOT_AWARDED).any()
    assert check(log, scenario) == []


def test_a_part_that_is_loaded_after_the_end_of_its_share_is_found(log: EventLog, scenario: Scenario) -> None:
    """The first two parts are told to be taken one second after their vehicle said that it was done with them."""
    events = log.events.copy()
    first = np.flatnonzero(events["kind"] == Event.LOADED)[:2]
    moved = events["job"] == events["job"][first[0]]
    moved &= (events["time_s"] == 0.0) & np.isin(events["kind"], (Event.LOADED, Event.UNLOADED))
    events["time_s"][moved] = 1.0
    assert "lot" in {violation.rule for violation in check(log.replace(events=events), scenario)}


def rules(log: EventLog, scenario: Scenario) -> set[str]:
    return {violation.rule for violation in check(log, scenario)}


@pytest.mark.parametrize("event", [Event.LOT_CALLED, Event.LOT_AWARDED])
def test_rows_of_a_lot_that_are_not_at_the_time_of_their_message_are_found(
    log: EventLog, scenario: Scenario, event: Event
) -> None:
    events = log.events.copy()
    events["time_s"][np.flatnonzero(events["kind"] == event)[-1]] += 0.5
    events = events[np.argsort(events["time_s"], kind="stable")]
    assert "share" in rules(log.replace(events=events), scenario)


@pytest.mark.parametrize("column", ["agent", "other"])
def test_a_call_for_a_lot_by_another_or_for_another_task_is_found(
    log: EventLog, scenario: Scenario, column: str
) -> None:
    events = log.events.copy()
    called = np.flatnonzero(events["kind"] == Event.LOT_CALLED)
    values = events[column][called]
    events[column][called[0]] = values[values != values[0]][0]
    assert "share" in rules(log.replace(events=events), scenario)


def test_a_share_without_parts_is_found(log: EventLog, scenario: Scenario) -> None:
    events = log.events
    (first, *_) = np.flatnonzero(events["kind"] == Event.LOT_AWARDED)
    same = (events["value"] == events["value"][first]) & (events["agent"] == events["agent"][first])
    kept = ~((events["kind"] == Event.LOT_AWARDED) & same)
    assert "share" in rules(log.replace(events=events[kept]), scenario)


def test_a_part_that_is_called_for_while_it_is_on_a_machine_is_found(log: EventLog, scenario: Scenario) -> None:
    events = log.events
    row = events[events["kind"] == Event.LOT_CALLED][0].copy()
    started = np.flatnonzero(events["kind"] == Event.PROCESSING_STARTED)[0]
    row["time_s"], row["job"] = events["time_s"][started], events["job"][started]
    assert "part-place" in rules(log.replace(events=np.insert(events, started + 1, row)), scenario)
