"""Vehicles on a floor: who is let to a dock, where the others wait, and what a settled floor may leap over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.config.errors import LayoutError
from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import find_conflicts
from robocell.environments.motion.grid import GridTraffic

HALL = Layout.from_ascii(
    """
##########
#........#
#........#
##A##B##B#
#PP......#
#PP......#
##########
""".replace("##A##B##B#", "#.A..B..B#"),
    {"A": "A", "B": "B"},
)
A, B = 0, 1


def hall(vehicles: int, seed: int = 1, **options) -> GridTraffic:
    return GridTraffic(HALL, ["A", "B"], vehicles=vehicles, speed_m_per_s=2.0, seed=seed, **options)


def drive(traffic: GridTraffic, ticks: int) -> list[tuple[int, int]]:
    """(tick, vehicle) of all arrivals."""
    return [(tick, vehicle) for tick in range(ticks) for vehicle in traffic.step().tolist()]


def settle(traffic: GridTraffic) -> None:
    for _ in range(200):
        traffic.step()
        if traffic.settled:
            return
    raise AssertionError("never settled")


def test_vehicles_begin_parked_and_settled():
    traffic = hall(4)
    assert sorted(traffic.node.tolist()) == HALL.parking.tolist()
    traffic.step()
    assert traffic.settled
    assert traffic.moved == 0


def test_a_vehicle_takes_the_time_that_the_bid_promised():
    traffic = hall(1)
    assert traffic.tick_s == 0.5
    promised_s = traffic.travel_s(traffic.node, A)[0]
    traffic.send(0, A)
    arrivals = drive(traffic, 30)
    assert len(arrivals) == 1
    assert (arrivals[0][0] + 1) * traffic.tick_s == promised_s
    assert traffic.node[0] == traffic.node_of(A)
    assert traffic.distance_m(0) == traffic.odometer_m[0] == promised_s * 2.0


def test_travel_between_places_counts_to_the_nearest_dock():
    traffic = hall(1)
    assert traffic.travel_between_s(A, B) == 1.5
    assert traffic.travel_between_s(B, A) == 1.5
    assert traffic.travel_s(np.array(HALL.docks["B"], np.int32), B).tolist() == [0.0, 0.0]


def test_a_vehicle_that_is_sent_to_the_dock_on_which_it_stands_arrives_at_once():
    traffic = hall(1)
    traffic.send(0, A)
    drive(traffic, 30)
    traffic.send(0, A)
    assert traffic.step().tolist() == [0]
    assert traffic.step().tolist() == []


def test_a_dock_admits_one_vehicle_and_then_the_first_in_its_queue():
    traffic = hall(4)
    for vehicle in (2, 0, 3, 1):
        traffic.send(vehicle, A)
    served = []
    for _ in range(120):
        for vehicle in traffic.step().tolist():
            assert (traffic.node == traffic.node_of(A)).sum() == 1
            traffic.hold(vehicle, True)
            served.append(vehicle)
            drive(traffic, 5)
            assert traffic.node[vehicle] == traffic.node_of(A)
            traffic.hold(vehicle, False)
            traffic.park(vehicle)
    assert served == [2, 0, 3, 1]


def test_two_docks_serve_two_vehicles_at_once_and_none_waits_in_a_dock():
    traffic = hall(4)
    for vehicle in range(4):
        traffic.send(vehicle, B)
    arrived = {vehicle for _, vehicle in drive(traffic, 40)}
    assert len(arrived) == 2
    docks = {cell for cells in HALL.docks.values() for cell in cells}
    waiting = set(range(4)) - arrived
    assert not docks & {int(traffic.node[vehicle]) for vehicle in waiting}
    assert traffic.settled


def test_a_new_order_replaces_the_old_one_and_gives_up_its_turn():
    traffic = hall(2)
    traffic.send(0, A)
    traffic.send(1, A)
    traffic.send(0, B)
    assert sorted(vehicle for _, vehicle in drive(traffic, 40)) == [0, 1]
    assert traffic.node[1] == traffic.node_of(A)
    assert traffic.node[0] in HALL.docks["B"]


def test_a_parked_vehicle_leaves_the_dock_for_a_parking_cell():
    traffic = hall(1)
    traffic.send(0, A)
    drive(traffic, 30)
    traffic.park(0)
    settle(traffic)
    assert traffic.node[0] in HALL.parking


def test_with_the_parking_full_vehicles_wait_where_they_block_no_other():
    traffic = hall(12)
    settle(traffic)
    docks = {cell for cells in HALL.docks.values() for cell in cells}
    assert set(HALL.parking.tolist()) <= set(traffic.node.tolist())
    assert not docks & set(traffic.node.tolist())
    traffic.send(0, A)
    assert [vehicle for _, vehicle in drive(traffic, 60)] == [0]


COURT = """
A.#..
..#..
.B#..
"""  # the floor beyond the wall has no dock, and more room


def test_no_vehicle_starts_where_it_can_reach_no_dock():
    floor = Layout.from_ascii(COURT, {"A": "A", "B": "B"})
    for vehicles in range(1, 5):
        traffic = GridTraffic(floor, ["A", "B"], vehicles=vehicles, speed_m_per_s=1.0)
        assert (traffic.node % 5 < 2).all()
        assert traffic.travel_times_s(A)[traffic.node].max() < np.inf
    with pytest.raises(LayoutError, match="5 vehicles need as many cells that are not docks, the floor has 4"):
        GridTraffic(floor, ["A", "B"], vehicles=5, speed_m_per_s=1.0)


def test_a_vehicle_that_starts_on_a_dock_without_an_order_leaves_it():
    traffic = hall(1, start_cells=np.array([HALL.docks["A"][0]]))
    settle(traffic)
    assert traffic.node[0] in HALL.parking


def test_a_vehicle_that_breaks_down_gives_its_dock_to_the_next_and_is_first_when_repaired():
    traffic = hall(3)
    for vehicle in range(3):
        traffic.send(vehicle, A)
    traffic.step()
    traffic.hold(0, True)
    stuck_at = int(traffic.node[0])
    assert [vehicle for _, vehicle in drive(traffic, 30)] == [1]
    assert traffic.node[0] == stuck_at
    traffic.hold(0, False)
    traffic.park(1)
    assert [vehicle for _, vehicle in drive(traffic, 40)] == [0]


def test_others_drive_round_a_broken_down_vehicle():
    lane = Layout.from_ascii("A........B\n..........", {"A": "A", "B": "B"})
    traffic = GridTraffic(lane, ["A", "B"], vehicles=2, speed_m_per_s=1.0, start_cells=np.array([5, 1]))
    traffic.hold(0, True)
    traffic.send(1, B)
    (tick, vehicle), *_ = drive(traffic, 40)
    assert (tick + 1, vehicle) == (10, 1)


def test_a_broken_down_vehicle_in_a_ring_makes_the_others_go_the_other_way():
    ring = Layout.from_ascii("A....B\n.####.\n......", {"A": "A", "B": "B"})
    traffic = GridTraffic(ring, ["A", "B"], vehicles=2, speed_m_per_s=1.0, start_cells=np.array([3, 1]))
    traffic.hold(0, True)
    traffic.send(1, B)
    (tick, vehicle), *_ = drive(traffic, 40)
    assert (tick + 1, vehicle) == (10, 1)


def test_a_closed_aisle_is_not_used_and_an_opened_one_is():
    ring = Layout.from_ascii("A....B\n.####.\n......", {"A": "A", "B": "B"})
    traffic = GridTraffic(ring, ["A", "B"], vehicles=1, speed_m_per_s=1.0, start_cells=np.array([1]))
    traffic.close([3])
    assert traffic.closed == [3]
    assert traffic.travel_s(traffic.node, B).tolist() == [10.0]
    traffic.send(0, B)
    assert traffic.goals.tolist() == [5]
    assert traffic.route(0) == [1, 0, 6, 12, 13, 14, 15, 16, 17, 11, 5]
    assert drive(traffic, 20) == [(9, 0)]
    assert traffic.goals.tolist() == [-1]
    assert traffic.route(0) == []
    traffic.open([3])
    assert traffic.closed == []
    assert traffic.travel_s(traffic.node, A).tolist() == [5.0]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([6], "row 0, column 6 cannot be closed: it is a wall"),
        ([5], "it is a dock of 'B'"),
        ([7], "it is a parking cell"),
        ([1], "a vehicle stands there or is driving to it"),
        ([3, 17], "row 0, column 3, row 2, column 3 cannot be closed: 'A' could not be reached any more"),
    ],
)
def test_aisles_that_cannot_be_closed_stay_open(cells, reason):
    ring = Layout.from_ascii("A....B#\nP####.#\n.......", {"A": "A", "B": "B"})
    traffic = GridTraffic(ring, ["A", "B"], vehicles=1, speed_m_per_s=1.0, start_cells=np.array([1]))
    with pytest.raises(LayoutError, match=reason):
        traffic.close(cells)
    assert traffic.closed == []
    assert traffic.travel_s(traffic.node, B).tolist() == [4.0]


def test_a_vehicle_without_another_path_waits_behind_a_broken_down_vehicle_until_it_is_repaired():
    lane = Layout.from_ascii("A....B\n####.#", {"A": "A", "B": "B"})
    traffic = GridTraffic(lane, ["A", "B"], vehicles=2, speed_m_per_s=1.0, start_cells=np.array([3, 1]))
    traffic.hold(0, True)
    traffic.send(1, B)
    assert drive(traffic, 60) == []
    assert traffic.node.tolist() == [3, 2]
    assert traffic.standstill() == []
    traffic.hold(0, False)
    assert [vehicle for _, vehicle in drive(traffic, 60)] == [1]


def test_a_standstill_names_the_vehicles_that_wait_for_each_other():
    lane = Layout.from_ascii("A....B", {"A": "A", "B": "B"})
    traffic = GridTraffic(lane, ["A", "B"], vehicles=2, speed_m_per_s=1.0, start_cells=np.array([2, 3]))
    traffic.send(0, B)
    traffic.send(1, A)
    reports = []
    for _ in range(400):
        assert traffic.step().size == 0
        reports.append(traffic.standstill())
    assert [[0, 1]] in reports
    assert reports[0] == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), vehicles=st.integers(1, 14))
def test_leaping_over_settled_ticks_changes_no_bit(seed, vehicles):
    def day(leap: bool) -> list[bytes]:
        traffic, rng = hall(vehicles, seed=seed), np.random.default_rng(seed)
        states = []
        for _ in range(12):
            for vehicle in rng.integers(vehicles, size=2).tolist():
                order = rng.integers(4)
                if order < 2:
                    traffic.send(vehicle, int(order))
                elif order == 2:
                    traffic.park(vehicle)
                else:
                    traffic.hold(vehicle, bool(rng.integers(2)))
            for _ in range(rng.integers(1, 120)):
                if leap and traffic.settled:
                    continue
                arrived = traffic.step()
                if arrived.size:
                    states.append(arrived.tobytes())
            states.append(traffic.node.tobytes() + traffic.odometer_m.tobytes() + traffic._roster.fleet.order.tobytes())
        return states

    assert day(leap=True) == day(leap=False)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1000), vehicles=st.integers(1, 36), breakdown=st.sampled_from([0.0, 0.05]))
def test_random_orders_lead_to_no_conflict(shuttle, seed, vehicles, breakdown):
    traffic = hall(vehicles, seed=seed)
    trace, arrivals = shuttle(traffic, ticks=250, seed=seed, breakdown=breakdown)
    assert find_conflicts(trace, HALL) == []
    assert arrivals.sum() > 0


def test_the_same_seed_gives_the_same_trajectories(shuttle):
    runs = [shuttle(hall(12, seed=seed), ticks=200)[0] for seed in (5, 5, 6)]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vehicles": 46}, "46 vehicles need as many cells that are not docks, the floor has 37"),
        ({"vehicles": 2, "start_cells": np.array([11])}, "1 start cells for 2 vehicles"),
        ({"vehicles": 1, "start_cells": np.array([0])}, "vehicle 0 would start in cell 0, which is not a floor cell"),
        ({"vehicles": 2, "start_cells": np.array([11, 11])}, "two vehicles would start in the same cell"),
    ],
)
def test_fleets_that_do_not_fit_are_refused(options, message):
    with pytest.raises(LayoutError, match=message):
        hall(**options)


def test_places_that_cannot_be_reached_are_refused():
    layout = Layout.from_ascii("A.#B", {"A": "A", "B": "B"})
    traffic = GridTraffic(layout, ["A", "B", "C"], vehicles=1, speed_m_per_s=1.0)
    assert traffic.travel_s(traffic.node, B).tolist() == [np.inf]
    with pytest.raises(LayoutError, match="vehicle 0 at row 0, column 1 cannot reach 'B'"):
        traffic.send(0, B)
    with pytest.raises(LayoutError, match="'C' has no dock on the floor"):
        traffic.send(0, 2)
