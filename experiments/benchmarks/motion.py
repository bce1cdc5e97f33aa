"""How fast the planner is: agent-steps per CPU second, compared with plain Python; every step is checked for conflicts.

Each case drives vehicles to random goals, with a new goal on arrival, on a floor generated here:

    open      32 x 32 cells, no wall, 400 vehicles
    warehouse 140 x 500 cells, racks of 2 x 10 with two-lane aisles, 5000 and 10 000 vehicles
    dead ends 32 x 32 cells, a fifth of them walls at random, 200 vehicles, with the rules of `tick.rank_vehicles`

Goals are drawn from a limited set of cells, because each takes a distance field of two bytes a cell: 2048 goals in the
warehouse are 290 MB. One agent-step is one vehicle planned and moved for one tick; the time is CPU time and includes
the drawing of goals, but neither distance fields nor the check.

Dimensions: V vehicles, C cells, F goals (fields), T ticks.
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit
from scipy import ndimage

from ...environments.layout import Layout
from ...environments.motion.conflicts import find_conflicts
from ...environments.motion.fields import UNREACHABLE, Potentials
from ...environments.motion.graph import Graph
from ...environments.motion.ids import NO_VEHICLE
from ...environments.motion.kernels.pibt import advance, rank_moves, reorder, reserve
from ...environments.motion.kernels.tick import AT_GOAL, rank_vehicles
from ...environments.motion.kernels.ties import tick_salt
from ...environments.motion.topology import Topology
from ...environments.motion.vehicles import Vehicles
from .plain_pibt import PlainPIBT

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK_TICKS = 250


@dataclass(frozen=True)
class Case:
    """A floor with vehicles, and the time for which they drive."""

    name: str
    layout: Layout
    vehicles: int
    goals: int
    ticks: int
    rules: bool = False  # vehicles that leave a dead end go first, as on a factory floor; else plain PIBT


def run(*, quick: bool = False, seed: int = 1) -> dict[str, Any]:
    """Drive all cases.

    Args:
        quick: shorter runs and no 10 000 vehicles; for a look in seconds.
        seed: of starts, goals and ties.

    Returns:
        `agent_steps_per_s`, `ratio_to_python`, `ms_per_tick` of the case open; `conflicts` and `agent_steps` over all
        cases, `peak_rss_mb` of the process, and `cases`: the same figures by name of the case.
    """
    cases = [
        Case("open_32x32_400", open_floor(32, 32), 400, 1024, 2_000 if quick else 20_000),
        Case("dead_ends_32x32_200", rubble(32, 32, share=0.2, seed=seed), 200, 1024, 2_000, rules=True),
        Case("warehouse_500x140_5000", warehouse(140, 500), 5_000, 512 if quick else 2_048, 250 if quick else 2_000),
    ]
    if not quick:
        cases.append(Case("warehouse_500x140_10000", warehouse(140, 500), 10_000, 2_048, 5_000))
    figures = {case.name: drive_case(case, seed=seed) for case in cases}
    first = figures[cases[0].name]
    python = plain_rate(cases[0], ticks=20 if quick else 100, seed=seed)
    return {
        "agent_steps_per_s": first["agent_steps_per_s"],
        "ratio_to_python": first["agent_steps_per_s"] / python,
        "python_agent_steps_per_s": python,
        "ms_per_tick": first["ms_per_tick"],
        "conflicts": sum(figure["conflicts"] for figure in figures.values()),
        "agent_steps": sum(figure["agent_steps"] for figure in figures.values()),
        "peak_rss_mb": peak_rss_mb(),
        "cases": figures,
    }


def drive_case(case: Case, *, seed: int) -> dict[str, Any]:
    """Drive one case; its figures (see `run`), with the best chunk as `best_agent_steps_per_s`."""
    fleet = Fleet(case, seed)
    fleet.drive(2)  # compiles
    spent, best, conflicts, done = 0.0, np.inf, 0, 0
    while done < case.ticks:
        chunk = min(CHUNK_TICKS, case.ticks - done)
        start = fleet.cell.copy()
        begun = time.process_time()
        trace = fleet.drive(chunk)
        seconds = time.process_time() - begun
        spent, best, done = spent + seconds, min(best, seconds / chunk), done + chunk
        conflicts += len(find_conflicts(np.vstack((start[None], trace)), case.layout))
    return {
        "vehicles": case.vehicles,
        "ticks": done,
        "agent_steps": done * case.vehicles,
        "agent_steps_per_s": done * case.vehicles / spent,
        "best_agent_steps_per_s": case.vehicles / best,
        "ms_per_tick": 1e3 * spent / done,
        "goals_per_tick": int(fleet.tally.reached.sum()) / fleet.tick,
        "longest_wait_ticks": int(fleet.tally.longest_wait.max()),
        "conflicts": conflicts,
        "peak_rss_mb": peak_rss_mb(),
    }


class Fleet:
    """V vehicles at random cells, each with a random goal out of F."""

    def __init__(self, case: Case, seed: int) -> None:
        rng = np.random.default_rng(seed)
        floor = np.flatnonzero(case.layout.passable).astype(np.int32)
        self.neighbours = case.layout.neighbours
        self.vehicles = Vehicles.at(rng.choice(floor, case.vehicles, replace=False))
        self.cell = self.vehicles.cell  # (V,)
        self.goals = rng.choice(floor, min(case.goals, floor.size), replace=False)  # (F,)
        graph = Graph.of(self.neighbours)
        cache = Potentials(graph, memory_bytes=2 * graph.cells * self.goals.size)
        rows = [cache.acquire(goal) for goal in self.goals.tolist()]
        self.fields = cache.fields  # (F, C)
        self.goals = self.goals[np.argsort(rows)]
        self.seed = seed
        self.tick = 0
        vehicles, cells = case.vehicles, case.layout.passable.size
        self.vehicles.row[:] = rng.integers(self.goals.size, size=vehicles, dtype=np.int32)
        self.tally = Tally(*(np.zeros(vehicles, np.int64) for _ in Tally._fields))
        self._maps = np.full((2, cells), NO_VEHICLE, np.int32)
        self._maps[0, self.cell] = np.arange(vehicles)
        self._rules = case.rules
        self._topology = Topology.of(graph)

    def drive(self, ticks: int) -> NDArray[np.int32]:
        """Continue for T ticks; (T, V) cells after each."""
        trace = np.empty((ticks, self.cell.size), np.int32)
        lifelong(
            self.vehicles,
            self._topology,
            self.tally,
            self.goals,
            self.fields,
            self._maps,
            self.seed,
            self.tick,
            trace,
            self._rules,
        )
        if ticks % 2:
            self._maps = self._maps[::-1].copy()
        self.tick += ticks
        return trace


class Tally(NamedTuple):
    """Counts of what V vehicles have done."""

    reached: NDArray[np.int64]  # (V,) goals
    last_reached: NDArray[np.int64]  # (V,) tick
    longest_wait: NDArray[np.int64]  # (V,) ticks from one goal to the next


@njit(cache=True)
def lifelong(
    v: Vehicles,
    topology: Topology,
    tally: Tally,
    goals: NDArray[np.int32],
    fields: NDArray[np.uint16],
    maps: NDArray[np.int32],
    seed: int,
    tick: int,
    trace: NDArray[np.int32],
    rules: bool,
) -> None:
    """PIBT for T ticks; a vehicle at its goal gets a new one, drawn by a hash, and the lowest priority.

    Args:
        v, topology, tally: state, changed in place.
        goals: (F,) int32, goal cell of each row of `fields`.
        fields: (F, C) uint16.
        maps: (2, C) int32, vehicles by cell before and after a tick; they change places each tick.
        seed, tick: of the tie hash.
        trace: (T, V) int32, overwritten.
        rules: rank the vehicles by `tick.rank_vehicles`; False: plain PIBT.
    """
    vehicles = v.cell.shape[0]
    cell, row, rank = v.cell, v.row, v.rank
    reached, last_reached, longest_wait = tally.reached, tally.last_reached, tally.longest_wait
    for t in range(trace.shape[0]):
        now, after = maps[t % 2], maps[(t + 1) % 2]
        if rules:
            for i in range(vehicles):
                v.goal[i] = goals[row[i]]
                v.relaxed[i] = False
            rank_vehicles(v, topology, fields, tick + t)
            reorder(v, AT_GOAL + 1)
        rank_moves(v, fields, topology.neighbours, now, tick_salt(seed, tick + t))
        reserve(v, now, after)
        advance(v, now)
        trace[t] = cell
        some = False
        for i in range(vehicles):
            rank[i] = 0
            if cell[i] == goals[row[i]]:
                rank[i] = 1
                some = True
                reached[i] += 1
                longest_wait[i] = max(longest_wait[i], tick + t - last_reached[i])
                last_reached[i] = tick + t
                v.best[i] = UNREACHABLE
                row[i] = draw(seed, i, reached[i]) % goals.shape[0]
        if some:
            reorder(v, 2)
    for i in range(vehicles):
        longest_wait[i] = max(longest_wait[i], tick + trace.shape[0] - last_reached[i])


@njit(cache=True)
def draw(seed: int, vehicle: int, number: int) -> int:
    """A vehicle's n-th random number of 31 bits, by hash."""
    mixed = (seed * 0x9E3779B1 ^ vehicle * 0x85EBCA6B ^ number * 0xC2B2AE35) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 16)) >> 1


def plain_rate(case: Case, *, ticks: int, seed: int) -> float:
    """Agent-steps per CPU second of plain Python on the same floor, vehicles and goals."""
    fleet = Fleet(case, seed)
    by_row = fleet.fields.tolist()
    planner = PlainPIBT(fleet.neighbours.tolist(), fleet.cell.tolist(), seed)
    goals, row, reached = fleet.goals.tolist(), fleet.vehicles.row.tolist(), [0] * case.vehicles
    held = [False] * case.vehicles
    begun = time.process_time()
    for _ in range(ticks):
        planner.step([by_row[r] for r in row], held)
        arrived = {i for i, cell in enumerate(planner.cells) if cell == goals[row[i]]}
        for i in arrived:
            reached[i] += 1
            row[i] = draw(seed, i, reached[i]) % len(goals)
        planner.lower(arrived)
    return ticks * case.vehicles / (time.process_time() - begun)


def open_floor(height: int, width: int) -> Layout:
    """A floor without walls."""
    return Layout.from_ascii("\n".join(["." * width] * height))


def rubble(height: int, width: int, *, share: float, seed: int) -> Layout:
    """Walls at random on a share of the cells; of the free cells, the largest connected part."""
    art = np.where(np.random.default_rng(seed).random((height, width)) < share, "#", ".")
    parts = np.empty(art.shape, np.int32)
    ndimage.label(art == ".", output=parts)
    largest = np.bincount(parts[parts > 0]).argmax()
    return Layout.from_ascii("\n".join("".join(line) for line in np.where(parts == largest, ".", "#").tolist()))


def warehouse(height: int, width: int) -> Layout:
    """Racks of 2 x 10 cells, two-lane aisles between them, and room of 10 columns on the left and right."""
    art = np.full((height, width), ".")
    for top in range(3, height - 4, 4):
        for left in range(10, width - 19, 12):
            art[top : top + 2, left : left + 10] = "#"
    return Layout.from_ascii("\n".join("".join(line) for line in art.tolist()))


def peak_rss_mb() -> float:
    """Most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
