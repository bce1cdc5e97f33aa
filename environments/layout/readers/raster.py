"""Cells that lines cross and outlines cover. Points are (x, y) in cells: x to the right, y down, (0, 0) the top left.

0   1   2   3
+---+---+---+       A line crosses the cells in whose inside it runs. One that runs between cells (a) takes those
|   |###|   |       to its right, or below it. An outline covers the cells whose centre (#) is in it.
+---a---+---+
|   a   |   |
+---a---+---+
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]
Cell = tuple[int, int]  # row, column
DIGITS = 6  # of a coordinate: finer differences come from the conversion of units


class Crossed(NamedTuple):
    """The cells that a line crosses in its order, and whether a part of it runs between cells."""

    cells: list[Cell]
    between: bool


def crossed(points: Sequence[Point], height: int, width: int) -> Crossed:
    """The cells that a line through these points crosses; what runs along the edge of the floor crosses none."""
    cells: dict[Cell, None] = {}
    between = False
    rounded = [(round(x, DIGITS), round(y, DIGITS)) for x, y in points]
    for (x0, y0), (x1, y1) in pairwise(rounded):
        along_y, along_x = x0 == x1 and x0.is_integer(), y0 == y1 and y0.is_integer()
        if (along_y and x0 in (0, width)) or (along_x and y0 in (0, height)):
            continue
        between |= (along_y or along_x) and (x0, y0) != (x1, y1)
        cuts = sorted({0.0, 1.0, *_cuts(x0, x1), *_cuts(y0, y1)})
        for before, after in pairwise(cuts):
            t = (before + after) / 2
            row, column = int(np.floor(y0 + t * (y1 - y0))), int(np.floor(x0 + t * (x1 - x0)))
            if 0 <= row < height and 0 <= column < width:
                cells[row, column] = None
    return Crossed(list(cells), between)


def covered(outline: Sequence[Point], height: int, width: int) -> list[Cell]:
    """The cells whose centres are in a closed outline, by the even-odd rule."""
    x, y = np.array(outline).T
    top, bottom = max(0, int(np.floor(y.min()))), min(height, int(np.ceil(y.max())))
    left, right = max(0, int(np.floor(x.min()))), min(width, int(np.ceil(x.max())))
    if top >= bottom or left >= right:
        return []
    down, across = np.arange(top, bottom)[:, None] + 0.5, np.arange(left, right)[None, :] + 0.5
    inside = np.zeros((bottom - top, right - left), np.bool_)
    for x0, y0, x1, y1 in zip(x, y, np.roll(x, -1), np.roll(y, -1), strict=True):
        if y0 != y1:
            inside ^= ((y0 > down) != (y1 > down)) & (across < x0 + (down - y0) / (y1 - y0) * (x1 - x0))
    return [(top + row, left + column) for row, column in np.argwhere(inside).tolist()]


def _cuts(start: float, end: float) -> list[float]:
    """Where, from 0 to 1, a coordinate passes whole numbers."""
    if start == end:
        return []
    low, high = sorted((start, end))
    return [(whole - start) / (end - start) for whole in range(int(np.floor(low)) + 1, int(np.ceil(high)))]
