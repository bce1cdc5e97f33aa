"""Plans carried out tick by tick: delays change when robots arrive, never the order in which they pass, and no two of
them ever touch.
"""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.instances.lorr import Delays, Problem
from robocell.environments.instances.lorr_rules import DelayDraws
from robocell.environments.layout import Layout
from robocell.environments.motion.graph import CLOCKWISE, FORWARD, WAIT, Graph
from robocell.environments.motion.lifelong.execution import StagedExecution
from robocell.environments.motion.overlaps import find_overlaps
from robocell.experiments.benchmarks import lorr
from robocell.experiments.benchmarks.lorr_delays import DelayedPlay

NOBODY_DELAYED = np.zeros(2, bool)
OFTEN = Delays(seed=1, shortest_ticks=2, longest_ticks=9, event="bernoulli", probability=0.03, duration="uniform",
               mean_ratio=0.5, std_ratio=0.2)  # fmt: skip


def open_grid(height: int, width: int) -> Layout:
    return Layout.from_map_rows(["." * width] * height)


def drive(execution: StagedExecution, grid: Layout, *steps: list[int]) -> None:
    successor = Graph.of(grid.neighbours, "differential").successor
    for step in steps:
        action = np.array(step, np.int8)
        execution.stage(action, successor[execution.planned, action])


def test_a_move_takes_its_ticks_and_a_follower_keeps_right_behind() -> None:
    grid = open_grid(1, 4)
    execution = StagedExecution(grid.neighbours, np.array([0, 1]), ticks_per_action=3)
    drive(execution, grid, [FORWARD, FORWARD])
    seen = []
    for _ in range(3):
        execution.tick(NOBODY_DELAYED)
        seen.append(execution.corners(4)[:, 0].tolist())
    assert seen == [pytest.approx([1 / 3, 4 / 3]), pytest.approx([2 / 3, 5 / 3]), [1.0, 2.0]]


def test_a_follower_waits_while_the_robot_in_front_is_delayed() -> None:
    grid = open_grid(1, 4)
    execution = StagedExecution(grid.neighbours, np.array([0, 1]), ticks_per_action=2)
    drive(execution, grid, [FORWARD, FORWARD])
    assert execution.tick(np.array([False, True])).tolist() == [WAIT, WAIT]
    execution.tick(NOBODY_DELAYED)
    execution.tick(NOBODY_DELAYED)
    assert execution.cell.tolist() == [1, 2]


def test_a_robot_that_enters_sideways_waits_until_the_cell_is_empty() -> None:
    grid = open_grid(2, 2)
    execution = StagedExecution(grid.neighbours, np.array([0, 1]), ticks_per_action=2)
    drive(execution, grid, [WAIT, CLOCKWISE], [FORWARD, FORWARD])  # out southwards, in from the west
    cells = []
    for _ in range(6):
        execution.tick(NOBODY_DELAYED)
        cells.append(execution.cell.tolist())
    assert cells == [[0, 1], [0, 1], [0, 1], [0, 3], [0, 3], [1, 3]]


def test_a_ring_is_found_before_it_is_staged() -> None:
    grid = open_grid(2, 2)
    execution = StagedExecution(grid.neighbours, np.array([0, 1, 2, 3]), ticks_per_action=2)
    round_and_round = np.array([1, 3, 0, 2]) * 4
    assert execution.rings(round_and_round).sum() == 1
    assert not execution.rings(execution.planned).any()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), share=st.floats(0.2, 0.8))
def test_robots_never_touch_under_random_delays(seed: int, share: float) -> None:
    draws = np.random.default_rng(seed)
    grid = open_grid(5, 6)
    tasks = draws.integers(0, 30, 400).astype(np.int32)
    starts = draws.permutation(30)[: int(30 * share)].astype(np.int32)
    problem = Problem("made here", 2026, grid, starts, tasks, np.arange(0, 401, 2, dtype=np.int32),
                      revealed=len(starts) + 3, ticks_per_action=3, delays=OFTEN)  # fmt: skip
    play = DelayedPlay(problem, seed=seed)
    play.play(240)
    assert play.overlaps() == 0
    assert play.finished > 0
    assert (np.abs(np.diff(play.corners, axis=0)).sum(axis=2) <= 1 / 3 + 1e-9).all()


def test_overlaps_are_found_at_ticks_and_between_them() -> None:
    beside = np.array([[[0.0, 0.0], [1.0, 0.0]]] * 2)
    assert find_overlaps(beside) == []
    corner = np.array([[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]]])
    assert find_overlaps(corner) == []
    cut = np.array([[[0.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [1.0, 1.0]]])
    assert find_overlaps(cut) == [(0, 0, 1)]
    swap = np.array([[[0.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]])
    assert find_overlaps(swap) == [(0, 0, 1)]


@pytest.mark.parametrize("event", ["bernoulli", "poisson"])
def test_frequency_and_length_of_delays_are_those_of_the_file(event: str) -> None:
    delays = Delays(seed=3, shortest_ticks=2, longest_ticks=6, event=event, probability=0.02, duration="gaussian",
                    mean_ratio=0.5, std_ratio=0.2)  # fmt: skip
    draws = DelayDraws(delays, 200)
    delayed = np.array([draws.tick() for _ in range(2000)])
    begins = (delayed[1:] & ~delayed[:-1]).sum()
    assert delayed[1:].sum() / begins == pytest.approx(4.0, rel=0.08)  # a delay may follow right upon another
    assert begins / (~delayed).sum() == pytest.approx(0.02, rel=0.1)


def test_a_problem_of_2026_is_played_with_its_delays(traffic: Path) -> None:
    figures = lorr.run(traffic / "lorr2026" / "maze-example_40.json", steps=300)
    assert figures["finished"] >= 25
    assert figures["conflicts"] == 0
    assert figures["ticks_per_action"] == 3
    assert figures["delayed_share"] > 0
