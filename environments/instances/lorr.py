"""Reads and writes the files of the League of Robot Runners (editions 2023, 2024 and 2026).

A problem is a JSON file that names a map, a file of start cells and a file of tasks. Locations are row * width +
column; robots turn in place and start facing east. A solution lists one action per robot and step; since 2024 it also
lists the assignment of tasks with their steps.
Source: the public start kits of the competition (leagueofrobotrunners.org), input and output format pages.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config.errors import InstanceError
from ..layout import Layout
from .documents import field, find_file, load_json, number, parse_json, read_text
from .movingai import connected_regions, read_map

NO_TASK = -1
ACTIONS = "FRCW"  # forward, clockwise, counter-clockwise, wait: the order of the planner's actions
ORIENTATIONS = "ESWN"


@dataclass(frozen=True)
class Delays:
    """Delays of robots (edition 2026): in a tick, a robot that is not delayed becomes so with `probability`."""

    seed: int
    shortest_ticks: int
    longest_ticks: int
    event: str  # "bernoulli": each robot independently; "poisson": V * probability robots per tick on average
    probability: float
    duration: str  # "uniform" or "gaussian"
    mean_ratio: float
    std_ratio: float


@dataclass(frozen=True)
class Problem:
    """V robots, N tasks of one or more errands each (cells to visit in order)."""

    name: str
    edition: int  # 2023: goals are dealt in turn; 2024 and later: open tasks may be given to any robot
    floor: Layout
    starts: NDArray[np.int32]  # (V,) cell index; all face east
    errands: NDArray[np.int32]  # (sum of errands,) cells of all tasks, one task after another
    first_errand: NDArray[np.int32]  # (N + 1,) task n has errands[first_errand[n]:first_errand[n + 1]]
    revealed: int  # number of tasks open at a time
    ticks_per_action: int = 1
    delays: Delays | None = None

    @property
    def tasks(self) -> int:
        return len(self.first_errand) - 1


@dataclass(frozen=True)
class Solution:
    """Actions per robot, as indices into ACTIONS, and the tasks assigned per robot."""

    starts: NDArray[np.int32]  # (V, 3) row, column, orientation
    actions: NDArray[np.int8]  # (T, V)
    schedule: list[list[tuple[int, int]]] | None  # per robot: (step, task), NO_TASK takes the task away; None in 2023
    finished: int | None  # the count that the file claims


def read_problem(path: str | Path, data: str | Path | None = None, vehicles: int | None = None) -> Problem:
    """A problem with its map, starts and tasks; its files are searched in `data` and in its folder.

    `vehicles` takes only that many robots (at most the starts that the file holds).
    """
    path = Path(path)
    document = load_json(path)
    floor = read_map(find_file(path, field(path, document, "mapFile", str), data, ("maps", "../grid")))
    starts_path = find_file(path, field(path, document, "agentFile", str), data, ("agents",))
    starts = _read_cells(starts_path, floor)
    team = field(path, document, "teamSize", int) if vehicles is None else vehicles
    if not 0 < team <= len(starts):
        raise InstanceError(f"{path}: {team} robots asked for; {starts_path} holds {len(starts)} starts")
    starts = [row[0] for row in starts[:team]]
    if len(set(starts)) < team:
        raise InstanceError(f"{starts_path}: two of the first {team} robots start in one cell")
    tasks = _read_cells(find_file(path, field(path, document, "taskFile", str), data, ("tasks",)), floor)
    _check_reach(path, floor, starts, tasks)
    edition = _edition(path, document)
    revealed = 1.0 if edition == 2023 else number(path, document, "numTasksReveal", 1, 1e-3, 1e6)
    return Problem(
        name=path.stem,
        edition=edition,
        floor=floor,
        starts=np.array(starts, np.int32),
        errands=np.array([cell for task in tasks for cell in task], np.int32),
        first_errand=np.cumsum([0, *(len(task) for task in tasks)], dtype=np.int32),
        revealed=max(1, int(revealed * team)),
        ticks_per_action=int(number(path, document, "agentCounter", 1, 1, 1000)),
        delays=_delays(path, field(path, document, "delayConfig", dict)) if "delayConfig" in document else None,
    )


def _check_reach(path: Path, floor: Layout, starts: list[int], tasks: list[list[int]]) -> None:
    regions = connected_regions(floor)
    cells = np.array([*starts, *(cell for task in tasks for cell in task)])
    apart = cells[regions[cells] != regions[starts[0]]]
    if len(apart):
        raise InstanceError(
            f"{path}: location {apart[0]} cannot be reached from the first robot's start, {starts[0]}: walls lie "
            "between; every robot must be able to do every task"
        )


def _edition(path: Path, document: dict[str, Any]) -> int:
    version = document.get("version")
    if version is None:
        strategy = document.get("taskAssignmentStrategy", "roundrobin")
        if strategy not in ("roundrobin", "roundrobin_fixed"):
            raise InstanceError(
                f"{path}: taskAssignmentStrategy {strategy!r} is unknown; 'roundrobin' is what can be run"
            )
        return 2023
    year = str(version).split()[0]
    if year not in ("2023", "2024", "2026"):
        raise InstanceError(f"{path}: version is {version!r}; '2023 LoRR', '2024 LoRR' and '2026 LoRR' can be read")
    return int(year)


def _delays(path: Path, config: dict[str, Any]) -> Delays:
    event = field(path, config, "eventModel", str, "bernoulli")
    if event not in ("bernoulli", "poisson"):
        raise InstanceError(f"{path}: delayConfig.eventModel is {event!r}; 'bernoulli' or 'poisson' is allowed")
    duration = field(path, config, "durationModel", str, "uniform")
    if duration not in ("uniform", "gaussian"):
        raise InstanceError(f"{path}: delayConfig.durationModel is {duration!r}; 'uniform' or 'gaussian' is allowed")
    shortest = int(number(path, config, "minDelay", 1, 1, 1_000_000))
    return Delays(
        seed=int(number(path, config, "seed", 0, 0, 2**32 - 1)),
        shortest_ticks=shortest,
        longest_ticks=int(number(path, config, "maxDelay", shortest, shortest, 1_000_000)),
        event=event,
        probability=float(number(path, config, "pDelay", 0.0, 0.0, 1.0)),
        duration=duration,
        mean_ratio=float(number(path, config, "gaussMeanRatio", 0.5, 0.0, 1.0)),
        std_ratio=float(number(path, config, "gaussStdRatio", 0.0, 0.0, 1e6)),
    )


def _read_cells(path: Path, floor: Layout) -> list[list[int]]:
    """A count, then that many lines of comma-separated locations; `#` lines are comments."""
    expected = -1
    rows: list[list[int]] = []
    for line_number, line in enumerate(read_text(path).splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            values = [int(word) for word in text.split(",")]
        except ValueError:
            raise InstanceError(
                f"{path}:{line_number}: {text!r} is not a comma list of locations (whole numbers)"
            ) from None
        if expected < 0:
            if len(values) != 1 or values[0] <= 0:
                raise InstanceError(
                    f"{path}:{line_number}: the first line must be the count of lines that follow, not {text!r}"
                )
            expected = values[0]
            continue
        if len(rows) == expected:
            raise InstanceError(f"{path}:{line_number}: the first line announces {expected} lines, and more follow")
        for cell in values:
            if not 0 <= cell < floor.size or not floor.passable[cell]:
                raise InstanceError(
                    f"{path}:{line_number}: location {cell} is a wall or outside of the map "
                    f"of {floor.height} x {floor.width} cells"
                )
        rows.append(values)
    if len(rows) != expected:
        raise InstanceError(f"{path}: the first line announces {expected} lines, {len(rows)} follow")
    return rows


def read_solution(path: str | Path) -> Solution:
    """Read a published solution, JSON or a zip with one JSON file in it."""
    path = Path(path)
    document = _load_zipped(path) if path.suffix == ".zip" else load_json(path)
    model = document.get("actionModel", "MAPF_T")
    if model != "MAPF_T":
        raise InstanceError(f"{path}: actionModel is {model!r}; 'MAPF_T' (robots that turn in place) can be replayed")
    starts: list[tuple[int, int, int]] = []
    for robot, entry in enumerate(field(path, document, "start", list)):
        try:
            row, column, facing = entry
            starts.append((int(row), int(column), ORIENTATIONS.index(facing)))
        except (TypeError, ValueError):
            raise InstanceError(
                f"{path}: start[{robot}] is {entry!r}; it must be [row, column, one of E S W N]"
            ) from None
    code = {symbol: index for index, symbol in enumerate(ACTIONS)} | {"T": ACTIONS.index("W")}
    columns: list[list[int]] = []
    for robot, text in enumerate(field(path, document, "actualPaths", list)):
        try:
            columns.append([code[symbol] for symbol in text.split(",")])
        except (KeyError, AttributeError) as error:
            raise InstanceError(
                f"{path}: actualPaths[{robot}]: action {error} is unknown; F, R, C, W, split by commas, are allowed"
            ) from None
    if len({len(column) for column in columns}) != 1 or len(columns) != len(starts):
        raise InstanceError(
            f"{path}: actualPaths needs as many robots as 'start' ({len(starts)}), with equally many actions"
        )
    schedule = _schedule(path, document, len(starts)) if "actualSchedule" in document else None
    return Solution(
        np.array(starts, np.int32), np.array(columns, np.int8).T.copy(), schedule, document.get("numTaskFinished")
    )


def _load_zipped(path: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".json")]
            if len(names) != 1:
                raise InstanceError(f"{path}: holds {len(names)} JSON files; exactly one is needed")
            text = archive.read(names[0]).decode("utf-8-sig")
    except (OSError, zipfile.BadZipFile, zlib.error, UnicodeDecodeError) as error:
        raise InstanceError(f"{path}: not a zip file with a JSON solution: {error}") from None
    return parse_json(f"{path}:{names[0]}", text)


def _schedule(path: Path, document: dict[str, Any], robots: int) -> list[list[tuple[int, int]]]:
    texts = field(path, document, "actualSchedule", list)
    if len(texts) != robots:
        raise InstanceError(f"{path}: actualSchedule has {len(texts)} entries for {robots} robots")
    schedule: list[list[tuple[int, int]]] = []
    for robot, text in enumerate(texts):
        try:
            pairs = [entry.split(":") for entry in text.split(",") if entry]
            schedule.append([(int(step), int(task)) for step, task in pairs])
        except (AttributeError, ValueError):
            raise InstanceError(
                f"{path}: actualSchedule[{robot}] is {text!r:.60}; it must be 'step:task,step:task,...'"
            ) from None
    return schedule


def write_solution(
    path: str | Path, solution: Solution, *, problem: Problem, events: list[list[int]] | None = None
) -> None:
    """Write a solution in the format of the competition's simulator, which its visualiser (PlanViz) shows.

    `events` holds [step, robot, task, errands done] rows (2024) and is written as given.
    """
    width = problem.floor.width
    paths = [",".join(ACTIONS[action] for action in column) for column in solution.actions.T.tolist()]
    document: dict[str, Any] = {
        "actionModel": "MAPF_T",
        "version": f"{problem.edition} LoRR",
        "AllValid": "Yes",
        "teamSize": len(solution.starts),
        "numTaskFinished": solution.finished,
        "sumOfCost": int(solution.actions.size),
        "makespan": len(solution.actions),
        "start": [[row, column, ORIENTATIONS[facing]] for row, column, facing in solution.starts.tolist()],
        "actualPaths": paths,
        "plannerPaths": paths,
        "plannerTimes": [],
        "errors": [],
        "scheduleErrors": [],
        "events": events or [],
    }
    if solution.schedule is not None:
        text = [",".join(f"{step}:{task}" for step, task in entries) for entries in solution.schedule]
        document["actualSchedule"] = text
        document["plannerSchedule"] = text
        given = sorted({task for entries in solution.schedule for _, task in entries if task != NO_TASK})
        cells = [problem.errands[problem.first_errand[task] : problem.first_errand[task + 1]] for task in given]
        document["tasks"] = [
            [task, 0, [part for cell in errands.tolist() for part in divmod(cell, width)]]
            for task, errands in zip(given, cells, strict=True)
        ]
    Path(path).write_text(json.dumps(document), encoding="utf-8")
