"""What the trace gives away: collisions, walls, arrows, docks, and vehicles that should stand still."""

import numpy as np
import pytest

from robocell.agents.shop.tasks import TaskKind
from robocell.environments.log import Event, VehicleState


def moved(log, tick, vehicle, cell):
    """The trace in which one vehicle (column) is elsewhere after one tick."""
    cells = log.trace_cells.copy()
    cells[np.searchsorted(log.trace_ticks, tick), vehicle] = cell
    return log.replace(trace_cells=cells)


def test_two_vehicles_in_one_cell_are_found(story, rules):
    log = story.end(200.0)
    cells = log.trace_cells.copy()
    cells[:, 1] = 12  # agv_2 stands in the dock of the saw that agv_1 drives to
    assert rules(log.replace(trace_cells=cells), story.scenario) == {"vertex"}


def test_two_vehicles_that_swap_are_found(story, rules):
    log = story.end(200.0)
    cells = log.trace_cells.copy()
    where = [np.searchsorted(log.trace_ticks, tick) for tick in (8, 9)]
    cells[:, 1] = 12
    cells[where[0] : where[1], 1] = 12
    cells[where[1] :, 1] = 11  # agv_1 goes from 11 to 12 in that tick
    assert rules(log.replace(trace_cells=cells), story.scenario) == {"swap"}


def test_a_leap_is_found(story, rules):
    assert rules(moved(story.end(200.0), 2, 1, 20), story.scenario) == {"jump"}


@pytest.mark.parametrize("cell", [-2, 27, 1000])
def test_a_vehicle_off_the_floor_is_found(story, rules, cell):
    assert "wall" in rules(moved(story.end(200.0), 2, 1, cell), story.scenario)


def test_a_vehicle_in_a_wall_is_found_with_time_and_place(new_story, check_story):
    story = new_story(drain=False, layout=FLOOR)
    story.drive(0.0, "agv_1", 18)  # straight down through the wall
    log = story.end(50.0)
    found = [violation for violation in check_story(log, story.scenario) if violation.rule == "wall"]
    assert [(violation.time_s, violation.who) for violation in found] == [(1.0, "agv_1")]
    assert found[0].message == "tick 1, at row 1, column 0"


def test_one_way_cells_are_left_along_the_arrow_and_not_entered_against_it(new_story, rules):
    for path, found in (([1, 2, 3], set()), ([1, 2, 11], {"one-way"}), ([4, 3, 2], {"one-way"})):
        story = new_story(drain=False, layout=FLOOR)
        story.cells["agv_1"] = path[0]
        log = story.end(50.0)
        cells = np.array([[cell, 8] for cell in path], np.int32)
        assert rules(log.replace(trace_ticks=np.arange(3), trace_cells=cells), story.scenario) == found


FLOOR = {
    "art": "..>......\n#I.A.B.O.\n........C",
    "legend": {"I": "source", "A": "saw", "B": "drill", "O": "sink", "C": "charger"},
}


@pytest.mark.parametrize("event", [Event.LOADED, Event.UNLOADED])
def test_handling_away_from_the_dock_is_found(story, rules, event):
    log = story.end(200.0)
    row = np.flatnonzero(log.events["kind"] == event)[-1]
    tick = int(log.events["time_s"][row])
    cells = log.trace_cells.copy()
    cells[np.searchsorted(log.trace_ticks, tick, side="right") - 1 :, 0] -= 9
    assert "dock" in rules(log.replace(trace_cells=cells), story.scenario)


@pytest.mark.parametrize(("goal", "found"), [("charger", set()), ("drill", {"dock"})])
def test_vehicles_charge_on_docks_of_chargers(new_story, rules, goal, found):
    story = new_story(drain=False)
    here_s = story.drive(0.0, "agv_2", {"charger": 26, "drill": 14}[goal])
    story.tell(here_s, Event.VEHICLE_STATE, "agv_2", value=VehicleState.CHARGING)
    assert rules(story.end(50.0), story.scenario) == found


@pytest.mark.parametrize("state", [VehicleState.HANDLING, VehicleState.CHARGING, VehicleState.DOWN])
def test_a_vehicle_that_must_stand_still_and_moves_is_found(new_story, rules, state):
    story = new_story(drain=False)
    here_s = story.drive(0.0, "agv_2", 26)
    story.tell(here_s, Event.VEHICLE_STATE, "agv_2", value=state)
    story.tell(here_s + 10, Event.VEHICLE_STATE, "agv_2", value=VehicleState.IDLE)
    story.drive(here_s + 5, "agv_2", 25)
    assert rules(story.end(50.0), story.scenario) == {"standing"}


@pytest.mark.parametrize("state", [VehicleState.HANDLING, VehicleState.CHARGING])
@pytest.mark.parametrize(
    ("begins_s", "ends_s", "found"), [(0.0, 10.0, set()), (0.0, 9.5, set()), (0.0, 10.5, {"standing"})]
)
def test_a_move_takes_the_whole_tick_before_its_row(new_story, rules, state, begins_s, ends_s, found):
    """Row 11 of the trace is a move from 10 s until 11 s: who handles a part until 10.5 s cannot have made it."""
    story = new_story(drain=False)
    here_s = story.drive(0.0, "agv_2", 26)
    story.tell(here_s + begins_s, Event.VEHICLE_STATE, "agv_2", value=state)
    story.tell(here_s + ends_s, Event.VEHICLE_STATE, "agv_2", value=VehicleState.IDLE)
    story.drive(here_s + 10.0, "agv_2", 25)
    assert rules(story.end(50.0), story.scenario) == found


@pytest.mark.parametrize(("breaks_s", "found"), [(2.0, {"standing"}), (2.5, set()), (3.0, set())])
def test_a_vehicle_that_breaks_down_within_a_tick_completes_its_move(new_story, rules, breaks_s, found):
    story = new_story(drain=False)
    story.drive(0.0, "agv_1", 3)
    story.tell(breaks_s, Event.VEHICLE_STATE, "agv_1", value=VehicleState.DOWN)
    assert rules(story.end(50.0), story.scenario) == found


def test_a_loaded_vehicle_that_leaves_too_soon_is_found(new_story, rules):
    """With a load a cell takes two ticks, the first one after loading too."""
    agvs = {"count": 2, "speed": "1m/s", "loaded_speed": "0.5m/s", "load": "5s", "unload": "5s"}
    for late_s, found in ((1.0, set()), (0.0, {"speed"})):
        story = new_story(drain=False, fleet={"agvs": agvs}, chargers={}, layout=NO_CHARGER)
        story.release(0.0, "phone-1")
        story.drive(0.0, "agv_1", 10)
        story.tell(5.0, Event.VEHICLE_STATE, "agv_1", value=VehicleState.HANDLING)
        story.tell(10.0, Event.LOADED, "agv_1", "phone-1", "source")
        story.tell(10.0, Event.VEHICLE_STATE, "agv_1", value=VehicleState.LOADED)
        story.drive(10.0 + late_s, "agv_1", 11)
        assert rules(story.end(50.0), story.scenario) == found


NO_CHARGER = {
    "art": ".........\n.I.A.B.O.\n.........",
    "legend": {"I": "source", "A": "saw", "B": "drill", "O": "sink"},
}


@pytest.mark.parametrize("level", [-1e-9, 1.0001, float("nan")])
def test_a_battery_out_of_range_is_found(story, rules, change, level):
    log = change(story.end(200.0, trace=False), Event.BATTERY, value=level)
    assert rules(log, story.scenario) == {"battery"}


def test_decreasing_ticks_are_found(story, rules):
    log = story.end(200.0)
    ticks = log.trace_ticks
    ticks[2] = ticks[1]
    assert "time" in rules(log.replace(trace_ticks=ticks), story.scenario)


def test_without_a_trace_the_floor_is_not_judged(new_story, rules):
    story = new_story(drain=False)
    story.tell(10.0, Event.VEHICLE_STATE, "agv_1", value=VehicleState.CHARGING)
    story.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    assert rules(story.end(50.0, trace=False), story.scenario) == set()
