"""A tick of `GridTraffic` as kernels: who goes first on a factory floor, then PIBT, then who has arrived.

Ranks, the lower the earlier; within a rank the order of PIBT holds:

- LEAVING   drives out of a dead end into which somebody wants: nobody can get past, so all give way,
- DOCKING   drives to a dock,
- RELAXED   drives to a spot where it will wait,
- STUCK     has not come nearer to its goal for PATIENCE_TICKS: the others go first for YIELD_TICKS,
- AT_GOAL   is where it wants to be, and lets itself be pushed.

The guarantee of PIBT asks that any two neighbouring cells lie on a cycle; dead ends, and bridges between two parts of a
floor, are outside it. Hence LEAVING and STUCK. Who left a dead end keeps its place before the others of its rank: else
it would be pushed back in. Measured on random-32-32-20 (20 cells in dead ends, random goals, 5000 ticks): plain PIBT
stops for good within 2000 ticks with 100..400 vehicles; with these rules goals are reached to the end without a pause
longer than three ticks.

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

    from ..vehicles import Vehicles, Ways

LEAVING, DOCKING, RELAXED, STUCK, AT_GOAL = range(5)
PATIENCE_TICKS = 64
YIELD_TICKS = 16


@njit(cache=True)
def tick_floor(
    v: Vehicles,
    ways: Ways,
    fields: NDArray[np.uint16],
    now: NDArray[np.int32],
    after: NDArray[np.int32],
    seed: int,
    tick: int,
) -> tuple[int, int, int, bool]:
    """Move all vehicles once. One call, because calling costs more than moving a small fleet.

    Args:
        v: V vehicles, changed in place.
        ways: of the floor.
        fields: (F, C) uint16 potentials.
        now, after: (C,) int32 of `pibt.reserve`; to be exchanged for the next tick.
        seed, tick: break ties.

    Returns:
        How many vehicles moved, how many have reached their dock, how many are free but not at their goal, whether
        `order` changed.
    """
    reordered = set_priorities(v, ways, fields, now, tick)
    rank_moves(v, fields, ways.neighbours, now, tick_salt(seed, tick))
    reserve(v, now, after)
    moved = advance(v, now)
    arrived, restless = count_arrivals(v)
    return moved, arrived, restless, reordered


@njit(cache=True)
def set_priorities(v: Vehicles, ways: Ways, fields: NDArray[np.uint16], now: NDArray[np.int32], tick: int) -> bool:
    """Who goes first in this tick; whether that has changed since the last one."""
    if ways.wanted.shape[0] > 0:
        exchange_spots(v, ways, fields, now)
    rank_vehicles(v, ways, fields, tick)
    return reorder(v, AT_GOAL + 1)


@njit(cache=True)
def count_arrivals(v: Vehicles) -> tuple[int, int]:
    """How many are to be reported and at their goal, and how many are free but not at their goal."""
    arrived, restless = 0, 0
    for i in range(v.cell.shape[0]):
        if v.cell[i] == v.goal[i]:
            if v.pending[i]:
                arrived += 1
        elif not v.held[i]:
            restless += 1
    return arrived, restless


@njit(cache=True)
def exchange_spots(v: Vehicles, ways: Ways, fields: NDArray[np.uint16], now: NDArray[np.int32]) -> None:
    """Who would have to pass another to its spot takes the other's, and the other goes on: in a dead end and its mouth.

        |ab..|  a wants to the bottom of the lane, b stands where it wants: now b goes on and a comes after

    Only vehicles that wait or have nothing to do: to them one spot of a dead end is as good as another.

    Args:
        v: V vehicles; `goal`, `row` and `best` are exchanged in place.
        ways, fields, now: as in `tick_floor`.
    """
    cell, goal, row, held, relaxed, best = v.cell, v.goal, v.row, v.held, v.relaxed, v.best
    neighbours, way_out, dead_end = ways.neighbours, ways.way_out, ways.dead_end
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
            for k in range(neighbours.shape[1]):  # j stands in the mouth, which is no part of the dead end
                to = neighbours[ahead, k]
                same = same or (to != NO_CELL and dead_end[to] == into and way_out[to] == ahead)
        if same and fields[row[j], ahead] <= field[ahead]:
            goal[i], goal[j] = goal[j], goal[i]
            row[i], row[j] = row[j], row[i]
            best[i] = UNREACHABLE
            best[j] = UNREACHABLE


@njit(cache=True)
def rank_vehicles(v: Vehicles, ways: Ways, fields: NDArray[np.uint16], tick: int) -> None:
    """Who goes first: LEAVING, DOCKING, RELAXED, STUCK or AT_GOAL.

    Args:
        v: V vehicles; `rank` is overwritten, `best` and `since` are changed in place.
        ways, fields, tick: as in `tick_floor`.
    """
    cell, goal, row, best, since, rank = v.cell, v.goal, v.row, v.best, v.since, v.rank
    way_out, dead_end, wanted = ways.way_out, ways.dead_end, ways.wanted
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
