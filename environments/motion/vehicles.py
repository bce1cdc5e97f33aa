"""The arrays that the kernels of a floor share: V vehicles on C cells.

Kernels take these tuples instead of one argument per array: each array has one name, and arguments cannot be mixed up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .ids import NO_CELL
from .kernels.flood import UNREACHABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray


CHOICES = 5


class Vehicles(NamedTuple):
    """V vehicles: positions, goals, and what a tick records of them. All arrays change in place."""

    cell: NDArray[np.int32]  # (V,) current cell
    goal: NDArray[np.int32]  # (V,) goal cell
    row: NDArray[np.int32]  # (V,) the goal's row in the distance fields
    held: NDArray[np.bool_]  # (V,) stays, and is not pushed
    relaxed: NDArray[np.bool_]  # (V,) heads for a spot where it waits or rests, not for a dock
    pending: NDArray[np.bool_]  # (V,) whether to report it when it reaches its goal
    moves: NDArray[np.int64]  # (V,) cells driven so far
    order: NDArray[np.int32]  # (V,) vehicles, highest priority first
    rank: NDArray[np.int8]  # (V,) of the last tick
    best: NDArray[np.uint16]  # (V,) least distance to its goal so far; UNREACHABLE for a new goal
    since: NDArray[np.int32]  # (V,) tick of that least distance; if in the future, the tick until which it yields
    choices: NDArray[np.int32]  # (V, CHOICES) next cells of the last tick, best first, NO_CELL behind the last
    target: NDArray[np.int32]  # (V,) the cell chosen in the last tick
    scratch: NDArray[np.int32]  # (2, V)

    @classmethod
    def at(cls, cell: NDArray[np.int32]) -> Vehicles:
        """Vehicles at (V,) cells without goals."""
        vehicles = cell.shape[0]
        return cls(
            cell=cell,
            goal=np.full(vehicles, NO_CELL, np.int32),
            row=np.zeros(vehicles, np.int32),
            held=np.zeros(vehicles, np.bool_),
            relaxed=np.ones(vehicles, np.bool_),
            pending=np.zeros(vehicles, np.bool_),
            moves=np.zeros(vehicles, np.int64),
            order=np.arange(vehicles, dtype=np.int32),
            rank=np.zeros(vehicles, np.int8),
            best=np.full(vehicles, UNREACHABLE, np.uint16),
            since=np.zeros(vehicles, np.int32),
            choices=np.full((vehicles, CHOICES), NO_CELL, np.int32),
            target=cell.copy(),
            scratch=np.empty((2, vehicles), np.int32),
        )

    def without(self, row: int) -> Vehicles:
        """The other vehicles; the rows behind `row` move up."""
        rest = self._make(np.delete(values, row, -1 if values is self.scratch else 0) for values in self)
        order = self.order[self.order != row]
        return rest._replace(order=np.where(order > row, order - 1, order).astype(np.int32))

    def with_one_at(self, cell: int) -> Vehicles:
        """The same with one more vehicle, without a goal, in the last row."""
        new = Vehicles.at(np.array([cell], np.int32))
        new.order[0] = len(self.cell)
        return self._make(
            np.concatenate(pair, -1 if pair[0] is self.scratch else 0) for pair in zip(self, new, strict=True)
        )
