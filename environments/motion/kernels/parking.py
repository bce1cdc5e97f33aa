"""Grades of cells as spots for idle or queueing vehicles: the fewer vehicles they block, the better.

    #########     P parking
    #P.....2#     . free floor: its neighbours are joined round it, so no vehicle needs it to pass
    #P.....2#     2 lane: without the cell a path is longer or cut; every one-way cell
    ###S##2##     3 dead end, the cells behind it are reached only through it
    #####3###     S dock: never

A vehicle takes the nearest free cell of the best grade there is. Parking and free floor are equally good for vehicles
that wait for a dock; parking is better for idle vehicles. Each cell is assigned to one vehicle.

Dimensions: C cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..ids import NO_CELL

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARKING, FLOOR, LANE, DEAD_END, NEVER = range(5)


@njit(cache=True)
def grade(
    width: int,
    passable: NDArray[np.bool_],
    one_way: NDArray[np.int8],
    way_out: NDArray[np.int32],
    docks: NDArray[np.int32],
    parking: NDArray[np.int32],
) -> NDArray[np.int8]:
    """Grade each cell as a spot, (C,) int8: PARKING, FLOOR, LANE, DEAD_END or NEVER (walls, docks)."""
    cells = passable.shape[0]
    height = cells // width
    ring_row = (-1, -1, 0, 1, 1, 1, 0, -1)
    ring_column = (0, 1, 1, 1, 0, -1, -1, -1)
    grades = np.full(cells, NEVER, np.int8)
    ring = np.zeros(8, np.bool_)
    for c in range(cells):
        if not passable[c]:
            continue
        row, column = c // width, c % width
        for k in range(8):
            y, x = row + ring_row[k], column + ring_column[k]
            inside = y >= 0 and y < height and x >= 0 and x < width
            # An arrow next to the cell allows one direction only: it is no detour.
            ring[k] = inside and passable[y * width + x] and one_way[y * width + x] < 0
        sides, runs = 0, 0
        for k in range(8):
            sides += ring[k] and k % 2 == 0
            # A run of free cells counts if it shares a side with the cell, not only a corner.
            if ring[k] and not ring[k - 1] and (k % 2 == 0 or ring[(k + 1) % 8]):
                runs += 1
        if way_out[c] != NO_CELL:
            grades[c] = DEAD_END
        elif one_way[c] < 0 and sides >= 2 and runs <= 1:
            grades[c] = FLOOR
        else:
            grades[c] = LANE
    for c in parking:
        grades[c] = PARKING
    for c in docks:
        grades[c] = NEVER
    return grades


@njit(cache=True)
def nearest_spot(
    moves: NDArray[np.int32],
    start: int,
    grades: NDArray[np.int8],
    taken: NDArray[np.bool_],
    good_enough: int,
    queue: NDArray[np.int32],
    seen: NDArray[np.int32],
    stamp: int,
) -> int:
    """The nearest untaken cell of the best grade that can be reached; NO_CELL if all are taken.

    Args:
        moves: (C, D) int32, `neighbours` to search from a vehicle, `predecessors` to search backwards from a dock.
        start: cell to start from.
        grades: (C,) int8 of `grade`.
        taken: (C,) bool, cells of other vehicles.
        good_enough: grades up to this count as the best.
        queue: (C,) int32, scratch.
        seen: (C,) int32, marks; `stamp` must be new in it.
        stamp: mark of this search.
    """
    best, found = NEVER, NO_CELL
    queue[0] = start
    seen[start] = stamp
    head, tail = 0, 1
    while head < tail:
        cell = queue[head]
        head += 1
        if not taken[cell] and grades[cell] < best:
            best, found = grades[cell], cell
            if best <= good_enough:
                return found
        for k in range(moves.shape[1]):
            to = moves[cell, k]
            if to != NO_CELL and seen[to] != stamp:
                seen[to] = stamp
                queue[tail] = to
                tail += 1
    return found
