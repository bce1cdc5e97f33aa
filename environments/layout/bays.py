"""Parking that is no road: each parking cell is a bay, entered and left at one side only.

    #.......#       A row of parking between two aisles is a lane for vehicles that need not park. As bays, each P is
    #.PPPP..#       joined to the cell below it alone, so that only a vehicle that parks there enters it.
    #.......#

The side is below, else above, to the right, to the left: the first where there is floor that is neither parking nor a
dock and lets vehicles in and out. Parking behind parking is reached through the cells before it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..config.errors import LayoutError
from .moves import EAST, NO_CELL, NORTH, SOUTH, WEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .layout import Layout

SIDES = (SOUTH, NORTH, EAST, WEST)


def with_bays(layout: Layout) -> Layout:
    """The floor with its parking cells as bays; LayoutError if one cannot be entered and left at one side."""
    cells = np.arange(layout.size)
    mouth = _mouths(layout)
    to = layout.neighbours
    parks = np.zeros(layout.size, np.bool_)
    parks[layout.parking] = True
    concerned = (to != NO_CELL) & (parks[:, None] | parks[to])
    allowed = (mouth[:, None] == to) | (mouth[to] == cells[:, None])
    return replace(layout, neighbours=np.where(concerned & ~allowed, np.int32(NO_CELL), to), through_parking=False)


def _mouths(layout: Layout) -> NDArray[np.int32]:
    """(C,) the cell by which each parking cell is entered and left; NO_CELL for all other cells."""
    docks = {cell for places in layout.docks.values() for cell in places}
    mouth = np.full(layout.size, NO_CELL, np.int32)
    waiting = layout.parking.tolist()
    inner = set(waiting)
    while waiting:
        found = {cell: side for cell in waiting if (side := _side(layout, cell, inner | docks)) is not None}
        if not found:
            found = {cell: side for cell in waiting if (side := _side(layout, cell, inner)) is not None}
        if not found:
            row, column = layout.row_column(waiting[0])
            raise LayoutError(
                f"parking at row {row}, column {column} has no side at which vehicles both enter and leave; put floor "
                "beside it, or let vehicles drive through parking (through_parking)"
            )
        for cell, side in found.items():
            mouth[cell] = side
        inner -= found.keys()
        waiting = [cell for cell in waiting if cell in inner]
    return mouth


def _side(layout: Layout, cell: int, barred: set[int]) -> int | None:
    """The first cell beside a cell to which and from which a move leads."""
    for direction in SIDES:
        beside = int(layout.neighbours[cell, direction])
        if beside != NO_CELL and beside not in barred and cell in layout.neighbours[beside]:
            return beside
    return None
