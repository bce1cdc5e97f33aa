"""Admission: on a crowded floor only some of the vehicles pursue their goals at a time; the others make room for them.

    819 cells, 800 vehicles, 19 free cells: a vehicle moves only if a chain of others moves with it. If all 800 pursue
    goals, they undo each other's chains.

The latest vehicles are admitted, by the lateness of `priority`. The lateness of a vehicle that waits grows without
bound, so every vehicle is admitted in turn. A vehicle that has come no nearer to its goal for PATIENCE_TICKS counts as
new: otherwise vehicles whose goals shut each other in would in time be all that are admitted, and the floor would
freeze. Constant work in process: Spearman, Woodruff, Hopp, International Journal
of Production Research 28 (1990).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..ids import NO_CELL
from .priority import measure_lateness

if TYPE_CHECKING:
    from numpy.typing import NDArray


PATIENCE_TICKS = 32


class Admission:
    """Admits at most `most` of V vehicles, besides those that are at their goals."""

    def __init__(self, vehicles: int, most: int) -> None:
        self._most = most
        self._goal = np.full(vehicles, NO_CELL, np.int32)
        self._since = np.zeros(vehicles, np.int64)
        self._nearest = np.full(vehicles, np.inf)  # (V,) least ticks left so far
        self._nearer_at = np.zeros(vehicles, np.int64)  # (V,) tick of that

    @classmethod
    def for_floor(cls, vehicles: int, cells: int) -> Admission:
        """Admit a third of the cells and a third of the free cells, which is all vehicles up to a density of a half."""
        return cls(vehicles, max(1, (2 * cells - vehicles) // 3))

    @property
    def limits(self) -> bool:
        """Whether there are more vehicles than can be admitted."""
        return self._most < len(self._goal)

    def admit(
        self,
        goal: NDArray[np.int32],
        left_ticks: NDArray[np.float64],
        tick: int,
        unhurried: NDArray[np.bool_] | None,
    ) -> NDArray[np.int32]:
        """(V,) goals of the admitted vehicles, NO_CELL for the others.

        Args:
            goal: (V,) int32, cell or NO_CELL.
            left_ticks: (V,) to the goal on an empty floor.
            tick: number of this tick.
            unhurried: (V,) bool, vehicles that are admitted after all others.
        """
        new = (goal != self._goal) | (tick - self._nearer_at >= PATIENCE_TICKS)
        nearer = new | (left_ticks < self._nearest)
        self._since[new] = tick
        self._nearest[nearer] = left_ticks[nearer]
        self._nearer_at[nearer] = tick
        self._goal[:] = goal
        hurried = goal >= 0 if unhurried is None else (goal >= 0) & ~unhurried
        late = measure_lateness(left_ticks, tick - self._since, hurried)
        drives = left_ticks > 0.0
        order = np.argsort(np.where(drives, -late, np.inf), kind="stable")
        chosen = np.where(drives, NO_CELL, goal).astype(np.int32)
        chosen[order[: self._most]] = goal[order[: self._most]]
        return chosen
