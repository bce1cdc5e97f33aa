"""Clearing many bids: the cheapest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)
def clear_in_order(bids: NDArray[np.int64], order: NDArray[np.int64], won: NDArray[np.int64]) -> None:
    """Give columns to rows, one bid after the other, where both are still free.

    Args:
        bids: (B, N) int64.
        order: (B N,) int64, flat indices of the bids, the cheapest first.
        won: (B,) int64, receives the column of each row; below 0 before, and for rows that get none.
    """
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
