"""Kernel for the offers of vehicles for transports: rest of the plan, empty trip, loading, loaded trip, unloading.

Dimensions: K transports, V vehicles of the fleet, N of them asked, P places, L nodes and stands of the traffic.
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
    origin: NDArray[np.intp],
    destination: NDArray[np.intp],
    ready_at_s: NDArray[np.float64],
    load_s: NDArray[np.float64],
    unload_s: NDArray[np.float64],
    ahead: NDArray[np.bool_],
    tick_s: float,
    queue_limit: int,
    penalty_s: float,
    travel_times_s: NDArray[np.float64],
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
    waits: NDArray[np.bool_],
    cost: NDArray[np.float64],
    reason: NDArray[np.int8],
    approach_s: NDArray[np.float64],
    has: NDArray[np.int64],
    since_s: NDArray[np.float64],
) -> None:
    """Write the columns of `Bids`, (K, N) each.

    Args:
        slots: (N,) intp, the vehicles asked.
        now_s: current time.
        origin, destination: (K,) intp, places of each transport.
        ready_at_s: (K,) float64, time at which the part is ready for pickup.
        load_s, unload_s: (K,) float64, time to load all parts, and to unload them.
        ahead: (K,) bool, the part is not ready yet: a vehicle that waits for another such part does not take it.
        tick_s: tick of the traffic.
        queue_limit: maximum number of transports that a vehicle may hold at a time.
        penalty_s: cost of leaving a contract that was not begun (leveled commitment); inf: contracts are kept.
        travel_times_s: (P, L) float64, travel time to each place from each node or stand, empty; inf if unreachable.
        landing: (P, L) int32, stand of a vehicle that arrives at the place from there.
        onward_s: (P, L) float64, travel time to each place from each stand, loaded.
        stand, clear_s, is_open, tasks, load, state, free_at_s, free_node, idle_since_s: (V,) of `Fleet` and `Traffic`.
        waits: (V,) bool, waits for a part that is not ready, and counts as idle for one that is.
        cost, reason, approach_s, has, since_s: (K, N) float64, int8, float64, int64 and float64, written here: the
            columns of `Bids` in their order.
    """
    k, n = origin.shape[0], slots.shape[0]
    may_leave = penalty_s < np.inf
    for i in range(n):
        v = slots[i]
        for j in range(k):
            has[j, i] = 0 if waits[v] and not ahead[j] else tasks[v]
            since_s[j, i] = idle_since_s[v]
            cost[j, i], reason[j, i], approach_s[j, i] = np.inf, BUSY, 0.0
            if not is_open[v]:
                continue
            leaves = may_leave and has[j, i] == 1 and state[v] == EMPTY and load[v] == 0
            if has[j, i] >= queue_limit and not leaves:
                continue
            start_s, at = max(clear_s[v], now_s), stand[v]
            if has[j, i] > 0 and not leaves:
                start_s, at = max(free_at_s[v], now_s), free_node[v]
            there_s = arrival_s(float(start_s), float(travel_times_s[origin[j], at]), tick_s)
            loaded_s = max(there_s, ready_at_s[j]) + load_s[j]
            travel_s = float(onward_s[destination[j], landing[origin[j], at]])
            cost_s = arrival_s(loaded_s, travel_s, tick_s) + unload_s[j] - now_s
            if leaves:  # only for a transport that is done sooner by more than the penalty
                cost_s += penalty_s
                if cost_s >= free_at_s[v] - now_s:
                    cost_s = np.inf
            cost[j, i] = cost_s
            approach_s[j, i] = there_s - now_s
            if cost_s < np.inf:
                reason[j, i] = OFFERS
            elif not may_leave:
                reason[j, i] = UNREACHABLE
