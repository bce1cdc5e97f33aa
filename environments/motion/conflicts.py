"""Validates recorded trajectories against the traffic rules.

This module shares no code with the planners. A trajectory is `cells (T, V) int32`, the cell of every vehicle at every
tick; the rules are

- vertex    two vehicles in one cell at one tick,
- swap      two vehicles that exchange cells,
- wall      a vehicle in a cell that is a wall or off the floor,
- jump      a move to a cell that is not a neighbour,
- one-way   leaving a cell against its arrow or sideways, or entering a cell against its arrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..layout import Layout

ConflictKind = Literal["vertex", "swap", "wall", "jump", "one-way"]
DELTAS = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""(rows, columns) of a move E, S, W, N."""


@dataclass(frozen=True, order=True)
class Conflict:
    """A broken rule: in the move that ends at `tick` (for vertex and wall: at `tick` itself)."""

    tick: int
    kind: ConflictKind
    vehicles: tuple[int, ...]
    cells: tuple[int, ...]

    def __str__(self) -> str:
        who = " and ".join(str(vehicle) for vehicle in self.vehicles)
        where = " -> ".join(str(cell) for cell in self.cells)
        return f"tick {self.tick}: {self.kind} of vehicle {who} at cell {where}"


def find_conflicts(
    cells: NDArray[np.int32],
    layout: Layout,
    *,
    limit: int = 1000,
    ticks: NDArray[np.integer] | None = None,
    absent: int | None = None,
) -> list[Conflict]:
    """All broken rules of a trajectory in order of time, at most `limit`.

    Args:
        cells: (T, V) integer cells; row t + 1 is one tick after row t, or any number of ticks after it in which
            nothing moved.
        layout: the floor.
        limit: stop after this many conflicts.
        ticks: (T,) tick number of each row; default 0..T - 1.
        absent: the value that stands for a vehicle that is not on the floor and breaks no rule; None: every value is a
            cell.

    Returns:
        Conflicts with tick, vehicles and cells. Empty if the trajectory keeps all rules.
    """
    found: list[Conflict] = []
    at = np.arange(len(cells)) if ticks is None else ticks
    for conflict in _conflicts(np.asarray(cells), layout, at, absent):
        found.append(conflict)
        if len(found) >= limit:
            break
    return found


def _conflicts(
    cells: NDArray[np.int32], layout: Layout, ticks: NDArray[np.integer], absent: int | None
) -> Iterator[Conflict]:
    passable = np.asarray(layout.passable, dtype=bool)
    before = None
    for tick, row in zip(ticks.tolist(), cells, strict=True):
        there = np.full(row.shape, True) if absent is None else row != absent
        yield from _misplaced(tick, row, passable, there)
        yield from _sharing(tick, row, there)
        if before is not None:
            stayed = there if absent is None else there & (before != absent)
            yield from _exchanging(tick, before, row, stayed)
            yield from _misdriving(tick, before, row, stayed, layout)
        before = row


def _misplaced(
    tick: int, row: NDArray[np.int32], passable: NDArray[np.bool_], there: NDArray[np.bool_]
) -> Iterator[Conflict]:
    outside = (row < 0) | (row >= passable.size)
    wrong = outside | ~passable[np.where(outside, 0, row)]
    for vehicle in np.flatnonzero(wrong & there).tolist():
        yield Conflict(tick, "wall", (vehicle,), (int(row[vehicle]),))


def _sharing(tick: int, row: NDArray[np.int32], there: NDArray[np.bool_]) -> Iterator[Conflict]:
    sequence = np.argsort(row, kind="stable")
    sequence = sequence[there[sequence]]
    placed = row[sequence]
    for k in np.flatnonzero(placed[1:] == placed[:-1]).tolist():
        yield Conflict(tick, "vertex", (int(sequence[k]), int(sequence[k + 1])), (int(placed[k]),))


def _exchanging(
    tick: int, before: NDArray[np.int32], row: NDArray[np.int32], stayed: NDArray[np.bool_]
) -> Iterator[Conflict]:
    moved = np.flatnonzero((before != row) & stayed)
    wide = np.int64(2**32)
    there = before[moved].astype(np.int64) * wide + row[moved]
    back = row[moved].astype(np.int64) * wide + before[moved]
    if not np.isin(there, back).any():
        return
    driver = dict(zip(there.tolist(), moved.tolist(), strict=True))
    for vehicle, key in zip(moved.tolist(), back.tolist(), strict=True):
        other = driver.get(key)
        if other is not None and vehicle < other:
            yield Conflict(tick, "swap", (vehicle, other), (int(before[vehicle]), int(row[vehicle])))


def _misdriving(
    tick: int,
    before: NDArray[np.int32],
    row: NDArray[np.int32],
    stayed: NDArray[np.bool_],
    layout: Layout,
) -> Iterator[Conflict]:
    width, one_way = layout.width, layout.one_way
    moved = np.flatnonzero((before != row) & stayed)
    # A cell off the floor is a wall conflict of its own and has no neighbours to check.
    moved = moved[(before[moved] >= 0) & (row[moved] >= 0)]
    moved = moved[(before[moved] < one_way.size) & (row[moved] < one_way.size)]
    rows = row[moved] // width - before[moved] // width
    columns = row[moved] % width - before[moved] % width
    direction = np.full(moved.size, -1)
    for k, (down, right) in enumerate(DELTAS):
        direction[(rows == down) & (columns == right)] = k
    left, entered = one_way[before[moved]], one_way[row[moved]]
    back = (direction + 2) % 4
    wrong_way = (left >= 0) & (left != direction) & ~(layout.sideways[before[moved]] & (left != back))
    if not layout.through_parking:
        wrong_way |= (layout.neighbours[before[moved]] != row[moved, None]).all(axis=1)
    forbidden = wrong_way | ((entered >= 0) & (entered == back))
    for k in np.flatnonzero((direction < 0) | forbidden).tolist():
        vehicle = int(moved[k])
        kind: ConflictKind = "jump" if direction[k] < 0 else "one-way"
        yield Conflict(tick, kind, (vehicle,), (int(before[vehicle]), int(row[vehicle])))
