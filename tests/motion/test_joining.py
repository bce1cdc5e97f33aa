"""Vehicles join the traffic and leave it while the others drive on."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.agents.shop.traffic import NO_NODE
from robocell.environments.config.errors import LayoutError
from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import Conflict, find_conflicts
from robocell.environments.motion.grid import GridTraffic

HALL = Layout.from_ascii(
    """
############
#....##....#
#..........#
#.A..##..B.#
#....##....#
#PPPPPPPPPP#
############
""",
    {"A": "A", "B": "B"},
)
A, B = 0, 1


def hall(vehicles: int, **options) -> GridTraffic:
    return GridTraffic(HALL, ["A", "B"], vehicles=vehicles, speed_m_per_s=1.0, **options)


def ticks_to_arrive(traffic: GridTraffic, vehicle: int) -> int:
    return next(tick for tick in range(1, 200) if vehicle in traffic.step())


@pytest.mark.parametrize("planner", ["pibt", "lookahead"])
@pytest.mark.parametrize("kinematics", ["omni", "differential"])
def test_joining_and_leaving_lead_to_no_conflict(planner, kinematics):
    traffic = hall(6, planner=planner, kinematics=kinematics, improvement=2)
    rng = np.random.default_rng(3)
    there, rows, arrived = list(range(6)), [], 0
    for vehicle in there:
        traffic.send(vehicle, int(rng.integers(2)))
    for tick in range(400):
        if tick % 23 == 0 and len(there) > 2:
            traffic.leave(there.pop(int(rng.integers(len(there)))))
        if tick % 17 == 0 and len(there) < 12:
            there.append(traffic.join(traffic.free_node()))
            traffic.send(there[-1], int(rng.integers(2)))
        for vehicle in traffic.step().tolist():
            arrived += 1
            traffic.send(vehicle, int(rng.integers(2)))
        rows.append(traffic.node.copy())
    width = len(rows[-1])
    cells = np.array([np.pad(row, (0, width - len(row)), constant_values=NO_NODE) for row in rows])
    assert find_conflicts(cells, HALL, absent=NO_NODE) == []
    assert np.flatnonzero(rows[-1] != NO_NODE).tolist() == sorted(there)
    assert arrived > 40


def test_the_dock_of_a_vehicle_that_leaves_goes_to_the_next_in_line():
    admitted = []
    traffic = hall(2, on_admission=admitted.append)
    traffic.send(0, A)
    traffic.send(1, A)
    assert traffic.waits_for_dock(1)
    traffic.leave(0)
    assert not traffic.waits_for_dock(1)
    assert admitted[-1] == 1
    assert ticks_to_arrive(traffic, 1) < 20


def test_vehicles_blocked_by_a_broken_one_continue_when_it_leaves():
    aisle = Layout.from_ascii("A....B\nPPP###", {"A": "A", "B": "B"})
    traffic = GridTraffic(aisle, ["A", "B"], vehicles=2, speed_m_per_s=1.0, start_cells=np.array([1, 3]))
    traffic.hold(1, True)
    traffic.send(0, B)
    for _ in range(30):
        assert not traffic.step().size
    traffic.leave(1)
    assert ticks_to_arrive(traffic, 0) < 10


def test_numbers_of_vehicles_stay_when_others_leave():
    traffic = hall(3, kinematics="differential")
    odometer_m = traffic.odometer_m.copy()
    traffic.leave(0)
    assert traffic.node[0] == NO_NODE
    assert traffic.join(traffic.free_node()) == 3
    traffic.send(2, B)
    ticks_to_arrive(traffic, 2)
    assert traffic.node[2] in HALL.docks["B"]
    assert traffic.odometer_m[2] > odometer_m[2]
    assert [len(values) for values in (traffic.odometer_m, traffic.goals, traffic.facing, traffic.stand)] == [4] * 4
    assert traffic.distance_m(2) == traffic.odometer_m[2]


def test_a_floor_without_vehicles_stands_still_until_one_joins():
    traffic = hall(1)
    traffic.leave(0)
    assert traffic.step().size == 0
    assert traffic.settled
    assert traffic.standstill() == []
    vehicle = traffic.join(traffic.free_node())
    traffic.send(vehicle, A)
    assert not traffic.settled
    assert ticks_to_arrive(traffic, vehicle) < 20


def test_a_new_vehicle_takes_no_spot_of_another():
    traffic = hall(10)  # one on each parking cell
    dock = HALL.docks["A"][0]
    vehicle = traffic.join(dock)
    goals = traffic.goals
    assert goals[vehicle] not in (dock, *HALL.parking)
    for _ in range(30):
        traffic.step()
    assert traffic.settled
    assert len(set(traffic.node.tolist())) == 11


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (0, "it is not a floor cell"),
        (999, "it is not a floor cell"),
        (HALL.parking[0], "a vehicle stands there or is about to"),
        (13, "it is closed"),
    ],
)
def test_a_vehicle_joins_on_free_floor_only(cell, reason):
    traffic = hall(1)
    traffic.close([13])
    with pytest.raises(LayoutError, match=f"{reason}; choose a free floor cell"):
        traffic.join(int(cell))
    assert len(traffic.node) == 1


def test_an_island_is_no_place_to_join():
    layout = Layout.from_ascii("A..#.", {"A": "A"})
    traffic = GridTraffic(layout, ["A"], vehicles=1, speed_m_per_s=1.0, start_cells=np.array([1]))
    with pytest.raises(LayoutError, match="no vehicle can join at row 0, column 4: not all docks can be reached"):
        traffic.join(4)
    assert traffic.free_node() == 2


def test_absence_is_no_conflict_where_it_is_allowed():
    cells = np.array([[14, -1], [-1, 14], [15, 14]])
    assert find_conflicts(cells, HALL, absent=NO_NODE) == []
    assert "wall" in {conflict.kind for conflict in find_conflicts(cells, HALL)}
    together = np.array([[14, 14, -1]])
    assert find_conflicts(together, HALL, absent=NO_NODE) == [Conflict(0, "vertex", (0, 1), (14,))]


@pytest.mark.parametrize("loaded_speed", [1.0, 0.5])
def test_a_vehicle_that_stays_takes_the_nearer_of_two_docks_for_its_load_and_facing(loaded_speed):
    layout = Layout.from_ascii("B..........B\n............\n.PP...A.....", {"A": "A", "B": "B"})
    traffic = GridTraffic(
        layout, ["A", "B"], vehicles=2, speed_m_per_s=1.0, loaded_speed_m_per_s=loaded_speed, kinematics="differential",
        start_cells=np.array([20, 14]),
    )  # fmt: skip
    traffic.carry(0, True)
    traffic.leave(0)
    said_s = traffic.travel_times_s(B)[traffic.stand[1]]
    traffic.send(1, B)
    assert ticks_to_arrive(traffic, 1) == said_s
    assert traffic.node[1] == 0
