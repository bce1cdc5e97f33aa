"""Cost-to-goal over the states of any kinematics, with a cost of its own for each (state, action).

Costs are in units of 1/TICK_COST tick, so that guidance can price an edge by fractions of a tick. The field of a goal
cell holds, for every
state, the least cost until the vehicle stands on that cell in any facing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .kinematics import Kinematics

TICK_COST = 16
UNREACHED = np.int32(1 << 28)


def build_predecessors(successor: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each state the (state * A + action) pairs that lead to it, other than waiting: CSR first (S + 1,),
    pairs (E,).
    """
    states, actions = successor.shape
    pairs = np.arange(states * actions, dtype=np.int32)
    reached = successor.ravel()
    useful = (reached >= 0) & (reached != pairs // actions)
    order = np.argsort(reached[useful], kind="stable")
    first = np.zeros(states + 1, dtype=np.int32)
    np.cumsum(np.bincount(reached[useful], minlength=states), out=first[1:])
    return first, pairs[useful][order].astype(np.int32)


@njit(cache=True)
def fill_field(goal_cell, facings, actions, first, pairs, cost, out):
    """Dial's shortest paths backwards from all states of `goal_cell`; out (S,) int32, cost (S, A) int32 > 0."""
    states = out.shape[0]
    out[:] = UNREACHED
    buckets = 1
    for index in range(pairs.shape[0]):
        price = cost[pairs[index] // actions, pairs[index] % actions]
        if price >= buckets:
            buckets = price + 1
    head = np.full(buckets, -1, np.int32)
    after = np.full(states, -1, np.int32)
    before = np.full(states, -1, np.int32)
    queued = np.zeros(states, np.bool_)
    waiting = 0
    for facing in range(facings):
        state = goal_cell * facings + facing
        out[state] = 0
        after[state] = head[0]
        if head[0] >= 0:
            before[head[0]] = state
        head[0] = state
        queued[state] = True
        waiting += 1
    now = 0
    while waiting > 0:
        slot = now % buckets
        while head[slot] >= 0:
            state = head[slot]
            head[slot] = after[state]
            if head[slot] >= 0:
                before[head[slot]] = -1
            queued[state] = False
            waiting -= 1
            for index in range(first[state], first[state + 1]):
                origin = pairs[index] // actions
                reach = now + cost[origin, pairs[index] % actions]
                if reach < out[origin]:
                    if queued[origin]:
                        if before[origin] >= 0:
                            after[before[origin]] = after[origin]
                        else:
                            head[out[origin] % buckets] = after[origin]
                        if after[origin] >= 0:
                            before[after[origin]] = before[origin]
                    else:
                        queued[origin] = True
                        waiting += 1
                    out[origin] = reach
                    place = reach % buckets
                    before[origin] = -1
                    after[origin] = head[place]
                    if head[place] >= 0:
                        before[head[place]] = origin
                    head[place] = origin
        now += 1


class CostFields:
    """Fields of goal cells, computed when first asked for and kept while `capacity` allows (least recently used goes
    first).

    `fields` (F, S) int32 holds the rows; `rows(cells)` says which row belongs to each goal cell. A call never evicts
    a row
    that it returns, so the capacity must be at least the number of different goals asked for at once.
    """

    def __init__(self, kinematics: Kinematics, cost: NDArray[np.int32], *, capacity: int) -> None:
        self._facings = kinematics.facings
        self._actions = kinematics.successor.shape[1]
        self._first, self._pairs = build_predecessors(kinematics.successor)
        self._cost = np.ascontiguousarray(cost, dtype=np.int32)
        states = len(kinematics.successor)
        self._capacity = max(1, min(capacity, kinematics.cells))
        self.fields = np.full((min(self._capacity, 64), states), UNREACHED, dtype=np.int32)
        self._row_of = np.full(kinematics.cells, -1, dtype=np.int32)
        self._goal_of = np.full(self._capacity, -1, dtype=np.int32)
        self._last_use = np.zeros(self._capacity, dtype=np.int64)
        self._used = 0
        self._clock = 0
        self._lengths: dict[tuple[int, ...], int] = {}

    def rows(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        """The row of `fields` for each goal cell; -1 for cells < 0."""
        self._clock += 1
        wanted = cells[cells >= 0]
        missing = np.unique(wanted[self._row_of[wanted] < 0])
        present = self._row_of[wanted]
        self._last_use[present[present >= 0]] = self._clock
        for cell in missing.tolist():
            row = self._free_row()
            self._row_of[cell] = row
            self._goal_of[row] = cell
            self._last_use[row] = self._clock
            fill_field(cell, self._facings, self._actions, self._first, self._pairs, self._cost, self.fields[row])
        return np.where(cells >= 0, self._row_of[cells], -1).astype(np.int32)

    def length(self, cells: NDArray[np.int32]) -> int:
        """Cost of visiting the cells in order, from the first on, each leg as the mean over the facings it may
        begin with.
        """
        key = tuple(cells.tolist())
        if key not in self._lengths:
            rows = self.rows(cells[1:])
            facings = np.arange(self._facings)
            legs = self.fields[rows[:, None], cells[:-1, None] * self._facings + facings]
            self._lengths[key] = int(legs.mean(axis=1).sum())
        return self._lengths[key]

    def _free_row(self) -> int:
        if self._used < self._capacity:
            row = self._used
            self._used += 1
            if row >= len(self.fields):
                grown = np.full((min(self._capacity, 2 * len(self.fields)), self.fields.shape[1]), UNREACHED, np.int32)
                grown[: len(self.fields)] = self.fields
                self.fields = grown
            return row
        row = int(np.argmin(self._last_use))
        if self._last_use[row] == self._clock:
            raise ValueError(
                f"{self._capacity} fields are kept, but more different goals are in use: raise the capacity"
            )
        self._row_of[self._goal_of[row]] = -1
        return row
