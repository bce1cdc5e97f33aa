"""Dead ends: cells from which all paths lead back through one cell, so that a vehicle inside must be let out first.

PIBT's guarantee that every vehicle arrives holds where each move lies on a cycle (Okumura et al. 2022, theorem 1). In
dead ends it does not: the vehicle of highest rank may wait forever before a dead end whose occupant it does not let
pass. Each dead end is a tree that hangs on the rest of the floor by its mouth. Two vehicles in it that face each other
can only change places outside, so the vehicle that drives outwards goes before the vehicle that drives inwards.

    # # # #
    . 1 2 3 #      depth: how many moves lead from a cell to the mouth, the last cell that is on a cycle
    . # # # #
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .kernels.peeling import measure_trees, peel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Graph


@dataclass(frozen=True)
class DeadEnds:
    """The dead ends among C cells."""

    way_out: NDArray[np.int32]  # (C,) the next cell towards the mouth, NO_CELL outside of dead ends
    number: NDArray[np.int32]  # (C,) dead end, from 0, else NO_DEAD_END; one number for each mouth
    mouth: NDArray[np.int32]  # (C,) the cell that the dead end opens to, NO_CELL outside
    depth: NDArray[np.int32]  # (C,) moves to the mouth, 0 outside
    first: NDArray[np.int32]  # (C,) position in an order in which all cells behind a cell follow it
    after: NDArray[np.int32]  # (C,) the position after the last cell behind it

    @property
    def count(self) -> int:
        """Number of dead ends of the floor."""
        return int(self.number.max(initial=-1)) + 1

    def leaving(self, cell: NDArray[np.int32], goal: NDArray[np.int32]) -> NDArray[np.int32]:
        """(V,) depth of vehicles in a dead end whose goal does not lie behind them; 0 for all others."""
        inwards = (self.first[cell] <= self.first[goal]) & (self.first[goal] < self.after[cell])
        return np.where(inwards, 0, self.depth[cell])


def find_dead_ends(graph: Graph) -> DeadEnds:
    """The dead ends of a floor.

    Cells are peeled off while they are joined to one other cell; what remains lies between cycles. A floor without any
    cycle keeps its last cell as the mouth of all others.
    """
    way_out, removed, count = peel(graph.neighbours, graph.predecessors)
    number, mouth, depth, first, after = measure_trees(way_out, removed[:count])
    return DeadEnds(way_out, number, mouth, depth, first, after)


class Topology(NamedTuple):
    """C cells with E dead ends: the allowed moves and the dead ends."""

    neighbours: NDArray[np.int32]  # (C, 4) cell reached by moving E, S, W, N, or NO_CELL
    way_out: NDArray[np.int32]  # (C,) as in `DeadEnds`
    dead_end: NDArray[np.int32]  # (C,) `number` of `DeadEnds`
    wanted: NDArray[np.bool_]  # (E,) scratch: whether some vehicle wants to enter

    @classmethod
    def of(cls, graph: Graph) -> Topology:
        """Build the arrays from the moves of a floor."""
        ends = find_dead_ends(graph)
        return cls(graph.neighbours, ends.way_out, ends.number, np.zeros(ends.count, np.bool_))
