"""Finds dead ends: cells from which all ways lead back through one cell, so that whoever is inside must be let out
first.

PIBT's promise that every vehicle arrives holds where each move lies on a cycle (Okumura et al. 2022, theorem 1). In
dead ends it
does not: the vehicle of highest rank may wait for ever before a dead end whose occupant it does not let pass.

    # # # #
    . 0 1 2 #      depth: how many cells lie between a cell and the last cell that is on a cycle
    . # # # #
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_DEAD_END = -1


def find_dead_ends(neighbours: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(depth, mouth) of each cell, (C,) int32 each: 0 and NO_DEAD_END outside of dead ends; the mouth is the cell it
    opens to.

    Cells are peeled off while they have one open neighbour; what remains lies between cycles. A floor without any
    cycle keeps its
    last cell as the mouth of all others.
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
    for cell in reversed(peeled):
        ahead = towards[cell]
        depth[cell] = depth[ahead] + 1
        mouth[cell] = mouth[ahead] if gone[ahead] else ahead
    return depth, mouth
