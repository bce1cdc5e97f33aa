"""Cost-to-goal over the states of any kinematics, with a cost of its own for each (state, action).

Costs are in units of 1/TICK_COST tick, so that guidance can price an edge by fractions of a tick. The field of a goal
cell holds, for every state, the least cost until the vehicle stands on that cell in any facing.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Kinematics

TICK_COST = 16
UNREACHED = 1 << 28  # in int32 fields
UNREACHED_SHORT = (1 << 16) - 1  # in uint16 fields
NO_GOAL = -1
LONG_AGO = np.iinfo(np.int64).min  # ticks; of rows without a goal
STATES_PER_THREAD = 1_000_000  # less work than that is not worth a thread


@dataclass(frozen=True)
class Edges:
    """For each state the actions of others that lead to it, other than waiting: edges first[s] to first[s + 1]."""

    first: NDArray[np.int32]  # (S + 1,)
    origin: NDArray[np.int32]  # (E,) the state from which
    action: NDArray[np.int32]  # (E,)

    @classmethod
    def reversing(cls, successor: NDArray[np.int32]) -> Edges:
        """All useful edges of successor (S, A)."""
        states, actions = successor.shape
        pairs = np.arange(states * actions, dtype=np.int32)
        reached = successor.ravel()
        useful = (reached >= 0) & (reached != pairs // actions)
        order = np.argsort(reached[useful], kind="stable")
        first = np.zeros(states + 1, dtype=np.int32)
        np.cumsum(np.bincount(reached[useful], minlength=states), out=first[1:])
        pairs = pairs[useful][order]
        return cls(first, pairs // actions, pairs % actions)

    def prices(self, cost: NDArray[np.int32]) -> NDArray[np.int32]:
        """(E,) of cost (S, A) > 0."""
        return np.ascontiguousarray(cost[self.origin, self.action], dtype=np.int32)


@njit(cache=True, nogil=True)
def fill_field(goal_cell, facings, first, origin, price, dearest, out):
    """Dial's shortest paths backwards from all states of `goal_cell`; out (S,) int32. price (E,) is at most `dearest`.

    A state may wait in several buckets; only the one of its final cost counts.
    """
    buckets = dearest + 1
    out[:] = UNREACHED
    head = np.full(buckets, -1, np.int32)
    state_of = np.empty(origin.shape[0] + facings, np.int32)
    after = np.empty(origin.shape[0] + facings, np.int32)
    entries = 0
    for facing in range(facings):
        state_of[entries] = goal_cell * facings + facing
        out[state_of[entries]] = 0
        after[entries] = head[0]
        head[0] = entries
        entries += 1
    waiting = entries
    now = 0
    slot = 0
    while waiting > 0:
        entry = head[slot]
        head[slot] = -1
        while entry >= 0:
            waiting -= 1
            state = state_of[entry]
            entry = after[entry]
            if out[state] != now:
                continue
            for edge in range(first[state], first[state + 1]):
                reach = now + price[edge]
                if reach < out[origin[edge]]:
                    out[origin[edge]] = reach
                    place = slot + price[edge]
                    if place >= buckets:
                        place -= buckets
                    state_of[entries] = origin[edge]
                    after[entries] = head[place]
                    head[place] = entries
                    entries += 1
                    waiting += 1
        now += 1
        slot += 1
        if slot == buckets:
            slot = 0


@njit(cache=True, nogil=True)
def _fill_rows(cells, rows, facings, first, origin, price, dearest, unreached, fields):
    """fields[rows[i]] = field of cells[i], with `unreached` where nothing leads there. Returns the longest way."""
    field = np.empty(fields.shape[1], np.int32)
    longest = 0
    for index in range(cells.shape[0]):
        fill_field(cells[index], facings, first, origin, price, dearest, field)
        row = rows[index]
        for state in range(field.shape[0]):
            if field[state] < UNREACHED:
                longest = max(longest, field[state])
            fields[row, state] = min(field[state], unreached)
    return longest


class CostFields:
    """Fields of goal cells, computed when first asked for and kept while `memory_bytes` allow; then those go that
    were used longest ago.

    `fields` (F, S) holds the rows: of `dtype`, uint16 as long as all ways are short enough, else int32. `rows(cells)`
    says which row belongs to each goal cell. Fields that were used since the tick before the last `next_tick` stay in
    any case: where a tick needs more goals than the memory allows, it grows to hold just these. Missing fields of a
    call are computed in threads where they are many.
    """

    def __init__(
        self, kinematics: Kinematics, cost: NDArray[np.int32], *, memory_bytes: int, dtype: Any = np.uint16
    ) -> None:
        self._facings = kinematics.facings
        self._edges = Edges.reversing(kinematics.successor)
        self._price = self._edges.prices(cost)
        self._dearest = int(self._price.max(initial=1))
        self._states = len(kinematics.successor)
        self._dtype = dtype
        self._memory_bytes = memory_bytes
        self.fields = self._empty(1)
        self._row_of = np.full(kinematics.cells, -1, dtype=np.int32)
        self._goal_of = np.full(1, NO_GOAL, np.int32)
        self._used_at = np.full(1, LONG_AGO)  # tick
        self._tick = 0

    @property
    def capacity(self) -> int:
        """How many fields the memory holds."""
        return max(1, self._memory_bytes // (self._states * np.dtype(self._dtype).itemsize))

    def next_tick(self) -> None:
        """Begins a tick: what was used neither in it nor in the one before may go."""
        self._tick += 1

    def rows(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        """The row of `fields` for each goal cell; -1 for cells < 0."""
        wanted = cells[cells >= 0]
        present = self._row_of[wanted]
        self._used_at[present[present >= 0]] = self._tick
        missing = np.unique(wanted[present < 0]).astype(np.int32)
        if len(missing):
            rows = self._free_rows(len(missing))
            self._fill(missing, rows)
            self._row_of[missing] = rows
            self._goal_of[rows] = missing
            self._used_at[rows] = self._tick
        return np.where(cells >= 0, self._row_of[cells], -1).astype(np.int32)

    def prepare(self, cells: NDArray[np.int32]) -> None:
        """Computes the fields of these cells ahead of time if all fit into memory: no tick has to wait for one then."""
        if len(cells) <= self.capacity:
            self.rows(cells)

    def legs(self, origins: NDArray[np.int32], goals: NDArray[np.int32]) -> NDArray[np.float64]:
        """(L,) cost from each origin cell to its goal cell, as the mean over the facings it may begin with."""
        rows = self.rows(goals)
        return self.fields[rows[:, None], origins[:, None] * self._facings + np.arange(self._facings)].mean(axis=1)

    def _fill(self, cells: NDArray[np.int32], rows: NDArray[np.int32]) -> None:
        edges = self._edges

        def fill(part: slice) -> int:
            return _fill_rows(
                cells[part], rows[part], self._facings, edges.first, edges.origin, self._price, self._dearest,
                self._unreached, self.fields,
            )  # fmt: skip

        threads = min(len(cells), os.cpu_count() or 1, 1 + len(cells) * self._states // STATES_PER_THREAD)
        if threads == 1:
            longest = fill(slice(None))
        else:
            with ThreadPoolExecutor(threads) as pool:
                longest = max(pool.map(fill, [slice(first, None, threads) for first in range(threads)]))
        if longest >= self._unreached:
            self._widen()
            self._fill(cells, rows)

    def _widen(self) -> None:
        """Goes on with int32: there are ways too long for uint16."""
        unreached = self.fields == UNREACHED_SHORT
        self._dtype = np.int32
        self.fields = self.fields.astype(np.int32)
        self.fields[unreached] = UNREACHED

    @property
    def _unreached(self) -> int:
        return UNREACHED_SHORT if self._dtype is np.uint16 else UNREACHED

    def _free_rows(self, number: int) -> NDArray[np.int32]:
        """Rows without a goal, or whose goals were used longest ago."""
        rows = len(self._goal_of)
        empty = int((self._goal_of == NO_GOAL).sum())
        if number > empty:
            idle = int((self._used_at < self._tick - 1).sum())
            wished = min(self.capacity, len(self._row_of), max(64, 2 * rows, rows - empty + number))
            self._grow(max(wished, rows - idle + number))
        idle_rows = np.flatnonzero(self._used_at < self._tick - 1)
        chosen = idle_rows[np.argsort(self._used_at[idle_rows], kind="stable")[:number]]
        dropped = self._goal_of[chosen]
        self._row_of[dropped[dropped >= 0]] = -1
        return chosen.astype(np.int32)

    def _grow(self, rows: int) -> None:
        more = rows - len(self._goal_of)
        if more > 0:
            self.fields = np.concatenate([self.fields, self._empty(more)])
            self._goal_of = np.concatenate([self._goal_of, np.full(more, NO_GOAL, np.int32)])
            self._used_at = np.concatenate([self._used_at, np.full(more, LONG_AGO)])

    def _empty(self, rows: int) -> NDArray[Any]:
        return np.full((rows, self._states), self._unreached, self._dtype)
