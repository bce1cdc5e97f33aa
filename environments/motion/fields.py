"""How far is it to a goal: breadth-first distance fields, computed when first needed and kept.

A field answers for one goal and every cell at once, so that a vehicle compares its neighbours with a look-up each.
The search runs backwards from the goal over *reversed* moves: a one-way arrow is passed in its own direction only.

    goal G, wall #, arrow >        lengths to G
    . . . #                        3 2 1 #
    . > G .                        2 1 0 1

Cells to be *avoided* are passed only by those who have no other way: docks, where vehicles stand while they are loaded
(AVOID), and, if even that does not help, broken-down vehicles (SHUN). In a *potential* their values lie above all
others, so that going downhill leads round them; in a *length* they count like any cell of the route.

Dimensions: C cells, F fields, S sources of a field.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_CELL = -1
UNREACHABLE = 65535
PASS, AVOID, SHUN = range(3)
LEVELS = 3
DETOUR = 1 << 16
FARTHEST = 65534
"""Values beyond this are cut to it: routes longer than 65534 cells are not told apart."""


@njit(cache=True)
def reverse_moves(neighbours: NDArray[np.int32]) -> NDArray[np.int32]:
    """Cells from which a cell is entered by moving E, S, W, N.

    Args:
        neighbours: (C, 4) int32, cell reached by moving E, S, W, N, or NO_CELL.

    Returns:
        (C, 4) int32: `reversed[c, k]` is the cell whose move `k` leads to `c`, or NO_CELL.
    """
    cells = neighbours.shape[0]
    entries = np.full((cells, 4), NO_CELL, np.int32)
    for cell in range(cells):
        for k in range(4):
            to = neighbours[cell, k]
            if to != NO_CELL:
                entries[to, k] = cell
    return entries


@njit(cache=True)
def flood(
    entries: NDArray[np.int32],
    sources: NDArray[np.int32],
    avoid: NDArray[np.uint8],
    penalise: bool,
    field: NDArray[np.uint16],
    queue: NDArray[np.int32],
    deferred: NDArray[np.int32],
) -> None:
    """Fill `field` with the distance of every cell to the nearest source.

    First all cells that reach a source without passing an avoided cell, then those through AVOID, then those through
    SHUN cells. With `penalise` the values of avoided cells, and of all that only get out through them, are raised above
    those before.

    Args:
        entries: (C, 4) int32 of `reverse_moves`.
        sources: (S,) int32, goal cells; they are expanded even where they are avoided.
        avoid: (C,) uint8, PASS, AVOID or SHUN.
        penalise: True for a potential to go down, False for lengths in cells (shortest if nothing is to SHUN).
        field: (C,) uint16, overwritten.
        queue, deferred: (C,) int32, scratch.
    """
    field[:] = UNREACHABLE
    head, tail, waiting = 0, 0, 0
    for k in range(sources.shape[0]):
        if field[sources[k]] != 0:
            field[sources[k]] = 0
            queue[tail] = sources[k]
            tail += 1
    farthest = 0
    for level in range(LEVELS):
        # Cells of this level that were come to so far go first into their places, those of higher levels wait on.
        later, found = 0, waiting
        while later < found and avoid[deferred[later]] != level:
            later += 1
        if penalise:
            for k in range(later, found):
                if avoid[deferred[k]] == level:
                    field[deferred[k]] = min(field[deferred[k]] + farthest + 1, FARTHEST)
        # Two queues, each ascending: the smaller head first keeps the search in order of distance.
        while head < tail or later < found:
            if later < found and (head == tail or field[deferred[later]] <= field[queue[head]]):
                cell = deferred[later]
                later += 1
                while later < found and avoid[deferred[later]] != level:
                    later += 1
            else:
                cell = queue[head]
                head += 1
            farthest = max(farthest, np.int64(field[cell]))
            value = min(np.int64(field[cell]) + 1, FARTHEST)
            for k in range(4):
                origin = entries[cell, k]
                if origin != NO_CELL and field[origin] == UNREACHABLE:
                    field[origin] = value
                    if avoid[origin] > level:
                        deferred[waiting] = origin
                        waiting += 1
                    else:
                        queue[tail] = origin
                        tail += 1


class FieldCache:
    """Fields by goal cell, of which the least recently used ones go when memory is short.

    Rows of `fields` are lent: `acquire` a goal's row, `release` it when nobody steers by it any more. A row in use
    never goes, so with more goals in use than `capacity` the table grows beyond it. The table may be replaced as it
    grows: read `fields` anew after `acquire`.

    Args:
        neighbours: (C, 4) int32, cell reached by moving E, S, W, N, or NO_CELL.
        capacity: rows that are kept; a row takes 2 C bytes.
        avoid: (C,) uint8, PASS, AVOID or SHUN; default PASS.
    """

    def __init__(
        self, neighbours: NDArray[np.int32], *, capacity: int = 4096, avoid: NDArray[np.uint8] | None = None
    ) -> None:
        cells = neighbours.shape[0]
        self.entries = reverse_moves(neighbours)  # (C, 4) int32
        self.avoid = np.zeros(cells, np.uint8) if avoid is None else avoid.copy()  # (C,)
        self.capacity = max(capacity, 1)
        self.fields = np.empty((min(16, self.capacity), cells), np.uint16)  # (F, C)
        self._row_of: dict[int, int] = {}
        self._users: dict[int, int] = {}
        self._idle: OrderedDict[int, None] = OrderedDict()  # goals without users, least recently used first
        self._free: list[int] = list(range(self.fields.shape[0]))[::-1]
        self._queue = np.empty(cells, np.int32)
        self._deferred = np.empty(cells, np.int32)

    def __len__(self) -> int:
        return len(self._row_of)

    def acquire(self, goal: int) -> int:
        """The row of the potential towards a goal cell; it stays until `release`."""
        row = self._row_of.get(goal)
        if row is None:
            row = self._row_of[goal] = self._new_row()
            self._fill(goal, row)
        else:
            self._idle.pop(goal, None)
        self._users[goal] = self._users.get(goal, 0) + 1
        return row

    def release(self, goal: int) -> None:
        """One user less of a goal's row."""
        self._users[goal] -= 1
        if self._users[goal] == 0:
            del self._users[goal]
            self._idle[goal] = None

    def set_avoid(self, avoid: NDArray[np.uint8]) -> None:
        """Other cells are to be avoided: rows in use are computed anew, the others are forgotten."""
        if np.array_equal(avoid, self.avoid):
            return
        self.avoid = avoid.copy()
        self._renew()

    def set_moves(self, neighbours: NDArray[np.int32]) -> None:
        """Other moves are allowed, (C, 4) int32: rows in use are computed anew, the others are forgotten."""
        self.entries = reverse_moves(neighbours)
        self._renew()

    def _renew(self) -> None:
        for goal in self._idle:
            self._free.append(self._row_of.pop(goal))
        self._idle.clear()
        for goal, row in self._row_of.items():
            self._fill(goal, row)

    def lengths_to(self, goals: NDArray[np.int32]) -> NDArray[np.uint16]:
        """Cells to drive to the nearest of several goals, (C,) uint16; UNREACHABLE where there is no way."""
        lengths = np.empty(self.fields.shape[1], np.uint16)
        flood(self.entries, goals, self.avoid, False, lengths, self._queue, self._deferred)
        return lengths

    def detours_to(self, goal: int) -> NDArray[np.int64]:
        """(C,) what has to be passed on the way to the goal (PASS, AVOID, SHUN) times DETOUR, plus its length.

        UNREACHABLE where there is no way, plus any multiple of DETOUR.
        """
        potential = np.empty(self.fields.shape[1], np.uint16)
        source = np.array([goal], np.int32)
        flood(self.entries, source, self.avoid, True, potential, self._queue, self._deferred)
        detours = self.lengths_to(source).astype(np.int64)
        for level in range(AVOID, LEVELS):  # who comes through cells of a level lies above the first of them
            through = potential[(self.avoid == level) & (potential > 0)]
            detours += DETOUR * (potential >= through.min(initial=UNREACHABLE))
        return detours

    def _fill(self, goal: int, row: int) -> None:
        source = np.array([goal], np.int32)
        flood(self.entries, source, self.avoid, True, self.fields[row], self._queue, self._deferred)

    def _new_row(self) -> int:
        if self._free:
            return self._free.pop()
        rows, cells = self.fields.shape
        if rows >= self.capacity and self._idle:
            goal, _ = self._idle.popitem(last=False)
            return self._row_of.pop(goal)
        more = max(1, min(rows, self.capacity - rows)) if rows < self.capacity else max(1, rows // 4)
        grown = np.empty((rows + more, cells), np.uint16)
        grown[:rows] = self.fields
        self.fields = grown
        self._free = list(range(rows, rows + more))[::-1]
        return self._free.pop()
