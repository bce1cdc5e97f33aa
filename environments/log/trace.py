"""The trace: the cells of all vehicles, one row for each tick with a move.

Dimensions: R recorded ticks, V vehicles.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..layout import NO_CELL

_CHUNK_TICKS = 1 << 10


class Trace:
    """Collects rows while a factory runs; rows grow as vehicles join.

    Attributes:
        ticks: (R,) ticks with a row.
    """

    def __init__(self, ticks: Sequence[int] = (), cells: NDArray[np.int32] | None = None) -> None:
        self.ticks = list(ticks)
        self._chunks: list[NDArray[np.int32]] = [] if cells is None else [cells]
        self._filling: NDArray[np.int32] | None = None  # (_CHUNK_TICKS, V)
        self._filled = 0

    def take(self, tick: int, cells: NDArray[np.int32]) -> None:
        """Add a row of cells (V,) int32, copied."""
        if self._filling is not None and self._filling.shape[1] != len(cells):
            self._end_chunk()
        if self._filling is None:
            self._filling = np.empty((_CHUNK_TICKS, len(cells)), np.int32)
        self._filling[self._filled] = cells
        self.ticks.append(tick)
        self._filled += 1
        if self._filled == _CHUNK_TICKS:
            self._end_chunk()

    def cells(self, vehicles: int) -> NDArray[np.int32]:
        """(R, V) int32, with at least `vehicles` columns; NO_CELL before a vehicle has joined."""
        self._end_chunk()
        if not self._chunks:
            return np.empty((0, vehicles), np.int32)
        if len(self._chunks) > 1 or self._chunks[0].shape[1] < vehicles:
            self._chunks[:] = [np.concatenate([_widened(chunk, vehicles) for chunk in self._chunks])]
        return self._chunks[0]

    def so_far(self) -> Self:
        """A copy that is independent of later rows."""
        copy = type(self)(self.ticks)
        copy._chunks = list(self._chunks)  # chunks are never written to again
        if self._filling is not None:
            copy._chunks.append(self._filling[: self._filled].copy())
        return copy

    def _end_chunk(self) -> None:
        """Turn the rows that are being filled into a chunk."""
        if self._filling is not None:
            self._chunks.append(self._filling[: self._filled])
            self._filling, self._filled = None, 0


def _widened(cells: NDArray[np.int32], vehicles: int) -> NDArray[np.int32]:
    """(R, V) with columns for vehicles that join later."""
    return np.pad(cells, ((0, 0), (0, max(vehicles - cells.shape[1], 0))), constant_values=NO_CELL)
