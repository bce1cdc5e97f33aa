"""How soon vehicles are elsewhere: no log in which one is faster than the shortest way allows passes, trace or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from robocell.environments.checks.travel import check_travel
from robocell.environments.log import Event, VehicleState

from .conftest import LOAD_S, cell_data

AGVS = {"count": 2, "speed": "1m/s", "load": "5s", "unload": "5s"}
PLACES = ["source", "sink", "saw", "drill"]


def agvs(**changes: Any) -> dict[str, Any]:
    """Other vehicles on the floor of the stories."""
    return {"fleet": {"agvs": cell_data()["fleet"]["agvs"] | changes}}


def floor(art: str, **changes: Any) -> dict[str, Any]:
    """Another floor, without a charger."""
    legend = {"I": "source", "A": "saw", "B": "drill", "O": "sink"}
    return {"layout": {"art": art, "legend": legend}, "fleet": {"agvs": AGVS | changes}, "chargers": {}}


def carried(new_story, way_s: float, *, goal: str = "saw", **changes: Any):
    """A log in which a part is taken from the source at 12 s, and is handed over after a way of so many seconds."""
    story = new_story(drain=False, **{"robots": {}, **changes})
    story.release(0.0, "phone-1")
    story.tell(12.0, Event.LOADED, "agv_1", "phone-1", "source")
    story.tell(12.0 + way_s + LOAD_S, Event.UNLOADED, "agv_1", "phone-1", goal)
    return check_travel(story.end(200.0, trace=False), story.scenario)


WALLS = "..........\n.I#>>>>>A.\n..#...B...\nO........."
TWO_DOCKS = "I..A....A\n.........\n...OB...."


@pytest.mark.parametrize(
    ("changes", "goal", "least_s"),
    [
        ({}, "saw", 2.0),
        ({}, "sink", 6.0),
        (agvs(loaded_speed="0.5m/s"), "saw", 4.0),
        (agvs(kinematics="differential"), "saw", 2.0),
        (floor(WALLS), "saw", 9.0),
        (floor(WALLS, kinematics="differential", turn="1.5s"), "saw", 9.0 + 2 * 2.0),
        (floor(TWO_DOCKS), "saw", 3.0),
    ],
)
def test_a_part_that_is_carried_too_fast_is_found_without_a_trace(new_story, changes, goal, least_s):
    """The way over the floor and its arrows, to the nearest dock; turns in whole ticks; slower with a load."""
    assert carried(new_story, least_s, goal=goal, **changes) == []
    (found,) = carried(new_story, least_s - 0.5, goal=goal, **changes)
    assert (found.rule, found.who, found.time_s) == ("travel", "agv_1", 12.0 + least_s - 0.5 + LOAD_S)
    assert f"begun {least_s - 0.5:g} s after it had left source; the shortest path takes {least_s:g} s" in found.message


def table(times_s: list[list[float]]) -> dict[str, Any]:
    travel = [[f"{time_s}s" for time_s in row] for row in times_s]
    return {
        "transport": {"kind": "matrix", "places": PLACES, "travel": travel},
        "layout": None,
        "fleet": {"agvs": AGVS},
        "chargers": {},
    }


def test_in_a_table_the_shortest_path_may_lead_over_another_place(new_story):
    """From the source to the saw in 10 s, or over the drill in 3 s + 0 s: a vehicle may be sent on from there."""
    straight = table([[0, 9, 10, 9], [9, 0, 9, 9], [9, 9, 0, 9], [9, 9, 9, 0]])
    over = table([[0, 9, 10, 3], [9, 0, 9, 9], [9, 9, 0, 9], [9, 9, 0, 0]])
    for changes, least_s in ((straight, 10.0), (over, 3.0)):
        assert carried(new_story, least_s, **changes) == []
        assert [found.rule for found in carried(new_story, least_s - 1.0, **changes)] == ["travel"]


@pytest.mark.parametrize(("late_s", "found"), [(0.0, []), (-1.0, ["travel"])])
def test_an_empty_trip_takes_its_time_too(new_story, late_s, found):
    """From the saw, where the first part is handed over, back to the source, two cells away."""
    story = new_story(drain=False, robots={})
    for number, taken_s in enumerate((5.0, 5.0 + 2.0 + LOAD_S + 2.0 + LOAD_S + late_s)):
        story.release(0.0, f"phone-{number}")
        story.tell(taken_s, Event.LOADED, "agv_1", f"phone-{number}", "source")
        story.tell(taken_s + 2.0 + LOAD_S, Event.UNLOADED, "agv_1", f"phone-{number}", "saw")
    assert [violation.rule for violation in check_travel(story.end(200.0, trace=False), story.scenario)] == found


@pytest.mark.parametrize(("way_s", "back_s", "found"), [(6.0, 6.0, []), (5.0, 6.0, ["travel"]), (6.0, 5.0, ["travel"])])
def test_trips_to_and_from_a_charger_take_their_time(new_story, way_s, back_s, found):
    """It is five columns and a row away from the saw; a breakdown in between tells the charging twice."""
    story = new_story(drain=False, robots={})
    for name in ("phone-1", "phone-2"):
        story.release(0.0, name)
    story.tell(5.0, Event.LOADED, "agv_1", "phone-1", "source")
    story.tell(12.0, Event.UNLOADED, "agv_1", "phone-1", "saw")
    for again_s in (0.0, 20.0):
        story.tell(12.0 + way_s + again_s, Event.VEHICLE_STATE, "agv_1", value=VehicleState.CHARGING)
    story.tell(100.0, Event.ENERGY, "agv_1", other="charger", value=10.0)
    story.tell(100.0 + back_s + LOAD_S, Event.LOADED, "agv_1", "phone-1", "saw")
    assert [violation.rule for violation in check_travel(story.end(200.0, trace=False), story.scenario)] == found


def test_a_part_is_not_faster_than_the_vehicle_because_another_one_is_handled_in_between(new_story):
    """Docks of a place may be far apart: each leg may be short, the way of the part is not."""
    far = floor("I.A...........A.O\n.......B.........", capacity=2)
    story = new_story(drain=False, robots={}, **far)
    for name in ("phone-1", "watch-2"):
        story.release(0.0, name)
    story.tell(5.0, Event.LOADED, "agv_1", "watch-2", "source")
    story.tell(10.0, Event.LOADED, "agv_1", "phone-1", "source")
    story.tell(17.0, Event.UNLOADED, "agv_1", "phone-1", "saw")
    story.tell(24.0, Event.UNLOADED, "agv_1", "watch-2", "sink")
    (found,) = check_travel(story.end(200.0, trace=False), story.scenario)
    assert "begun 14 s after it had left source; the shortest path takes 16 s" in found.message


def test_a_part_that_is_handed_over_a_tick_too_early_is_found(story, rules):
    log = story.end(200.0)
    assert "travel" not in rules(log, story.scenario)
    events = log.events.copy()
    rows = np.flatnonzero(events["kind"] == Event.UNLOADED)
    events["time_s"][rows[0]] -= 1.0
    assert "travel" in rules(log.replace(events=events), story.scenario)


def test_unknown_places_are_left_to_other_rules(new_story):
    assert carried(new_story, 0.0, goal="arm", robots={"arm": {"stations": ["saw"]}}) == []
