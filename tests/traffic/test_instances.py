"""Files of the public archives are read by their rules, and bad ones are refused with the line and the cure."""

import json
from pathlib import Path

import numpy as np
import pytest

from robocell.environments.config.errors import InstanceError
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


def test_map_header_in_any_order_and_remarks_below_the_rows_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.map"
    path.write_text(MAP + "what follows is none of ours\n")
    grid = read_map(path)
    assert (grid.height, grid.width) == (2, 4)
    assert grid.passable.tolist() == [True, True, False, True, True, True, False, True]
    assert grid.neighbours[0].tolist() == [1, 4, -1, -1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type octile\nheight 2\nwidth 2\n..\n..\n", "not a header line|no line 'map'"),
        ("height 3\nwidth 2\nmap\n..\n..\n", "says 3 rows, the file has 2"),
        ("height 1\nwidth 3\nmap\n..\n", "row has 2 cells, the header says 3"),
        ("height 1\nwidth 2\nmap\n.x\n", r"a.map:4: unknown cell 'x'; passable are"),
        ("height one\nwidth 2\nmap\n..\n", "height is 'one'; it must be a whole number"),
        ("height ²\nwidth 2\nmap\n..\n", "height is '²'; it must be a whole number"),
        ("height 1\nheight 2\nwidth 2\nmap\n..\n..\n", "a.map:2: the header gives height twice; keep one"),
        ("height 1\nwidth 2\nmap\n..\n.@\n", "a.map:5: one row more than the 1 that the header says"),
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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"teamSize": "two"}, r"p.json: 'teamSize' is 'two'; it must be of kind int"),
        ({"mapFile": None}, r"p.json: 'mapFile' is None; it must be of kind str"),
        ({"numTasksReveal": -1}, r"'numTasksReveal' is -1; it must be from 0.001 to"),
        ({"version": "2025 LoRR"}, r"version is '2025 LoRR'; '2023 LoRR', '2024 LoRR' and '2026 LoRR' can be read"),
        ({"agentCounter": 0}, r"'agentCounter' is 0; it must be from 1 to 1000"),
        ({"delayConfig": []}, r"'delayConfig' is \[\]; it must be of kind dict"),
        ({"delayConfig": {"minDelay": 3, "maxDelay": 2}}, r"'maxDelay' is 2; it must be from 3 to"),
        ({"delayConfig": {"pDelay": 1.5}}, r"'pDelay' is 1.5; it must be from 0 to 1"),
        ({"delayConfig": {"eventModel": "weekly"}}, r"eventModel is 'weekly'; 'bernoulli' or 'poisson' is allowed"),
    ],
)
def test_a_key_of_the_wrong_kind_or_size_is_named(problem: Path, change: dict[str, object], message: str) -> None:
    problem.write_text(json.dumps(json.loads(problem.read_text()) | change))
    with pytest.raises(InstanceError, match=message):
        read_problem(problem)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("p.json", '{"mapFile": "a.m', r"p.json:1:13: not JSON"),
        ("p.json", "[1, 2]", r"p.json: holds a JSON list; an object is needed"),
        ("p.json", "{}", r"p.json: the key 'mapFile' is missing; present are none"),
        ("a.agents", "3\n0\n2\n4\n", r"a.agents:3: location 2 is a wall"),
        ("a.agents", "3\n0\n0\n4\n", r"a.agents: two of the first 2 robots start in one cell"),
        ("a.agents", "3\n0\n1\n", r"a.agents: the first line announces 3 lines, 2 follow"),
        ("a.tasks", "1\n0\n# and one too many\n1\n", r"a.tasks:4: the first line announces 1 lines, and more follow"),
        ("a.tasks", "1\n0,,1\n", r"a.tasks:2: '0,,1' is not a comma list"),
        ("p.json", '{"mapFile": "a.map", "mapFile": "b.map"}', r"p.json: the key 'mapFile' is given twice; keep one"),
        ("a.tasks", "1\n99\n", r"a.tasks:2: location 99 is a wall or outside of the map of 2 x 4 cells"),
        ("a.tasks", "1\n0;1\n", r"a.tasks:2: '0;1' is not a comma list"),
        ("a.tasks", "1\n3\n", r"location 3 cannot be reached from the first robot's start, 0"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(problem: Path, file: str, text: str, message: str) -> None:
    (problem.parent / file).write_text(text)
    with pytest.raises(InstanceError, match=message):
        read_problem(problem)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"start": [[0, 0, "E"]], "actualPaths": ["F,X"]}', r"actualPaths\[0\]: action 'X' is unknown"),
        ('{"start": [[0, 0, "Q"]], "actualPaths": ["F"]}', r"start\[0\] is \[0, 0, 'Q'\]; it must be \[row, column"),
        ('{"start": [[0, 0, "E"]], "actualPaths": ["F", "F"]}', r"as many robots as 'start' \(1\)"),
        (
            '{"start": [[0, 0, "E"]], "actualPaths": ["F"], "actualSchedule": ["1-2"]}',
            r"actualSchedule\[0\] is '1-2'; it must be 'step:task",
        ),
    ],
)
def test_a_broken_solution_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(InstanceError, match=message):
        read_solution(path)


SCEN = "version 1\n0\ta.map\t4\t2\t0\t0\t1\t0\t1\n"


def test_a_scen_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.map").write_text(MAP, encoding="utf-8-sig")
    (tmp_path / "a.scen").write_text(SCEN, encoding="utf-8-sig")
    trips = read_scen(tmp_path / "a.scen", read_map(tmp_path / "a.map"))
    assert (trips.map_name, trips.starts.tolist(), trips.goals.tolist()) == ("a.map", [0], [1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SCEN.replace("\t1\n", "\n"), r"a.scen:2: 8 columns; a scenario row has 9, split by tabs"),
        (SCEN.removesuffix("\n") + SCEN.partition("\n")[2], r"a.scen:2: 17 columns"),
        (
            SCEN + SCEN.partition("\n")[2].replace("a.map", "b.map"),
            r"a.scen:3: is for the map b.map, the rows",
        ),
        ("version 1\n", r"a.scen: has no rows below the line 'version'"),
        (SCEN.partition("\n")[2], r"a.scen:1: a scenario begins with the line 'version 1'"),
    ],
)
def test_a_broken_scen_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.map").write_text(MAP)
    (tmp_path / "a.scen").write_text(text)
    with pytest.raises(InstanceError, match=message):
        read_scen(tmp_path / "a.scen", read_map(tmp_path / "a.map"))


def test_a_binary_file_is_refused_as_an_instance(tmp_path: Path) -> None:
    (tmp_path / "a.map").write_bytes(b"type octile\n\0")
    with pytest.raises(InstanceError, match=r"a.map: cannot be read as text: line 2 holds a NUL byte"):
        read_map(tmp_path / "a.map")


@pytest.fixture
def paired(tmp_path: Path) -> Path:
    (tmp_path / "a.map").write_text(MAP)
    document = {"format": "mapd-1", "map": "a.map", "starts_xy": [[0, 0], [1, 0]]}
    document |= {"tasks_appear_px_py_dx_dy": [[5, 1, 1, 0, 0], [0, 0, 1, 1, 0]]}
    path = tmp_path / "m.json"
    path.write_text(json.dumps(document))
    return path


def test_paired_tasks_are_read_in_the_order_of_their_appearance(paired: Path) -> None:
    case = read_mapd(paired)
    assert case.appears.tolist() == [0, 5]
    assert case.pickups.tolist() == [4, 5]
    assert case.deliveries.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "mapd-2"}, r"format is 'mapd-2'; only 'mapd-1' can be read"),
        ({"starts_xy": []}, r"starts_xy is empty"),
        ({"starts_xy": [[0, 0], [0, 0]]}, r"two vehicles start in one cell"),
        ({"starts_xy": [[2, 0]]}, r"starts_xy: x=2, y=0 is not a passable cell"),
        ({"starts_xy": [[0]]}, r"starts_xy: \[0\] is not a cell \[x, y\]"),
        ({"tasks_appear_px_py_dx_dy": []}, r"holds no task"),
        ({"tasks_appear_px_py_dx_dy": [[0, 1, 1, 0]]}, r"task \[0, 1, 1, 0\] is not \[appear >= 0"),
        ({"tasks_appear_px_py_dx_dy": [[0, 1, 1, 3, 0]]}, r"x=3, y=0 cannot be reached from the first start"),
        ({"reference": {"PIBT": 3}}, r"'PIBT' is 3; it must be of kind dict"),
    ],
)
def test_a_broken_paired_file_is_refused(paired: Path, change: dict[str, object], message: str) -> None:
    paired.write_text(json.dumps(json.loads(paired.read_text()) | change))
    with pytest.raises(InstanceError, match=message):
        read_mapd(paired)


def test_a_missing_file_is_named_with_the_searched_places(problem: Path) -> None:
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
