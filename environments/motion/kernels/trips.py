"""Trips over cheapest routes: how much traffic each action of a floor would carry.

Dimensions: S states, A actions, G goals, N cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from .shortest_paths import UNREACHED, fill_field
from .ties import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)
def add_trips(
    cells: NDArray[np.int32],
    goals: NDArray[np.int32],
    trips: int,
    successor: NDArray[np.int32],
    facings: int,
    first: NDArray[np.int32],
    origin: NDArray[np.int32],
    price: NDArray[np.int32],
    cost: NDArray[np.int32],
    wait: int,
    seed: np.uint64,
    flow: NDArray[np.float64],
) -> None:
    """Send vehicles from random cells to each goal over cheapest routes, and count the actions that they take.

    Args:
        cells: (N,) int32, where trips may begin.
        goals: (G,) int32.
        trips: vehicles to each goal.
        successor: (S, A) int32 of `Graph`.
        facings: states of a cell.
        first, origin, price: of `Graph.edges`, for `fill_field`.
        cost: (S, A) int32 of each action.
        wait: the action that takes no edge.
        seed: of the trips.
        flow: (S, A) float64; every action taken adds 1.
    """
    states, actions = successor.shape
    field = np.empty(states, np.int32)
    dearest = price.max()
    for index in range(goals.shape[0]):
        goal = goals[index]
        fill_field(goal, facings, first, origin, price, dearest, field)
        for trip in range(trips):
            draw = mix(seed + np.uint64(index * trips + trip))
            state = cells[np.int64(draw % np.uint64(cells.shape[0]))] * facings + np.int64(
                (draw >> np.uint64(32)) % np.uint64(facings)
            )
            if field[state] >= UNREACHED:
                continue
            while field[state] > 0:
                best = -1
                for turn in range(actions):
                    action = (turn + np.int64(draw >> np.uint64(40))) % actions
                    there = successor[state, action]
                    if action != wait and there >= 0 and field[there] + cost[state, action] == field[state]:
                        best = action
                        break
                flow[state, best] += 1.0
                state = successor[state, best]
