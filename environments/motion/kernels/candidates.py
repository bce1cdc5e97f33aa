"""The sequences of actions that each vehicle may choose in a window of ticks, and what they cost.

Dimensions: V vehicles, S states, A actions, F fields, N nodes of a window, T its ticks, K sequences of a vehicle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from ..costs import TICK_COST
from ..ids import NO_FIELD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..planners.window import Window

IDLE_MOVE_COST = TICK_COST // 2
"""Price of a move of a vehicle without a goal, so that it moves only for others."""


class Wishes(NamedTuple):
    """The states and goals of V vehicles."""

    state: NDArray[np.int32]  # (V,)
    goal: NDArray[np.int32]  # (V,) cell or NO_CELL
    row: NDArray[np.int32]  # (V,) of the goal's field, or NO_FIELD
    next_row: NDArray[np.int32]  # (V,) of the next goal's field, NO_FIELD if unknown
    next_base: NDArray[np.int64]  # (V,) cost from the goal to the next goal
    held: NDArray[np.bool_]  # (V,) whether the vehicle must not move


class Prices(NamedTuple):
    """The prices of actions, in 1/TICK_COST tick."""

    successor: NDArray[np.int32]  # (S, A) of `Graph`
    facings: int  # states per cell
    wait: int  # the wait action
    extra: NDArray[np.int32]  # (S, A) price of each action above a tick
    rest: NDArray[np.int32]  # (S,) price of a state at the end of the window for a vehicle without a goal
    fields: NDArray[np.uint16] | NDArray[np.int32]  # (F, S) cost to a goal


class Sequences(NamedTuple):
    """The sequences of V vehicles, cheapest first."""

    number: NDArray[np.int32]  # (V,) number of sequences
    cost: NDArray[np.int64]  # (V, K) remaining after the window
    path: NDArray[np.int32]  # (V, K, T) cells
    end: NDArray[np.int32]  # (V, K) state after the last action
    first: NDArray[np.int8]  # (V, K) first action

    @classmethod
    def empty(cls, vehicles: int, window: Window) -> Sequences:
        """Allocate room for all sequences of a window."""
        shape = (vehicles, window.sequences)
        return cls(
            number=np.zeros(vehicles, np.int32),
            cost=np.zeros(shape, np.int64),
            path=np.zeros((*shape, window.ticks), np.int32),
            end=np.zeros(shape, np.int32),
            first=np.zeros(shape, np.int8),
        )


@njit(cache=True)
def list_candidates(wishes: Wishes, prices: Prices, window: Window, sequences: Sequences) -> None:
    """List all sequences of each vehicle, cheapest first; `sequences` is overwritten.

    The cost is the remaining cost after the window: the guidance paid within it plus the field at its end. A vehicle
    that reaches its goal within the window continues by the field of its next goal (shifted by next_base), or gains the
    rest of the window if that is unknown. A held vehicle has one sequence: waiting. Among sequences of equal cost the
    one with early progress comes first.
    """
    capacity = sequences.cost.shape[1]
    keys = np.empty(capacity, np.int64)
    raw_path = np.empty((capacity, window.ticks), np.int32)
    raw_end = np.empty(capacity, np.int32)
    raw_first = np.empty(capacity, np.int8)
    for vehicle in range(wishes.state.shape[0]):
        if wishes.held[vehicle]:
            sequences.number[vehicle] = 1
            sequences.cost[vehicle, 0] = 0
            sequences.path[vehicle, 0, :] = wishes.state[vehicle] // prices.facings
            sequences.end[vehicle, 0] = wishes.state[vehicle]
            sequences.first[vehicle, 0] = prices.wait
            continue
        found = walk_window(vehicle, wishes, prices, window, keys, raw_path, raw_end, raw_first)
        sequences.number[vehicle] = found
        ordered = np.sort(keys[:found])
        for place in range(found):
            source = ordered[place] & 4095
            sequences.cost[vehicle, place] = ordered[place] >> 12
            sequences.end[vehicle, place] = raw_end[source]
            sequences.first[vehicle, place] = raw_first[source]
            for tick in range(window.ticks):
                sequences.path[vehicle, place, tick] = raw_path[source, tick]


@njit(cache=True)
def walk_window(
    vehicle: int,
    wishes: Wishes,
    prices: Prices,
    window: Window,
    keys: NDArray[np.int64],
    path: NDArray[np.int32],
    end: NDArray[np.int32],
    first: NDArray[np.int8],
) -> int:
    """Walk the tree of sequences from the state of a vehicle; return the number of possible sequences.

    Args:
        vehicle, wishes, prices, window: as in `list_candidates`.
        keys: (K,) int64, overwritten: cost, lateness of progress and index, so that sorting keys sorts sequences.
        path: (K, T) int32, overwritten, in the order of the tree.
        end, first: (K,), the same.
    """
    facings, fields, ticks = prices.facings, prices.fields, window.ticks
    row, goal, next_row = wishes.row[vehicle], wishes.goal[vehicle], wishes.next_row[vehicle]
    along = np.empty(ticks + 1, np.int32)
    paid = np.empty(ticks + 1, np.int64)
    reached = np.empty(ticks + 1, np.int32)  # tick at which the goal was reached, -1 before
    late = np.empty(ticks + 1, np.int64)
    along[0] = wishes.state[vehicle]
    paid[0] = 0
    late[0] = 0
    reached[0] = -1
    found = 0
    begin = np.int8(0)
    node = 0
    while node < window.action.shape[0]:
        depth = window.depth[node]
        action = window.action[node]
        here = along[depth]
        there = prices.successor[here, action]
        if there < 0:
            node = window.after_subtree[node]
            continue
        if depth == 0:
            begin = action
        level = depth + 1
        along[level] = there
        price = prices.extra[here, action]
        if row == NO_FIELD and there // facings != here // facings:
            price += IDLE_MOVE_COST
        paid[level] = paid[depth] + price
        reached[level] = reached[depth]
        if reached[depth] < 0 and row != NO_FIELD and there // facings == goal:
            reached[level] = level
        late[level] = late[depth]
        if row != NO_FIELD:
            if reached[level] < 0:
                late[level] += fields[row, there]
            else:
                late[level] -= (level - reached[level]) * TICK_COST
        if level == ticks:
            total = paid[level]
            if row != NO_FIELD:
                if reached[level] < 0:
                    total += fields[row, there]
                elif next_row != NO_FIELD:
                    total += fields[next_row, there] - wishes.next_base[vehicle]
                else:
                    total -= (ticks - reached[level]) * TICK_COST
            else:
                total += prices.rest[there]
            keys[found] = (total * 64 + late[level] // 16) * 4096 + found
            for tick in range(ticks):
                path[found, tick] = along[tick + 1] // facings
            end[found] = there
            first[found] = begin
            found += 1
        node += 1
    return found


@njit(cache=True)
def carry_over(
    plan_path: NDArray[np.int32],
    plan_end: NDArray[np.int32],
    fresh: bool,
    cell: NDArray[np.int32],
    state: NDArray[np.int32],
    sequences: Sequences,
    choice: NDArray[np.int32],
) -> None:
    """Choose for each vehicle the sequence that continues its last plan; all wait if one plan no longer fits.

    Args:
        plan_path: (V, T) int32, cells of the last plan.
        plan_end: (V,) int32, its last states.
        fresh: whether there is no last plan.
        cell, state: (V,) current cells and states.
        sequences: of `list_candidates`.
        choice: (V,) int32, overwritten with the index into the sequences of each vehicle.
    """
    vehicles, ticks = plan_path.shape
    waits = np.empty(vehicles, np.int32)  # the sequence that only waits
    valid = not fresh
    for vehicle in range(vehicles):
        choice[vehicle] = -1
        waits[vehicle] = -1
        for place in range(sequences.number[vehicle]):
            stays = sequences.end[vehicle, place] == state[vehicle]
            same = sequences.end[vehicle, place] == plan_end[vehicle]
            for tick in range(ticks):
                at = sequences.path[vehicle, place, tick]
                stays = stays and at == cell[vehicle]
                same = same and at == plan_path[vehicle, min(tick + 1, ticks - 1)]
            if stays:
                waits[vehicle] = place
            if same:
                choice[vehicle] = place
        valid = valid and choice[vehicle] >= 0
    if not valid:
        for vehicle in range(vehicles):  # a slice assignment would take seconds to compile
            choice[vehicle] = waits[vehicle]
