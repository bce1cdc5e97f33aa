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

Dimensions: V vehicles, C cells, F fields, E dead ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from .distance import NO_CELL, UNREACHABLE
from .pibt import NOBODY, advance, rank_moves, reorder, reserve, tick_salt
from .spots import NO_DEAD_END

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAVING, DOCKING, RELAXED, STUCK, AT_GOAL = range(5)
PATIENCE_TICKS = 64
YIELD_TICKS = 16


@njit(cache=True)
def tick_floor(
    cell: NDArray[np.int32],
    goal: NDArray[np.int32],
    row: NDArray[np.int32],
    fields: NDArray[np.uint16],
    neighbours: NDArray[np.int32],
    way_out: NDArray[np.int32],
    dead_end: NDArray[np.int32],
    wanted: NDArray[np.bool_],
    held: NDArray[np.bool_],
    relaxed: NDArray[np.bool_],
    pending: NDArray[np.bool_],
    seed: int,
    tick: int,
    order: NDArray[np.int32],
    best: NDArray[np.uint16],
    since: NDArray[np.int32],
    rank: NDArray[np.int8],
    choices: NDArray[np.int32],
    now: NDArray[np.int32],
    after: NDArray[np.int32],
    target: NDArray[np.int32],
    moves: NDArray[np.int64],
    scratch: NDArray[np.int32],
) -> tuple[int, int, int, bool]:
    """Move all vehicles once. One call, because calling costs more than moving a small fleet.

    Args:
        cell, goal, row, held: (V,) of the vehicles: where, where to, row of `fields`, must stay; the first three are
            changed in place.
        fields: (F, C) uint16 potentials.
        neighbours: (C, 4) int32.
        way_out, dead_end: (C,) int32 of `spots.dead_ends`.
        wanted: (E,) bool, scratch, one for each dead end.
        relaxed: (V,) bool, heads for a spot, not for a dock.
        pending: (V,) bool, to be reported when at the goal; cleared for those who are.
        seed, tick: break ties.
        order: (V,) int32, changed in place.
        best, since: (V,) of `rank_vehicles`.
        rank, choices, target: (V,) int8, (V, 5) int32, (V,) int32, overwritten.
        now, after: (C,) int32 of `pibt.reserve`; to be exchanged for the next tick.
        moves: (V,) int64, cells driven so far.
        scratch: (2, V) int32; afterwards the first row holds the vehicles that arrived, ascending.

    Returns:
        How many vehicles moved, how many arrived, how many are free but not at their goal, whether `order` changed.
    """
    if wanted.shape[0] > 0:
        exchange_spots(cell, goal, row, fields, neighbours, way_out, dead_end, held, relaxed, now, best)
    rank_vehicles(cell, goal, row, fields, way_out, dead_end, wanted, held, relaxed, tick, best, since, rank)
    reordered = reorder(order, rank, AT_GOAL + 1, scratch[0])
    rank_moves(cell, row, fields, neighbours, now, tick_salt(seed, tick), choices)
    reserve(cell, choices, order, held, now, after, target, scratch[0], scratch[1])
    moved = advance(cell, target, now, moves)
    arrived, restless = 0, 0
    for i in range(cell.shape[0]):
        if cell[i] == goal[i]:
            if pending[i]:
                pending[i] = False
                scratch[0, arrived] = i
                arrived += 1
        elif not held[i]:
            restless += 1
    return moved, arrived, restless, reordered


@njit(cache=True)
def exchange_spots(
    cell: NDArray[np.int32],
    goal: NDArray[np.int32],
    row: NDArray[np.int32],
    fields: NDArray[np.uint16],
    neighbours: NDArray[np.int32],
    way_out: NDArray[np.int32],
    dead_end: NDArray[np.int32],
    held: NDArray[np.bool_],
    relaxed: NDArray[np.bool_],
    now: NDArray[np.int32],
    best: NDArray[np.uint16],
) -> None:
    """Who would have to pass another to its spot takes the other's, and the other goes on: in a dead end and its mouth.

        |ab..|  a wants to the bottom of the lane, b stands where it wants: now b goes on and a comes after

    Only vehicles that wait or have nothing to do: to them one spot of a dead end is as good as another.

    Args:
        cell, fields, neighbours, way_out, dead_end, held, relaxed, now: as in `tick_floor`.
        goal, row, best: (V,), exchanged in place.
    """
    for i in range(cell.shape[0]):
        into = dead_end[goal[i]]
        if into == NO_DEAD_END or not relaxed[i] or held[i] or cell[i] == goal[i]:
            continue
        field = fields[row[i]]
        ahead = cell[i]
        for k in range(4):
            to = neighbours[cell[i], k]
            if to != NO_CELL and field[to] < field[ahead]:
                ahead = to
        j = now[ahead]
        if ahead == cell[i] or ahead == goal[i] or j == NOBODY or not relaxed[j] or held[j]:
            continue
        same = dead_end[goal[j]] == into
        if not same and goal[j] == ahead:
            for k in range(4):  # j stands in the mouth, which is no part of the dead end
                to = neighbours[ahead, k]
                same = same or (to != NO_CELL and dead_end[to] == into and way_out[to] == ahead)
        if same and fields[row[j], ahead] <= field[ahead]:
            goal[i], goal[j] = goal[j], goal[i]
            row[i], row[j] = row[j], row[i]
            best[i] = UNREACHABLE
            best[j] = UNREACHABLE


@njit(cache=True)
def rank_vehicles(
    cell: NDArray[np.int32],
    goal: NDArray[np.int32],
    row: NDArray[np.int32],
    fields: NDArray[np.uint16],
    way_out: NDArray[np.int32],
    dead_end: NDArray[np.int32],
    wanted: NDArray[np.bool_],
    held: NDArray[np.bool_],
    relaxed: NDArray[np.bool_],
    tick: int,
    best: NDArray[np.uint16],
    since: NDArray[np.int32],
    rank: NDArray[np.int8],
) -> None:
    """Who goes first: LEAVING, DOCKING, RELAXED, STUCK or AT_GOAL.

    Args:
        cell, goal, row, fields, way_out, dead_end, wanted, held, relaxed, tick: as in `tick_floor`.
        best, since: (V,) uint16, int32, nearest that the vehicle came to its goal, and in which tick (in the future:
            until when it yields); changed in place. Set `best` to UNREACHABLE with a new goal.
        rank: (V,) int8, overwritten.
    """
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
        elif tick - since[i] >= PATIENCE_TICKS and not held[i]:
            rank[i] = STUCK
            best[i] = distance
            since[i] = tick + YIELD_TICKS
        elif out != NO_CELL and fields[row[i], out] < distance and wanted[dead_end[here]]:
            rank[i] = LEAVING
        elif relaxed[i]:
            rank[i] = RELAXED
        else:
            rank[i] = DOCKING
