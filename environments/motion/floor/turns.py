"""Times for vehicles that turn in place: `roads` with a facing, and with the speed that a load allows.

Docks and broken-down vehicles are driven through only by those who have no other way: entering such a cell has a price
of its own, beyond all detours. The price decides which way is driven, but no time counts it.

Dimensions: C cells, S = 4 C states (cell, facing), numbered cell * 4 + facing, G goals, V vehicles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from ..costs import CostFields
from ..fields import AVOID, SHUN
from ..graph import CLOCKWISE, COUNTER_CLOCKWISE, FORWARD
from ..ids import NO_CELL, NO_STATE
from ..kernels.shortest_paths import UNREACHED
from .inertia import TurnFields

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from ..graph import Graph

DETOUR_CELLS = 4096  # what is driven to get round a dock, at most
_PRICE_CELLS = {AVOID: DETOUR_CELLS, SHUN: 8 * DETOUR_CELLS}
_MOST_UNITS = 64
"""A cell costs so many units at most: what costs less than one is not told apart, and fields stay quick to fill."""
_FIELD_BYTES = 512 * 2**20
NOWHERE = -1


class Drive(NamedTuple):
    """How vehicles get to the nearest of some cells, from every way to stand: L = C + S, of `Roads`."""

    ticks: NDArray[np.float64]  # (L,) inf if unreachable
    landing: NDArray[np.int32]  # (L,) how they stand there, with any facing where ties leave it open; or NOWHERE


class Turns:
    """Fields over (cell, facing) for vehicles of one pace.

    Args:
        graph: of differential vehicles.
        avoid: (C,) uint8, PASS, AVOID or SHUN.
        turn_ticks: ticks for a quarter turn.
        pace: cells a tick, at most 1.
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
        """The fields and rows of (V,) goal cells of a tick."""
        self._fields.next_tick()
        rows = self._fields.rows(goals)
        return TurnFields(self._fields.fields, rows, self._tick_cost, self._entry_cost)

    def cost(self, state: int, goal: int) -> int:
        """What the way from a state to a goal cell costs."""
        row = self._fields.rows(np.array([goal], np.int32)).item()
        return int(self._fields.fields[row, state])

    def drive_to(self, cells: tuple[int, ...], facings: NDArray[np.bool_]) -> Drive:
        """The way to the nearest of some cells, of equally near ones to the first.

        Ticks are counted as vehicles drive: turns, and cells rounded up to whole ticks. Where the facing is not known,
        all those in facings (C, 4) count alike.
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


@njit(cache=True)
def follow(
    field: NDArray[np.int32], successor: NDArray[np.int32], cost: NDArray[np.int32], order: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Drives down a field from every state: cells and quarter turns to the goal, and how vehicles stand there.

    Where several ways cost the same, one of them is counted, and of their goals the first.

    Args:
        field: (S,) int32, 0 at the goals.
        successor, cost: (S, A) of `Graph`, and of the field.
        order: (S,) int32, states in the order of `field`.

    Returns:
        (S,) int32 each: cells driven; quarter turns; `landing` of `Drive` for states.
    """
    states = field.shape[0]
    driven = np.zeros(states, np.int32)
    quarters = np.zeros(states, np.int32)
    landing = np.full(states, NOWHERE, np.int32)
    for k in range(states):
        here = order[k]
        if field[here] >= UNREACHED:
            break
        if field[here] == 0:
            landing[here] = states // 4 + here
            continue
        for action in (FORWARD, CLOCKWISE, COUNTER_CLOCKWISE):
            to = successor[here, action]
            if to == NO_STATE or field[to] + cost[here, action] != field[here]:
                continue
            if landing[here] == NOWHERE:
                driven[here] = driven[to] + (1 if action == FORWARD else 0)
                quarters[here] = quarters[to] + (0 if action == FORWARD else 1)
            landing[here] = either(int(landing[here]), int(landing[to]), states // 4)
    return driven, quarters, landing


@njit(cache=True)
def either(one: int, other: int, cells: int) -> int:
    """How a vehicle stands that may end in either of two ways: in one cell with any facing, or in the first cell."""
    if one == NOWHERE:
        return other
    if other == NOWHERE or one == other:
        return one
    cell = one if one < cells else (one - cells) // 4
    other_cell = other if other < cells else (other - cells) // 4
    if cell == other_cell:
        return cell
    return one if cell < other_cell else other


@njit(cache=True)
def unite(landing: NDArray[np.int32], facings: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(C,) how a vehicle ends that begins in a cell with any of its facings; of landing (C, 4), facings (C, 4)."""
    cells = facings.shape[0]
    united = np.full(cells, NOWHERE, np.int32)
    for cell in range(cells):
        for facing in range(4):
            if facings[cell, facing]:
                united[cell] = either(united[cell], landing[cell, facing], cells)
    return united
