"""Standstills: whether the traffic on a floor has stopped, and which vehicles wait for each other.

A vehicle can move at some time if a cell that brings it nearer to its goal is free, or holds a vehicle that can move. A
vehicle next to a held vehicle, or next to one that waits for a held vehicle, waits for an event that will come. All
other vehicles wait for each other: each waits for the vehicle in its best next cell, and following these links from
vehicle to vehicle ends in a cycle:

    #######
    #Aba.B#     a wants to A, b wants to B, neither can give way: [a, b]
    #######
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..ids import NO_CELL, NO_VEHICLE
from ..kernels.pibt import rank_moves
from ..kernels.ties import tick_salt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ...layout import Layout
    from .roads import Roads
    from .roster import Roster

QUIET_TICKS = 30
"""Ticks without any move, although a vehicle wants to move, that count as a standstill (times the longest move)."""
BARREN_CROSSINGS = 20
"""The same without any arrival at a dock, though vehicles still move, in multiples of height + width ticks."""


class StandstillWatch:
    """Measures how long no vehicle of a floor has moved or arrived.

    Args:
        layout: the floor.
        longest_move_ticks: longest time that a vehicle takes for a move.

    Attributes:
        last_arrival: tick in which a vehicle reached a dock, or was sent to one while no other was expected.
    """

    def __init__(self, layout: Layout, *, longest_move_ticks: int) -> None:
        self.last_arrival = 0
        self._quiet_ticks = 0
        self._most_quiet_ticks = QUIET_TICKS * longest_move_ticks
        self._most_barren_ticks = BARREN_CROSSINGS * longest_move_ticks * (layout.height + layout.width)

    def note(self, tick: int, moved: int, arrivals: int) -> None:
        """Record how many vehicles have moved and how many have reached a dock in a tick."""
        self._quiet_ticks = 0 if moved or arrivals else self._quiet_ticks + 1
        if arrivals:
            self.last_arrival = tick

    def cycles(self, roster: Roster, roads: Roads, tick: int, *, seed: int) -> list[list[int]]:
        """Cycles of vehicles that wait for each other; empty while traffic flows.

        The search begins once no vehicle has moved for QUIET_TICKS, or none has reached a dock for BARREN_CROSSINGS
        although one is on its path.
        """
        fleet = roster.fleet
        quiet = self._quiet_ticks >= self._most_quiet_ticks
        barren = tick - self.last_arrival > self._most_barren_ticks
        if not quiet and not (barren and fleet.pending.any()):
            return []
        now = np.full(roads.layout.size, NO_VEHICLE, np.int32)
        now[fleet.cell] = np.arange(len(fleet.cell))
        rank_moves(fleet, roads.fields.fields, roads.topology.neighbours, now, tick_salt(seed, tick))
        rows = waiting_cycles(fleet.cell, fleet.goal, fleet.choices, fleet.held, now)
        cycles = [roster.vehicle[cycle].tolist() for cycle in rows]
        # While vehicles move, a longer cycle may be about to rotate.
        return cycles if quiet else [cycle for cycle in cycles if len(cycle) == 2]


def waiting_cycles(
    cell: NDArray[np.int32],
    goal: NDArray[np.int32],
    choices: NDArray[np.int32],
    held: NDArray[np.bool_],
    now: NDArray[np.int32],
) -> list[list[int]]:
    """Cycles of vehicles that wait for each other.

    Args:
        cell, goal, held: (V,), current cell, goal cell, whether the vehicle must stay.
        choices: (V, 5) int32, ranked next cells of the last tick.
        now: (C,) int32, vehicle in a cell or NO_VEHICLE.

    Returns:
        Cycles, each starting with its lowest vehicle number, sorted by that number.
    """
    vehicles = range(cell.shape[0])
    ahead, beside = (
        zip(*(_around(i, cell, goal, choices, now) for i in vehicles), strict=True) if vehicles else ((), ())
    )
    waiting = _spread({i for i in vehicles if held[i]}, beside)
    moving = _spread({i for i in vehicles if NO_VEHICLE in ahead[i] or not ahead[i]}, ahead)
    stuck = set(vehicles) - waiting - moving
    found: list[list[int]] = []
    visited: set[int] = set()
    for start in sorted(stuck):
        path: list[int] = []
        i = start
        while i not in visited:
            visited.add(i)
            path.append(i)
            i = ahead[i][0]
        if i in path:
            cycle = path[path.index(i) :]
            low = cycle.index(min(cycle))
            found.append(cycle[low:] + cycle[:low])
    return sorted(found)


def _spread(reached: set[int], links: Sequence[Sequence[int]]) -> set[int]:
    """Vehicles linked to a reached vehicle over any number of steps."""
    fresh = reached
    while fresh:
        fresh = {i for i in range(len(links)) if i not in reached and any(other in reached for other in links[i])}
        reached = reached | fresh
    return reached


def _around(
    i: int, cell: NDArray[np.int32], goal: NDArray[np.int32], choices: NDArray[np.int32], now: NDArray[np.int32]
) -> tuple[list[int], list[int]]:
    """Vehicles in cells nearer to the goal (at the goal: in all cells), best first, and in all neighbouring cells."""
    cells = [to for to in choices[i].tolist() if to != NO_CELL]
    beside = [int(now[to]) for to in cells if to != cell[i]]
    return (beside if cell[i] == goal[i] else beside[: cells.index(cell[i])]), beside
