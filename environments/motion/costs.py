"""Cost to a goal over the states of a graph, with a price of its own for each (state, action).

Costs are in units of 1/TICK_COST tick, so that guidance can price an edge by fractions of a tick. The field of a goal
cell holds, for every state, the least cost until the vehicle is in that cell with any facing.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from .fields import FieldCache
from .kernels.shortest_paths import UNREACHED, fill_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Graph

TICK_COST = 16
UNREACHED_SHORT = (1 << 16) - 1  # in uint16 fields
STATES_PER_THREAD = 1_000_000  # less work does not justify a thread


class CostFields(FieldCache):
    """Fields (F, S) of costs in `dtype`: uint16 while all paths are short enough, else int32.

    Missing fields of a call are computed in several threads if there are many.

    Args:
        graph: states and actions.
        cost: (S, A) int32 > 0, price of each action.
        memory_bytes: see `FieldCache`.
        dtype: initial type of the fields.
    """

    def __init__(self, graph: Graph, cost: NDArray[np.int32], *, memory_bytes: int, dtype: Any = np.uint16) -> None:
        super().__init__(graph, len(graph.successor), memory_bytes=memory_bytes, dtype=dtype)
        self._price = graph.edges.prices(cost)
        self._dearest = int(self._price.max(initial=1))

    def legs(self, origins: NDArray[np.int32], goals: NDArray[np.int32]) -> NDArray[np.float64]:
        """(L,) cost from each origin cell to its goal cell, as the mean over the facings it may begin with."""
        rows, facings = self.rows(goals), self._graph.facings
        return self.fields[rows[:, None], origins[:, None] * facings + np.arange(facings)].mean(axis=1)

    def _fill(self, cells: NDArray[np.int32], rows: NDArray[np.int32]) -> None:
        edges, facings = self._graph.edges, self._graph.facings
        unreached = UNREACHED_SHORT if self._dtype is np.uint16 else UNREACHED

        def fill(part: slice) -> int:
            return fill_rows(
                cells[part], rows[part], facings, edges.first, edges.origin, self._price, self._dearest, unreached,
                self.fields,
            )  # fmt: skip

        threads = min(len(cells), os.cpu_count() or 1, 1 + len(cells) * self._states // STATES_PER_THREAD)
        if threads == 1:
            longest = fill(slice(None))
        else:
            with ThreadPoolExecutor(threads) as pool:
                longest = max(pool.map(fill, [slice(first, None, threads) for first in range(threads)]))
        if longest >= unreached:
            self._widen()
            self._fill(cells, rows)

    def _widen(self) -> None:
        """Convert the table to int32, because some paths are too long for uint16."""
        unreached = self.fields == UNREACHED_SHORT
        self._dtype = np.int32
        self.fields = self.fields.astype(np.int32)
        self.fields[unreached] = UNREACHED
