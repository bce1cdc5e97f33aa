"""A tick begins and ends: what is ordered in between counts from its end, and nobody is faster than its speed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import find_conflicts
from robocell.environments.motion.grid import GridTraffic

LANE = Layout.from_ascii("A....B", {"A": "A", "B": "B"})
A, B = 0, 1


def lane(start: int, **options) -> GridTraffic:
    return GridTraffic(LANE, ["A", "B"], vehicles=1, speed_m_per_s=1.0, start_cells=np.array([start]), **options)


def test_an_order_within_a_tick_counts_from_its_end():
    traffic = lane(2)
    traffic.begin_tick()
    traffic.send(0, B)
    assert traffic.end_tick().tolist() == []
    assert traffic.node.tolist() == [2]
    assert [traffic.step().tolist() for _ in range(3)] == [[], [], [0]]


def test_within_a_tick_a_vehicle_is_shown_at_its_old_cell_and_counted_from_its_new_one():
    traffic = lane(2)
    traffic.send(0, B)
    traffic.begin_tick()
    assert (traffic.node.tolist(), traffic.odometer_m.tolist(), traffic.distance_m(0)) == ([2], [0.0], 0.0)
    assert traffic.travel_times_s(B)[traffic.stand].tolist() == [2.0]
    assert not traffic.settled
    traffic.end_tick()
    assert (traffic.node.tolist(), traffic.odometer_m.tolist(), traffic.distance_m(0)) == ([3], [1.0], 1.0)


def test_an_arrival_that_a_new_order_overtakes_does_not_count():
    traffic = lane(4)
    traffic.send(0, B)
    traffic.begin_tick()
    traffic.send(0, A)
    assert traffic.end_tick().tolist() == []
    assert traffic.node.tolist() == [5]
    assert [traffic.step().tolist() for _ in range(5)] == [[], [], [], [], [0]]


def test_a_vehicle_that_is_sent_to_the_dock_that_it_is_entering_arrives_at_the_end_of_the_tick():
    traffic = lane(4)
    traffic.send(0, B)
    traffic.begin_tick()
    traffic.send(0, A)
    traffic.send(0, B)
    assert traffic.end_tick().tolist() == [0]


def test_a_vehicle_that_is_sent_to_its_own_dock_arrives_at_once():
    standing = []
    traffic = lane(5, on_standing=standing.append)
    assert not traffic.take_arrival(0)
    traffic.send(0, B)
    assert standing == [0]
    assert traffic.take_arrival(0)
    assert not traffic.take_arrival(0)
    assert traffic.step().tolist() == []
    traffic.send(0, B)
    traffic.send(0, A)  # before it was asked
    assert not traffic.take_arrival(0)


def test_a_vehicle_that_breaks_down_within_a_tick_completes_its_move_and_stops():
    traffic = lane(2)
    traffic.send(0, B)
    traffic.begin_tick()
    traffic.hold(0, True)
    traffic.end_tick()
    for _ in range(3):
        assert traffic.node.tolist() == [3]
        traffic.step()


def test_facing_is_that_of_the_last_tick():
    traffic = lane(2, kinematics="differential")
    traffic.send(0, A)
    faces = []
    for _ in range(2):
        traffic.begin_tick()
        faces.append(traffic.facing.tolist())  # type: ignore[union-attr]
        traffic.end_tick()
    assert faces == [[0], [1]] or faces == [[0], [3]]  # east, then half way round


KINDS = {
    "planner": st.sampled_from(["pibt", "pibt", "lookahead"]),
    "kinematics": st.sampled_from(["omni", "differential"]),
    "pace": st.sampled_from([1.0, 0.8, 0.5, 0.37]),
    "turn_ticks": st.sampled_from([1, 2]),
}
HALL = Layout.from_ascii("..........\n.A..B..C..\n....#.....\n..........\n.PPPPPPP..", {"A": "A", "B": "B", "C": "C"})


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), vehicles=st.integers(1, 9), **KINDS)
def test_random_orders_within_ticks_lead_to_no_conflict_and_no_excess_speed(
    seed, vehicles, planner, kinematics, pace, turn_ticks
):
    if planner == "lookahead":
        pace, turn_ticks = 1.0, 1
    traffic = GridTraffic(
        HALL, ["A", "B", "C"], vehicles=vehicles, speed_m_per_s=1.0, loaded_speed_m_per_s=pace, kinematics=kinematics,
        turn_s=float(turn_ticks) if kinematics == "differential" else None, planner=planner, seed=seed,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    loaded = rng.random(vehicles) < 0.5
    for vehicle in range(vehicles):
        traffic.carry(vehicle, bool(loaded[vehicle]))
    held, rows = np.zeros(vehicles, np.bool_), [traffic.node.copy()]

    def order() -> None:
        for vehicle in np.flatnonzero(rng.random(vehicles) < 0.1).tolist():
            what = rng.integers(5)
            if what < 3:
                traffic.send(vehicle, int(what))
            elif what == 3:
                traffic.park(vehicle)
            else:
                held[vehicle] = not held[vehicle]
                traffic.hold(vehicle, bool(held[vehicle]))

    for _ in range(120):
        order()
        stood, odometer, kept = traffic.node.copy(), traffic.odometer_m.copy(), held.copy()
        traffic.begin_tick()
        order()
        assert (traffic.node == stood).all()
        assert (traffic.odometer_m == odometer).all()
        for vehicle in traffic.end_tick().tolist():
            assert traffic.node[vehicle] in HALL.docks["ABC"[traffic._orders.book.place[vehicle]]]
        rows.append(traffic.node.copy())
        moved = rows[-1] != rows[-2]
        assert not (moved & kept).any()
        assert (traffic.odometer_m - odometer == moved).all()
    assert find_conflicts(np.array(rows), HALL) == []
    for vehicle in np.flatnonzero(loaded).tolist():
        move_ticks = np.flatnonzero(np.diff(np.array(rows)[:, vehicle]))
        assert (np.diff(move_ticks) >= int(1.0 / pace)).all()


def random_layout(rng: np.random.Generator, docks: int) -> Layout:
    """A floor with walls and arrows, and three places that some cells may not reach."""
    height, width = rng.integers(3, 9, 2)
    art = np.where(rng.random((height, width)) < rng.choice([0.0, 0.15, 0.3]), "#", ".")
    art = np.where(rng.random((height, width)) < rng.choice([0.0, 0.1]), rng.choice(list(">v<^"), art.shape), art)
    for number, cell in enumerate(rng.permutation(art.size)[: 3 * docks].tolist()):
        art[cell // width, cell % width] = "ABC"[number % 3]
    return Layout.from_ascii("\n".join("".join(row) for row in art), {name: name for name in "ABC"})


def ticks_to(traffic: GridTraffic, place: int) -> int:
    """How long the only vehicle drives to a place."""
    traffic.send(0, place)
    if traffic.take_arrival(0):
        return 0
    return next(tick for tick in range(1, 10_000) if len(traffic.step()))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 100_000), docks=st.integers(1, 2), **KINDS)
def test_a_single_vehicle_takes_the_stated_time_from_every_place_to_every_other(
    seed, docks, planner, kinematics, pace, turn_ticks
):
    """To the tick, there and on with a load; `lookahead` prices what is in the way differently, so one dock a place."""
    rng = np.random.default_rng(seed)
    if planner == "lookahead":
        pace, turn_ticks, docks = 1.0, 1, 0
    layout = (
        random_layout(rng, docks)
        if docks
        else Layout.from_ascii("A..v..B\n.#.v.#.\n..#.#.C", dict(zip("ABC", "ABC", strict=True)))
    )
    traffic = GridTraffic(
        layout, ["A", "B", "C"], vehicles=1, speed_m_per_s=1.0, loaded_speed_m_per_s=pace, kinematics=kinematics,
        turn_s=float(turn_ticks) if kinematics == "differential" else None, planner=planner, seed=seed,
        start_cells=rng.choice(np.flatnonzero(layout.passable), 1),
    )  # fmt: skip
    for _ in range(5):
        for place, loaded in zip(rng.integers(3, size=2).tolist(), (False, True), strict=True):
            stand = traffic.stand.item(0)
            said_s = traffic.travel_times_s(place, loaded=loaded).item(stand)
            if said_s == np.inf:
                break
            landing = int(traffic.landing(place, loaded=loaded)[stand])
            traffic.carry(0, loaded)
            assert ticks_to(traffic, place) == said_s
            if kinematics == "omni" or landing >= layout.size:
                assert traffic.stand.item(0) == landing
            else:
                assert traffic.node.item(0) == landing, "ties leave the facing open, not the dock"
        traffic.carry(0, False)
        traffic.park(0)
        for _ in range(rng.integers(4)):
            traffic.step()


def test_of_two_docks_the_nearer_one_is_driven_to_from_another_dock_too():
    """The potentials of two docks cannot be compared in a cell that is to be avoided."""
    layout = Layout.from_ascii("B.A...B......\n.............", {"A": "A", "B": "B"})
    traffic = GridTraffic(layout, ["A", "B"], vehicles=1, speed_m_per_s=1.0, start_cells=np.array([2]))
    assert traffic.travel_times_s(B)[traffic.stand].tolist() == [2.0]
    assert ticks_to(traffic, B) == 2
    assert traffic.node.tolist() == [0]


def test_a_vehicle_that_turns_drives_round_the_dock_beside_it():
    """Eleven ticks round A; past it straight would take seven and stand in the way of who is loaded there."""
    layout = Layout.from_ascii("...A...B\n........", {"A": "A", "B": "B"})
    traffic = GridTraffic(
        layout, ["A", "B"], vehicles=1, speed_m_per_s=1.0, kinematics="differential", start_cells=np.array([2])
    )
    traffic.send(0, B)
    cells = []
    while not len(traffic.step()):
        cells.append(traffic.node.item(0))
    assert 3 not in cells


@pytest.mark.parametrize(("speed", "loaded_speed"), [(1.0, 1 / 3), (1.2, 0.8), (0.9, 0.333), (1.0, 0.01)])
def test_a_load_slows_a_vehicle_down_exactly_as_configured(speed, loaded_speed):
    traffic = GridTraffic(
        LANE, ["A", "B"], vehicles=1, speed_m_per_s=speed, loaded_speed_m_per_s=loaded_speed, start_cells=np.array([0])
    )
    traffic.carry(0, True)
    ticks = ticks_to(traffic, B)
    assert 5.0 / loaded_speed <= ticks * traffic.tick_s + 1e-9 < 5.0 / loaded_speed + traffic.tick_s
