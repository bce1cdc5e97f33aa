"""The floor as a Mesa grid, for Mesa's own renderers and for models that share their space.

Vehicles are not moved from Mesa cell to Mesa cell: their positions are arrays, and the grid only looks up its agents
(`agents`). So it costs nothing until it is used.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.discrete_space import OrthogonalVonNeumannGrid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .layout import Layout


class MesaFloor(OrthogonalVonNeumannGrid):
    """Cells (x, y) = (column, row), with a property layer `wall` (1 where no vehicle can drive).

    Args:
        layout: the floor.
        roster: the agents on it; each has a `position`.
    """

    def __init__(self, layout: Layout, roster: Sequence[Any]) -> None:
        super().__init__((layout.width, layout.height), torus=False, random=random.Random(0))
        self._roster = roster
        layer: Any = self.create_property_layer("wall", default_value=0, dtype=int)
        np.asarray(layer.data)[:] = ~layout.passable.reshape(layout.height, layout.width).T

    @property
    def agents(self) -> Any:
        """All agents on the floor."""
        return self._roster
