"""The look-ahead planner keeps the rules on any floor, leaves nobody behind, and repeats itself to the bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.instances.movingai import connected_regions, read_map
from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import find_conflicts
from robocell.environments.motion.costs import TICK_COST, CostFields
from robocell.environments.motion.graph import Graph
from robocell.environments.motion.lifelong.assignment import clear_bids
from robocell.environments.motion.planners.lookahead import Budget, LookaheadPlanner
from robocell.environments.motion.planners.window import build_window
from robocell.environments.motion.topology import find_dead_ends
from robocell.experiments.benchmarks.motion import rubble

DEAD_END = """
#######
#.....#
#.###.#
#.....#
##.####
##.####
#######
"""


def drive(
    layout: Layout,
    kinematics: str,
    starts: np.ndarray,
    ticks: int,
    seed: int = 0,
    budget: Budget | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Random goals, a new one on arrival: (cells (T, V), goals reached (V,))."""
    draws = np.random.default_rng(seed)
    floor = np.flatnonzero(layout.passable).astype(np.int32)
    budget = budget or Budget(window_ticks=4)
    planner = LookaheadPlanner(layout.neighbours, layout.passable, kinematics, vehicles=len(starts), budget=budget)
    facings = planner.graph.facings
    state = (starts * facings).astype(np.int32)
    goal = draws.choice(floor, len(starts)).astype(np.int32)
    reached = np.zeros(len(starts), int)
    trail = [state // facings]
    for _ in range(ticks):
        state = planner.move(state, planner.plan(state, goal))
        trail.append(state // facings)
        there = trail[-1] == goal
        reached[there] += 1
        goal[there] = draws.choice(floor, there.sum())
    return np.array(trail), reached


def field_of(costs: CostFields, cell: int) -> np.ndarray:
    row = costs.rows(np.array([cell], np.int32))[0]
    return costs.fields[row]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.7), kinematics=st.sampled_from(["omni", "differential"]))
def test_no_conflict_at_any_density(seed: int, share: float, kinematics: str) -> None:
    draws = np.random.default_rng(seed)
    rows = ["".join(draws.choice([".", "#"], 9, p=[0.8, 0.2])) for _ in range(7)]
    layout = Layout.from_ascii("\n".join(rows), {})
    floor = np.flatnonzero(layout.passable)
    starts = draws.permutation(floor)[: max(1, int(share * len(floor)))]
    trail, _ = drive(layout, kinematics, starts, 30, seed)
    assert find_conflicts(trail, layout) == []


@pytest.mark.slow
@pytest.mark.parametrize("kinematics", ["omni", "differential"])
@pytest.mark.parametrize(("density", "share"), [(d, s) for d in (0.05, 0.2, 0.45, 0.7) for s in (0.0, 0.1, 0.25)])
def test_half_a_million_steps_on_each_of_twelve_floors_are_clean(density: float, share: float, kinematics: str) -> None:
    layout = rubble(32, 32, share=share, seed=int(100 * density))
    floor = np.flatnonzero(layout.passable)
    starts = np.random.default_rng(1).permutation(floor)[: int(density * len(floor))]
    trail, reached = drive(layout, kinematics, starts, 500_000 // len(starts))
    assert find_conflicts(trail, layout) == []
    assert reached.sum() > len(starts)


@pytest.mark.slow
def test_throughput_does_not_decay_where_nineteen_cells_are_free(traffic: Path) -> None:
    floor = read_map(traffic / "lorr2023" / "random-32-32-20.map")
    vehicles = 800
    draws = np.random.default_rng(vehicles)
    regions = connected_regions(floor)
    cells = np.flatnonzero(floor.passable)
    cells = cells[regions[cells] == np.bincount(regions[cells]).argmax()].astype(np.int32)
    planner = LookaheadPlanner(floor.neighbours, floor.passable, "differential", vehicles=vehicles)
    state = draws.permutation(cells)[:vehicles] * 4
    goal = draws.choice(cells, vehicles)
    reached = np.zeros(600, int)
    for tick in range(600):
        state = planner.move(state, planner.plan(state, goal))
        there = state // 4 == goal
        reached[tick] = there.sum()
        goal[there] = draws.choice(cells, there.sum())
    assert reached[400:].mean() > 0.85 * reached[200:400].mean()
    assert reached[400:].mean() > 1.7


@pytest.mark.slow
def test_improvement_passes_give_more_on_average() -> None:
    """Over three floors; on a single one, four passes may give a little less than one, because traffic is chaotic."""
    reached: dict[int, int] = {}
    for passes in (0, 1, 4):
        reached[passes] = 0
        for seed in range(3):
            layout = rubble(20, 20, share=0.15, seed=seed)
            floor = np.flatnonzero(layout.passable)
            starts = np.random.default_rng(seed).permutation(floor)[: int(0.4 * len(floor))]
            budget = replace(Budget.for_density(0.4), passes=passes)
            reached[passes] += drive(layout, "differential", starts, 200, seed, budget)[1].sum()
    assert reached[1] > 1.03 * reached[0]
    assert reached[4] > 0.99 * reached[1]


@pytest.mark.parametrize("kinematics", ["omni", "differential"])
def test_dead_ends_are_served_again_and_again(kinematics: str) -> None:
    layout = Layout.from_ascii(DEAD_END.strip(), {})
    starts = np.flatnonzero(layout.passable)[:5]
    _, reached = drive(layout, kinematics, starts, 600)
    assert reached.min() >= 5


@pytest.mark.parametrize(
    ("floor", "starts", "goals"),
    [
        # 0 is to come out of the dead end at the lower left, past 2 and 1, who want to go in
        (".....\n#...#\n..#..\n.##.#\n###..", [(15, 3), (6, 2), (10, 0)], [24, 11, 15]),
        # 0 and 1 have goals further out in the dead end in which they are, 2 has one further in
        (".....\n...#.\n####.\n##...\n##.##", [(17, 1), (22, 0), (19, 2)], [9, 19, 17]),
    ],
)
def test_vehicles_that_face_each_other_in_a_dead_end_change_places_outside(
    floor: str, starts: list[tuple[int, int]], goals: list[int]
) -> None:
    layout = Layout.from_ascii(floor, {})
    planner = LookaheadPlanner(layout.neighbours, layout.passable, "differential", vehicles=3)
    state = np.array([cell * 4 + facing for cell, facing in starts], np.int32)
    goal = np.array(goals, np.int32)
    arrived = np.zeros(3, bool)
    for _ in range(150):
        state = planner.move(state, planner.plan(state, goal))
        arrived |= state // 4 == goal
        goal[arrived] = -1
    assert arrived.all()


def test_the_same_input_gives_the_same_trail() -> None:
    layout = Layout.from_ascii(DEAD_END.strip(), {})
    starts = np.flatnonzero(layout.passable)[:6]
    once, _ = drive(layout, "differential", starts, 50)
    again, _ = drive(layout, "differential", starts, 50)
    assert (once == again).all()


@pytest.mark.parametrize("kinematics", ["omni", "differential"])
def test_held_vehicles_stay(kinematics: str) -> None:
    layout = Layout.from_ascii(".....", {})
    planner = LookaheadPlanner(layout.neighbours, layout.passable, kinematics, vehicles=2)
    facings = planner.graph.facings
    state = np.array([0, 2], np.int32) * facings
    for _ in range(5):
        action = planner.plan(state, np.array([4, 0], np.int32), held=np.array([False, True]))
        state = planner.move(state, action)
    assert state[1] == 2 * facings
    assert state[0] // facings == 1


def test_dead_end_depth_counts_from_the_mouth() -> None:
    layout = Layout.from_ascii(DEAD_END.strip(), {})
    ends = find_dead_ends(Graph.of(layout.neighbours))
    outer, inner, mouth = 4 * 7 + 2, 5 * 7 + 2, 3 * 7 + 2
    assert ends.depth[[outer, inner]].tolist() == [1, 2]
    assert ends.mouth[inner] == mouth
    assert (ends.depth > 0).sum() == 2
    cells, goals = np.array([inner, inner, outer, outer, mouth]), np.array([outer, inner, inner, mouth, inner])
    assert ends.leaving(cells, goals).tolist() == [2, 0, 0, 1, 0]


def test_fields_price_turning() -> None:
    layout = Layout.from_ascii("...\n...", {})
    graph = Graph.of(layout.neighbours, "differential")
    costs = CostFields(graph, np.full(graph.successor.shape, TICK_COST, np.int32), memory_bytes=1 << 20)
    field = field_of(costs, 2)
    assert [field[0 * 4 + facing] // TICK_COST for facing in range(4)] == [2, 3, 4, 3]
    assert field[3 * 4] // TICK_COST == 4  # two forward, one turn, one forward


def test_fields_keep_to_their_memory_unless_a_tick_needs_more() -> None:
    layout = Layout.from_ascii("....\n....", {})
    graph = Graph.of(layout.neighbours, "omni")
    costs = CostFields(graph, np.full(graph.successor.shape, TICK_COST, np.int32), memory_bytes=3 * 8 * 2)
    assert costs.capacity == 3
    for tick in range(20):
        costs.next_tick()
        goals = np.array([tick % 8, 7 - tick % 8, -1], np.int32)
        rows = costs.rows(goals)
        assert costs.fields[rows[:2], goals[:2]].tolist() == [0, 0]
        assert costs.fields[rows[0], goals[1]] > 0
        assert rows[2] == -1
    assert len(costs.fields) <= 4  # two goals of this tick, two of the last
    assert [field_of(costs, cell)[cell] for cell in range(8)] == [0] * 8


def test_fields_widen_if_a_distance_is_too_long_for_short_numbers() -> None:
    layout = Layout.from_ascii("." * 50, {})
    graph = Graph.of(layout.neighbours, "omni")
    cost = np.full(graph.successor.shape, TICK_COST, np.int32)
    cost[40] = 70_000
    costs = CostFields(graph, cost, memory_bytes=1 << 20)
    assert field_of(costs, 49)[45] == 4 * TICK_COST
    assert field_of(costs, 49)[0] == 48 * TICK_COST + 70_000
    assert field_of(costs, 0)[49] == 48 * TICK_COST + 70_000
    assert field_of(costs, 45)[49] == 4 * TICK_COST


def test_many_fields_at_once_are_the_same_as_one_by_one() -> None:
    layout = Layout.from_ascii("\n".join(["." * 60] * 60), {})
    graph = Graph.of(layout.neighbours, "differential")
    cost = np.full(graph.successor.shape, TICK_COST, np.int32)
    together, alone = (CostFields(graph, cost, memory_bytes=1 << 28) for _ in range(2))
    cells = np.arange(0, 3600, 20, dtype=np.int32)
    together.rows(cells)
    assert all((field_of(together, cell) == field_of(alone, cell)).all() for cell in cells.tolist())


@pytest.mark.parametrize(("kinematics", "sequences"), [("omni", 25), ("differential", 11)])
def test_a_window_holds_each_path_and_end_once(kinematics: str, sequences: int) -> None:
    window = build_window(kinematics, 2)
    assert window.sequences == sequences
    assert (window.depth == 1).sum() == sequences


def test_bids_are_cleared_at_minimum_cost_and_once_each() -> None:
    bids = np.array([[1, 2, 9], [1, 9, 9]])
    assert clear_bids(bids).tolist() == [1, 0]
    assert sorted(clear_bids(bids, exact_up_to=0).tolist()) == [0, 1]
    assert clear_bids(np.array([[3], [1]])).tolist() == [-1, 0]
