"""Published solutions count exactly; played problems keep the rules; dense floors with dead ends never freeze."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from robocell.agents.errors import RobocellError
from robocell.environments.config.errors import InstanceError
from robocell.environments.instances.lorr import read_problem
from robocell.environments.instances.mapd import read_mapd
from robocell.environments.instances.movingai import read_map
from robocell.environments.motion.conflicts import find_conflicts
from robocell.environments.motion.planners.lookahead import Budget, LookaheadPlanner
from robocell.experiments.benchmarks import lorr, mapd
from robocell.experiments.command.cli import app


@pytest.mark.parametrize(
    ("problem", "solution", "count"),
    [
        ("lorr2023/MR23-I-04.json", "lorr2023/MR23-I-04.json.zip", 1741),
        ("lorr2023/MR23-I-05.json", "lorr2023/MR23-I-05.json.zip", 7432),
        ("lorr2024/TR24-random_100.json", "lorr2024/TR24-random_32_32_20_100.json.zip", 1186),
    ],
)
def test_published_solutions_count_exactly(traffic: Path, problem: str, solution: str, count: int) -> None:
    figures = lorr.run(traffic / problem, replay=traffic / solution)
    assert figures["finished"] == count
    assert figures["conflicts"] == 0


def test_a_solution_for_another_problem_is_refused(traffic: Path) -> None:
    with pytest.raises(InstanceError, match="it is for another problem"):
        lorr.run(traffic / "lorr2023/MR23-I-05.json", replay=traffic / "lorr2023/MR23-I-04.json.zip")


def robocell(*words: str) -> Any:
    return CliRunner().invoke(app, ["bench", *words])


def test_the_command_takes_the_problem_by_position(traffic: Path) -> None:
    options = ["--data", str(traffic / "lorr2024"), "--vehicles", "20", "--steps", "30", "--json"]
    shown = robocell("lorr", str(traffic / "lorr2024" / "MR24-RANDOM-01.json"), *options)
    figures = json.loads(shown.stdout)
    assert figures["conflicts"] == 0
    assert figures["best_known"] is None
    assert (figures["vehicles"], figures["steps"]) == (20, 30)
    assert {"finished", "ms_per_step"} <= figures.keys()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lorr"], r"bench lorr: no problem was named; .*--data DIR\); .* are at https://github.com/MAPF-Competition"),
        (["lorr", "nowhere.json"], r"nowhere.json: no such file"),
        (["lorr", "--data", "nowhere"], r"bench lorr: nowhere is not a folder; name one"),
        (["lorr", "--steps", "5"], r"--steps needs a problem"),
        (["lorr", "--passes", "5"], r"--passes needs a problem"),
        (["lorr", "--draw"], r"--draw needs a problem"),
        (["lorr", "--window", "5"], r"--window needs a problem"),
        (["mapd"], r"bench mapd: no problem was named; .*docs/traffic.md says what is in a mapd-1 file"),
        (["mapd", "nowhere.json"], r"nowhere.json: no such file"),
        (["mapd", "--data", "nowhere"], r"bench mapd: nowhere is not a folder"),
    ],
)
def test_a_wrong_command_says_what_is_allowed(words: list[str], message: str) -> None:
    told = robocell(*words).exception
    assert isinstance(told, RobocellError)
    assert re.search(message, str(told))


@pytest.fixture
def small_problem(tmp_path: Path) -> Path:
    """Two robots on a ring of eight cells, and a ninth cell that none can reach."""
    (tmp_path / "ring.map").write_text("type octile\nheight 3\nwidth 5\nmap\n...@.\n.@.@@\n...@@\n")
    (tmp_path / "ring.agents").write_text("2\n0\n12\n")
    (tmp_path / "ring.tasks").write_text("4\n0\n2\n10\n12\n")
    problem = {"mapFile": "ring.map", "agentFile": "ring.agents", "taskFile": "ring.tasks", "teamSize": 2}
    (tmp_path / "ring.json").write_text(json.dumps(problem))
    return tmp_path / "ring.json"


def test_a_drawn_team_may_be_larger_than_the_file_and_its_tasks_are_counted_by_window(small_problem: Path) -> None:
    words = ["lorr", str(small_problem), "--draw", "--vehicles", "7", "--steps", "50", "--window", "20", "--json"]
    figures, again = (json.loads(robocell(*words).stdout) for _ in range(2))
    assert (figures["vehicles"], figures["conflicts"], figures["best_known"]) == (7, 0, None)
    assert list(figures["finished_in_steps"]) == ["1-20", "21-40", "41-50"]
    assert sum(figures["finished_in_steps"].values()) == figures["finished"] > 0
    assert figures["finished_in_steps"] == again["finished_in_steps"]


def test_a_drawn_team_depends_on_the_seed_and_keeps_the_tasks(small_problem: Path) -> None:
    problem = read_problem(small_problem)
    first, second = (lorr.draw_team(problem, 6, seed) for seed in (1, 2))
    assert (first.starts != second.starts).any()
    assert len(set(first.starts.tolist())) == 6
    assert 4 not in first.starts.tolist()
    assert sorted(first.errands.tolist()) == sorted(problem.errands.tolist())


def test_a_drawn_team_has_room_on_the_floor(small_problem: Path) -> None:
    told = robocell("lorr", str(small_problem), "--draw", "--vehicles", "9").exception
    assert isinstance(told, InstanceError)
    assert "9 robots asked for; its floor has 8 free cells" in str(told)


def test_an_exported_play_replays_to_the_same_count(traffic: Path, tmp_path: Path) -> None:
    problem = traffic / "lorr2024" / "MR24-RANDOM-01.json"
    played = lorr.run(problem, steps=60, vehicles=60, export=tmp_path / "played.json")
    again = lorr.run(problem, vehicles=60, replay=tmp_path / "played.json")
    assert played["finished"] > 10
    assert (
        again["finished"] == played["finished"] == json.loads((tmp_path / "played.json").read_text())["numTaskFinished"]
    )
    assert again["conflicts"] == 0


def test_motion_only_is_close_to_the_best_known(traffic: Path) -> None:
    figures = lorr.run(traffic / "lorr2023" / "MR23-I-04.json")
    assert figures["share"] >= 0.95
    assert figures["conflicts"] == 0


def test_paired_deliveries_beat_both_solvers(traffic: Path) -> None:
    case = read_mapd(traffic / "mapd_paired" / "warehouse35x21_f10_n50_s0.json")
    figures = mapd.deliver(case)
    assert figures["conflicts"] == 0
    assert all(figures["makespan"] < other.makespan for other in case.reference.values())
    assert all(figures["service_time"] < other.service_time for other in case.reference.values())


@pytest.mark.slow
@pytest.mark.parametrize("vehicles", [100, 200, 300, 400])
def test_pickup_and_delivery_among_dead_ends_never_freezes(traffic: Path, vehicles: int) -> None:
    grid = read_map(traffic / "lorr2023" / "random-32-32-20.map")
    draws = np.random.default_rng(vehicles)
    neighbours = grid.neighbours
    floor = np.flatnonzero(grid.passable & (neighbours >= 0).any(axis=1)).astype(np.int32)
    planner = LookaheadPlanner(neighbours, grid.passable, "omni", vehicles=vehicles, budget=Budget(window_ticks=3))
    cell = draws.choice(floor, vehicles, replace=False).astype(np.int32)
    pair = draws.choice(floor, (2, vehicles)).astype(np.int32)
    done, trail = [0], [cell]
    for _ in range(5000):
        cell = planner.move(cell, planner.plan(cell, pair[0], next_goal=pair[1]))
        trail.append(cell)
        there = np.flatnonzero(cell == pair[0])
        done.append(done[-1] + len(there))
        last = there[pair[1][there] < 0]
        pair[:, there] = np.stack([pair[1][there], np.full(len(there), -1)])
        pair[:, last] = draws.choice(floor, (2, len(last)))
    per_500 = np.diff(done[::500])
    assert per_500.min() > per_500[0] / 2
    assert find_conflicts(np.array(trail[::1]), grid) == []
