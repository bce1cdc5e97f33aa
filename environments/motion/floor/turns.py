"""Travel times of vehicles that turn in place: as in `roads`, but with facings and with the speed of a loaded vehicle.

Paths lead through docks and broken-down vehicles only where no other path exists: entering such a cell has a price of
its own, higher than any detour. The price determines the path, but is not part of the travel time.

Dimensions: C cells, S = 4 C states (cell, facing), numbered cell * 4 + facing, G goals, V vehicles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..costs import CostFields
from ..fields import AVOID, SHUN
from ..graph import CLOCKWISE, COUNTER_CLOCKWISE, FORWARD
from ..ids import NO_CELL
from ..kernels.landing import NOWHERE, follow, unite
from .inertia import TurnFields

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from ..graph import Graph

DETOUR_CELLS = 4096  # longest detour round a dock
_PRICE_CELLS = {AVOID: DETOUR_CELLS, SHUN: 8 * DETOUR_CELLS}
_MOST_UNITS = 64
"""Most units per cell: differences below one unit are ignored, so that fields are quick to compute."""
_FIELD_BYTES = 512 * 2**20


class Drive(NamedTuple):
    """Drives to the nearest of some cells, from every stand; L = C + S, as in `Roads`."""

    ticks: NDArray[np.float64]  # (L,) inf if unreachable
    landing: NDArray[np.int32]  # (L,) stand at the goal, with unknown facing if tied routes differ in it; or NOWHERE


class Turns:
    """Cost fields over (cell, facing) for vehicles of one pace.

    Args:
        graph: of differential vehicles.
        avoid: (C,) uint8, PASS, AVOID or SHUN.
        turn_ticks: ticks for a quarter turn.
        pace: cells per tick, at most 1.
    """

    def __init__(self, graph: Graph, avoid: NDArray[np.uint8], *, turn_ticks: int, pace: Fraction) -> None:
        neighbours = graph.neighbours
        self._graph = graph
        self._turn_ticks = turn_ticks
        self._pace = pace
        cell_cost = min(pace.denominator, _MOST_UNITS)
        self._tick_cost = max(round(cell_cost * pace), 1)
        self._entry_cost = np.full(len(avoid), cell_cost, np.int32)  # (C,)
        for level, cells in _PRICE_CELLS.items():
            self._entry_cost[avoid == level] += cells * cell_cost
        self._cost = np.full(self._graph.successor.shape, self._tick_cost, np.int32)  # (S, A)
        self._cost[:, [CLOCKWISE, COUNTER_CLOCKWISE]] *= turn_ticks
        self._cost[:, FORWARD] = np.where(neighbours == NO_CELL, cell_cost, self._entry_cost[neighbours]).ravel()
        self._fields = CostFields(self._graph, self._cost, memory_bytes=_FIELD_BYTES, dtype=np.int32)

    def towards(self, goals: NDArray[np.int32]) -> TurnFields:
        """The fields, and the rows of (V,) goal cells, in a tick."""
        rows = self._fields.rows(goals)
        return TurnFields(self._fields.fields, rows, self._tick_cost, self._entry_cost)

    def cost(self, state: int, goal: int) -> int:
        """The cost of the path from a state to a goal cell."""
        row = self._fields.rows(np.array([goal], np.int32)).item()
        return int(self._fields.fields[row, state])

    def drive_to(self, cells: tuple[int, ...], facings: NDArray[np.bool_]) -> Drive:
        """The drive to the nearest of some cells, of equally near cells to the first.

        Ticks are those that vehicles need: turns, and cells rounded up to whole ticks. If the facing is unknown, the
        result is the mean over the facings in `facings` (C, 4).
        """
        rows = self._fields.rows(np.array(sorted(cells), np.int32))
        nearest = self._fields.fields[rows].min(axis=0)
        order = np.argsort(nearest, kind="stable").astype(np.int32)
        driven, quarters, landing = follow(nearest, self._graph.successor, self._cost, order)
        whole = -(-driven.astype(np.int64) * self._pace.denominator // self._pace.numerator)
        ticks = np.where(landing == NOWHERE, np.inf, whole + self._turn_ticks * quarters)
        mean = np.where(facings, ticks.reshape(-1, 4), 0.0).sum(axis=1) / facings.sum(axis=1)
        united = unite(landing.reshape(-1, 4), facings)
        return Drive(np.concatenate([mean, ticks]), np.concatenate([united, landing]))
