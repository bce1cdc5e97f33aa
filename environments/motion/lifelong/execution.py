"""Carries out plans tick by tick where actions take several ticks and robots are held up: nobody passes anybody in
another order than planned.

Every cell keeps the order in which vehicles are to pass it, as numbered tickets. A vehicle drives on only into a cell
that serves its ticket, or right behind the vehicle that leaves it straight ahead:

    a > b > c        b leaves its cell eastwards and has come at least as far as a: a may follow
    a > b            b has yet to turn, or leaves sideways: the squares would touch, so a waits until the cell is empty
        v

So whatever delays come, no two squares of one cell's size ever overlap, and as long as the order of the plan has no
cycle, everybody gets through. Source of the idea: execution of multi-agent plans under delays by minimal communication
(Ma, Kumar, Koenig, "Multi-agent path finding with delay probabilities", AAAI 2017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..graph import CLOCKWISE, FORWARD, WAIT
from ..ids import NO_VEHICLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_STAGED = 2  # actions; who has so many left to do is planned to wait
_UNKNOWN, _STAYS, _GOES = -1, 0, 1


@njit(cache=True)
def advance_tick(
    neighbours, ticks_per_action, delayed, cell, facing, progress, staged, ticket, length, holder, serving, going
):
    """One tick: who may goes on with the first of its staged actions; all arrays but the first three change in place.

    neighbours (C, 4); delayed (V,) bool; cell, facing, progress (V,), progress in ticks of the first action; staged,
    ticket (V, MOST_STAGED + 1) actions and, for moves, the ticket at the cell ahead; length (V,) actions staged; holder
    (C,) vehicle in the cell; serving (C,) ticket served; going (V,) gets 1 for who went on, else 0.
    """
    vehicles = cell.shape[0]
    chain = np.empty(vehicles, np.int32)
    going[:] = _UNKNOWN
    for first in range(vehicles):
        links = 0
        vehicle = first
        while going[vehicle] == _UNKNOWN:
            answer = _UNKNOWN
            if delayed[vehicle] or length[vehicle] == 0:
                answer = _STAYS
            elif staged[vehicle, 0] != FORWARD:
                answer = _GOES
            else:
                ahead = neighbours[cell[vehicle], facing[vehicle]]
                if ticket[vehicle, 0] == serving[ahead]:
                    answer = _GOES
                else:
                    other = holder[ahead]
                    if (
                        ticket[vehicle, 0] != serving[ahead] + 1
                        or other == NO_VEHICLE
                        or length[other] == 0
                        or staged[other, 0] != FORWARD
                        or facing[other] != facing[vehicle]
                        or progress[other] < progress[vehicle]
                    ):
                        answer = _STAYS
                    elif progress[other] > progress[vehicle]:
                        answer = _GOES
            chain[links] = vehicle
            links += 1
            if answer != _UNKNOWN:
                going[vehicle] = answer
                break
            vehicle = holder[neighbours[cell[vehicle], facing[vehicle]]]
        for link in range(links):  # the others drive side by side in a line behind the last: they go if it does
            going[chain[link]] = going[vehicle]
    for vehicle in range(vehicles):
        if going[vehicle] == _GOES:
            progress[vehicle] += 1
            if progress[vehicle] == ticks_per_action and staged[vehicle, 0] == FORWARD:
                holder[cell[vehicle]] = NO_VEHICLE
                serving[cell[vehicle]] += 1
    for vehicle in range(vehicles):
        if progress[vehicle] == ticks_per_action:
            action = staged[vehicle, 0]
            if action == FORWARD:
                cell[vehicle] = neighbours[cell[vehicle], facing[vehicle]]
                holder[cell[vehicle]] = vehicle
            else:
                facing[vehicle] = (facing[vehicle] + (1 if action == CLOCKWISE else 3)) % 4
            progress[vehicle] = 0
            for index in range(1, length[vehicle]):
                staged[vehicle, index - 1] = staged[vehicle, index]
                ticket[vehicle, index - 1] = ticket[vehicle, index]
            length[vehicle] -= 1


@njit(cache=True)
def find_rings(cell, target, holder):
    """(V,) bool, one vehicle of each ring in which everybody moves to the cell of the next: nobody could begin.

    cell, target (V,) cells before and after a planned step; holder (C,) who is planned to be where before it.
    """
    vehicles = cell.shape[0]
    seen = np.full(vehicles, -1, np.int32)
    found = np.zeros(vehicles, np.bool_)
    for first in range(vehicles):
        vehicle = first
        while vehicle != NO_VEHICLE and seen[vehicle] < 0 and target[vehicle] != cell[vehicle]:
            seen[vehicle] = first
            vehicle = holder[target[vehicle]]
        if vehicle != NO_VEHICLE and seen[vehicle] == first and target[vehicle] != cell[vehicle]:
            found[vehicle] = True
    return found


class StagedExecution:
    """V differential vehicles that follow planned steps in their own time.

    Public arrays: cell, facing, progress (V,) where they are; planned (V,) int32 state (cell * 4 + facing) that they
    are going to be in; moves (V,) cells entered so far, planned_moves (V,) the same once all staged actions are done.
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
        self._serving[self.cell] = 0  # those who start there
        self._issued = np.zeros(cells, np.int64)  # last ticket given out
        self._going = np.zeros(vehicles, np.int8)

    @property
    def behind(self) -> NDArray[np.bool_]:
        """(V,) vehicles with so much left to do that they should be planned to wait."""
        return self._length >= MOST_STAGED

    def rings(self, planned: NDArray[np.int32]) -> NDArray[np.bool_]:
        """(V,) one vehicle of each ring in a planned step to the states `planned` (V,)."""
        holder = np.full(len(self._neighbours), NO_VEHICLE, np.int32)
        now = self.planned // 4
        holder[now] = np.arange(len(now))
        return find_rings(now, planned // 4, holder)

    def stage(self, action: NDArray[np.int8], planned: NDArray[np.int32]) -> None:
        """Adds a planned step without rings: action (V,), leading to the states `planned` (V,)."""
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
        """Lets everybody who is not delayed and may do so go on for one tick; (V,) the actions done, WAIT else."""
        wanted = self._staged[:, 0].copy()
        before = self.cell.copy()
        advance_tick(
            self._neighbours, self._ticks, delayed, self.cell, self.facing, self.progress, self._staged, self._ticket,
            self._length, self._holder, self._serving, self._going,
        )  # fmt: skip
        self.moves += before != self.cell
        return np.where(self._going == _GOES, wanted, WAIT).astype(np.int8)

    def corners(self, width: int) -> NDArray[np.float64]:
        """(V, 2) x, y of each vehicle's upper left corner in cells, between two cells where it is on the way."""
        share = np.where(self._staged[:, 0] == FORWARD, self.progress / self._ticks, 0.0)
        share[self._length == 0] = 0.0
        x = self.cell % width + share * np.array([1, 0, -1, 0])[self.facing]
        y = self.cell // width + share * np.array([0, 1, 0, -1])[self.facing]
        return np.stack([x, y], axis=1).astype(np.float64)
