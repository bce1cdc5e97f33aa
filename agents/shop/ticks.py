"""Departure and arrival times of vehicles: on a floor they set out at the next tick, elsewhere at once."""

from __future__ import annotations

import numpy as np
from numba import njit

SAME_TICK = 1e-7
"""Fraction of a tick by which an order may be late, through rounding, and still count for that tick."""


@njit(cache=True)
def arrival_s(order_s: float, travel_s: float, tick_s: float) -> float:
    """Arrival time of a vehicle with travel time `travel_s` that gets its order at `order_s`; no wait if it is there.

    `tick_s` is the tick of the traffic; inf: it has none.
    """
    if travel_s == 0.0 or tick_s == np.inf:
        return order_s + travel_s
    return np.ceil(order_s / tick_s - SAME_TICK) * tick_s + travel_s
