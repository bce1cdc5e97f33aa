"""Execution of plans, tick by tick, with actions of several ticks and delays: vehicles pass each cell in planned order.

Every cell keeps the order in which vehicles are to pass it, as numbered tickets. A vehicle enters only a cell that
serves its ticket, or follows directly behind the vehicle that leaves the cell straight ahead:

    a > b > c        b leaves its cell eastwards and has come at least as far as a: a may follow
    a > b            b has yet to turn, or leaves sideways: the squares would touch, so a waits until the cell is empty
        v

Thus no two squares of one cell's size ever overlap, whatever the delays, and as long as the order of the plan has no
cycle, all vehicles arrive. Source of the idea: execution of multi-agent plans under delays by minimal communication
(Ma, Kumar, Koenig, "Multi-agent path finding with delay probabilities", AAAI 2017).

Dimensions: V vehicles, C cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..graph import FORWARD, WAIT
from ..ids import NO_VEHICLE
from ..kernels.staged import GOES, advance_tick, find_rings

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_STAGED = 2  # actions; a vehicle with this many left is planned to wait


class StagedExecution:
    """V differential vehicles that follow planned steps in their own time.

    Args:
        neighbours: (C, 4) int32 of the graph.
        starts: (V,) int32, different cells; all face east.
        ticks_per_action: duration of a move or a quarter turn.

    Attributes:
        cell, facing, progress: (V,) int32, position of the vehicles, and the completed ticks of their first action.
        planned: (V,) int32, state (cell * 4 + facing) after all staged actions.
        moves: (V,) int64, cells entered so far.
        planned_moves: (V,) int64, the same once all staged actions are done.
    """

    def __init__(self, neighbours: NDArray[np.int32], starts: NDArray[np.int32], *, ticks_per_action: int) -> None:
        vehicles, cells = len(starts), len(neighbours)
        self._neighbours = neighbours
        self._ticks = ticks_per_action
        self.cell = starts.astype(np.int32)
        self.facing = np.zeros(vehicles, np.int32)
        self.progress = np.zeros(vehicles, np.int32)
        self.planned = self.cell * 4
        self.moves = np.zeros(vehicles, np.int64)
        self.planned_moves = np.zeros(vehicles, np.int64)
        self._staged = np.full((vehicles, MOST_STAGED + 1), WAIT, np.int8)
        self._ticket = np.zeros((vehicles, MOST_STAGED + 1), np.int64)
        self._length = np.zeros(vehicles, np.int32)
        self._holder = np.full(cells, NO_VEHICLE, np.int32)
        self._holder[self.cell] = np.arange(vehicles)
        self._serving = np.ones(cells, np.int64)
        self._serving[self.cell] = 0  # those that start there
        self._issued = np.zeros(cells, np.int64)  # last ticket given out
        self._going = np.zeros(vehicles, np.int8)

    @property
    def behind(self) -> NDArray[np.bool_]:
        """(V,) vehicles with so many actions left that they should be planned to wait."""
        return self._length >= MOST_STAGED

    def rings(self, planned: NDArray[np.int32]) -> NDArray[np.bool_]:
        """(V,) one vehicle of each ring in a planned step to the states `planned` (V,)."""
        holder = np.full(len(self._neighbours), NO_VEHICLE, np.int32)
        now = self.planned // 4
        holder[now] = np.arange(len(now))
        return find_rings(now, planned // 4, holder)

    def stage(self, action: NDArray[np.int8], planned: NDArray[np.int32]) -> None:
        """Add a planned step without rings: action (V,), leading to the states `planned` (V,)."""
        busy = np.flatnonzero(action != WAIT)
        self._staged[busy, self._length[busy]] = action[busy]
        movers = np.flatnonzero(action == FORWARD)
        into = planned[movers] // 4
        self._issued[into] += 1
        self._ticket[movers, self._length[movers]] = self._issued[into]
        self._length[busy] += 1
        self.planned_moves[movers] += 1
        self.planned = planned

    def tick(self, delayed: NDArray[np.bool_]) -> NDArray[np.int8]:
        """Run a tick for all vehicles not delayed; return (V,) int8, the actions they work on, else WAIT."""
        wanted = self._staged[:, 0].copy()
        before = self.cell.copy()
        advance_tick(
            self._neighbours, self._ticks, delayed, self.cell, self.facing, self.progress, self._staged, self._ticket,
            self._length, self._holder, self._serving, self._going,
        )  # fmt: skip
        self.moves += before != self.cell
        return np.where(self._going == GOES, wanted, WAIT).astype(np.int8)

    def corners(self, width: int) -> NDArray[np.float64]:
        """(V, 2) x, y of each vehicle's upper left corner in cells, between two cells while it moves."""
        share = np.where(self._staged[:, 0] == FORWARD, self.progress / self._ticks, 0.0)
        share[self._length == 0] = 0.0
        x = self.cell % width + share * np.array([1, 0, -1, 0])[self.facing]
        y = self.cell // width + share * np.array([0, 1, 0, -1])[self.facing]
        return np.stack([x, y], axis=1).astype(np.float64)
