"""Who waits for whom when a floor stands still.

A vehicle could move some day if a cell that brings it nearer to its goal is free, or holds somebody who could. Who is
beside a held vehicle, or beside somebody who waits so, waits for that: it will be done. All others wait for each other.
Each of them waits for the vehicle in its best next cell, and following these from vehicle to vehicle ends in a cycle:

    #######
    #Aba.B#     a wants to A, b wants to B, nobody can give way: [a, b]
    #######
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ids import NO_CELL, NO_VEHICLE

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        now: (C,) int32, vehicle in a cell or NO_VEHICLE.

    Returns:
        Cycles, each begun with its lowest vehicle, in the order of these.
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
    """Who has a link, over any number of steps, to somebody who is reached."""
    fresh = reached
    while fresh:
        fresh = {i for i in range(len(links)) if i not in reached and any(other in reached for other in links[i])}
        reached = reached | fresh
    return reached


def _around(
    i: int, cell: NDArray[np.int32], goal: NDArray[np.int32], choices: NDArray[np.int32], now: NDArray[np.int32]
) -> tuple[list[int], list[int]]:
    """Vehicles in the cells nearer to the goal (at the goal: in all cells), best first, and in all cells beside."""
    cells = [to for to in choices[i].tolist() if to != NO_CELL]
    beside = [int(now[to]) for to in cells if to != cell[i]]
    return (beside if cell[i] == goal[i] else beside[: cells.index(cell[i])]), beside
