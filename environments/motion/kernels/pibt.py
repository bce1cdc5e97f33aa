"""One step for all vehicles: priority inheritance with backtracking (PIBT).

Source: K. Okumura, M. Machida, X. Défago, Y. Tamura, "Priority inheritance with backtracking for iterative multi-agent
path finding", Artificial Intelligence 310 (2022), algorithm 1. Written without recursion.

A step has three parts, each a kernel of its own, so that another planner can replace one of them:

1. `rank_moves`  every vehicle ranks its (at most five) next cells: downhill in its field first. Turning times,
                 guidance or look-ahead change the ranking, nothing else.
2. `reserve`     vehicles choose in the order of priority. A vehicle that wants an occupied cell pushes its occupant,
                 which inherits the priority; if the occupant cannot move, the pusher tries its next candidate cell.
3. `advance`     the vehicles move to their targets.

Invariants after `reserve`: every vehicle has a target among its choices or its own cell; no two share a target; no two
exchange cells; a held vehicle stays. Following another vehicle and rotating in a cycle are allowed.

Priorities: `order` lists the vehicles, highest first. Vehicles that have reached their goal go behind all others, which
keep their order (`reorder`): the longer since its last goal, the earlier a vehicle comes, as in the paper.

Ties between equally good cells are broken by a hash of (seed, tick, vehicle): no state, no random stream. A free cell
is preferred to an occupied one, but not always: otherwise two vehicles can push each other to and fro forever next to a
dead end (8 of 20 pairs of floor and fleet with docks in dead ends froze like this; now none does).

Dimensions: V vehicles, C cells, F fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..ids import NO_CELL, NO_VEHICLE
from ..vehicles import CHOICES
from .ties import tie

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..vehicles import Vehicles

_LAST = np.int32(2**31 - 1)


@njit(cache=True)
def rank_moves(
    v: Vehicles, fields: NDArray[np.uint16], neighbours: NDArray[np.int32], now: NDArray[np.int32], salt: int
) -> None:
    """Rank the next cells of every vehicle: nearest to the goal first; on ties its own cell, then free cells.

    Args:
        v: V vehicles; reads `cell` and `row`, overwrites `choices`.
        fields: (F, C) uint16, distance to the row's goal.
        neighbours: (C, 4) int32.
        now: (C,) int32, vehicle in a cell or NO_VEHICLE.
        salt: of `tick_salt`.
    """
    cell, row, choices = v.cell, v.row, v.choices
    for i in range(cell.shape[0]):
        here = cell[i]
        mine = row[i]
        mixed = tie(salt, i)
        turn = mixed >> 30  # directions in the order of k ^ turn: each pair comes in either order equally often
        taken = 8 if mixed & 3 else 0
        # A key is distance, occupied?, direction in 16 + 1 + 3 bits: sorting keys sorts cells.
        a = np.int32(fields[mine, here]) << 4
        to = neighbours[here, 0 ^ turn]
        b = _LAST if to < 0 else (np.int32(fields[mine, to]) << 4) | (taken if now[to] >= 0 else 0) | 1
        to = neighbours[here, 1 ^ turn]
        c = _LAST if to < 0 else (np.int32(fields[mine, to]) << 4) | (taken if now[to] >= 0 else 0) | 2
        to = neighbours[here, 2 ^ turn]
        d = _LAST if to < 0 else (np.int32(fields[mine, to]) << 4) | (taken if now[to] >= 0 else 0) | 3
        to = neighbours[here, 3 ^ turn]
        e = _LAST if to < 0 else (np.int32(fields[mine, to]) << 4) | (taken if now[to] >= 0 else 0) | 4
        # Sorting network of nine exchanges for five keys.
        a, d = min(a, d), max(a, d)
        b, e = min(b, e), max(b, e)
        a, c = min(a, c), max(a, c)
        b, d = min(b, d), max(b, d)
        a, b = min(a, b), max(a, b)
        c, e = min(c, e), max(c, e)
        b, c = min(b, c), max(b, c)
        d, e = min(d, e), max(d, e)
        c, d = min(c, d), max(c, d)
        choices[i, 0] = _cell_of(a, here, turn, neighbours)
        choices[i, 1] = _cell_of(b, here, turn, neighbours)
        choices[i, 2] = _cell_of(c, here, turn, neighbours)
        choices[i, 3] = _cell_of(d, here, turn, neighbours)
        choices[i, 4] = _cell_of(e, here, turn, neighbours)


@njit(cache=True, inline="always")
def _cell_of(key: int | np.int32, here: int, turn: int, neighbours: NDArray[np.int32]) -> int:
    if key == _LAST:
        return NO_CELL
    code = key & 7
    return here if code == 0 else neighbours[here, (code - 1) ^ turn]


@njit(cache=True)
def reserve(v: Vehicles, now: NDArray[np.int32], after: NDArray[np.int32]) -> None:
    """Choose every vehicle's target, in the order of priority, with inheritance and backtracking.

    Args:
        v: V vehicles; reads `cell`, `choices`, `order` and `held`, overwrites `target` and `scratch`.
        now: (C,) int32, vehicle in a cell or NO_VEHICLE.
        after: (C,) int32, all NO_VEHICLE; overwritten: vehicle in a cell after the step.
    """
    cell, choices, order, held, target = v.cell, v.choices, v.order, v.held, v.target
    attempt, stack = v.scratch[0], v.scratch[1]
    vehicles = cell.shape[0]
    for i in range(vehicles):
        if held[i]:
            target[i] = cell[i]
            after[cell[i]] = i
        else:
            target[i] = NO_CELL
    for k in range(vehicles):
        root = order[k]
        if target[root] != NO_CELL:
            continue
        depth = 0
        stack[0] = root
        attempt[root] = 0
        while depth >= 0:
            i = stack[depth]
            here = cell[i]
            a = attempt[i]
            decided = False
            while a < CHOICES:
                to = choices[i, a]
                a += 1
                if to == NO_CELL:
                    break
                if after[to] != NO_VEHICLE:
                    continue
                other = now[to]
                if other == NO_VEHICLE or other == i:  # noqa: SIM109 (numba has no `in` for mixed integers)
                    after[to] = i
                    target[i] = to
                    depth = -1
                    decided = True
                    break
                aim = target[other]
                if aim == here:
                    continue
                after[to] = i
                target[i] = to
                decided = True
                if aim == NO_CELL:
                    attempt[i] = a
                    depth += 1
                    stack[depth] = other
                    attempt[other] = 0
                else:
                    depth = -1
                break
            if not decided:
                # The pusher's claim on this cell falls back to the one who cannot leave it.
                target[i] = here
                after[here] = i
                depth -= 1


@njit(cache=True)
def reorder(v: Vehicles, ranks: int) -> bool:
    """Sort `order` by `rank`, 0..ranks - 1, keeping the order within a rank; say whether it changed."""
    order, rank, scratch = v.order, v.rank, v.scratch[0]
    vehicles = order.shape[0]
    sorted_already = True
    for k in range(1, vehicles):
        if rank[order[k]] < rank[order[k - 1]]:
            sorted_already = False
            break
    if sorted_already:
        return False
    place = np.zeros(ranks + 1, np.int64)
    for k in range(vehicles):
        place[rank[k] + 1] += 1
    for r in range(ranks):
        place[r + 1] += place[r]
    for k in range(vehicles):
        i = order[k]
        scratch[place[rank[i]]] = i
        place[rank[i]] += 1
    order[:] = scratch
    return True


@njit(cache=True)
def advance(v: Vehicles, now: NDArray[np.int32]) -> int:
    """Put the vehicles on their targets and empty `now`, which serves as `after` of the next step.

    Args:
        v: V vehicles; `cell` becomes `target`, `moves` counts.
        now: (C,) int32, all NO_VEHICLE afterwards.

    Returns:
        How many vehicles moved.
    """
    cell, target = v.cell, v.target
    moved = 0
    for i in range(cell.shape[0]):
        now[cell[i]] = NO_VEHICLE
        if target[i] != cell[i]:
            moved += 1
            v.moves[i] += 1
            cell[i] = target[i]
    return moved
