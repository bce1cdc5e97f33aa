"""Who waits for whom when a floor stands still.

Every free vehicle that is not at its goal waits for the vehicle in its best next cell. Following these arrows from
vehicle to vehicle ends in a cycle (they wait for each other: nothing will ever move), at a held vehicle (they wait
until it is done) or at somebody who could move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pibt import NOBODY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def waiting_cycles(
    cell: NDArray[np.int32],
    goal: NDArray[np.int32],
    choices: NDArray[np.int32],
    held: NDArray[np.bool_],
    now: NDArray[np.int32],
) -> list[list[int]]:
    """Cycles of vehicles that wait for each other.

    Args:
        cell, goal, held: (V,), where, where to, must stay.
        choices: (V, 5) int32, ranked next cells of the last tick.
        now: (C,) int32, vehicle in a cell or NOBODY.

    Returns:
        Cycles, each begun with its lowest vehicle, in the order of these.
    """
    vehicles = cell.shape[0]
    awaited = [NOBODY] * vehicles
    for i in range(vehicles):
        if not held[i]:
            # Somebody at its goal wants nothing, but waits like the others once it is asked to give way.
            best = next((int(c) for c in choices[i] if c != cell[i]), NOBODY) if cell[i] == goal[i] else choices[i, 0]
            other = int(now[best]) if best != NOBODY else NOBODY
            awaited[i] = other if other != i else NOBODY
    found: list[list[int]] = []
    visited = [False] * vehicles
    for start in range(vehicles):
        path: dict[int, int] = {}
        i = start
        while i != NOBODY and not visited[i]:
            visited[i] = True
            path[i] = len(path)
            i = awaited[i]
        if i in path:
            cycle = list(path)[path[i] :]
            low = cycle.index(min(cycle))
            found.append(cycle[low:] + cycle[:low])
    return sorted(found)
