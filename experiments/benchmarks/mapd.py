"""Pickup and delivery on the same tasks as two public solvers: makespan and service time against theirs.

Tasks become known when they appear. In every tick all robots, those with a load included, bid for the tasks that
nobody has picked
up: a loaded robot's bid is its way to the delivery and from there to the pickup, so a near robot that is soon free
may be waited for.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from ...environments.errors import InstanceError
from ...environments.instances.mapd import PickupDelivery, Reference, read_mapd
from ...environments.motion.assignment import clear_bids
from ...environments.motion.conflicts import find_conflicts
from ...environments.motion.lookahead import Budget, LookaheadPlanner
from ...environments.motion.turning import TICK_COST
from ...environments.motion.waiting import WaitingSpots
from .lorr import layout_of

NO_TASK = -1
LENGTH_SHARE = 0.1  # of a task's own length in its bid: more lowers service time and raises the makespan
WINDOW_TICKS = 3
MOST_STEPS = 20_000


def run(path: Path | None = None, *, data: Path | None = None, seed: int = 0) -> dict[str, Any]:
    """One `mapd-1` file, or all of `data` where none is named.

    Returns:
        `makespan`, `service_time` (ticks), `reference` (per solver: makespan, service_time), `conflicts`,
        `ms_per_step`; for a folder a
        dict of cells "frequency x robots" with the means over its files, and `better_everywhere`.
    """
    if path is None:
        if data is None:
            raise InstanceError("bench mapd needs a file, or --data with a folder of mapd-1 files")
        return _run_all(Path(data), seed)
    case = read_mapd(path, data)
    return deliver(case, seed=seed) | {
        "reference": {
            name: {"makespan": other.makespan, "service_time": other.service_time}
            for name, other in case.reference.items()
        }
    }


def _run_all(data: Path, seed: int) -> dict[str, Any]:
    folder = data / "mapd_paired" if (data / "mapd_paired").is_dir() else data
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InstanceError(f"{folder}: holds no .json files")
    cells: dict[str, list[tuple[dict[str, Any], dict[str, Reference]]]] = defaultdict(list)
    for file in files:
        case = read_mapd(file)
        cells[file.stem.rsplit("_", 1)[0]].append((deliver(case, seed=seed), case.reference))
    figures: dict[str, Any] = {}
    better = 0
    for name, results in cells.items():
        row: dict[str, Any] = {
            key: float(np.mean([result[key] for result, _ in results])) for key in ("makespan", "service_time")
        }
        row["conflicts"] = sum(result["conflicts"] for result, _ in results)
        solvers = results[0][1]
        row["reference"] = {
            solver: {
                "makespan": float(np.mean([others[solver].makespan for _, others in results])),
                "service_time": float(np.mean([others[solver].service_time for _, others in results])),
            }
            for solver in solvers
        }
        row["better"] = all(row[key] < other[key] for other in row["reference"].values() for key in other)
        better += row["better"]
        figures[name] = row
    return {"cells": figures, "better": better, "of": len(figures), "better_everywhere": better == len(figures)}


def deliver(case: PickupDelivery, *, seed: int = 0, budget: Budget | None = None) -> dict[str, Any]:
    """Plays a case to its last delivery."""
    planner = LookaheadPlanner(
        case.grid.neighbours(), case.grid.passable, "omni",
        vehicles=len(case.starts), seed=seed, budget=budget or Budget(window_ticks=WINDOW_TICKS),
    )  # fmt: skip
    work = _Work(case, planner)
    cell = case.starts.copy()
    trail = [cell]
    began = time.process_time()
    while not work.finished and len(trail) <= MOST_STEPS:
        work.appear(len(trail) - 1)
        work.assign(cell)
        work.handle(cell, len(trail) - 1)
        goal, next_goal, idle = work.goals(cell)
        cell = planner.move(cell, planner.plan(cell, goal, next_goal=next_goal, unhurried=idle))
        trail.append(cell)
        work.handle(cell, len(trail) - 1)
    spent = time.process_time() - began
    if not work.finished:
        raise InstanceError(
            f"{int((work.delivered < 0).sum())} tasks are undelivered after {MOST_STEPS} ticks: unreachable?"
        )
    return {
        "makespan": int(work.delivered.max()),
        "service_time": float((work.delivered - case.appears).mean()),
        "conflicts": len(find_conflicts(np.array(trail), layout_of(case.grid))),
        "ms_per_step": 1e3 * spent / len(trail),
    }


class _Work:
    """Tasks and who has them. N tasks, V robots."""

    def __init__(self, case: PickupDelivery, planner: LookaheadPlanner) -> None:
        self._case, self._costs = case, planner.costs
        vehicles = len(case.starts)
        self._task = np.full(vehicles, NO_TASK)
        self._loaded = np.zeros(vehicles, np.bool_)
        self.delivered = np.full(len(case.appears), -1)
        self._open: dict[int, None] = {}
        self._known = 0
        self._waiting = WaitingSpots(planner.costs)
        pairs = np.stack([case.pickups, case.deliveries], axis=1)
        self._length = np.array([planner.costs.length(pair) for pair in pairs])

    @property
    def finished(self) -> bool:
        return bool((self.delivered >= 0).all())

    def appear(self, tick: int) -> None:
        while self._known < len(self._case.appears) and self._case.appears[self._known] <= tick:
            self._open[self._known] = None
            self._waiting.see(int(self._case.pickups[self._known]))
            self._known += 1

    def assign(self, cell: np.ndarray) -> None:
        free = ~self._loaded
        self._task[free] = NO_TASK if not self._open else self._task[free]
        if not self._open:
            return
        offered = np.fromiter(self._open, np.int64, len(self._open))
        rows = self._costs.rows(self._case.pickups[offered])
        origin = np.where(self._loaded, self._case.deliveries[self._task], cell)
        bids = self._costs.fields[rows[None, :], origin[:, None]].astype(np.int64)
        loaded = np.flatnonzero(self._loaded)
        homeward = self._costs.rows(origin[loaded].astype(np.int32))
        bids[loaded] += self._costs.fields[homeward, cell[loaded]][:, None]
        bids += (LENGTH_SHARE * self._length[offered]).astype(np.int64)
        bids[free] -= (self._task[free][:, None] == offered[None, :]) * (TICK_COST // 2)
        won = clear_bids(bids)
        self._task[free] = np.where(won >= 0, offered[won], NO_TASK)[free]

    def handle(self, cell: np.ndarray, tick: int) -> None:
        """Loads who stands on its pickup, unloads who stands on its delivery."""
        loads = np.flatnonzero((self._task >= 0) & ~self._loaded & (cell == self._case.pickups[self._task]))
        self._loaded[loads] = True
        for task in self._task[loads].tolist():
            del self._open[task]
        unloads = np.flatnonzero(self._loaded & (cell == self._case.deliveries[self._task]))
        self.delivered[self._task[unloads]] = tick
        self._loaded[unloads] = False
        self._task[unloads] = NO_TASK

    def goals(self, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(goal, next goal, idle) of each robot, (V,) each."""
        idle = self._task < 0
        goal = np.where(self._loaded, self._case.deliveries[self._task], self._case.pickups[self._task])
        next_goal = np.where(self._loaded | idle, -1, self._case.deliveries[self._task])
        goal[idle] = self._waiting.spots(cell, np.flatnonzero(idle), 1)
        goal[idle & (goal == cell)] = -1
        return goal.astype(np.int32), next_goal.astype(np.int32), idle
