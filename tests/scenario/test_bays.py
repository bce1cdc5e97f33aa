"""Parking that is no road: only a vehicle that parks in a cell enters it."""

import numpy as np
import pytest

from robocell.environments.checks import check
from robocell.environments.config.errors import LayoutError
from robocell.environments.factory import Factory
from robocell.environments.layout import EAST, NO_CELL, NORTH, SOUTH, WEST, Layout
from robocell.environments.layout.bays import with_bays
from robocell.environments.scenario import Scenario

# The path from source to sink is shorter through the parking.
ART = """
###I###A###
#.........#
#.........#
#.##PPP##.#
#.........#
#.........#
###O#######
""".strip()
SHOP = {
    "layout": {"art": ART, "legend": {"I": "source", "O": "sink", "A": "saw"}},
    "stations": {"saw": {"operations": {"cut": "5s"}}},
    "fleet": {"agvs": {"count": 2}},
    "products": {"shaft": {"routing": ["cut"]}},
    "orders": {"kind": "conwip", "wip": 3},
    "horizon": "20min",
    "record": {"trace": True},
}


def exits(layout: Layout, row: int, column: int) -> list[int]:
    moves = layout.neighbours[layout.cell(row, column)]
    return [direction for direction in range(4) if moves[direction] != NO_CELL]


def test_parking_between_two_aisles_is_entered_and_left_from_below():
    layout = with_bays(Layout.from_ascii(".....\n.PPP.\n....."))
    for column in (1, 2, 3):
        assert exits(layout, 1, column) == [SOUTH]
        assert NORTH in exits(layout, 2, column)
        assert SOUTH not in exits(layout, 0, column)
    assert exits(layout, 1, 0) == [SOUTH, NORTH]


def test_parking_behind_parking_is_reached_through_it():
    layout = with_bays(Layout.from_ascii("#####\n#PPP#\n#PPP#\n....."))
    assert exits(layout, 1, 2) == [SOUTH]
    assert exits(layout, 2, 2) == [SOUTH, NORTH]


@pytest.mark.parametrize(
    ("art", "sides"), [("...\n.P#\n###", [NORTH]), ("###\n.P#\n#A#", [WEST]), ("###\n#P.\n#<.", [EAST])]
)
def test_the_side_of_a_bay_lets_vehicles_in_and_out_and_is_no_dock_if_possible(art, sides):
    layout = with_bays(Layout.from_ascii(art, {"A": "a"} if "A" in art else {}))
    assert exits(layout, 1, 1) == sides


def test_a_bay_without_such_a_side_is_refused():
    with pytest.raises(
        LayoutError, match="parking at row 1, column 1 has no side at which vehicles both enter and leave"
    ):
        with_bays(Layout.from_ascii("###\n>P>\n###"))


@pytest.mark.parametrize("planner", ["pibt", "lookahead"])
@pytest.mark.parametrize("kinematics", ["omni", "differential"])
def test_no_vehicle_drives_through_bays(planner, kinematics):
    data = SHOP | {"transport": {"kind": "grid", "planner": planner}}
    data["fleet"] = {"agvs": {"count": 2, "kinematics": kinematics}}
    bays = Scenario.parse(data | {"layout": data["layout"] | {"through_parking": False}})
    factory = Factory(bays)
    log = factory.run()
    factory.close()
    assert check(log, bays) == []
    before, after = log.trace_cells[:-1], log.trace_cells[1:]
    parking, moved = bays.build_layout().parking, before != after
    entered, left = moved & np.isin(after, parking), moved & np.isin(before, parking)
    assert left.any()
    assert set((before[entered] - after[entered]).tolist()) <= {11}, "from below: a row has 11 cells"
    assert set((after[left] - before[left]).tolist()) == {11}


def test_a_vehicle_that_drives_through_a_bay_is_found_in_the_log():
    scenario = Scenario.parse(
        SHOP | {"fleet": {"agvs": {"count": 4, "start": "saw"}}, "orders": SHOP["orders"] | {"wip": 9}}
    )
    factory = Factory(scenario)
    log = factory.run()
    factory.close()
    assert check(log, scenario) == []
    strict = Scenario.parse(SHOP | {"layout": SHOP["layout"] | {"through_parking": False}})
    assert {violation.rule for violation in check(log, strict)} >= {"one-way"}
