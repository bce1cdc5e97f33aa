"""Where vehicles are going, read from the planner's own arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..environments.layout import NO_CELL
from ..environments.motion.distance import UNREACHABLE
from ..environments.motion.grid import GridTraffic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..environments.motion.traffic import Traffic

__all__ = ["NO_CELL", "goals_of", "route_of"]


def goals_of(traffic: Traffic) -> NDArray[np.int32]:
    """(V,) int32, goal cell of every vehicle; NO_CELL where it is there already, or there is no floor."""
    if not isinstance(traffic, GridTraffic):
        return np.full(len(traffic.node), NO_CELL, np.int32)
    return np.where(traffic._goal == traffic.node, NO_CELL, traffic._goal)


def route_of(traffic: Traffic, vehicle: int) -> list[int]:
    """The shortest way of a vehicle to its goal, from the cell where it is; empty if it drives nowhere."""
    if not isinstance(traffic, GridTraffic):
        return []
    field = traffic._fields.fields[traffic._row[vehicle]]
    cell, goal = int(traffic.node[vehicle]), int(traffic._goal[vehicle])
    cells = [cell]
    while cell != goal and len(cells) <= traffic.layout.size:
        exits = [int(to) for to in traffic._neighbours[cell] if to != NO_CELL]
        if not exits:
            return []
        cell = min(exits, key=lambda to: int(field[to]))
        if field[cell] == UNREACHABLE or field[cell] >= field[cells[-1]]:
            return []
        cells.append(cell)
    return cells if len(cells) > 1 else []
