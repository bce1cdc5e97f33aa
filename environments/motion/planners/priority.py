"""Priorities of the look-ahead planner: vehicles by their lateness compared with driving alone (PIBT: `kernels.tick`).

A vehicle's lateness is the time since it got its goal over the remaining time on an empty floor, so that near goals and
long waits both count. Vehicles inside a dead end that have to leave it go before all others, the deepest first, because
no vehicle can pass them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATIENCE_TICKS = 2.0  # keeps a vehicle next to its goal from outranking all others at once
FIRST_WEIGHT = 1e8
LEAVING_WEIGHT = 100.0
OVERDUE_RATIO = 8.0


def rank_vehicles(
    left_ticks: NDArray[np.float64],
    age_ticks: NDArray[np.int64],
    has_goal: NDArray[np.bool_],
    must_leave_depth: NDArray[np.int32],
) -> NDArray[np.int64]:
    """(V,) rank of each vehicle, 0 first; ties by index. Vehicles without a goal come last.

    left_ticks (V,) to the goal on an empty floor, age_ticks (V,) since the goal was given, must_leave_depth (V,) depth
    in the dead end that the vehicle has to leave, 0 elsewhere.
    """
    order = np.lexsort((-measure_lateness(left_ticks, age_ticks, has_goal), -must_leave_depth))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def measure_lateness(
    left_ticks: NDArray[np.float64], age_ticks: NDArray[np.int64], has_goal: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(V,) time since the goal was given over the time left, -1 without a goal; arguments as in `rank_vehicles`."""
    return np.where(has_goal, (age_ticks + 1) / (left_ticks + PATIENCE_TICKS), -1.0)


def find_overdue(left_ticks: NDArray[np.float64], age_ticks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(V,) whether each vehicle is overdue: its search continues past the bound, or else a floor may freeze."""
    return age_ticks > OVERDUE_RATIO * (left_ticks + PATIENCE_TICKS)


def weights_by_rank(rank: NDArray[np.int64], leaving: NDArray[np.int32], density: float) -> NDArray[np.int64]:
    """(V,) weight of each vehicle's cost in the sum that improvement lowers: exponential in rank, flat on empty floors.

    On crowded floors a steep weighting keeps improvement from undoing what the priority pass gave to the vehicles in
    front. On empty floors the weight of vehicles that leave a dead end does so; leaving (V,) is their depth. Otherwise
    two vehicles waiting outside could hold up the one inside forever.
    """
    steepness = 20.0 * max(0.0, density - 0.1)
    weight = np.exp(-steepness * rank / max(1, len(rank)))
    leaver = max(1.0, LEAVING_WEIGHT * np.exp(-steepness))  # where ranks weigh little
    return (FIRST_WEIGHT * np.where(leaving > 0, leaver, 1.0) * weight).astype(np.int64) + 1
