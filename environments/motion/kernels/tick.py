"""A tick of `GridTraffic` as kernels: ranks of the vehicles of a factory floor, then PIBT, then arrivals.

Ranks, lowest first; within a rank the order of PIBT holds:

- LEAVING   drives out of a dead end that another vehicle wants to enter: none can pass, so all give way,
- DOCKING   drives to a dock,
- RELAXED   drives to a spot where it will wait,
- STUCK     has come no nearer to its goal for PATIENCE_TICKS: the others go first for YIELD_TICKS,
- AT_GOAL   is at its goal, and can be pushed.

The guarantee of PIBT requires that any two neighbouring cells lie on a cycle; dead ends, and bridges between two parts
of a floor, do not meet it. Hence LEAVING and STUCK. A vehicle that has left a dead end stays ahead of the others of its
rank: otherwise it would be pushed back in. Measured on random-32-32-20 (20 cells in dead ends, random goals, 5000
ticks): plain PIBT stops for good within 2000 ticks with 100..400 vehicles; with these rules goals are reached to the
end without a pause longer than three ticks.

Dimensions: V vehicles, C cells, F fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from ..ids import NO_CELL, NO_DEAD_END, NO_VEHICLE
from .flood import UNREACHABLE
from .pibt import advance, rank_moves, reorder, reserve
from .ties import tick_salt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..topology import Topology
    from ..vehicles import Vehicles

LEAVING, DOCKING, RELAXED, STUCK, AT_GOAL = range(5)
PATIENCE_TICKS = 64
YIELD_TICKS = 16


@njit(cache=True)
def tick_floor(
    v: Vehicles,
    topology: Topology,
    fields: NDArray[np.uint16],
    now: NDArray[np.int32],
    after: NDArray[np.int32],
    seed: int,
    tick: int,
) -> tuple[int, int, int, bool]:
    """Move all vehicles once. A single kernel, because a call costs more than moving a small fleet.

    Args:
        v: V vehicles, changed in place.
        topology: of the floor.
        fields: (F, C) uint16 potentials.
        now, after: (C,) int32 of `pibt.reserve`; swap them for the next tick.
        seed, tick: break ties.

    Returns:
        How many vehicles moved, how many have reached their dock, how many are free but not at their goal, whether
        `order` changed.
    """
    reordered = set_priorities(v, topology, fields, now, tick)
    rank_moves(v, fields, topology.neighbours, now, tick_salt(seed, tick))
    reserve(v, now, after)
    moved = advance(v, now)
    arrived, restless = count_arrivals(v)
    return moved, arrived, restless, reordered


@njit(cache=True)
def set_priorities(
    v: Vehicles, topology: Topology, fields: NDArray[np.uint16], now: NDArray[np.int32], tick: int
) -> bool:
    """Set the priorities for this tick; return whether they have changed since the last one."""
    if topology.wanted.shape[0] > 0:
        exchange_spots(v, topology, fields, now)
    rank_vehicles(v, topology, fields, tick)
    return reorder(v, AT_GOAL + 1)


@njit(cache=True)
def count_arrivals(v: Vehicles) -> tuple[int, int]:
    """Count vehicles at their goal that are to be reported, and vehicles neither held nor at their goal."""
    arrived, restless = 0, 0
    for i in range(v.cell.shape[0]):
        if v.cell[i] == v.goal[i]:
            if v.pending[i]:
                arrived += 1
        elif not v.held[i]:
            restless += 1
    return arrived, restless


@njit(cache=True)
def exchange_spots(v: Vehicles, topology: Topology, fields: NDArray[np.uint16], now: NDArray[np.int32]) -> None:
    """Exchange the spots of two vehicles in a dead end or its mouth if one would have to pass the other.

        |ab..|  a wants to go to the bottom of the lane, b is at its spot: now b goes on and a follows

    Applies only to vehicles that wait or are idle: for them all spots of a dead end are equally good.

    Args:
        v: V vehicles; `goal`, `row` and `best` are exchanged in place.
        topology, fields, now: as in `tick_floor`.
    """
    cell, goal, row, held, relaxed, best = v.cell, v.goal, v.row, v.held, v.relaxed, v.best
    neighbours, way_out, dead_end = topology.neighbours, topology.way_out, topology.dead_end
    for i in range(cell.shape[0]):
        into = dead_end[goal[i]]
        if into == NO_DEAD_END or not relaxed[i] or held[i] or cell[i] == goal[i]:
            continue
        field = fields[row[i]]
        ahead = cell[i]
        for k in range(neighbours.shape[1]):
            to = neighbours[cell[i], k]
            if to != NO_CELL and field[to] < field[ahead]:
                ahead = to
        j = now[ahead]
        if ahead == cell[i] or ahead == goal[i] or j == NO_VEHICLE or not relaxed[j] or held[j]:
            continue
        same = dead_end[goal[j]] == into
        if not same and goal[j] == ahead:
            for k in range(neighbours.shape[1]):  # j stands in the mouth, which is not part of the dead end
                to = neighbours[ahead, k]
                same = same or (to != NO_CELL and dead_end[to] == into and way_out[to] == ahead)
        if same and fields[row[j], ahead] <= field[ahead]:
            goal[i], goal[j] = goal[j], goal[i]
            row[i], row[j] = row[j], row[i]
            best[i] = UNREACHABLE
            best[j] = UNREACHABLE


@njit(cache=True)
def rank_vehicles(v: Vehicles, topology: Topology, fields: NDArray[np.uint16], tick: int) -> None:
    """Rank the vehicles: LEAVING, DOCKING, RELAXED, STUCK or AT_GOAL.

    Args:
        v: V vehicles; `rank` is overwritten, `best` and `since` are changed in place.
        topology, fields, tick: as in `tick_floor`.
    """
    cell, goal, row, best, since, rank = v.cell, v.goal, v.row, v.best, v.since, v.rank
    way_out, dead_end, wanted = topology.way_out, topology.dead_end, topology.wanted
    wanted[:] = False
    for i in range(cell.shape[0]):
        into = dead_end[goal[i]]
        if into != NO_DEAD_END and goal[i] != cell[i]:
            out = way_out[cell[i]]
            if dead_end[cell[i]] != into or fields[row[i], out] > fields[row[i], cell[i]]:
                wanted[into] = True
    for i in range(cell.shape[0]):
        here = cell[i]
        out = way_out[here]
        distance = fields[row[i], here]
        if distance < best[i]:
            best[i] = distance
            since[i] = max(since[i], tick)
        if here == goal[i]:
            rank[i] = AT_GOAL
        elif tick < since[i]:
            rank[i] = STUCK
        elif tick - since[i] >= PATIENCE_TICKS and not v.held[i]:
            rank[i] = STUCK
            best[i] = distance
            since[i] = tick + YIELD_TICKS
        elif out != NO_CELL and fields[row[i], out] < distance and wanted[dead_end[here]]:
            rank[i] = LEAVING
        elif v.relaxed[i]:
            rank[i] = RELAXED
        else:
            rank[i] = DOCKING
