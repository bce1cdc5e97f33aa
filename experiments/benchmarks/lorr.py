"""League of Robot Runners: play a problem by the rules of its edition, or count the tasks of a published solution.

2023 is motion only. From 2024 on, tasks are assigned as well: in every step, the robots that have not begun a task bid
for all open tasks in one array, which is then cleared (see `environments.motion.assignment`). `lorr_delays` plays 2026.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...environments.config.errors import InstanceError
from ...environments.instances.lorr import (
    NO_TASK,
    Problem,
    Solution,
    read_problem,
    read_solution,
    write_solution,
)
from ...environments.instances.lorr_rules import DealtGoals, OpenTasks
from ...environments.instances.movingai import connected_regions
from ...environments.motion.conflicts import find_conflicts
from ...environments.motion.graph import Graph
from ...environments.motion.lifelong.assignment import assign_tasks
from ...environments.motion.planners.guidance import Guidance
from ...environments.motion.planners.lookahead import STATES_PER_STEP, Budget, LookaheadPlanner
from .lorr_delays import DelayedPlay
from .traffic_data import MANIFEST, folder_of, manifest_row, read_manifest

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFAULT_STEPS = 500


@dataclass
class Play:
    """The recorded play: actions (T, V) int8, cells (T + 1, V) int32, and the tasks given per robot."""

    finished: int
    actions: NDArray[np.int8]
    cells: NDArray[np.int32]
    schedule: list[list[tuple[int, int]]] | None = None
    events: list[list[int]] = field(default_factory=list)
    cpu_s: float = 0.0
    worst_s: float = 0.0
    prepare_s: float = 0.0
    steps_finished: list[int] = field(default_factory=list)


def run(
    problem: Path | None = None,
    *,
    replay: Path | None = None,
    data: Path | None = None,
    vehicles: int | None = None,
    steps: int | None = None,
    export: Path | None = None,
    seed: int = 0,
    ablation: bool = False,
    passes: int | None = None,
    draw: bool = False,
    window: int | None = None,
) -> dict[str, Any]:
    """Plays one problem, or all of the data folder that have a best known count where none is named.

    Args:
        problem: the problem's JSON file.
        replay: a published solution (JSON or zip) to count instead of planning.
        data: folder of the map, agent and task files (default: beside the problem), or of all instances.
        vehicles: use only this many robots.
        steps: default: what MANIFEST.json above the problem says, else 500; in 2026 a step is a tick.
        export: write the solution there, as the competition's visualiser reads it.
        seed: for breaking the planner's ties.
        passes: most improvement passes a step (default: see `Budget`); the same result on any machine.
        draw: draw the starts of the robots, of whom there may be as many as free cells, and the order of the tasks by
            `seed` instead of taking those of the problem.
        window: count the finished tasks of every `window` steps as well.
        ablation: play it again without each ingredient; the answer then holds the finished tasks of each variant.

    Returns:
        `finished`, `best_known` (None where unknown), `share`, `conflicts`, `ms_per_step` (CPU), `steps`, `vehicles`,
        and more, with `window` also `finished_in_steps`; without a problem these by name of the problem under
        `problems`, and the first four over all of them (`share` is their mean).
    """
    for option, value in (("--steps", steps), ("--window", window)):
        if value is not None and value < 1:
            raise InstanceError(f"bench lorr: {option} is {value}; it must be 1 at least")
    if problem is None:
        one = {"--replay": replay, "--export": export, "--vehicles": vehicles, "--steps": steps, "--passes": passes}
        one |= {"--window": window, "--ablation": ablation or None, "--draw": draw or None}
        return _run_all(data, seed, refused=[name for name, value in one.items() if value is not None])
    row = manifest_row(problem)
    case = draw_team(read_problem(problem, data), vehicles, seed) if draw else read_problem(problem, data, vehicles)
    ticks = int(steps or row.get("steps") or DEFAULT_STEPS)
    if case.ticks_per_action > 1 or case.delays is not None:
        by_step = bool(replay or export or ablation or window) or passes is not None
        return _play_delayed(problem, case, ticks, seed, by_step)
    if ablation:
        return ablate(case, ticks, seed)
    budget = usual_budget(case) if passes is None else replace(usual_budget(case), passes=passes)
    played = None if replay is None else replay_solution(case, read_solution(replay))
    play = played or play_problem(case, ticks, seed=seed, budget=budget)
    comparable = vehicles is None and not draw and len(play.actions) == row.get("steps")
    best = row.get("best_known") if comparable else None
    if export is not None:
        _export(export, case, play)
    in_steps = {} if window is None else {"finished_in_steps": count_by_window(play.steps_finished, window)}
    return _figures(case, play, best) | in_steps


def draw_team(problem: Problem, vehicles: int | None, seed: int) -> Problem:
    """The problem with another team: starts drawn from all cells that its robots can reach, tasks in a drawn order.

    `vehicles`: number of robots, None: as many as in the problem.
    """
    regions = connected_regions(problem.floor)
    cells = np.flatnonzero(problem.floor.passable & (regions == regions[problem.starts[0]]))
    team = len(problem.starts) if vehicles is None else vehicles
    if not 0 < team <= len(cells):
        raise InstanceError(f"{problem.name}: {team} robots asked for; its floor has {len(cells)} free cells")
    draws = np.random.default_rng(seed)
    starts = draws.permutation(cells)[:team].astype(np.int32)
    order = draws.permutation(problem.tasks)
    parts = np.split(problem.errands, problem.first_errand[1:-1])
    return replace(
        problem,
        starts=starts,
        errands=np.concatenate([parts[task] for task in order]),
        first_errand=np.cumsum([0, *(len(parts[task]) for task in order)], dtype=np.int32),
        revealed=max(1, problem.revealed * team // len(problem.starts)),
    )


def count_by_window(finished: list[int], window: int) -> dict[str, int]:
    """Finished tasks of every `window` steps, by first and last step, from the sums after each step."""
    bounds = [*range(0, len(finished), window), len(finished)]
    sums = [0, *finished]
    return {f"{begin + 1}-{end}": sums[end] - sums[begin] for begin, end in pairwise(bounds)}


def _figures(case: Problem, play: Play, best: int | None) -> dict[str, Any]:
    """What `run` returns of one problem."""
    return {
        "problem": case.name,
        "finished": play.finished,
        "best_known": best,
        "share": play.finished / best if best else None,
        "conflicts": len(find_conflicts(play.cells, case.floor)),
        "ms_per_step": 1e3 * play.cpu_s / len(play.actions),
        "worst_ms": 1e3 * play.worst_s,
        "prepare_s": play.prepare_s,
        "steps": len(play.actions),
        "vehicles": len(case.starts),
    }


def _play_delayed(problem: Path, case: Problem, ticks: int, seed: int, by_step: bool) -> dict[str, Any]:
    """A problem of 2026: steps are ticks; no best known counts are published, and options `by_step` are refused."""
    if by_step:
        raise InstanceError(
            f"{problem}: actions take several ticks; --replay, --export, --ablation, --passes, --window know steps only"
        )
    play = DelayedPlay(case, seed=seed)
    play.play(ticks)
    return {
        "problem": case.name,
        "finished": play.finished,
        "best_known": None,
        "share": None,
        "conflicts": play.overlaps(),
        "ms_per_step": 1e3 * play.cpu_s / ticks,
        "worst_ms": 1e3 * play.worst_s,
        "prepare_s": play.prepare_s,
        "steps": ticks,
        "vehicles": len(case.starts),
        "ticks_per_action": case.ticks_per_action,
        "delayed_share": play.delayed_ticks / (ticks * len(case.starts)),
    }


def _export(path: Path, case: Problem, play: Play) -> None:
    width = case.floor.width
    starts = np.stack([case.starts // width, case.starts % width, np.zeros_like(case.starts)], axis=1)
    made = Solution(starts.astype(np.int32), play.actions, play.schedule, play.finished)
    write_solution(path, made, problem=case, events=play.events)


def usual_budget(case: Problem) -> Budget:
    """The budget that the planner chooses for a problem."""
    return Budget.for_density(len(case.starts) / int(case.floor.passable.sum()))


def ablate(case: Problem, steps: int, seed: int) -> dict[str, Any]:
    """Finished tasks and CPU milliseconds a step with everything, and without each ingredient."""
    usual = usual_budget(case)
    variants: dict[str, dict[str, Any]] = {
        "everything": {},
        "without guidance": {"guidance": Guidance(opposing=0.0)},
        "without improvement passes": {"budget": replace(usual, passes=0)},
        "without priority pass": {"budget": replace(usual, tries_by_rank=0)},
        "without letting dead ends out": {"let_out": False},
        "window of 3 ticks": {"budget": replace(usual, window_ticks=3)},
    }
    figures: dict[str, Any] = {}
    for name, change in variants.items():
        play = play_problem(case, steps, seed=seed, **change)
        figures[name] = {"finished": play.finished, "ms_per_step": 1e3 * play.cpu_s / steps}
    return figures


def _run_all(data: Path | None, seed: int, refused: list[str]) -> dict[str, Any]:
    """All problems of the folder that have a best known count; `refused` names options that need one problem."""
    if refused:
        raise InstanceError(f"bench lorr: {refused[0]} needs a problem: bench lorr PROBLEM.json {refused[0]} …")
    folder = folder_of(data, "lorr")
    named = [row for row in read_manifest(folder / MANIFEST) if row.get("best_known")]
    if not named:
        raise InstanceError(f"{folder / MANIFEST}: no problem in it has a best known count; name a problem instead")
    problems = {row["name"]: run(folder / row["path"], seed=seed) for row in named}
    figures = list(problems.values())
    return {
        "finished": sum(figure["finished"] for figure in figures),
        "best_known": sum(figure["best_known"] for figure in figures),
        "share": float(np.mean([figure["share"] for figure in figures])),
        "conflicts": sum(figure["conflicts"] for figure in figures),
        "ms_per_step": float(np.mean([figure["ms_per_step"] for figure in figures])),
        "problems": problems,
    }


def play_problem(
    problem: Problem, steps: int, *, seed: int = 0, budget: Budget | None = None, guidance: Guidance | None = None,
    let_out: bool = True,
) -> Play:  # fmt: skip
    """Plan and, from 2024 on, assign tasks for `steps` steps.

    The CPU time of a step covers assignment, planning and bookkeeping of goals.
    """
    began = time.process_time()
    planner = LookaheadPlanner(
        problem.floor.neighbours, problem.floor.passable, "differential",
        vehicles=len(problem.starts), seed=seed, budget=budget, guidance=guidance, let_out=let_out,
        states_per_tick=STATES_PER_STEP,
    )  # fmt: skip
    tasks = DealtGoals(problem) if problem.edition == 2023 else OpenTasks(problem)
    state = problem.starts * 4
    planner.warm_up(state, tasks.goal)
    play = Play(0, np.zeros((steps, len(state)), np.int8), np.zeros((steps + 1, len(state)), np.int32))
    play.prepare_s = time.process_time() - began
    play.cells[0] = problem.starts
    schedule: list[list[tuple[int, int]]] = [[] for _ in state]
    for step in range(steps):
        began = time.process_time()
        if isinstance(tasks, OpenTasks):
            before = tasks.task.copy()
            assign_tasks(tasks, state, planner.costs)
            for robot in np.flatnonzero(before != tasks.task).tolist():
                schedule[robot].append((step + 1, int(tasks.task[robot])))
        action = planner.plan(state, tasks.goal, next_goal=tasks.next_goal)
        state = planner.move(state, action)
        spent = time.process_time() - began
        play.cpu_s += spent
        play.worst_s = max(play.worst_s, spent)
        play.actions[step] = action
        play.cells[step + 1] = state // 4
        _arrive(tasks, play.cells[step + 1], step + 1)
        play.steps_finished.append(tasks.finished)
    play.finished = tasks.finished
    if isinstance(tasks, OpenTasks):
        play.schedule, play.events = schedule, tasks.events
    return play


def _arrive(tasks: DealtGoals | OpenTasks, cell: NDArray[np.int32], step: int) -> None:
    if isinstance(tasks, OpenTasks):
        tasks.arrive(cell, step)
    else:
        tasks.arrive(cell)


def replay_solution(problem: Problem, solution: Solution) -> Play:
    """Follow the actions (and the schedule) of a solution, and count finished tasks by the rules.

    The results that the solution itself states are not used.
    """
    width = problem.floor.width
    at = solution.starts[:, 0] * width + solution.starts[:, 1]
    if len(at) != len(problem.starts) or (at != problem.starts).any():
        raise InstanceError("the solution does not start where the problem's robots start: it is for another problem")
    successor = Graph.of(problem.floor.neighbours, "differential").successor
    state = (at * 4 + solution.starts[:, 2]).astype(np.int32)
    tasks = DealtGoals(problem) if problem.edition == 2023 else OpenTasks(problem)
    given: dict[int, list[tuple[int, int]]] = {}
    for robot, entries in enumerate(solution.schedule or []):
        for step, task in entries:
            given.setdefault(step, []).append((robot, task))
    if isinstance(tasks, OpenTasks) and solution.schedule is None:
        raise InstanceError(
            "the solution lacks 'actualSchedule', without which tasks of this edition cannot be counted"
        )
    cells = np.zeros((len(solution.actions) + 1, len(state)), np.int32)
    cells[0] = at
    counts: list[int] = []
    for step, action in enumerate(solution.actions, start=1):
        reached = successor[state, action]
        blocked = np.flatnonzero(reached < 0)
        if len(blocked):
            raise InstanceError(f"step {step}: robot {blocked[0]} drives into a wall or off the map")
        state = reached
        cells[step] = state // 4
        if isinstance(tasks, OpenTasks):
            _hand_out(tasks, given.get(step, []))
        _arrive(tasks, cells[step], step)
        counts.append(tasks.finished)
    return Play(tasks.finished, solution.actions, cells, solution.schedule, steps_finished=counts)


def _hand_out(tasks: OpenTasks, entries: list[tuple[int, int]]) -> None:
    """All changes of a step apply at once: first the tasks taken away, then the tasks assigned."""
    for robot, task in entries:
        if tasks.task[robot] not in (NO_TASK, task):
            tasks.give(robot, NO_TASK)
    for robot, task in entries:
        tasks.give(robot, task)
