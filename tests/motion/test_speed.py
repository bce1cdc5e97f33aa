"""The benchmark runs, tells the truth about conflicts, and the planner stays fast; long drives are clean."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.environments.motion.conflicts import find_conflicts
from robocell.experiments.benchmarks import motion
from robocell.experiments.benchmarks.motion import Case, Fleet


def test_the_compiled_planner_leaves_plain_python_far_behind():
    case = Case("small", motion.open_floor(32, 32), 400, 256, 500)
    figures = motion.drive_case(case, seed=1)
    assert figures["conflicts"] == 0
    assert figures["agent_steps"] == 200_000
    # Far below what is measured on an idle machine (40 times): tests share theirs.
    assert figures["best_agent_steps_per_s"] > 5 * motion.plain_rate(case, ticks=10, seed=1)


def test_the_benchmark_counts_the_conflicts_that_are_there(monkeypatch):
    case = Case("small", motion.open_floor(8, 8), 4, 16, 10)
    drive = Fleet.drive

    def crash(self: Fleet, ticks: int) -> np.ndarray:
        trace = drive(self, ticks)
        trace[-1, 1] = trace[-1, 0]
        return trace

    monkeypatch.setattr(Fleet, "drive", crash)
    assert motion.drive_case(case, seed=1)["conflicts"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize(("density", "share"), [(d, s) for d in (0.05, 0.2, 0.45, 0.7) for s in (0.0, 0.1, 0.25)])
def test_a_million_steps_on_each_of_twelve_floors_are_clean(density, share):
    layout = motion.rubble(32, 32, share=share, seed=int(100 * density))
    vehicles = int(density * layout.passable.sum())
    fleet = Fleet(Case("long", layout, vehicles, 1024, 0, rules=share > 0.15), seed=2)
    steps = 0
    while steps < 1_000_000:
        start = fleet.cell.copy()
        trace = fleet.drive(500)
        assert find_conflicts(np.vstack((start[None], trace)), layout) == []
        steps += trace.size
