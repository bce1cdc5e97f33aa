"""Pickup and delivery on the same tasks as two public solvers, compared by makespan and service time.

Tasks become known when they appear. In every tick all robots, loaded ones included, bid for the tasks
that are not picked up yet: a loaded robot bids its path to the delivery and from there to the pickup, so a task may
wait for a near robot that will soon be free.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from ...environments.config.errors import InstanceError
from ...environments.instances.mapd import PickupDelivery, Reference, read_mapd
from ...environments.motion.conflicts import find_conflicts
from ...environments.motion.costs import TICK_COST
from ...environments.motion.lifelong.assignment import clear_bids
from ...environments.motion.lifelong.waiting import WaitingSpots
from ...environments.motion.planners.lookahead import Budget, LookaheadPlanner
from .traffic_data import folder_of

NO_TASK = -1
LENGTH_SHARE = 0.1  # of a task's own length in its bid: more lowers service time and raises the makespan
WINDOW_TICKS = 3
MOST_STEPS = 20_000


def run(problem: Path | None = None, *, data: Path | None = None, seed: int = 0) -> dict[str, Any]:
    """One `mapd-1` file, or all of the data folder where none is named.

    Args:
        problem: a `mapd-1` JSON file.
        data: folder of its map (default: beside it, or `../grid`), or of all instances.
        seed: for breaking the planner's ties.

    Returns:
        `makespan`, `service_time` (ticks), `reference` (per solver: makespan, service_time), `conflicts`,
        `ms_per_step`; for a folder the means of these over all files, and `cells`: the same for each
        "frequency x robots", with `better`, how many `of` them beat every solver in both figures.
    """
    if problem is None:
        return _run_all(folder_of(data, "mapd"), seed)
    case = read_mapd(problem, data)
    return deliver(case, seed=seed) | {"reference": _mean_reference([case.reference])}


def _run_all(data: Path, seed: int) -> dict[str, Any]:
    folder = data / "mapd_paired" if (data / "mapd_paired").is_dir() else data
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InstanceError(f"{folder}: holds no .json files; name a folder of mapd-1 files with --data")
    cells: dict[str, list[_Result]] = defaultdict(list)
    for file in files:
        case = read_mapd(file)
        cells[file.stem.rsplit("_", 1)[0]].append((deliver(case, seed=seed), case.reference))
    rows = {name: _means(results) for name, results in cells.items()}
    better = sum(row["better"] for row in rows.values())
    every = _means([result for results in cells.values() for result in results])
    del every["better"]
    return every | {"better": better, "of": len(rows), "better_everywhere": better == len(rows), "cells": rows}


_Result = tuple[dict[str, Any], dict[str, Reference]]


def _means(results: list[_Result]) -> dict[str, Any]:
    row: dict[str, Any] = {
        key: float(np.mean([ours[key] for ours, _ in results])) for key in ("makespan", "service_time", "ms_per_step")
    }
    row["conflicts"] = sum(ours["conflicts"] for ours, _ in results)
    row["reference"] = _mean_reference([others for _, others in results])
    row["better"] = all(row[key] < other[key] for other in row["reference"].values() for key in other)
    return row


def _mean_reference(references: list[dict[str, Reference]]) -> dict[str, dict[str, float]]:
    """Mean figures of the solvers that have solved all of the cases."""
    solvers = [name for name in references[0] if all(name in others for others in references)]
    return {
        solver: {
            "makespan": float(np.mean([others[solver].makespan for others in references])),
            "service_time": float(np.mean([others[solver].service_time for others in references])),
        }
        for solver in solvers
    }


def deliver(case: PickupDelivery, *, seed: int = 0, budget: Budget | None = None) -> dict[str, Any]:
    """Runs a case to its last delivery."""
    planner = LookaheadPlanner(
        case.floor.neighbours, case.floor.passable, "omni",
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
        "conflicts": len(find_conflicts(np.array(trail), case.floor)),
        "ms_per_step": 1e3 * spent / len(trail),
    }


class _Work:
    """Tasks and the robots that hold them. N tasks, V robots."""

    def __init__(self, case: PickupDelivery, planner: LookaheadPlanner) -> None:
        self._case, self._costs = case, planner.costs
        vehicles = len(case.starts)
        self._task = np.full(vehicles, NO_TASK)
        self._loaded = np.zeros(vehicles, np.bool_)
        self.delivered = np.full(len(case.appears), -1)
        self._open: dict[int, None] = {}
        self._known = 0
        self._waiting = WaitingSpots(planner.costs)
        self._length = planner.costs.legs(case.pickups, case.deliveries).astype(np.int64)

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
        """Loads robots that stand on their pickup, and unloads robots that stand on their delivery."""
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
