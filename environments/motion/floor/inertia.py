"""What vehicles have gathered for their next move, where it takes more than a tick (`kernels.inertia` moves them).

Dimensions: V vehicles, C cells, G goals.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINEST_PACE = 10**6
"""A loaded vehicle drives a whole number of such parts of a cell a tick."""


class TurnFields(NamedTuple):
    """How long it takes to each goal when turning takes time: without a load, or with one."""

    fields: NDArray[np.int32]  # (G, 4 C) of `turns.Turns`
    rows: NDArray[np.int32]  # (V,) rows of the vehicles' goals in it
    tick_cost: int  # units for a tick
    entry_cost: NDArray[np.int32]  # (C,) units for the move into a cell


class Inertia(NamedTuple):
    """What V vehicles have gathered for their next move. All arrays change in place."""

    whole: int  # progress that makes a cell
    facing: NDArray[np.int8]  # (V,) E, S, W, N
    pace: NDArray[np.int32]  # (V,) progress a tick, at most `whole`; less with a load
    progress: NDArray[np.int32]  # (V,)
    turning: NDArray[np.int32]  # (V,) ticks spent on the quarter turn under way
    verdict: NDArray[np.int8]  # (V,) scratch
    chain: NDArray[np.int32]  # (V,) scratch

    def stop(self, vehicle: int) -> None:
        """The next move begins from nothing."""
        self.progress[vehicle] = 0
        self.turning[vehicle] = 0

    @classmethod
    def standing(cls, vehicles: int, *, whole: int = 1) -> Inertia:
        """Vehicles that stand still, face east, and drive a cell a tick."""
        return cls(
            whole=whole,
            facing=np.zeros(vehicles, np.int8),
            pace=np.full(vehicles, whole, np.int32),
            progress=np.zeros(vehicles, np.int32),
            turning=np.zeros(vehicles, np.int32),
            verdict=np.zeros(vehicles, np.int8),
            chain=np.zeros(vehicles, np.int32),
        )

    def without(self, row: int) -> Inertia:
        """That of the other vehicles; those behind `row` move up."""
        return self._make([self.whole, *(np.delete(values, row) for values in self[1:])])

    def with_one(self) -> Inertia:
        """The same and that of another vehicle, which stands still, in the last row."""
        new = Inertia.standing(1, whole=self.whole)
        return self._make([self.whole, *(np.concatenate(pair) for pair in zip(self[1:], new[1:], strict=True))])


def pace_of(speed_m_per_s: float, loaded_speed_m_per_s: float | None) -> Fraction:
    """Cells a tick with a load, at most 1: a tick is the time in which a vehicle without a load crosses a cell."""
    if loaded_speed_m_per_s is None:
        return Fraction(1)
    pace = Fraction(loaded_speed_m_per_s / speed_m_per_s).limit_denominator(FINEST_PACE)
    return max(pace, Fraction(1, FINEST_PACE))
