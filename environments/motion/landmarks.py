"""Landmarks: estimates of how far two cells lie apart, in an instant and without a field of either.

The distances of two cells to a landmark differ by no more than their own distance, so the largest difference over some
landmarks is a lower bound of it (up to turns, which it does not count). Landmarks far apart, at the rim of a floor,
give tight bounds. An estimate is the bound, stretched by as much as bounds of one cell amid the floor are too short on
average. Source: ALT, Goldberg and Harrelson, SODA 2005.

    L . . a . . . b        a lies 3 cells from L and b 7, so that they are at least 4 cells apart
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


class Landmarks:
    """Distances of all cells to L landmarks, (L, C) int32.

    Args:
        distances_to: distances (C,) of all cells to a cell, `unreached` where no path exists.
        start: a cell amid the floor; landmarks lie in the part of the floor that is connected with it.
        unreached: see `distances_to`.
        number: L.
    """

    def __init__(
        self, distances_to: Callable[[int], NDArray[np.int32]], start: int, *, unreached: int, number: int
    ) -> None:
        exact = nearest = distances_to(start)
        distances: list[NDArray[np.int32]] = []
        for _ in range(number):
            landmark = int(np.where(nearest < unreached, nearest, -1).argmax())
            distances.append(distances_to(landmark))
            nearest = distances[0] if len(distances) == 1 else np.minimum(nearest, distances[-1])
        self._distances = np.stack(distances)
        self._stretch = 1.0
        reached = np.flatnonzero(exact < unreached)
        bound = self.between(reached, np.array([start]))
        if bound.sum():
            self._stretch = float(exact[reached].sum(dtype=np.int64) / bound.sum(dtype=np.int64))

    def between(self, origins: NDArray[np.integer], goals: NDArray[np.integer]) -> NDArray[np.int32]:
        """Estimates of the distances between cells, in the shape to which the two arrays broadcast."""
        bound = np.zeros(np.broadcast_shapes(origins.shape, goals.shape), np.int32)
        for distance in self._distances:
            np.maximum(bound, np.abs(distance[origins] - distance[goals]), out=bound)
        return (bound * self._stretch).astype(np.int32)
