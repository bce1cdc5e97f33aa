"""Files of the public archives are read by their rules, and bad ones are refused with the line and the cure."""

import json
from pathlib import Path

import numpy as np
import pytest

from robocell.environments.errors import InstanceError
from robocell.environments.instances.lorr import Solution, read_problem, read_solution, write_solution
from robocell.environments.instances.mapd import read_mapd
from robocell.environments.instances.movingai import read_map, read_scen

MAP = "width 4\nheight 2\ntype octile\nmap\n..@G\nS.TE\n"


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    (tmp_path / "a.map").write_text(MAP)
    (tmp_path / "a.agents").write_text("# two of three\n3\n0\n1\n4\n")
    (tmp_path / "a.tasks").write_text("2\n5,0\n# a comment\n4\n")
    document = {"mapFile": "a.map", "agentFile": "a.agents", "teamSize": 2, "taskFile": "a.tasks"}
    document |= {"numTasksReveal": 1.5, "version": "2024 LoRR"}
    path = tmp_path / "p.json"
    path.write_text(json.dumps(document))
    return path


def test_map_header_in_any_order_and_rows_beyond_height_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.map"
    path.write_text(MAP + "what follows is none of ours\n")
    grid = read_map(path)
    assert (grid.height, grid.width) == (2, 4)
    assert grid.passable.tolist() == [True, True, False, True, True, True, False, True]
    assert grid.neighbours()[0].tolist() == [1, 4, -1, -1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type octile\nheight 2\nwidth 2\n..\n..\n", "no header line|no line 'map'"),
        ("height 3\nwidth 2\nmap\n..\n..\n", "says 3 rows, the file has 2"),
        ("height 1\nwidth 3\nmap\n..\n", "row has 2 cells, the header says 3"),
        ("height 1\nwidth 2\nmap\n.x\n", r"a.map:4: unknown cell 'x'; passable are"),
        ("height one\nwidth 2\nmap\n..\n", "height is 'one'; it must be a whole number"),
    ],
)
def test_bad_maps_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.map"
    path.write_text(text)
    with pytest.raises(InstanceError, match=message):
        read_map(path)


def test_a_problem_takes_the_first_robots_and_all_errands(problem: Path) -> None:
    case = read_problem(problem)
    assert case.starts.tolist() == [0, 1]
    assert case.revealed == 3
    assert [case.errands[a:b].tolist() for a, b in zip(case.first_errand, case.first_errand[1:], strict=False)] == [
        [5, 0],
        [4],
    ]


def test_a_problem_with_more_robots_than_starts_is_refused(problem: Path) -> None:
    with pytest.raises(InstanceError, match=r"4 robots asked for; .* holds 3 starts"):
        read_problem(problem, vehicles=4)


def test_a_task_in_a_wall_is_refused_with_its_line(problem: Path) -> None:
    (problem.parent / "a.tasks").write_text("1\n2\n")
    with pytest.raises(InstanceError, match=r"a.tasks:2: location 2 is a wall"):
        read_problem(problem)


def test_a_missing_file_is_named_with_the_places_looked_at(problem: Path) -> None:
    (problem.parent / "a.map").unlink()
    with pytest.raises(InstanceError, match=r"refers to 'a.map', which is not in .*--data"):
        read_problem(problem)


def test_a_written_solution_reads_back(problem: Path, tmp_path: Path) -> None:
    case = read_problem(problem)
    made = Solution(
        np.array([[0, 0, 0], [0, 1, 0]], np.int32), np.array([[3, 1], [1, 0]], np.int8), [[(1, 0)], []], finished=0
    )
    write_solution(tmp_path / "s.json", made, problem=case)
    read = read_solution(tmp_path / "s.json")
    assert read.actions.tolist() == made.actions.tolist()
    assert read.schedule == made.schedule


def test_scen_rows_are_x_then_y(traffic: Path) -> None:
    grid = read_map(traffic / "grid" / "random-32-32-10.map")
    trips = read_scen(traffic / "grid" / "random-32-32-10-random-1.scen", grid)
    assert trips.starts[0] == 6 * 32 + 11
    assert trips.goals[0] == 18 * 32 + 7


def test_every_public_instance_is_read(traffic: Path) -> None:
    entries = json.loads((traffic / "MANIFEST.json").read_text())
    assert all(len(read_problem(traffic / entry["path"]).starts) == entry["agents"] for entry in entries)
    ticks = read_problem(traffic / "lorr2026" / "maze-example_40.json")
    assert ticks.ticks_per_action == 3
    assert ticks.delays is not None
    assert ticks.delays.longest_ticks == 12
    paired = read_mapd(traffic / "mapd_paired" / "warehouse35x21_f2_n10_s0.json")
    assert set(paired.reference) == {"PIBT", "TP"}
