"""Checks that driving squares never overlap, with code that is independent of the planners.

Two squares of the same size overlap while both |dx| and |dy| between them are below the size. Within a tick each drives
straight at constant speed, so dx and dy are linear in time and each condition holds in one interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kernels.overlaps import overlapping

if TYPE_CHECKING:
    from numpy.typing import NDArray


def find_overlaps(corners: NDArray[np.float64], *, size: float = 1.0) -> list[tuple[int, int, int]]:
    """(tick, vehicle, vehicle) of every pair that overlaps within the tick that begins at `tick`.

    Args:
        corners: (T + 1, V, 2) float64, x and y in cells, at most one cell apart from tick to tick.
        size: of the squares, in cells.
    """
    found = overlapping(np.ascontiguousarray(corners, np.float64), size)
    return [(int(tick), int(one), int(two)) for tick, one, two in found]
