"""The look-ahead planner on a factory floor: the same promises as PIBT."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.environments.config.errors import LayoutError
from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import find_conflicts
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


def hall(vehicles: int, **options) -> GridTraffic:
    return GridTraffic(HALL, ["A", "B"], vehicles=vehicles, speed_m_per_s=1.0, planner="lookahead", **options)


@pytest.mark.parametrize("kinematics", ["omni", "differential"])
@pytest.mark.parametrize(("vehicles", "breakdown"), [(3, 0.0), (14, 0.02), (28, 0.0)])
def test_vehicles_arrive_without_conflicts(shuttle, kinematics, vehicles, breakdown):
    trace, arrivals = shuttle(hall(vehicles, kinematics=kinematics, improvement=2), ticks=300, breakdown=breakdown)
    assert find_conflicts(trace, HALL) == []
    pauses = np.diff(np.concatenate(([-1], np.flatnonzero(arrivals), [arrivals.size])))
    assert pauses.max() < 120


def test_the_same_seed_gives_the_same_trajectories(shuttle):
    runs = [shuttle(hall(10, seed=seed, improvement=2), ticks=100)[0] for seed in (5, 5)]
    assert np.array_equal(*runs)


@pytest.mark.parametrize("kinematics", ["omni", "differential"])
def test_a_single_vehicle_takes_the_time_that_it_bids(kinematics):
    traffic = hall(1, kinematics=kinematics)
    for place in (0, 1, 0):
        promised_s = traffic.travel_times_s(place)[traffic.stand][0]
        traffic.send(0, place)
        assert next(tick for tick in range(1, 60) if traffic.step().size) == promised_s


def test_closed_aisles_and_broken_vehicles_are_driven_round():
    traffic = hall(2, start_cells=np.array([HALL.cell(2, 3), HALL.cell(3, 8)]))
    traffic.hold(1, True)
    traffic.send(0, 1)
    assert any(traffic.step().size for _ in range(20))
    assert traffic.node[1] == HALL.cell(3, 8)


def test_all_vehicles_come_to_rest():
    traffic = hall(12, kinematics="differential")
    for vehicle in range(4):
        traffic.send(vehicle, vehicle % 2)
    for _ in range(120):
        for vehicle in traffic.step().tolist():
            traffic.park(vehicle)
    assert traffic.settled
    assert traffic.standstill() == []
    assert not np.isin(traffic.node, [*HALL.docks["A"], *HALL.docks["B"]]).any()


def test_a_time_limit_can_bound_a_tick(shuttle):
    trace, arrivals = shuttle(hall(20, time_per_tick_s=0.001), ticks=60)
    assert find_conflicts(trace, HALL) == []
    assert arrivals.sum() > 0


def test_vehicles_of_two_speeds_are_refused():
    with pytest.raises(LayoutError, match="lookahead moves every vehicle a cell or a quarter turn a tick"):
        hall(2, loaded_speed_m_per_s=0.5)
