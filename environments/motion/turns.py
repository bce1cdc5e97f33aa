"""Distances for vehicles that turn in place: `roads` with a facing.

Docks and broken-down vehicles are driven through only by those who have no other way: entering such a cell has a price
of its own, beyond all detours. The price can be taken off again, so that travel times count ticks and nothing else.

Dimensions: C cells, G goals, V vehicles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .distance import AVOID, NO_CELL, SHUN
from .kinematics import CLOCKWISE, COUNTER_CLOCKWISE, FORWARD, build_kinematics
from .turning import TICK_COST, UNREACHED, CostFields

if TYPE_CHECKING:
    from numpy.typing import NDArray

DETOUR_TICKS = 4096  # what is driven to get round a dock, at most
_PRICE = {AVOID: DETOUR_TICKS * TICK_COST, SHUN: 8 * DETOUR_TICKS * TICK_COST}
_FIELD_BYTES = 512 * 2**20


class Turns:
    """Fields over (cell, facing), numbered cell * 4 + facing.

    Args:
        neighbours: (C, 4) int32, cell reached by moving E, S, W, N, or NO_CELL.
        avoid: (C,) uint8, PASS, AVOID or SHUN.
        turn_ticks: ticks for a quarter turn.
    """

    def __init__(self, neighbours: NDArray[np.int32], avoid: NDArray[np.uint8], *, turn_ticks: int) -> None:
        self._kinematics = build_kinematics("differential", neighbours)
        self._turn_ticks = turn_ticks
        self._neighbours = neighbours
        self._fields = self._cost_fields(avoid, 1.0)
        self._lengths: dict[float, CostFields] = {}
        self._avoid = avoid

    @property
    def fields(self) -> NDArray[np.int32]:
        """(G, 4 C) potentials, 1/TICK_COST tick; `rows` may replace the table."""
        return self._fields.fields

    def rows(self, goals: NDArray[np.int32]) -> NDArray[np.int32]:
        """(V,) row of `fields` for each goal cell of a tick."""
        self._fields.next_tick()
        return self._fields.rows(goals)

    def ticks_to(self, docks: tuple[int, ...], *, ticks_per_cell: float) -> NDArray[np.float64]:
        """(C, 4) ticks from every cell and facing to the nearest of some cells; inf if unreachable.

        Docks on the way are avoided, broken-down vehicles are not.
        """
        if ticks_per_cell not in self._lengths:
            calm = np.where(self._avoid == SHUN, 0, self._avoid).astype(np.uint8)
            self._lengths[ticks_per_cell] = self._cost_fields(calm, ticks_per_cell)
        lengths = self._lengths[ticks_per_cell]
        rows = lengths.rows(np.array(docks, np.int32))
        nearest = lengths.fields[rows].min(axis=0)
        ticks = np.where(nearest < UNREACHED, nearest % _PRICE[AVOID] / TICK_COST, np.inf)
        return ticks.reshape(-1, 4)

    def _cost_fields(self, avoid: NDArray[np.uint8], ticks_per_cell: float) -> CostFields:
        cost = np.full(self._kinematics.successor.shape, TICK_COST, np.int32)
        cost[:, [CLOCKWISE, COUNTER_CLOCKWISE]] = TICK_COST * self._turn_ticks
        ahead = self._neighbours.ravel()
        price = np.zeros(len(avoid), np.int32)
        for level, extra in _PRICE.items():
            price[avoid == level] = extra
        cost[:, FORWARD] = round(TICK_COST * ticks_per_cell) + np.where(ahead == NO_CELL, 0, price[ahead])
        return CostFields(self._kinematics, cost, memory_bytes=_FIELD_BYTES, dtype=np.int32)
