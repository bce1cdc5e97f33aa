"""Fields: the distance of every state to a goal cell, computed when first needed and cached.

A field holds one goal's distance for every state, so that a vehicle compares its neighbouring cells with one look-up
each. The search runs backwards from the goal: a one-way arrow is passed in its own direction only.

    goal G, wall #, arrow >        lengths to G
    . . . #                        3 2 1 #
    . > G .                        2 1 0 1

Cells to be *avoided* are passed only where no other path exists: docks, where vehicles stand while they are loaded
(AVOID), and, if even that does not help, broken-down vehicles (SHUN). In a *potential* their values lie above all
others, so that going downhill leads round them; in a *length* they count like any cell of the route.

Dimensions: C cells, S states, F fields.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from .ids import NO_CELL, NO_FIELD
from .kernels.flood import LEVELS, UNREACHABLE, flood

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Graph

__all__ = ["AVOID", "DETOUR", "PASS", "SHUN", "UNREACHABLE", "FieldCache", "Potentials", "detours_to", "lengths_to"]

PASS, AVOID, SHUN = range(LEVELS)
DETOUR = 1 << 16
LONG_AGO = np.iinfo(np.int64).min
FEWEST_ROWS = 64  # when the table first grows


class FieldCache(ABC):
    """A cache of fields by goal cell; the least recently used fields are dropped when memory is short.

    `rows(cells)` says which row of `fields` (F, S) belongs to each goal cell. The table may be replaced as it grows:
    read `fields` after `rows` or `acquire`. A row stays as long as it is acquired, and until the next call of `rows`:
    where one call needs more goals than the memory allows, the table grows to hold just these.

    Args:
        graph: the floor.
        states: S, values of a field.
        memory_bytes: upper limit of the table, unless the goals in use at one time need more.
        dtype: of the values.
        expected: goals that will be in use at one time; the table gets room for them when it first grows, so that a
            large one is not copied again and again. Room that is not used takes no memory.
    """

    def __init__(self, graph: Graph, states: int, *, memory_bytes: int, dtype: Any, expected: int = 0) -> None:
        self._graph = graph
        self._states = states
        self._memory_bytes = memory_bytes
        self._dtype = dtype
        self._first_rows = max(FEWEST_ROWS, expected)
        self._now = 0  # calls
        self._reset()

    def __len__(self) -> int:
        return int(np.count_nonzero(self._goal_of != NO_CELL))

    @property
    def capacity(self) -> int:
        """How many fields the memory holds."""
        return max(1, self._memory_bytes // (self._states * np.dtype(self._dtype).itemsize))

    def rows(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        """The row of `fields` for each goal cell; NO_FIELD for cells < 0."""
        self._now += 1
        wanted = cells[cells >= 0]
        while len(missing := self._missing(wanted)):
            self._use(wanted)
            self._compute(missing)
        self._use(wanted)
        return self.known_rows(cells)

    def known_rows(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        """The row of each goal cell whose field is in the table, NO_FIELD for all others."""
        return np.where(cells >= 0, self._row_of[cells], NO_FIELD).astype(np.int32)

    def prepare(self, cells: NDArray[np.int32]) -> None:
        """Compute the fields of these cells ahead of time if all fit into memory, so that no tick waits for one."""
        if len(cells) <= self.capacity:
            self.rows(cells)

    def acquire(self, goal: int) -> int:
        """The row of a goal cell; it stays until `release`."""
        row = self._row_of.item(goal)
        if row == NO_FIELD:
            row = self.rows(np.array([goal], np.int32)).item()
        self._users[row] += 1
        return row

    def release(self, goal: int) -> None:
        """Give up one use of a goal's row."""
        row = self._row_of.item(goal)
        self._users[row] -= 1
        self._used_at[row] = self._now
        self._now += 1

    @abstractmethod
    def _fill(self, cells: NDArray[np.int32], rows: NDArray[np.int32]) -> bool:
        """Compute the fields of goal cells (N,) into these rows (N,) of `fields`; False if it emptied the table."""

    def _missing(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        """Goal cells >= 0 without a field, each once, in the order in which they are first named."""
        absent = cells[self._row_of[cells] == NO_FIELD]
        cell, first = np.unique(absent, return_index=True)
        return cell[np.argsort(first)].astype(np.int32)

    def _use(self, cells: NDArray[np.int32]) -> None:
        """Record that the fields of these goal cells are in use now."""
        present = self._row_of[cells]
        self._used_at[present[present != NO_FIELD]] = self._now

    def _compute(self, cells: NDArray[np.int32]) -> None:
        """Compute fields that are missing, (N,) goal cells."""
        rows = self._free_rows(len(cells))
        if self._fill(cells, rows):
            self._row_of[cells] = rows
            self._goal_of[rows] = cells
            self._used_at[rows] = self._now

    def _refill(self) -> None:
        """Recompute the rows in use after distances have changed; drop the others."""
        used = self._users > 0
        self._forget(np.flatnonzero(~used))
        rows = np.flatnonzero(used)
        self._fill(self._goal_of[rows], rows.astype(np.int32))

    def _forget(self, rows: NDArray[np.intp]) -> None:
        goals = self._goal_of[rows]
        self._row_of[goals[goals != NO_CELL]] = NO_FIELD
        self._goal_of[rows] = NO_CELL
        self._used_at[rows] = LONG_AGO

    def _reset(self) -> None:
        """Begin with an empty table."""
        self.fields: NDArray[Any] = np.empty((1, self._states), self._dtype)  # (F, S)
        self._row_of = np.full(self._graph.cells, NO_FIELD, np.int32)
        self._goal_of = np.full(1, NO_CELL, np.int32)
        self._users = np.zeros(1, np.int32)
        self._used_at = np.full(1, LONG_AGO)

    def _free_rows(self, number: int) -> NDArray[np.int32]:
        """Rows without a goal, then those whose goals were used longest ago."""
        rows = len(self._goal_of)
        idle = self._idle_rows()
        empty = int((self._goal_of == NO_CELL).sum())
        if number > empty:
            wished = min(self.capacity, len(self._row_of), max(self._first_rows, 2 * rows, rows - empty + number))
            grown = max(rows, wished, rows - len(idle) + number)
            self._grow(grown - rows)
            idle = np.concatenate([idle, np.arange(rows, grown)])
        chosen = idle[np.argsort(self._used_at[idle], kind="stable")[:number]]
        self._forget(chosen)
        return chosen.astype(np.int32)

    def _idle_rows(self) -> NDArray[np.intp]:
        return np.flatnonzero((self._used_at < self._now) & (self._users == 0))

    def _grow(self, rows: int) -> None:
        if rows:
            grown = np.empty((len(self.fields) + rows, self._states), self._dtype)  # new rows take no memory yet
            grown[: len(self.fields)] = self.fields
            self.fields = grown
            self._goal_of = np.concatenate([self._goal_of, np.full(rows, NO_CELL, np.int32)])
            self._users = np.concatenate([self._users, np.zeros(rows, np.int32)])
            self._used_at = np.concatenate([self._used_at, np.full(rows, LONG_AGO)])


class Potentials(FieldCache):
    """Potential fields over cells that vehicles descend, (F, C) uint16; UNREACHABLE where no path exists.

    Args:
        graph: the floor.
        avoid: (C,) uint8, PASS, AVOID or SHUN; default PASS.
        memory_bytes: see `FieldCache`.
    """

    def __init__(self, graph: Graph, *, avoid: NDArray[np.uint8] | None = None, memory_bytes: int = 1 << 29) -> None:
        super().__init__(graph, graph.cells, memory_bytes=memory_bytes, dtype=np.uint16)
        self.avoid = np.zeros(graph.cells, np.uint8) if avoid is None else avoid.copy()  # (C,)

    def change(self, *, graph: Graph | None = None, avoid: NDArray[np.uint8] | None = None) -> None:
        """Change the allowed moves, or the cells to be avoided, (C,) uint8."""
        if graph is None and avoid is not None and np.array_equal(avoid, self.avoid):
            return
        self._graph = self._graph if graph is None else graph
        self.avoid = self.avoid if avoid is None else avoid.copy()
        self._refill()

    def _fill(self, cells: NDArray[np.int32], rows: NDArray[np.int32]) -> bool:
        for source, row in zip(cells.reshape(-1, 1), rows.tolist(), strict=True):
            _flood_into(self.fields[row], self._graph, source, self.avoid, penalise=True)
        return True


def lengths_to(graph: Graph, goals: NDArray[np.int32], avoid: NDArray[np.uint8] | None = None) -> NDArray[np.uint16]:
    """Path length in cells to the nearest of several goals, (C,) uint16; UNREACHABLE where no path exists."""
    avoid = np.zeros(graph.cells, np.uint8) if avoid is None else avoid
    return _flood_into(np.empty(graph.cells, np.uint16), graph, goals, avoid, penalise=False)


def detours_to(graph: Graph, goal: int, avoid: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(C,) highest level on the path to the goal (PASS, AVOID, SHUN) times DETOUR, plus the length of the path.

    UNREACHABLE where no path exists, plus any multiple of DETOUR.
    """
    source = np.array([goal], np.int32)
    potential = _flood_into(np.empty(graph.cells, np.uint16), graph, source, avoid, penalise=True)
    detours = lengths_to(graph, source, avoid).astype(np.int64)
    for level in range(AVOID, LEVELS):  # a cell whose path leads through this level lies above the first cell of it
        through = potential[(avoid == level) & (potential > 0)]
        detours += DETOUR * (potential >= through.min(initial=UNREACHABLE))
    return detours


def _flood_into(
    field: NDArray[np.uint16], graph: Graph, sources: NDArray[np.int32], avoid: NDArray[np.uint8], *, penalise: bool
) -> NDArray[np.uint16]:
    scratch = np.empty((2, graph.cells), np.int32)
    flood(graph.predecessors, sources, avoid, penalise, field, scratch[0], scratch[1])
    return field
