"""Finds dead ends: cells from which all ways lead back through one cell, so that whoever is inside must be let out
first.

PIBT's promise that every vehicle arrives holds where each move lies on a cycle (Okumura et al. 2022, theorem 1). In
dead ends it does not: the vehicle of highest rank may wait for ever before a dead end whose occupant it does not let
pass. Each dead end is a tree that hangs on the rest of the floor by its mouth. Two vehicles in it that face each other
can only change places outside, so whoever drives outwards goes before whoever drives inwards.

    # # # #
    . 0 1 2 #      depth: how many cells lie between a cell and the last cell that is on a cycle
    . # # # #
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_DEAD_END = -1


@dataclass(frozen=True)
class DeadEnds:
    """What is known of each cell; C cells."""

    depth: NDArray[np.int32]  # (C,) cells to the mouth, 0 outside of dead ends
    mouth: NDArray[np.int32]  # (C,) the cell that the dead end opens to, NO_DEAD_END outside
    first: NDArray[np.int32]  # (C,) place in an order in which all cells behind a cell follow it
    after: NDArray[np.int32]  # (C,) the place after the last cell behind it

    def leaving(self, cell: NDArray[np.int32], goal: NDArray[np.int32]) -> NDArray[np.int32]:
        """(V,) depth of vehicles in a dead end whose goal does not lie behind them; 0 for all others."""
        inwards = (self.first[cell] <= self.first[goal]) & (self.first[goal] < self.after[cell])
        return np.where(inwards, 0, self.depth[cell])


def find_dead_ends(neighbours: NDArray[np.int32]) -> DeadEnds:
    """The dead ends of a floor, neighbours (C, 4).

    Cells are peeled off while they have one open neighbour; what remains lies between cycles. A floor without any
    cycle keeps its last cell as the mouth of all others.
    """
    cells = len(neighbours)
    depth = np.zeros(cells, dtype=np.int32)
    mouth = np.full(cells, NO_DEAD_END, dtype=np.int32)
    degree = (neighbours >= 0).sum(axis=1)
    gone = np.zeros(cells, dtype=np.bool_)
    towards = np.full(cells, NO_DEAD_END, dtype=np.int32)
    peeled: list[int] = []
    edge = np.flatnonzero(degree == 1).tolist()
    while edge:
        cell = edge.pop()
        exits = [near for near in neighbours[cell].tolist() if near >= 0 and not gone[near]]
        if len(exits) != 1:
            continue
        gone[cell] = True
        peeled.append(cell)
        towards[cell] = exits[0]
        degree[exits[0]] -= 1
        if degree[exits[0]] == 1:
            edge.append(exits[0])
    behind = np.zeros(cells, np.int32)  # and the cell itself
    for cell in peeled:
        behind[cell] += 1
        if gone[towards[cell]]:
            behind[towards[cell]] += behind[cell]
    first = np.full(cells, NO_DEAD_END, dtype=np.int32)
    next_place = np.zeros(cells, np.int32)
    place = 0
    for cell in reversed(peeled):
        ahead = towards[cell]
        depth[cell] = depth[ahead] + 1
        mouth[cell] = mouth[ahead] if gone[ahead] else ahead
        if gone[ahead]:
            first[cell] = next_place[ahead]
            next_place[ahead] += behind[cell]
        else:
            first[cell] = place
            place += behind[cell]
        next_place[cell] = first[cell] + 1
    return DeadEnds(depth, mouth, first, first + behind)
