"""Who takes which task: the bids of all free vehicles for all open tasks are one array, cleared in one go.

A bid is the vehicle's cost to the first errand plus a share of the task's own length, so that of two tasks equally near the shorter
one is done first. Vehicles whose task is not begun bid again every tick, which re-opens the contract at no cost. Clearing by the
Hungarian method is exact; sequential single-item clearing (cheapest bid first) serves where the array is too large for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_BID = -1


def clear_bids(bids: NDArray[np.int64], *, exact_up_to: int = 400_000) -> NDArray[np.int64]:
    """(B,) column won by each row of bids (B, N), each column at most once; NO_BID for rows left without.

    Exact (least total) while B * N is at most `exact_up_to`, else cheapest bid first.
    """
    won = np.full(len(bids), NO_BID, np.int64)
    if bids.size == 0:
        return won
    if bids.size <= exact_up_to:
        rows, columns = linear_sum_assignment(bids)
        won[rows] = columns
        return won
    _clear_in_order(bids, np.argsort(bids, axis=None, kind="stable"), won)
    return won


@njit(cache=True)
def _clear_in_order(bids, order, won):
    rows, columns = bids.shape
    free = np.ones(columns, np.bool_)
    left = min(rows, columns)
    for index in range(order.shape[0]):
        if left == 0:
            break
        row = order[index] // columns
        column = order[index] % columns
        if won[row] < 0 and free[column]:
            won[row] = column
            free[column] = False
            left -= 1
