"""Vehicles that turn in place, and vehicles that are slow with a load: bids know it, and still nobody meets anybody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import find_conflicts
from robocell.environments.motion.floor.inertia import Inertia
from robocell.environments.motion.grid import GridTraffic
from robocell.environments.motion.ids import NO_VEHICLE
from robocell.environments.motion.kernels.inertia import carry_out
from robocell.environments.motion.vehicles import Vehicles

YARD = Layout.from_ascii(
    """
############
#..........#
#..........#
#.A#..#B#..#
#..........#
#PPPPPPPPPP#
############
""",
    {"A": "A", "B": "B"},
)
A, B = 0, 1
EAST, SOUTH, WEST, NORTH = range(4)


def arrival(traffic: GridTraffic, vehicle: int, place: int, ticks: int = 200) -> int:
    """Ticks until the vehicle is at the place."""
    traffic.send(vehicle, place)
    for tick in range(1, ticks):
        if vehicle in traffic.step().tolist():
            return tick
    raise AssertionError("never arrived")


@pytest.mark.parametrize(("turn_s", "turn_ticks"), [(None, 1), (1.0, 1), (2.0, 2), (2.5, 3)])
@pytest.mark.parametrize("pace", [1.0, 0.5, 1 / 3])
@pytest.mark.parametrize("start", [(1, 1), (2, 10), (5, 6)])
def test_a_single_vehicle_takes_the_time_that_it_bids(turn_s, turn_ticks, pace, start):
    cell = YARD.cell(*start)
    traffic = GridTraffic(
        YARD, ["A", "B"], vehicles=1, speed_m_per_s=1.0, loaded_speed_m_per_s=pace, kinematics="differential",
        turn_s=turn_s, start_cells=np.array([cell]),
    )  # fmt: skip
    for place, loaded in ((A, True), (B, True), (A, False), (B, False)):
        traffic.carry(0, loaded)
        promised_s = traffic.travel_times_s(place, loaded=loaded)[traffic.stand][0]
        assert arrival(traffic, 0, place) == promised_s
    assert turn_ticks * 2 + 1 == turning_round(turn_s)


def turning_round(turn_s: float | None) -> int:
    """Ticks to the cell behind a vehicle."""
    lane = Layout.from_ascii("A.B", {"A": "A", "B": "B"})
    traffic = GridTraffic(
        lane, ["A", "B"], vehicles=1, speed_m_per_s=1.0, kinematics="differential", turn_s=turn_s,
        start_cells=np.array([1]),
    )  # fmt: skip
    assert traffic.facing is not None
    assert traffic.facing.tolist() == [EAST]
    ticks = arrival(traffic, 0, A)
    assert traffic.facing.tolist() == [WEST]
    return ticks


def test_the_path_with_fewer_turns_is_taken():
    """Eight cells with one turn are sooner than eight with four."""
    stairs = Layout.from_ascii("....#\n.##..\n....#\n.##.#\n....A", {"A": "A"})
    traffic = GridTraffic(
        stairs, ["A"], vehicles=1, speed_m_per_s=1.0, kinematics="differential", start_cells=np.array([0])
    )
    assert traffic.travel_times_s(0)[traffic.stand].tolist() == [8 + 2]
    assert arrival(traffic, 0, 0) == 10


def test_between_two_docks_a_load_takes_longer():
    traffic = GridTraffic(YARD, ["A", "B"], vehicles=1, speed_m_per_s=2.0, loaded_speed_m_per_s=0.5)
    empty_s, loaded_s = (traffic.travel_between_s(A, B, loaded=loaded) for loaded in (False, True))
    assert (empty_s, loaded_s) == (3.5, 14.0)
    arrival(traffic, 0, A)
    traffic.carry(0, True)
    assert arrival(traffic, 0, B) * traffic.tick_s == loaded_s


def test_a_cell_is_held_until_the_move_is_done():
    """The empty vehicle behind a slow one follows at its speed."""
    lane = Layout.from_ascii("............A\n.............", {"A": "A"})
    traffic = GridTraffic(
        lane, ["A"], vehicles=2, speed_m_per_s=1.0, loaded_speed_m_per_s=0.25, start_cells=np.array([1, 0])
    )
    traffic.carry(0, True)
    traffic.send(0, 0)
    nodes = []
    for _ in range(12):
        traffic.step()
        nodes.append(int(traffic.node[0]))
    assert nodes == [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4]


KINDS = {
    "kinematics": st.sampled_from(["omni", "differential"]),
    "pace": st.sampled_from([1.0, 0.8, 0.5, 0.3]),
}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), vehicles=st.integers(1, 34), breakdown=st.sampled_from([0.0, 0.03]), **KINDS)
def test_random_orders_lead_to_no_conflict(shuttle, seed, vehicles, breakdown, kinematics, pace):
    traffic = GridTraffic(
        YARD, ["A", "B"], vehicles=vehicles, speed_m_per_s=1.0, loaded_speed_m_per_s=pace, kinematics=kinematics,
        seed=seed,
    )  # fmt: skip
    for vehicle in range(0, vehicles, 2):
        traffic.carry(vehicle, True)
    trace, arrivals = shuttle(traffic, ticks=400, seed=seed, breakdown=breakdown)
    assert find_conflicts(trace, YARD) == []
    assert arrivals.sum() > 0


@pytest.mark.parametrize(("last_faces", "moved"), [(NORTH, 4), (EAST, 0)])
def test_a_ring_of_vehicles_turns_once_all_of_them_face_their_next_cell(last_faces, moved):
    ring = Layout.from_ascii("..\n..")
    start, following = [0, 1, 3, 2], [1, 3, 2, 0]
    v, inertia = Vehicles.at(np.array(start, np.int32)), Inertia.standing(4)
    v.target[:] = following
    inertia.facing[:] = [EAST, SOUTH, WEST, last_faces]
    now, after = np.full((2, 4), NO_VEHICLE, np.int32)
    now[start] = after[following] = range(4)
    assert carry_out(v, inertia, 1, ring.neighbours, now, after) == moved
    assert v.cell.tolist() == (following if moved else start)
    assert after[v.cell].tolist() == [0, 1, 2, 3]
    assert (now == NO_VEHICLE).all()
    assert inertia.facing.tolist() == [EAST, SOUTH, WEST, NORTH]
