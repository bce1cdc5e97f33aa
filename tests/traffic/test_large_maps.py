"""On large maps a step computes few fields within a bounded memory, and what it leaves out is estimated or waits."""

import numpy as np
import pytest

from robocell.environments.instances.lorr import Problem
from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import find_conflicts
from robocell.environments.motion.costs import TICK_COST, CostFields
from robocell.environments.motion.graph import Graph
from robocell.environments.motion.ids import NO_FIELD
from robocell.environments.motion.kernels.shortest_paths import UNREACHED, fill_field
from robocell.environments.motion.planners import lookahead
from robocell.environments.motion.planners.lookahead import LookaheadPlanner
from robocell.experiments.benchmarks.lorr import play_problem
from robocell.experiments.benchmarks.motion import peak_rss_mb, rubble


@pytest.fixture
def graph() -> Graph:
    return Graph.of(rubble(20, 20, share=0.2, seed=3).neighbours, "differential")


def fields_of(graph: Graph, *, states_per_tick: int | None, rows: int = 1000, dearest: int = TICK_COST) -> CostFields:
    cost = np.full(graph.successor.shape, TICK_COST, np.int32)
    cost[::7] = dearest
    memory_bytes = rows * len(graph.successor) * 2
    return CostFields(graph, cost, memory_bytes=memory_bytes, states_per_tick=states_per_tick)


def open_cells(graph: Graph) -> np.ndarray:
    return np.flatnonzero((graph.neighbours >= 0).any(axis=1)).astype(np.int32)


@pytest.mark.parametrize("dearest", [TICK_COST, TICK_COST + 5])
def test_fields_are_the_shortest_paths_however_they_are_filled(graph: Graph, dearest: int) -> None:
    cells = open_cells(graph)[:40]
    costs = fields_of(graph, states_per_tick=5 * 4 * len(open_cells(graph)), dearest=dearest)
    assert costs.fields_per_tick == 5
    for _ in range(8):
        costs.next_tick()
        costs.rows_in_time(cells)
    rows = costs.known_rows(cells)
    prices = np.full(graph.successor.shape, TICK_COST, np.int32)
    prices[::7] = dearest
    edges = graph.edges
    by_hand = np.empty(len(graph.successor), np.int32)
    for cell, row in zip(cells, rows, strict=True):
        fill_field(cell, 4, edges.first, edges.origin, edges.prices(prices), dearest, by_hand)
        reached = by_hand < UNREACHED
        assert (costs.fields[row][reached] == by_hand[reached]).all()
        assert (costs.fields[row][~reached] == np.iinfo(np.uint16).max).all()


def test_a_tick_computes_no_more_fields_than_it_has_time_for(graph: Graph) -> None:
    cells = open_cells(graph)[:40]
    costs = fields_of(graph, states_per_tick=3 * 4 * len(open_cells(graph)))
    known: list[int] = []
    for _ in range(14):
        costs.next_tick()
        known.append(int((costs.rows_in_time(cells) != NO_FIELD).sum()))
        assert (costs.rows_in_time(cells) != NO_FIELD).sum() == known[-1], "the time of a tick is used once"
    assert known == [min(40, 3 * tick) for tick in range(1, 15)]


def test_fields_in_time_keep_to_their_memory_and_give_room_when_a_goal_is_no_longer_asked_for(graph: Graph) -> None:
    cells = open_cells(graph)[:12]
    costs = fields_of(graph, states_per_tick=10**9, rows=5)
    for _ in range(3):
        costs.next_tick()
        assert (costs.rows_in_time(cells) != NO_FIELD).tolist() == [True] * 5 + [False] * 7
    costs.next_tick()
    assert (costs.rows_in_time(cells[5:]) != NO_FIELD).sum() == 5
    assert len(costs.fields) == costs.capacity == 5


def test_estimates_are_close_and_exact_where_there_is_time(graph: Graph) -> None:
    cells = open_cells(graph)
    exact, guessed = fields_of(graph, states_per_tick=None), fields_of(graph, states_per_tick=1)
    states, goals = cells[::3] * 4, cells[::5]
    right, guess = exact.bids(states, goals), guessed.bids(states, goals)
    assert (guessed.known_rows(goals) == NO_FIELD).mean() > 0.9, "but for landmarks among them"
    assert (guess != right).mean() > 0.5
    assert np.abs(right - guess).mean() < 2 * TICK_COST
    ample = fields_of(graph, states_per_tick=10**9)
    assert (ample.bids(states, goals) == right).all()
    assert (ample.legs(cells[:9], cells[9:18]) == exact.legs(cells[:9], cells[9:18])).all()
    assert (
        np.abs(guessed.legs(cells[:90], cells[90:180]) - exact.legs(cells[:90], cells[90:180])).mean() < 4 * TICK_COST
    )


def test_a_path_too_long_for_short_numbers_keeps_the_memory_bound() -> None:
    graph = Graph.of(Layout.from_ascii("." * 5000).neighbours, "omni")
    costs = CostFields(
        graph,
        np.full(graph.successor.shape, TICK_COST, np.int32),
        memory_bytes=8 * 2 * 5000,
        states_per_tick=10**9,
    )
    goals = np.array([0, 2500, 4999], np.int32)
    for _ in range(3):
        costs.next_tick()
        costs.rows_in_time(goals)
    rows = costs.known_rows(goals)
    assert costs.fields[rows[0], 4999] == 4999 * TICK_COST
    assert costs.fields.nbytes <= 8 * 2 * 5000


def problem(layout: Layout, robots: int, tasks: int) -> Problem:
    draws = np.random.default_rng(5)
    cells = np.flatnonzero(layout.passable).astype(np.int32)
    return Problem(
        name="made",
        edition=2024,
        floor=layout,
        starts=draws.choice(cells, robots, replace=False),
        errands=draws.choice(cells, 2 * tasks),
        first_errand=np.arange(tasks + 1, dtype=np.int32) * 2,
        revealed=robots * 3 // 2,
    )


def test_robots_whose_goals_have_no_field_yet_are_served_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = rubble(24, 24, share=0.1, seed=2)
    monkeypatch.setattr(lookahead, "FIELD_MEMORY_BYTES", 12 * layout.size * 4 * 2)
    planner = LookaheadPlanner(layout.neighbours, layout.passable, "differential", vehicles=30, states_per_tick=1)
    draws = np.random.default_rng(1)
    cells = np.flatnonzero(layout.passable).astype(np.int32)
    state, goal = draws.choice(cells, 30, replace=False) * 4, draws.choice(cells, 30)
    reached, trail = np.zeros(30, int), [state // 4]
    planner.warm_up(state, goal)
    for _ in range(600):
        known = len(planner.costs)
        state = planner.move(state, planner.plan(state, goal))
        assert len(planner.costs) <= known + 1, "one field a tick"
        trail.append(state // 4)
        there = trail[-1] == goal
        reached += there
        goal[there] = draws.choice(cells, there.sum())
    assert len(planner.costs.fields) <= 12
    assert reached.min() >= 1
    assert find_conflicts(np.array(trail), layout) == []


def test_plays_with_little_time_are_deterministic_and_finish_nearly_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    case = problem(rubble(40, 40, share=0.15, seed=4), 25, 2000)
    plenty = play_problem(case, 300)
    monkeypatch.setattr("robocell.experiments.benchmarks.lorr.STATES_PER_STEP", 6 * 4 * 1400)
    monkeypatch.setattr(lookahead, "FIELD_MEMORY_BYTES", 60 * case.floor.size * 4 * 2)
    little, again = play_problem(case, 300), play_problem(case, 300)
    assert (little.actions == again.actions).all()
    assert little.finished > 0.9 * plenty.finished


@pytest.mark.slow
def test_five_hundred_robots_on_a_map_of_a_quarter_million_cells_keep_to_a_second_and_to_memory() -> None:
    play = play_problem(problem(rubble(530, 480, share=0.2, seed=1), 500, 5000), 60)
    assert play.worst_s < 3, "a second on a quiet machine"
    assert peak_rss_mb() < 2000
    assert find_conflicts(play.cells[-5:], rubble(530, 480, share=0.2, seed=1)) == []
