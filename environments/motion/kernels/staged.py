"""A tick of vehicles that carry out staged actions in the order of their tickets (`lifelong.execution`).

Dimensions: V vehicles, C cells, S staged actions at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..graph import CLOCKWISE, FORWARD
from ..ids import NO_VEHICLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN, STAYS, GOES = -1, 0, 1


@njit(cache=True)
def advance_tick(
    neighbours: NDArray[np.int32],
    ticks_per_action: int,
    delayed: NDArray[np.bool_],
    cell: NDArray[np.int32],
    facing: NDArray[np.int32],
    progress: NDArray[np.int32],
    staged: NDArray[np.int8],
    ticket: NDArray[np.int64],
    length: NDArray[np.int32],
    holder: NDArray[np.int32],
    serving: NDArray[np.int64],
    going: NDArray[np.int8],
) -> None:
    """Run a tick: each vehicle that may proceeds with its first staged action. Arrays from `cell` on change.

    Args:
        neighbours: (C, 4) int32.
        ticks_per_action: duration of an action.
        delayed: (V,) bool, vehicles that are held up in this tick; only read.
        cell, facing: (V,) int32.
        progress: (V,) int32, completed ticks of the first action.
        staged: (V, S) int8, actions to come; `length` of them count.
        ticket: (V, S) int64, of moves: the ticket at the cell ahead.
        length: (V,) int32.
        holder: (C,) int32, vehicle in a cell or NO_VEHICLE.
        serving: (C,) int64, ticket that a cell serves.
        going: (V,) int8, receives GOES for vehicles that proceeded, STAYS for others.
    """
    vehicles = cell.shape[0]
    chain = np.empty(vehicles, np.int32)
    going[:] = UNKNOWN
    for first in range(vehicles):
        links = 0
        vehicle = first
        while going[vehicle] == UNKNOWN:
            answer = UNKNOWN
            if delayed[vehicle] or length[vehicle] == 0:
                answer = STAYS
            elif staged[vehicle, 0] != FORWARD:
                answer = GOES
            else:
                ahead = neighbours[cell[vehicle], facing[vehicle]]
                if ticket[vehicle, 0] == serving[ahead]:
                    answer = GOES
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
                        answer = STAYS
                    elif progress[other] > progress[vehicle]:
                        answer = GOES
            chain[links] = vehicle
            links += 1
            if answer != UNKNOWN:
                going[vehicle] = answer
                break
            vehicle = holder[neighbours[cell[vehicle], facing[vehicle]]]
        for link in range(links):  # the others drive side by side in a line behind the last: they go if it does
            going[chain[link]] = going[vehicle]
    for vehicle in range(vehicles):
        if going[vehicle] == GOES:
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
def find_rings(cell: NDArray[np.int32], target: NDArray[np.int32], holder: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(V,) bool, one vehicle of each ring in which all move to the cell of the next: none of them could begin.

    Args:
        cell, target: (V,) int32, cells before and after a planned step.
        holder: (C,) int32, vehicle that is planned to be in a cell before it, or NO_VEHICLE.
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
