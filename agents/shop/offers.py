"""Kernel for the offers of vehicles for one transport: rest of the plan, empty trip, loading, loaded trip, unloading.

Dimensions: V vehicles of the fleet, N of them asked, L nodes and stands of the traffic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..events import VehicleState
from ..negotiation.messages import Reason
from .ticks import arrival_s

if TYPE_CHECKING:
    from numpy.typing import NDArray

OFFERS, BUSY, UNREACHABLE = int(Reason.NONE), int(Reason.BUSY), int(Reason.UNREACHABLE)
EMPTY = int(VehicleState.EMPTY)


@njit(cache=True)
def transport_offers(
    slots: NDArray[np.intp],
    now_s: float,
    ready_at_s: float,
    load_s: float,
    unload_s: float,
    tick_s: float,
    queue_limit: int,
    penalty_s: float,
    ways_s: NDArray[np.float64],
    landing: NDArray[np.int32],
    onward_s: NDArray[np.float64],
    stand: NDArray[np.int32],
    clear_s: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    tasks: NDArray[np.int64],
    load: NDArray[np.int64],
    state: NDArray[np.int8],
    free_at_s: NDArray[np.float64],
    free_node: NDArray[np.int32],
    idle_since_s: NDArray[np.float64],
    spare: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """The columns of `Bids`, (N,) each.

    Args:
        slots: (N,) intp, the vehicles asked.
        now_s: current time.
        ready_at_s: time at which the part is ready for pickup.
        load_s, unload_s: time to load all parts, and to unload them.
        tick_s: tick of the traffic.
        queue_limit: maximum number of transports that a vehicle may hold at a time.
        penalty_s: cost of leaving a contract that was not begun (leveled commitment); inf: contracts are kept.
        ways_s: (L,) float64, travel time from each node or stand to the part; inf if unreachable.
        landing: (L,) int32, stand of a vehicle that arrives at the part from there.
        onward_s: (L,) float64, travel time from each stand to the destination of the part.
        stand, clear_s, is_open, tasks, load, state, free_at_s, free_node, idle_since_s: (V,) of `Fleet` and `Traffic`.
        spare: (V,) bool, counts as idle for this part: the vehicle waits for another one that is not ready.
    """
    n = slots.shape[0]
    cost = np.full(n, np.inf)
    reason = np.full(n, BUSY, np.int8)
    approach_s = np.zeros(n)
    has = np.empty(n, np.int64)
    since_s = np.empty(n)
    may_leave = penalty_s < np.inf
    for i in range(n):
        v = slots[i]
        has[i] = 0 if spare[v] else tasks[v]
        since_s[i] = idle_since_s[v]
        if not is_open[v]:
            continue
        leaves = may_leave and has[i] == 1 and state[v] == EMPTY and load[v] == 0
        if has[i] >= queue_limit and not leaves:
            continue
        start_s, at = max(clear_s[v], now_s), stand[v]
        if has[i] > 0 and not leaves:
            start_s, at = max(free_at_s[v], now_s), free_node[v]
        there_s = arrival_s(float(start_s), float(ways_s[at]), tick_s)
        loaded_s = max(there_s, ready_at_s) + load_s
        cost_s = arrival_s(loaded_s, float(onward_s[landing[at]]), tick_s) + unload_s - now_s
        if leaves:  # only for a transport that is done sooner by more than the penalty
            cost_s += penalty_s
            if cost_s >= free_at_s[v] - now_s:
                cost_s = np.inf
        cost[i] = cost_s
        approach_s[i] = there_s - now_s
        if cost_s < np.inf:
            reason[i] = OFFERS
        elif not may_leave:
            reason[i] = UNREACHABLE
    return cost, reason, approach_s, has, since_s
