"""A tick of `GridTraffic` as kernels: who goes first on a factory floor, then PIBT, then who has arrived.

Ranks, the lower the earlier; within a rank the order of PIBT holds:

- LEAVING   drives out of a dead end: nobody can get past, so all who want in give way,
- DOCKING   drives to a dock,
- RELAXED   drives to a spot where it will wait,
- AT_GOAL   is where it wants to be, and lets itself be pushed.

Dimensions: V vehicles, C cells, F fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from .distance import NO_CELL
from .pibt import advance, rank_moves, reorder, reserve, tick_salt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAVING, DOCKING, RELAXED, AT_GOAL = 0, 1, 2, 3


@njit(cache=True)
def plan_tick(
    cell: NDArray[np.int32],
    goal: NDArray[np.int32],
    row: NDArray[np.int32],
    fields: NDArray[np.uint16],
    neighbours: NDArray[np.int32],
    way_out: NDArray[np.int32],
    held: NDArray[np.bool_],
    relaxed: NDArray[np.bool_],
    seed: int,
    tick: int,
    order: NDArray[np.int32],
    rank: NDArray[np.int8],
    choices: NDArray[np.int32],
    now: NDArray[np.int32],
    after: NDArray[np.int32],
    target: NDArray[np.int32],
    scratch: NDArray[np.int32],
) -> bool:
    """Decide where every vehicle goes.

    Args:
        cell, goal, row, held: (V,) of the vehicles: where, where to, row of `fields`, must stay.
        fields: (F, C) uint16 potentials.
        neighbours: (C, 4) int32.
        way_out: (C,) int32 of `spots.dead_ends`.
        relaxed: (V,) bool, heads for a spot, not for a dock.
        seed, tick: break ties.
        order: (V,) int32, changed in place.
        rank, choices, target: (V,) int8, (V, 5) int32, (V,) int32, overwritten.
        now, after: (C,) int32 of `pibt.reserve`.
        scratch: (2, V) int32.

    Returns:
        Whether `order` changed.
    """
    for i in range(cell.shape[0]):
        here = cell[i]
        out = way_out[here]
        if here == goal[i]:
            rank[i] = AT_GOAL
        elif out != NO_CELL and fields[row[i], out] < fields[row[i], here]:
            rank[i] = LEAVING
        elif relaxed[i]:
            rank[i] = RELAXED
        else:
            rank[i] = DOCKING
    reordered = reorder(order, rank, 4, scratch[0])
    rank_moves(cell, row, fields, neighbours, now, tick_salt(seed, tick), choices)
    reserve(cell, choices, order, held, now, after, target, scratch[0], scratch[1])
    return reordered


@njit(cache=True)
def finish_tick(
    cell: NDArray[np.int32],
    target: NDArray[np.int32],
    goal: NDArray[np.int32],
    held: NDArray[np.bool_],
    pending: NDArray[np.bool_],
    now: NDArray[np.int32],
    moves: NDArray[np.int64],
    scratch: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Move the vehicles and see who has arrived.

    Args:
        cell, target, goal, held: (V,); `cell` is overwritten by `target`.
        pending: (V,) bool, to be reported when at the goal; cleared for those who are.
        now: (C,) int32, emptied.
        moves: (V,) int64, cells driven so far.
        scratch: (2, V) int32; the first row holds the vehicles that arrived, ascending.

    Returns:
        How many vehicles moved, how many arrived, how many are free but not at their goal.
    """
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
    return moved, arrived, restless
