"""Counts of entries and waiting times per cell: an observer of a live factory's traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.events import VehicleState
from ..agents.shop.traffic import NO_NODE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..environments.factory import Factory

DRIVING = (VehicleState.EMPTY, VehicleState.LOADED)


class TrafficCounts:
    """Counts from the time of subscription.

    Attributes:
        entered: (C,) number of entries into each cell.
        waited_s: (C,) time for which driving vehicles stood in each cell.

    Args:
        factory: the observed factory.
        cells: number of cells of its floor.
    """

    def __init__(self, factory: Factory, cells: int) -> None:
        self.entered = np.zeros(cells)
        self.waited_s = np.zeros(cells)
        self._factory = factory
        self._driving = np.zeros(0, np.bool_)  # (V,) at the beginning of the tick

    def tick_begins(self) -> None:
        self._driving = np.isin(self._factory.fleet.state, DRIVING)
        self._driving[[agv.vehicle for agv in self._factory.agvs if agv.down]] = False

    def tick_ended(self, before: NDArray[np.int32], after: NDArray[np.int32]) -> None:
        known = len(self._driving)  # a vehicle that has joined within the tick has not driven in it
        before, after = before[:known], after[:known]
        there = (before != NO_NODE) & (after != NO_NODE)
        moved = (before != after) & there
        self.entered[after[moved]] += 1.0
        self.waited_s[after[self._driving & ~moved & there]] += self._factory.tick_s
