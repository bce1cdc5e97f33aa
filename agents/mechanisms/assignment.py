"""Central optimisation: the yardstick for whatever is decided by negotiation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .market import Award, Market


class Hungarian:
    """The assignment of least total cost, as many tasks as can be (Kuhn 1955; scipy's shortest augmenting paths).

    Each contractor gets one task at a time; where it can take more, what is left is assigned again at the costs that
    it then has. The age of a task counts as in the contract net, so that none waits for ever.
    """

    joint = True

    def clear(self, market: Market) -> Iterator[Award]:
        from scipy.optimize import linear_sum_assignment  # late: takes longer to import than most runs to decide

        while market.cost.size and (market.cost < np.inf).any():
            offered = market.cost < np.inf
            score = np.where(offered, market.cost, 0.0) - market.age_s[:, None]
            never = (np.abs(score).max() + 1.0) * (2 * min(score.shape) + 1)  # costs more than all others together
            rows, columns = linear_sum_assignment(np.where(offered, score, never))
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
                if offered[row, column]:
                    yield row, column
