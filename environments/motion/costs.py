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
from .ids import NO_CELL, NO_FIELD
from .kernels.shortest_paths import UNREACHED, fill_rows
from .landmarks import Landmarks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Graph

TICK_COST = 16
UNREACHED_SHORT = (1 << 16) - 1  # in uint16 fields
STATES_PER_THREAD = 1_000_000  # less work does not justify a thread
LANDMARKS = 16


class CostFields(FieldCache):
    """Fields (F, S) of costs in `dtype`: uint16 while all paths are short enough, else int32.

    Missing fields of a call are computed in several threads if there are many. `rows` computes all that are missing;
    `rows_in_time` and the estimates (`bids`, `legs`) keep to the time of a tick and to the memory.

    Args:
        graph: states and actions.
        cost: (S, A) int32 > 0, price of each action.
        memory_bytes: see `FieldCache`.
        dtype: initial type of the fields.
        states_per_tick: how many states the new fields of a tick may have together, counted in reachable states; one
            field is always allowed. None: no limit.
        expected: see `FieldCache`.
    """

    def __init__(
        self,
        graph: Graph,
        cost: NDArray[np.int32],
        *,
        memory_bytes: int,
        dtype: Any = np.uint16,
        states_per_tick: int | None = None,
        expected: int = 0,
    ) -> None:
        super().__init__(graph, len(graph.successor), memory_bytes=memory_bytes, dtype=dtype, expected=expected)
        self._price = graph.edges.prices(cost)
        self._cheapest = int(self._price.min(initial=TICK_COST))
        self._dearest = int(self._price.max(initial=1))
        self._open = np.flatnonzero((graph.neighbours != NO_CELL).any(axis=1))
        self._fields_per_tick: int | None = None
        if states_per_tick is not None:
            self._fields_per_tick = max(1, states_per_tick // max(1, len(self._open) * graph.facings))
        self._left = self._fields_per_tick  # new fields that this tick still has time for
        self._landmarks: Landmarks | None = None

    @property
    def fields_per_tick(self) -> int | None:
        """Most new fields in a tick; None: no limit."""
        return self._fields_per_tick

    def next_tick(self) -> None:
        """Begin a tick, which has time for new fields."""
        self._left = self._fields_per_tick

    def rows_in_time(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        """As `rows`; but the fields for which this tick has no time, or the memory no room, are left out: NO_FIELD.

        Of several that are missing, those named first are computed.
        """
        if self._left is None:
            return self.rows(cells)
        self._now += 1
        wanted = cells[cells >= 0]
        self._use(wanted)
        missing = self._missing(wanted)
        room = max(len(self._goal_of), self.capacity) - len(self._goal_of) + len(self._idle_rows())
        self._compute_in_time(missing[: min(self._left, room)])
        return self.known_rows(cells)

    def rows_to_spare(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        """As `rows` if this tick has the time and the memory has empty rows for all; else only what is known."""
        if self._left is None:
            return self.rows(cells)
        missing = self._missing(cells[cells >= 0])
        if len(missing) <= min(self._left, self.capacity - len(self)):
            self._now += 1
            self._use(cells[cells >= 0])
            self._compute_in_time(missing)
        return self.known_rows(cells)

    def stand_ins(self, origins: NDArray[np.int32], goals: NDArray[np.int32]) -> NDArray[np.int32]:
        """(L,) the row of the known field whose goal is nearest to each goal (L,), by estimate.

        NO_FIELD where that would lead the vehicle at the origin (L,) no nearer.
        """
        rows = np.flatnonzero(self._goal_of != NO_CELL).astype(np.int32)
        if len(rows) == 0:
            return np.full(len(goals), NO_FIELD, np.int32)
        apart = self.landmarks.between(goals[:, None], self._goal_of[rows][None, :])
        best = apart.argmin(axis=1)
        nearer = apart[np.arange(len(goals)), best] < self.landmarks.between(origins, goals)
        return np.where(nearer, rows[best], NO_FIELD).astype(np.int32)

    def bids(self, states: NDArray[np.int32], goals: NDArray[np.int32]) -> NDArray[np.int64]:
        """(B, N) cost from each state (B,) to each goal cell (N,): by its field if `rows_to_spare`, else estimated."""
        rows = self.rows_to_spare(goals)
        bids = self.fields[rows[None, :], states[:, None]].astype(np.int64)
        guessed = np.flatnonzero(rows == NO_FIELD)
        if len(guessed):
            bids[:, guessed] = self.landmarks.between(states[:, None] // self._graph.facings, goals[None, guessed])
        return bids

    def legs(self, origins: NDArray[np.int32], goals: NDArray[np.int32]) -> NDArray[np.float64]:
        """(L,) cost from each origin cell to its goal cell, as the mean over the facings it may begin with.

        Estimated where there is no field `rows_to_spare`.
        """
        rows, facings = self.rows_to_spare(goals), self._graph.facings
        legs = self.fields[rows[:, None], origins[:, None] * facings + np.arange(facings)].mean(axis=1)
        guessed = np.flatnonzero(rows == NO_FIELD)
        if len(guessed):
            legs[guessed] = self.landmarks.between(origins[guessed], goals[guessed])
        return legs

    def prepare(self, cells: NDArray[np.int32]) -> None:
        """Compute the fields of these cells ahead of time if all fit into memory, else what estimates need.

        A table that is filled in time is also touched once, because new pages of memory cost as much as the fields.
        """
        if len(cells) <= self.capacity:
            self.rows(cells)
        elif self._left is not None:
            _ = self.landmarks
            self.fields[len(self) :] = 0

    @property
    def landmarks(self) -> Landmarks:
        """For estimates; computed when first asked for."""
        if self._landmarks is None:
            self._landmarks = Landmarks(
                self._distances_to, int(self._open[len(self._open) // 2]), unreached=UNREACHED, number=LANDMARKS
            )
        return self._landmarks

    def _distances_to(self, cell: int) -> NDArray[np.int32]:
        """(C,) cost from each cell, with the best facing there."""
        row = self.rows(np.array([cell], np.int32)).item()  # may replace the table
        distance = self.fields[row].reshape(-1, self._graph.facings).min(axis=1).astype(np.int32)
        distance[distance == (UNREACHED_SHORT if self._dtype is np.uint16 else UNREACHED)] = UNREACHED
        return distance

    def _compute_in_time(self, cells: NDArray[np.int32]) -> None:
        if self._left is not None and len(cells):
            self._left -= len(cells)
            self._compute(cells)

    def _fill(self, cells: NDArray[np.int32], rows: NDArray[np.int32]) -> bool:
        edges, facings = self._graph.edges, self._graph.facings
        unreached = UNREACHED_SHORT if self._dtype is np.uint16 else UNREACHED

        def fill(part: slice) -> int:
            return fill_rows(
                cells[part], rows[part], facings, edges.first, edges.origin, self._price, self._cheapest,
                self._dearest, unreached, self.fields,
            )  # fmt: skip

        threads = min(len(cells), os.cpu_count() or 1, 1 + len(cells) * self._states // STATES_PER_THREAD)
        if threads == 1:
            longest = fill(slice(None))
        else:
            with ThreadPoolExecutor(threads) as pool:
                longest = max(pool.map(fill, [slice(first, None, threads) for first in range(threads)]))
        if longest >= unreached:
            self._widen()
            return False
        return True

    def _widen(self) -> None:
        """Empty the table and go on with int32, because some paths are too long for uint16."""
        self._dtype = np.int32
        self._reset()
