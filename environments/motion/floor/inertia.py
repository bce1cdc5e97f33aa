"""Progress of vehicles towards their next move, where a move takes more than a tick (used by `kernels.inertia`).

Dimensions: V vehicles, C cells, G goals.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINEST_PACE = 10**6
"""The pace of a loaded vehicle is rounded to fractions of a cell per tick with at most this denominator."""


class TurnFields(NamedTuple):
    """Travel times to each goal, turning included; one instance for empty vehicles and one for loaded vehicles."""

    fields: NDArray[np.int32]  # (G, 4 C) of `turns.Turns`
    rows: NDArray[np.int32]  # (V,) rows of the vehicles' goals in it
    tick_cost: int  # units per tick
    entry_cost: NDArray[np.int32]  # (C,) units for the move into a cell


class Inertia(NamedTuple):
    """Progress of V vehicles towards their next move. All arrays change in place."""

    whole: int  # progress needed to enter the next cell
    facing: NDArray[np.int8]  # (V,) E, S, W, N
    pace: NDArray[np.int32]  # (V,) progress per tick, at most `whole`; less with a load
    progress: NDArray[np.int32]  # (V,)
    turning: NDArray[np.int32]  # (V,) ticks spent on the quarter turn under way
    verdict: NDArray[np.int8]  # (V,) scratch
    chain: NDArray[np.int32]  # (V,) scratch

    def stop(self, vehicle: int) -> None:
        """Reset the progress: the next move begins from zero speed."""
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
        """The progress of the other vehicles; the rows behind `row` move up."""
        return self._make([self.whole, *(np.delete(values, row) for values in self[1:])])

    def with_one(self) -> Inertia:
        """The same with one more vehicle in the last row, which stands still."""
        new = Inertia.standing(1, whole=self.whole)
        return self._make([self.whole, *(np.concatenate(pair) for pair in zip(self[1:], new[1:], strict=True))])


def pace_of(speed_m_per_s: float, loaded_speed_m_per_s: float | None) -> Fraction:
    """Cells per tick of a loaded vehicle, at most 1; a tick is the time in which an empty vehicle crosses a cell."""
    if loaded_speed_m_per_s is None:
        return Fraction(1)
    pace = Fraction(loaded_speed_m_per_s / speed_m_per_s).limit_denominator(FINEST_PACE)
    return max(pace, Fraction(1, FINEST_PACE))
