"""The stands in which vehicles that turn in place reach their goals.

Dimensions: C cells, S = 4 C states (cell, facing), numbered cell * 4 + facing, A actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..graph import CLOCKWISE, COUNTER_CLOCKWISE, FORWARD
from ..ids import NO_STATE
from .shortest_paths import UNREACHED

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOWHERE = -1


@njit(cache=True)
def follow(
    field: NDArray[np.int32], successor: NDArray[np.int32], cost: NDArray[np.int32], order: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Drive down a field from every state: cells and quarter turns to the goal, and the stand reached there.

    If several paths cost the same, one of them is counted, and the first of their goals.

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
    """Merge two possible stands: one cell with any facing if both lie in it, else that in the cell of lower number."""
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
    """(C,) final stands of vehicles that start in a cell with any of `facings` (C, 4); of landing (C, 4)."""
    cells = facings.shape[0]
    united = np.full(cells, NOWHERE, np.int32)
    for cell in range(cells):
        for facing in range(4):
            if facings[cell, facing]:
                united[cell] = either(united[cell], landing[cell, facing], cells)
    return united
