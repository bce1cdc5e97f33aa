"""The vehicles on the floor and their cells: vehicles keep their numbers; kernels see one row for each vehicle present.

A vehicle that leaves takes its row with it; a vehicle that joins gets the last row.

Dimensions: V vehicles that are or were on the floor, R rows, N cells asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ....agents.shop.traffic import NO_NODE
from ..kernels.tick import AT_GOAL
from ..vehicles import Vehicles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .inertia import Inertia

NO_ROW = -1


class Roster:
    """The vehicles of a floor.

    Args:
        cells: (V,) int32, start cells.
        inertia: of the same vehicles; None where a move takes a tick.

    Attributes:
        fleet: of R rows; its cells hold at the end of the tick under way.
        inertia: of R rows, or None.
        row: (V,) row of each vehicle, NO_ROW if it has left.
        vehicle: (R,) vehicle of each row.
        node: (V,) int32, cells at the end of the last tick, NO_NODE if it has left.
        facing: (V,) int8, at the end of the last tick.
    """

    def __init__(self, cells: NDArray[np.int32], inertia: Inertia | None) -> None:
        self.fleet = Vehicles.at(cells)
        self.fleet.rank[:] = AT_GOAL
        self.inertia = inertia
        self.row = np.arange(len(cells))
        self.vehicle = self.row.copy()
        self.node = self.fleet.cell.copy()
        self.facing = np.zeros(len(cells), np.int8)

    def join(self, node: int) -> int:
        """Add a vehicle in a cell; return its number."""
        vehicle = len(self.row)
        self.fleet = self.fleet.with_one_at(node)
        self.fleet.rank[-1] = AT_GOAL
        self.inertia = None if self.inertia is None else self.inertia.with_one()
        self.node = np.append(self.node, np.int32(node))
        self.facing = np.append(self.facing, np.int8(0))
        self.row = np.append(self.row, NO_ROW)
        self._list(np.append(self.vehicle, vehicle))
        return vehicle

    def leave(self, vehicle: int) -> None:
        """Remove the vehicle from the floor."""
        row = self.row[vehicle]
        self.fleet = self.fleet.without(row)
        self.inertia = None if self.inertia is None else self.inertia.without(row)
        self.node[vehicle] = NO_NODE
        self.row[vehicle] = NO_ROW
        self._list(np.delete(self.vehicle, row))

    def _list(self, vehicles: NDArray[np.intp]) -> None:
        self.vehicle = vehicles
        self.row[vehicles] = np.arange(len(vehicles))

    def by_vehicle(self, values: NDArray[Any], absent: int) -> NDArray[Any]:
        """(V,) of (R,) values; the same array while no vehicle has left."""
        if len(self.vehicle) == len(self.row):
            return values
        spread = np.full(len(self.row), absent, values.dtype)
        spread[self.vehicle] = values
        return spread

    def cell(self, vehicle: int) -> int:
        """The cell of a vehicle at the end of the tick under way."""
        return self.fleet.cell.item(self.row.item(vehicle))

    def is_taken(self, cells: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(N,) whether a vehicle is in each cell, or will be at the end of the tick under way."""
        return np.isin(cells, self.fleet.cell) | np.isin(cells, self.node)
