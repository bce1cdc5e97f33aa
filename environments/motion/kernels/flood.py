"""Breadth-first distances to a goal, with cells that are passed only where no other path exists.

Dimensions: C cells, P predecessors of a cell, S sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..ids import NO_CELL

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNREACHABLE = 65535
FARTHEST = 65534
"""Largest distance: longer routes are capped to it and not distinguished."""
LEVELS = 3


@njit(cache=True)
def flood(
    predecessors: NDArray[np.int32],
    sources: NDArray[np.int32],
    avoid: NDArray[np.uint8],
    penalise: bool,
    field: NDArray[np.uint16],
    queue: NDArray[np.int32],
    deferred: NDArray[np.int32],
) -> None:
    """Fill `field` with the distance of every cell to the nearest source.

    The search first covers all cells that reach a source without passing an avoided cell, then those through cells of
    level 1, then those through cells of level 2. With `penalise`, the values of avoided cells, and of all cells that
    are only reached through them, are raised above all earlier values.

    Args:
        predecessors: (C, P) int32 of `Graph`.
        sources: (S,) int32, goal cells; they are expanded even where they are avoided.
        avoid: (C,) uint8, avoidance level of each cell, 0..LEVELS - 1.
        penalise: True for a potential to descend, False for path lengths in cells (shortest if no cell is of level 2).
        field: (C,) uint16, overwritten.
        queue, deferred: (C,) int32, scratch.
    """
    field[:] = UNREACHABLE
    head, tail, waiting = 0, 0, 0
    for k in range(sources.shape[0]):
        if field[sources[k]] != 0:
            field[sources[k]] = 0
            queue[tail] = sources[k]
            tail += 1
    farthest = 0
    for level in range(LEVELS):
        # Reached cells of this level are expanded now, in order; cells of higher levels stay deferred.
        later, found = 0, waiting
        while later < found and avoid[deferred[later]] != level:
            later += 1
        if penalise:
            for k in range(later, found):
                if avoid[deferred[k]] == level:
                    field[deferred[k]] = min(field[deferred[k]] + farthest + 1, FARTHEST)
        # Two queues, each ascending: the smaller head first keeps the search in order of distance.
        while head < tail or later < found:
            if later < found and (head == tail or field[deferred[later]] <= field[queue[head]]):
                cell = deferred[later]
                later += 1
                while later < found and avoid[deferred[later]] != level:
                    later += 1
            else:
                cell = queue[head]
                head += 1
            farthest = max(farthest, np.int64(field[cell]))
            value = min(np.int64(field[cell]) + 1, FARTHEST)
            for k in range(predecessors.shape[1]):
                origin = predecessors[cell, k]
                if origin == NO_CELL:
                    break
                if field[origin] == UNREACHABLE:
                    field[origin] = value
                    if avoid[origin] > level:
                        deferred[waiting] = origin
                        waiting += 1
                    else:
                        queue[tail] = origin
                        tail += 1
