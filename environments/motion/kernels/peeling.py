"""Finds the dead ends of a floor by peeling off cells with one neighbour.

Dimensions: C cells, D moves of a cell, P predecessors of a cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..ids import NO_CELL, NO_DEAD_END

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)
def peel(
    neighbours: NDArray[np.int32], predecessors: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """Remove cells with a single neighbour until none is left. One-way moves join cells like other moves.

    Args:
        neighbours: (C, D) int32 of `Graph`.
        predecessors: (C, P) int32 of `Graph`.

    Returns:
        (C,) int32: the cell to which a removed cell was joined, else NO_CELL; (C,) int32: the removed cells in the
        order of removal; their number.
    """
    cells, moves = neighbours.shape
    links = np.empty((cells, moves + predecessors.shape[1]), np.int32)
    degree = np.zeros(cells, np.int32)
    for cell in range(cells):
        for k in range(moves):
            if neighbours[cell, k] != NO_CELL:
                links[cell, degree[cell]] = neighbours[cell, k]
                degree[cell] += 1
        for k in range(predecessors.shape[1]):
            known = predecessors[cell, k] == NO_CELL
            for j in range(degree[cell]):
                known = known or links[cell, j] == predecessors[cell, k]
            if not known:
                links[cell, degree[cell]] = predecessors[cell, k]
                degree[cell] += 1
    number_of_links = degree.copy()
    way_out = np.full(cells, NO_CELL, np.int32)
    removed = np.empty(cells, np.int32)
    queue = np.empty(cells, np.int32)
    tail = 0
    for cell in range(cells):
        if degree[cell] == 1:
            queue[tail] = cell
            tail += 1
    head, count = 0, 0
    while head < tail:
        cell = queue[head]
        head += 1
        if degree[cell] != 1:
            continue
        degree[cell] = 0
        removed[count] = cell
        count += 1
        for k in range(number_of_links[cell]):
            other = links[cell, k]
            if degree[other] > 0:
                way_out[cell] = other
                degree[other] -= 1
                if degree[other] == 1:
                    queue[tail] = other
                    tail += 1
                break
    return way_out, removed, count


@njit(cache=True)
def measure_trees(
    way_out: NDArray[np.int32], removed: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Depth, mouth and order of the cells in dead ends: `number`, `mouth`, `depth`, `first` and `after` of `DeadEnds`.

    Args:
        way_out: (C,) int32 of `peel`.
        removed: (N,) int32 of `peel`; all cells behind a cell come before it.
    """
    cells = way_out.shape[0]
    behind = np.zeros(cells, np.int32)  # including the cell itself
    for cell in removed:
        behind[cell] += 1
        if way_out[way_out[cell]] != NO_CELL:
            behind[way_out[cell]] += behind[cell]
    depth = np.zeros(cells, np.int32)
    mouth = np.full(cells, NO_CELL, np.int32)
    first = np.full(cells, NO_DEAD_END, np.int32)
    next_place = np.zeros(cells, np.int32)
    place = 0
    for k in range(removed.shape[0] - 1, -1, -1):
        cell = removed[k]
        ahead = way_out[cell]
        depth[cell] = depth[ahead] + 1
        if way_out[ahead] != NO_CELL:
            mouth[cell] = mouth[ahead]
            first[cell] = next_place[ahead]
            next_place[ahead] += behind[cell]
        else:
            mouth[cell] = ahead
            first[cell] = place
            place += behind[cell]
        next_place[cell] = first[cell] + 1
    number = np.full(cells, NO_DEAD_END, np.int32)
    number_of = np.full(cells, NO_DEAD_END, np.int32)  # by mouth
    numbers = 0
    for cell in range(cells):
        if mouth[cell] != NO_CELL:
            if number_of[mouth[cell]] == NO_DEAD_END:
                number_of[mouth[cell]] = numbers
                numbers += 1
            number[cell] = number_of[mouth[cell]]
    return number, mouth, depth, first, first + behind
