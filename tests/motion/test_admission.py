"""On a crowded floor only the latest vehicles pursue their goals, and none waits forever to be one of them."""

import numpy as np

from robocell.environments.layout import Layout
from robocell.environments.motion.graph import Graph
from robocell.environments.motion.ids import NO_CELL
from robocell.environments.motion.planners.admission import Admission
from robocell.environments.motion.planners.guidance import price_facings


def test_all_vehicles_are_admitted_until_half_of_the_cells_are_taken() -> None:
    assert not Admission.for_floor(400, 800).limits
    assert Admission.for_floor(430, 800).limits


def test_every_vehicle_is_admitted_in_turn() -> None:
    admission = Admission(6, most=2)
    goal = np.arange(6, dtype=np.int32)
    served = np.zeros(6, int)
    for tick in range(40):
        chosen = admission.admit(goal, np.full(6, 9.0), tick, None)
        admitted = np.flatnonzero(chosen != NO_CELL)
        assert len(admitted) == 2
        served[admitted] += 1
        goal[admitted] += 6  # they arrive and get new goals
    assert served.min() >= 5


def test_a_vehicle_at_its_goal_keeps_it_and_needs_no_admission() -> None:
    admission = Admission(3, most=1)
    goal = np.array([5, 7, 8], np.int32)
    for tick in range(29):
        admission.admit(goal, np.array([0.0, 4.0, 20.0]), tick, None)
    chosen = admission.admit(goal, np.array([0.0, 4.0, 20.0]), 29, None)
    assert chosen.tolist() == [5, 7, NO_CELL]


def test_vehicles_that_wait_or_have_no_goal_come_after_those_with_a_task() -> None:
    admission = Admission(3, most=1)
    goal = np.array([NO_CELL, 7, 8], np.int32)
    unhurried = np.array([False, True, False])
    for tick in range(29):
        admission.admit(goal, np.array([0.0, 4.0, 20.0]), tick, unhurried)
    chosen = admission.admit(goal, np.array([0.0, 4.0, 20.0]), 29, unhurried)
    assert chosen.tolist() == [NO_CELL, NO_CELL, 8]


def test_a_vehicle_that_comes_no_nearer_makes_room_for_others() -> None:
    admission = Admission(2, most=1)
    goal = np.array([5, 6], np.int32)
    admitted = [admission.admit(goal, np.array([1.0, 500.0 - tick]), tick, None).argmax() for tick in range(400)]
    assert {0, 1} == set(admitted)


def test_resting_vehicles_face_the_cheapest_exit_of_their_cell() -> None:
    layout = Layout.from_ascii("...", {})
    graph = Graph.of(layout.neighbours, "differential")
    extra = np.zeros(graph.successor.shape, np.int32)
    extra[1 * 4 + 0, 0] = 16  # eastwards out of the middle is against the flow
    price = price_facings(graph, extra, 8).reshape(-1, 4)
    assert price[0].tolist() == [0, 8, 16, 8]  # east is the only exit
    assert price[1].tolist() == [16, 8, 0, 8]
    assert price[2].tolist() == [16, 8, 0, 8]
