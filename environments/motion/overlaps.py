"""Checks that driving squares never overlap, with code that is independent of the planners.

Two squares of the same size overlap while both |dx| and |dy| between them are below the size. Within a tick each drives
straight at constant speed, so dx and dy are linear in time and each condition holds in one interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLERANCE = 1e-6  # of a cell: squares may touch


@njit(cache=True)
def _near_span(before, after, reach):
    """The part (from, to) of a tick in which |before + t * (after - before)| < reach; from > to if none."""
    speed = after - before
    if abs(speed) < 1e-12:
        return (0.0, 1.0) if abs(before) < reach else (1.0, 0.0)
    one = (-reach - before) / speed
    two = (reach - before) / speed
    return max(0.0, min(one, two)), min(1.0, max(one, two))


@njit(cache=True)
def _overlapping(corners, size):
    found = np.empty((0, 3), np.int64)
    reach = size - TOLERANCE
    for tick in range(corners.shape[0] - 1):
        for one in range(corners.shape[1]):
            for two in range(one + 1, corners.shape[1]):
                x = corners[tick, two, 0] - corners[tick, one, 0]
                if abs(x) > 2 + size:
                    continue
                y = corners[tick, two, 1] - corners[tick, one, 1]
                if abs(y) > 2 + size:
                    continue
                x_after = corners[tick + 1, two, 0] - corners[tick + 1, one, 0]
                y_after = corners[tick + 1, two, 1] - corners[tick + 1, one, 1]
                x_from, x_to = _near_span(x, x_after, reach)
                y_from, y_to = _near_span(y, y_after, reach)
                if max(x_from, y_from) < min(x_to, y_to):
                    found = np.vstack((found, np.array([[tick, one, two]])))
    return found


def find_overlaps(corners: NDArray[np.float64], *, size: float = 1.0) -> list[tuple[int, int, int]]:
    """(tick, vehicle, vehicle) of every pair that overlaps within the tick that begins at `tick`.

    corners (T + 1, V, 2) x, y in cells, at most one cell apart from tick to tick; size of the squares in cells.
    """
    found = _overlapping(np.ascontiguousarray(corners, np.float64), size)
    return [(int(tick), int(one), int(two)) for tick, one, two in found]
