"""When vehicles set out and arrive: on a floor with the next tick, elsewhere at once."""

from __future__ import annotations

import numpy as np
from numba import njit

SAME_TICK = 1e-7
"""What is later than a tick by less than this part of one, by the rounding of sums, is in time for it."""


@njit(cache=True)
def arrival_s(order_s: float, way_s: float, tick_s: float) -> float:
    """When a vehicle arrives that is `way_s` away and gets its order at `order_s`; at once if it is there already.

    `tick_s` is the tick of the traffic; inf: it has none.
    """
    if way_s == 0.0 or tick_s == np.inf:
        return order_s + way_s
    return np.ceil(order_s / tick_s - SAME_TICK) * tick_s + way_s
