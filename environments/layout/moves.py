"""The moves between the cells of a floor, as tables of cells.

A table of moves is `neighbours (C, D) int32`: the cell that each of the D moves of a cell leads to, or NO_CELL. On a
grid D = 4, and the moves are E, S, W, N; nothing else here assumes a grid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_CELL = -1
ANY_DIRECTION = -1
EAST, SOUTH, WEST, NORTH = range(4)
STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))  # rows and columns of a move, by direction


def grid_moves(
    shape: tuple[int, int], passable: NDArray[np.bool_], one_way: NDArray[np.int8], sideways: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """The moves E, S, W, N of a grid floor, (C, 4) int32.

    Args:
        shape: height and width.
        passable: (C,) bool, cells that vehicles may enter.
        one_way: (C,) int8, ANY_DIRECTION, or the direction in which the cell is left.
        sideways: (C,) bool, one-way cells that are also left to either side.
    """
    height, width = shape
    cells = np.arange(height * width, dtype=np.int32).reshape(shape)
    padded = np.pad(cells, 1, constant_values=NO_CELL)
    shifted = (padded[1:-1, 2:], padded[2:, 1:-1], padded[1:-1, :-2], padded[:-2, 1:-1])  # E, S, W, N
    result = np.stack([reached.ravel() for reached in shifted], axis=1).astype(np.int32)
    result[~passable] = NO_CELL
    for direction in range(4):
        column = result[:, direction]
        opposite = (direction + 2) % 4
        along = (one_way == ANY_DIRECTION) | (one_way == direction) | (sideways & (one_way != opposite))
        allowed = (column != NO_CELL) & along
        allowed &= passable[column] & (one_way[column] != opposite)
        column[~allowed] = NO_CELL
    return np.ascontiguousarray(result)


def reverse_moves(neighbours: NDArray[np.int32]) -> NDArray[np.int32]:
    """The cells from which a move leads to each cell, (C, P) int32, NO_CELL behind the last.

    They are in the order of the moves that lead here (on a grid the eastward move first). P is the greatest number of
    moves that lead to one cell, at least 1.
    """
    cells = len(neighbours)
    reached = neighbours.T.ravel()  # by move, then by cell
    leads = np.flatnonzero(reached != NO_CELL)
    leads = leads[np.argsort(reached[leads], kind="stable")]
    to = reached[leads]
    entering = np.bincount(to, minlength=cells)
    place = np.arange(len(to)) - (np.cumsum(entering) - entering)[to]
    origins = np.full((cells, max(1, entering.max(initial=0))), NO_CELL, np.int32)
    origins[to, place] = leads % cells
    return origins
