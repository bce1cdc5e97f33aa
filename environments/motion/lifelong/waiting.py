"""Waiting spots of idle vehicles: near the cells in which tasks have appeared so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..costs import TICK_COST
from .assignment import NO_BID

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..costs import CostFields

MOST_SITES = 400


class WaitingSpots:
    """Spreads idle vehicles over the pickups seen so far, so that some vehicle is near the next one.

    Sites are chosen greedily for the least sum of cubed distances (which keeps the longest trips short) from pickups to
    sites (k-median, greedy within 63 % of the best gain: Nemhauser, Wolsey, Fisher, Mathematical Programming 14, 1978).
    """

    def __init__(self, costs: CostFields) -> None:
        self._costs = costs
        self._seen: list[int] = []
        self._fresh = 0
        self._order = np.empty(0, np.int32)

    def see(self, cell: int) -> None:
        """Record the cell in which a task has appeared."""
        self._seen.append(cell)

    def spots(self, state: NDArray[np.int32], idle: NDArray[np.intp], facings: int) -> NDArray[np.int32]:
        """(len(idle),) cell where each idle vehicle should wait, or -1 if it should stay."""
        goal = np.full(len(idle), -1, np.int32)
        if len(self._seen) == 0 or len(idle) == 0:
            return goal
        if len(self._order) == 0 or len(self._seen) > 1.2 * self._fresh:
            self._order = self._rank_sites(facings)
            self._fresh = len(self._seen)
        sites = self._order[: len(idle)]
        rows = self._costs.rows(sites)
        legs = self._costs.fields[rows[None, :], state[idle][:, None]]
        # squares keep all trips short, and a vehicle near a spot stays there
        vehicles, chosen = linear_sum_assignment((legs / TICK_COST) ** 2)
        goal[vehicles] = sites[chosen]
        return goal

    def _rank_sites(self, facings: int) -> NDArray[np.int32]:
        cells, weight = np.unique(np.array(self._seen[-4 * MOST_SITES :], np.int32), return_counts=True)
        heaviest = np.argsort(-weight, kind="stable")[:MOST_SITES]
        cells, weight = cells[heaviest], weight[heaviest]
        rows = self._costs.rows(cells)
        legs = self._costs.fields[rows[:, None], cells[None, :] * facings].astype(np.float64) ** 3
        nearest = np.full(len(cells), legs.max() + 1)
        order: list[int] = []
        free = np.ones(len(cells), np.bool_)
        for _ in cells:
            gain = np.maximum(nearest[:, None] - legs, 0.0).T @ weight
            best = int(np.argmax(np.where(free, gain, float(NO_BID))))
            free[best] = False
            order.append(best)
            nearest = np.minimum(nearest, legs[:, best])
        return cells[order]
