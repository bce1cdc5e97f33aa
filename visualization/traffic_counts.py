"""How often vehicles entered each cell, and how long they waited in it: an observer of a live factory's traffic."""

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
    """Counts from when it subscribes.

    Attributes:
        entered: (C,) how often vehicles came into a cell.
        waited_s: (C,) how long they stood in it although they were driving.

    Args:
        factory: whose traffic it is.
        cells: of its floor.
    """

    def __init__(self, factory: Factory, cells: int) -> None:
        self.entered = np.zeros(cells)
        self.waited_s = np.zeros(cells)
        self._factory = factory
        self._driving = np.zeros(0, np.bool_)  # (V,) when the tick began

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
