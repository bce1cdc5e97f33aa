"""A graph of states and actions: what a vehicle can do in one tick.

`omni`: a state is a cell; the actions are the moves of the floor, and waiting. `differential`: a state is a cell with a
facing, numbered cell * 4 + facing; the actions are forward, clockwise, counter-clockwise and wait (the MAPF_T model of
the League of Robot Runners).

    omni, cell 7          differential, cell 7 facing east
    . 3 .                 . .  .
    6 7 8                 . 7> 8      forward leads to cell 8, clockwise to cell 7 facing south
    . 11.                 . .  .

Dimensions: C cells, D moves of a cell, S states, A actions, E edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..layout.moves import reverse_moves
from .ids import NO_CELL, NO_STATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

KinematicsName = Literal["omni", "differential"]
FORWARD, CLOCKWISE, COUNTER_CLOCKWISE, WAIT = range(4)  # actions of differential vehicles


@dataclass(frozen=True)
class Edges:
    """For each state the actions of other states that lead to it: edges first[s] to first[s + 1]."""

    first: NDArray[np.int32]  # (S + 1,)
    origin: NDArray[np.int32]  # (E,) the state that the action starts from
    action: NDArray[np.int32]  # (E,)

    def prices(self, cost: NDArray[np.int32]) -> NDArray[np.int32]:
        """(E,) prices of the edges, from cost (S, A) > 0."""
        return np.ascontiguousarray(cost[self.origin, self.action], dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Graph:
    """The states of vehicles on a floor, and the actions that lead from one to another."""

    name: KinematicsName
    neighbours: NDArray[np.int32]  # (C, D) cell that each move leads to, or NO_CELL
    facings: int  # states per cell: 1 or 4
    successor: NDArray[np.int32]  # (S, A) state reached, NO_STATE where the action is impossible
    wait: int  # the action that stays, always possible

    @classmethod
    def of(cls, neighbours: NDArray[np.int32], name: KinematicsName = "omni") -> Graph:
        """The graph over the moves (C, D) of a floor; differential vehicles need the four moves E, S, W, N."""
        neighbours = np.ascontiguousarray(neighbours, np.int32)
        cells = len(neighbours)
        if name == "omni":
            stay = np.arange(cells, dtype=np.int32)[:, None]
            return cls(name, neighbours, 1, np.hstack([neighbours, stay]), neighbours.shape[1])
        cell, facing = np.divmod(np.arange(cells * 4, dtype=np.int32), 4)
        ahead = neighbours[cell, facing]
        successor = np.empty((cells * 4, 4), np.int32)
        successor[:, FORWARD] = np.where(ahead == NO_CELL, NO_STATE, ahead * 4 + facing)
        successor[:, CLOCKWISE] = cell * 4 + (facing + 1) % 4
        successor[:, COUNTER_CLOCKWISE] = cell * 4 + (facing + 3) % 4
        successor[:, WAIT] = np.arange(cells * 4)
        return cls(name, neighbours, 4, successor, WAIT)

    @property
    def cells(self) -> int:
        """Number of cells C."""
        return len(self.neighbours)

    @cached_property
    def predecessors(self) -> NDArray[np.int32]:
        """(C, P) int32, cells from which a move leads to each cell, NO_CELL behind the last."""
        return reverse_moves(self.neighbours)

    @cached_property
    def edges(self) -> Edges:
        """All actions that change the state, by the state that they lead to."""
        states, actions = self.successor.shape
        pairs = np.arange(states * actions, dtype=np.int32)
        reached = self.successor.ravel()
        useful = (reached != NO_STATE) & (reached != pairs // actions)
        order = np.argsort(reached[useful], kind="stable")
        first = np.zeros(states + 1, dtype=np.int32)
        np.cumsum(np.bincount(reached[useful], minlength=states), out=first[1:])
        pairs = pairs[useful][order]
        return Edges(first, pairs // actions, pairs % actions)
