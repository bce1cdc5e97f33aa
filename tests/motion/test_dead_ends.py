"""Floors on which plain PIBT freezes: dead ends, lanes, bridges, full parking. Work must go on to the end."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import find_conflicts
from robocell.environments.motion.fields import lengths_to
from robocell.environments.motion.graph import Graph
from robocell.environments.motion.grid import GridTraffic
from robocell.environments.motion.ids import NO_CELL, NO_DEAD_END
from robocell.environments.motion.kernels.parking import DEAD_END, FLOOR, LANE, NEVER, PARKING, grade
from robocell.environments.motion.topology import find_dead_ends
from robocell.experiments.benchmarks.motion import Case, Fleet, rubble

from ..daily import daily, matrix

TRAFFIC = Path(__file__).parents[3] / "shared" / "benchmarks" / "traffic"

CORRIDOR = """
###########
#B........#
#.........#
#....######
####......A
####.######
#.........#
#.........#
#PP######.C
#PP########
"""
RING = """
#############
###A##B##C###
##.........##
##.#######.##
D..#######..E
##.#######.##
##.........##
###F##G##H###
"""
ONE_WAY = """
#############
###A##B##C###
##>.>>.>>.>v#
##^########v#
##^########v#
##^.<<.<<.<<#
###F##G##H###
"""
ROOMS = """
###############
#.....###.....#
#.....###.....#
A.............B
#.....###.....#
#.....###.....#
#..C..###..D..#
###############
"""
COMB = """
###########
#A#B#C#D#E#
#.#.#.#.#.#
#.........#
#.........#
#P#P#P#P#P#
###########
"""
TREE = """
###########
#A#B#C#D#E#
#.#.#.#.#.#
#.........#
##P#P#P#P##
###########
"""
LANES = """
###############
#A..B..C..D..E#
#.............#
#P#P#P#P#P#P#P#
#P#P#P#P#P#P#P#
#P#P#P#P#P#P#P#
#P#P#P#P#P#P#P#
###############
"""
ONE_DOCK = """
##########
#........#
#........#
####A#####
"""


def floor(art: str) -> Layout:
    return Layout.from_ascii(art, {symbol: symbol for symbol in "ABCDEFGH" if symbol in art})


FULL = {
    "corridor with 5": (CORRIDOR, 5),
    "corridor with 20": (CORRIDOR, 20),
    "ring with 5": (RING, 5),
    "ring with 10": (RING, 10),
    "one-way ring with 10": (ONE_WAY, 10),
    "rooms with 24": (ROOMS, 24),
    "comb with 5": (COMB, 5),
    "comb with 10": (COMB, 10),
    "tree with 3": (TREE, 3),
    "tree with 5": (TREE, 5),
    "lanes with 28": (LANES, 28),
    "lanes with 32": (LANES, 32),
    "one dock with 12": (ONE_DOCK, 12),
}


@pytest.mark.parametrize(
    *matrix(
        *("corridor with 20-0.0", "ring with 10-0.01", "one-way ring with 10-0.0", "rooms with 24-0.01"),
        *("comb with 10-0.0", "tree with 5-0.01", "lanes with 32-0.0", "one dock with 12-0.01"),
        full=FULL,
        breakdown=[0.0, 0.01],
    )
)
def test_vehicles_keep_arriving_to_the_end(shuttle, full, breakdown):
    art, vehicles = full
    layout = floor(art)
    traffic = GridTraffic(layout, sorted(layout.docks), vehicles=vehicles, speed_m_per_s=1.0, seed=1)
    trace, arrivals = shuttle(traffic, ticks=2000, breakdown=breakdown)
    assert find_conflicts(trace, layout) == []
    pauses = np.diff(np.concatenate(([-1], np.flatnonzero(arrivals), [arrivals.size])))
    assert pauses.max() < 400


def test_parked_vehicles_of_a_lane_make_room_by_exchanging_their_spots():
    layout = floor("A.\nP#\nP#\nP#")
    traffic = GridTraffic(layout, ["A"], vehicles=2, speed_m_per_s=1.0, start_cells=np.array([2, 1]))
    traffic.park(0)
    traffic.park(1)
    for _ in range(12):
        traffic.step()
    assert sorted(traffic.node.tolist()) == [2, 4]
    assert traffic.settled


def random_goals(layout: Layout, vehicles: int, ticks: int, *, rules: bool) -> tuple[Fleet, np.ndarray]:
    fleet = Fleet(Case("random goals", layout, vehicles, 1024, ticks, rules=rules), seed=1)
    return fleet, fleet.drive(ticks)


@pytest.mark.parametrize("vehicles", daily(100, of=[100, 400]))
def test_a_floor_with_many_dead_ends_never_freezes(vehicles):
    layout = rubble(32, 32, share=0.2, seed=3)
    fleet, trace = random_goals(layout, vehicles, 5000, rules=True)
    assert find_conflicts(trace, layout) == []
    assert fleet.tally.last_reached.max() > 4990
    assert np.median(fleet.tally.last_reached) > 4700


def test_plain_pibt_freezes_on_such_a_floor():
    fleet, _ = random_goals(rubble(32, 32, share=0.2, seed=3), 100, 5000, rules=False)
    assert fleet.tally.last_reached.max() < 4000


@pytest.mark.parametrize("vehicles", daily(400, of=[100, 200, 300, 400]))
def test_vehicles_keep_moving_on_the_map_on_which_others_freeze(vehicles):
    path = TRAFFIC / "lorr2023" / "random-32-32-20.map"
    if not path.exists():
        pytest.skip("the benchmark maps are not beside this repository (../shared/benchmarks/traffic)")
    layout = Layout.from_map(path.read_text())
    start = int(np.flatnonzero(layout.passable)[len(np.flatnonzero(layout.passable)) // 2])
    reached = lengths_to(Graph.of(layout.neighbours), np.array([start], np.int32)) != 65535
    assert reached.sum() == 819  # one part; single cells cut off are none of our business
    part = dataclasses.replace(layout, passable=reached)
    fleet, trace = random_goals(part, vehicles, 5000, rules=True)
    assert find_conflicts(trace, part) == []
    assert fleet.tally.last_reached.max() > 4990
    assert np.median(fleet.tally.last_reached) > 4700


def test_dead_ends_have_a_way_out():
    layout = Layout.from_ascii(
        """
#.###.#
#.#...#
#...#.#
#.#...#
#######
"""
    )
    ends = find_dead_ends(Graph.of(layout.neighbours))
    way_out, number = ends.way_out, ends.number
    cell = layout.cell
    assert way_out[cell(0, 1)] == cell(1, 1)
    assert way_out[cell(1, 1)] == cell(2, 1)
    assert way_out[cell(3, 1)] == cell(2, 1)
    assert way_out[cell(2, 1)] == cell(2, 2)
    assert way_out[cell(2, 2)] == cell(2, 3)
    assert way_out[cell(0, 5)] == cell(1, 5)
    assert (way_out != NO_CELL).sum() == 6
    assert number[cell(0, 1)] == number[cell(3, 1)] != number[cell(0, 5)]
    assert ((number == NO_DEAD_END) == (way_out == NO_CELL)).all()


def test_a_one_way_street_is_no_dead_end():
    """A vehicle on the ring comes round again, though each cell leads to one other cell; the bay has one way out."""
    layout = Layout.from_ascii(
        """
>>v#
^#v.
^<<#
"""
    )
    ends = find_dead_ends(Graph.of(layout.neighbours))
    assert np.flatnonzero(ends.way_out != NO_CELL).tolist() == [layout.cell(1, 3)]


def test_cells_are_graded_by_the_vehicles_that_one_there_would_block():
    layout = Layout.from_ascii(
        """
#########
#P......#
#.......#
###S##.##
#####..##
#####.>.#
#########
""",
        {"S": "S"},
    )
    way_out = find_dead_ends(Graph.of(layout.neighbours)).way_out
    docks = np.array(layout.docks["S"], np.int32)
    grades = grade(layout.width, layout.passable, layout.one_way, way_out, docks, layout.parking)
    cell = layout.cell
    assert grades[cell(1, 1)] == PARKING
    assert grades[cell(1, 2)] == grades[cell(2, 1)] == FLOOR
    assert grades[cell(2, 3)] == LANE  # in front of the dock
    assert grades[cell(3, 6)] == LANE
    assert grades[cell(5, 6)] == LANE  # one-way
    assert grades[cell(5, 7)] == DEAD_END
    assert grades[cell(3, 3)] == grades[cell(0, 0)] == NEVER
