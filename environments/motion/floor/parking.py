"""Parking: each cell in which vehicles wait or rest is assigned to at most one vehicle.

`kernels.parking` grades how well each cell serves as a spot.

Dimensions: V vehicles, C cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...config.errors import LayoutError
from ...layout.checks import reaches_a_dock
from ..ids import NO_CELL
from ..kernels.parking import FLOOR, NEVER, PARKING, grade, nearest_spot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .roads import Roads

__all__ = ["FLOOR", "NEVER", "PARKING", "SpotBook"]


class SpotBook:
    """The spots of a floor.

    Attributes:
        grades: (C,) int8 of `kernels.parking.grade`.
        taken: (C,) bool, assigned to a vehicle.
    """

    def __init__(self, roads: Roads) -> None:
        cells = roads.layout.size
        self._roads = roads
        self.taken = np.zeros(cells, np.bool_)
        self._queue = np.empty(cells, np.int32)
        self._seen = np.zeros(cells, np.int32)
        self._stamp = 0
        self._cut_off = ~reaches_a_dock(roads.layout)  # useless as a spot
        self.regrade()

    def regrade(self) -> None:
        """Grade the cells again after the roads have changed."""
        layout = self._roads.layout
        passable = layout.passable.copy()
        passable[self._roads.closed] = False
        if not layout.through_parking:
            passable[layout.parking] = False  # no detour leads through a bay
        docks = np.flatnonzero(self._roads.is_dock).astype(np.int32)
        parking = np.asarray(layout.parking, np.int32)
        self.grades = grade(layout.width, passable, layout.one_way, self._roads.topology.way_out, docks, parking)
        self.grades[self._cut_off] = NEVER

    def start_cells(self, vehicles: int, wished: NDArray[np.int32] | None) -> NDArray[np.int32]:
        """(V,) different cells in which vehicles start: those requested, or the best ones, parking cells first.

        Raises:
            LayoutError: the floor is too small, or a requested cell is not a floor cell or is requested twice.
        """
        room = int(np.count_nonzero(self.grades < NEVER))
        if vehicles > room:
            raise LayoutError(
                f"{vehicles} vehicles need as many cells that are not docks, the floor has {room}; "
                "use fewer vehicles or a larger floor"
            )
        if wished is None:
            return np.argsort(self.grades, kind="stable")[:vehicles].astype(np.int32)
        start, layout = np.asarray(wished, np.int32), self._roads.layout
        if start.shape != (vehicles,):
            raise LayoutError(f"{start.size} start cells for {vehicles} vehicles; give one for each")
        for vehicle, cell in enumerate(start.tolist()):
            if not 0 <= cell < layout.size or not layout.passable[cell]:
                raise LayoutError(
                    f"vehicle {vehicle} would start in cell {cell}, which is not a floor cell; choose a floor cell"
                )
        if np.unique(start).size < start.size:
            raise LayoutError("two vehicles would start in the same cell; give each a cell of its own")
        return start.copy()

    def free(self) -> NDArray[np.int32]:
        """Cells that are not assigned to a vehicle, the best first."""
        order = np.argsort(self.grades, kind="stable")
        return order[(self.grades[order] < NEVER) & ~self.taken[order]].astype(np.int32)

    def nearest(self, start: int, good_enough: int, *, own: int = NO_CELL) -> int:
        """The nearest free spot of the best grade in reach of a cell, `own` counted as free; else NO_CELL."""
        return self._search(self._roads.topology.neighbours, start, good_enough, own)

    def nearest_before(self, dock: int, good_enough: int, *, own: int = NO_CELL) -> int:
        """The same among the spots from which the dock can be reached, nearest to the dock."""
        return self._search(self._roads.graph.predecessors, dock, good_enough, own)

    def _search(self, moves: NDArray[np.int32], start: int, good_enough: int, own: int) -> int:
        if own != NO_CELL:
            self.taken[own] = False
        self._stamp += 1
        spot = nearest_spot(moves, start, self.grades, self.taken, good_enough, self._queue, self._seen, self._stamp)
        if own != NO_CELL:
            self.taken[own] = True
        return int(spot)
