"""Checks of a floor: every place has a dock, and every dock can be served while all others are occupied.

A floor is well formed (Čáp, Vokřínek, Kleiner 2015) when vehicles that stand at docks never cut off another dock or the
parking. Then no vehicle waits forever for one that handles a part, charges or has broken down at its dock:

    #########             #########
    #.......#             #..S....#     a vehicle at S cuts the left from the right: refused
    #.......#             #########
    ###S#####
    well formed: S lies in a bay beside a two-lane aisle
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..config.errors import LayoutError
from ..config.suggestions import listed, nearest
from .layout import AISLE_ARROWS, ARROWS, Layout
from .moves import ANY_DIRECTION, NO_CELL, STEPS, reverse_moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


def check_layout(layout: Layout, places: Iterable[str]) -> None:
    """Refuse a floor on which the named places could not be served.

    Raises LayoutError, naming row and column, for: a dock of an unknown place, a place without a dock, docks or parking
    that cannot reach each other, an arrow into a wall, a one-way trap, docks whose vehicles would cut off others.
    """
    wanted = tuple(places)
    _check_names(layout, wanted)
    docks = np.array(sorted(cell for cells in layout.docks.values() for cell in cells), dtype=np.int32)
    if len(docks) == 0:
        return
    backwards = reverse_moves(layout.neighbours)
    _check_connected(layout, docks, backwards)
    _check_unsealed(layout, docks, backwards)


def reaches_a_dock(layout: Layout) -> NDArray[np.bool_]:
    """(C,) cells from which some dock can be reached; all cells if the floor has no dock."""
    docks = [cell for cells in layout.docks.values() for cell in cells]
    if not docks:
        return np.ones(layout.size, np.bool_)
    return _reached(docks, reverse_moves(layout.neighbours), layout.passable)


def _check_names(layout: Layout, wanted: Sequence[str]) -> None:
    missing = [name for name in wanted if name not in layout.docks]
    unknown = [name for name in layout.docks if name not in wanted]
    if unknown:
        raise LayoutError(
            f"the floor has a dock for {unknown[0]!r}, which the scenario does not name; "
            f"it names {listed(wanted)}{nearest(unknown[0], missing or wanted)}"
        )
    if missing:
        raise LayoutError(
            f"{missing[0]!r} has no dock on the floor; draw a symbol for it and explain it in the legend "
            f"(there are docks for {listed(layout.docks) or 'nothing'})"
        )


def _check_connected(layout: Layout, docks: NDArray, backwards: NDArray) -> None:
    start = int(docks[0])
    open_cells = layout.passable
    forth = _reached(start, layout.neighbours, open_cells)
    back = _reached(start, backwards, open_cells)
    _check_arrows(layout, forth)
    stops = (*docks.tolist(), *layout.parking.tolist())
    for cell in stops:
        if not (forth[cell] and back[cell]):
            _check_access(layout, stops, backwards)
            goal, origin = (start, cell) if forth[cell] else (cell, start)
            raise LayoutError(
                f"{_where(layout, goal)} cannot be reached from {_where(layout, origin)}; "
                "open a path through the walls, or turn the arrows on it"
            )
    traps = np.flatnonzero(forth & ~back)
    if len(traps):
        raise LayoutError(
            f"{_where(layout, int(traps[0]))} is a trap: vehicles can get there but, "
            "against the one-way arrows, not back to the docks; open an exit or make it a wall"
        )


def _check_arrows(layout: Layout, reached: NDArray[np.bool_]) -> None:
    """Refuse an arrow that vehicles reach and cannot leave."""
    dead = reached & (layout.one_way != ANY_DIRECTION) & (layout.neighbours == NO_CELL).all(axis=1)
    for cell in np.flatnonzero(dead).tolist():
        direction = int(layout.one_way[cell])
        arrow = (AISLE_ARROWS if layout.sideways[cell] else ARROWS)[direction]
        row, column = layout.row_column(cell)
        down, right = STEPS[direction]
        inside = 0 <= row + down < layout.height and 0 <= column + right < layout.width
        if not inside:
            ahead, cure = "points off the floor", "turn it"
        elif layout.passable[there := layout.cell(row + down, column + right)]:
            ahead, cure = f"points at an arrow against it at {_place(layout, there)}", "turn one of them"
        else:
            ahead, cure = f"points into the wall at {_place(layout, there)}", "turn it, or open the wall"
        raise LayoutError(
            f"the arrow {arrow} at {_place(layout, cell)} {ahead}, so that no vehicle can leave it; {cure}"
        )


def _check_access(layout: Layout, stops: Iterable[int], backwards: NDArray) -> None:
    """Refuse a dock or parking cell that no cell beside it leads to, or that leads to none."""
    for cell in stops:
        for moves, what in ((backwards, "enter"), (layout.neighbours, "leave")):
            if (moves[cell] == NO_CELL).all():
                raise LayoutError(
                    f"{_where(layout, cell)} has no access: vehicles cannot {what} it from any side; "
                    "put floor beside it, or turn the arrows there"
                )


def _check_unsealed(layout: Layout, docks: NDArray, backwards: NDArray) -> None:
    if len(docks) + len(layout.parking) < 2:
        return
    aisles = layout.passable.copy()
    aisles[docks] = False
    centre, cut_off = _best_area(layout, docks, backwards, aisles)
    if not cut_off:
        return
    cell, enters = cut_off[0]
    table = backwards if enters else layout.neighbours
    standing = [_where(layout, blocker) for blocker in _blockers(centre, cell, table, layout, docks)]
    vehicles = "a vehicle standing at" if len(standing) == 1 else "vehicles standing at"
    raise LayoutError(
        f"{vehicles} {' and '.join(standing)} would seal the path {'from' if enters else 'to'} {_where(layout, cell)}; "
        "put docks into bays beside the aisle, or widen the aisle"
    )


def _best_area(
    layout: Layout, docks: NDArray, backwards: NDArray, aisles: NDArray
) -> tuple[int, list[tuple[int, bool]]]:
    """A cell of the dock-free area that serves most, and the cells that it does not serve (cell, whether enterable)."""
    seen = ~aisles
    best: tuple[int, list[tuple[int, bool]]] | None = None
    best_rank = (0, 0)
    beside = layout.neighbours[docks].ravel()
    for cell in (*layout.parking.tolist(), *beside[beside != NO_CELL].tolist(), *np.flatnonzero(aisles).tolist()):
        if seen[cell]:
            continue
        forth, back = _reached(cell, layout.neighbours, aisles), _reached(cell, backwards, aisles)
        area = forth & back
        seen |= area
        cut_off = [
            (dock, enters)
            for dock in docks.tolist()
            for enters in [_any(forth, backwards[dock])]
            if not (enters and _any(back, layout.neighbours[dock]))
        ]
        cut_off += [(park, bool(forth[park])) for park in layout.parking.tolist() if not area[park]]
        if not cut_off:
            return cell, []
        rank = (-len(cut_off), int(area.sum()))
        if best is None or rank > best_rank:
            best, best_rank = (cell, cut_off), rank
    return best or (int(docks[0]), [(int(docks[-1]), False)])


def _reached(start: int | list[int], table: NDArray, open_cells: NDArray) -> NDArray[np.bool_]:
    """Breadth-first search over whole frontiers, so that maps of 100 000 cells take milliseconds."""
    seen = np.zeros(len(table), dtype=bool)
    seen[start] = True
    last = np.zeros(len(table), dtype=np.int64)
    frontier = np.atleast_1d(start)
    while len(frontier):
        following = table[frontier].ravel()
        following = following[following != NO_CELL]
        following = following[~seen[following] & open_cells[following]]
        seen[following] = True
        numbers = np.arange(len(following))
        last[following] = numbers
        frontier = following[last[following] == numbers]  # each cell once, without sorting
    return seen


def _blockers(start: int, goal: int, table: NDArray, layout: Layout, docks: NDArray) -> list[int]:
    """A minimal set of docks whose vehicles together cut off `goal` from `start`."""
    closed = set(docks.tolist()) - {goal}
    for dock in sorted(closed):
        open_cells = layout.passable.copy()
        open_cells[list(closed - {dock})] = False
        if not _reached(start, table, open_cells)[goal]:
            closed.remove(dock)
    return sorted(closed)


def _any(mask: NDArray, cells: NDArray) -> bool:
    return bool(mask[cells[cells != NO_CELL]].any())


def _where(layout: Layout, cell: int) -> str:
    name = next((name for name, cells in layout.docks.items() if cell in cells), None)
    kind = f"the dock of {name!r}" if name else "parking" if cell in layout.parking else "the floor"
    return f"{kind} at {_place(layout, cell)}"


def _place(layout: Layout, cell: int) -> str:
    row, column = layout.row_column(cell)
    return f"row {row}, column {column}"
