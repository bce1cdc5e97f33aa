"""Goals, facings and routes of vehicles, from the traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..environments.layout import NO_CELL
from ..environments.motion.grid import GridTraffic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..agents.shop.traffic import Traffic

__all__ = ["NO_CELL", "closed_of", "facing_of", "goals_of", "route_of"]


def goals_of(traffic: Traffic) -> NDArray[np.int32]:
    """(V,) int32, goal cell of every vehicle; NO_CELL if it is there already or there is no floor."""
    return traffic.goals if isinstance(traffic, GridTraffic) else np.full(len(traffic.node), NO_CELL, np.int32)


def facing_of(traffic: Traffic) -> NDArray[np.int8] | None:
    """(V,) int8, 0..3 for E, S, W, N; None if vehicles need not turn."""
    return traffic.facing if isinstance(traffic, GridTraffic) else None


def route_of(traffic: Traffic, vehicle: int) -> list[int]:
    """The route of a vehicle from its cell to its goal; empty if it has no goal."""
    return traffic.route(vehicle) if isinstance(traffic, GridTraffic) else []


def closed_of(traffic: Traffic) -> list[int]:
    """Cells that are closed now."""
    return traffic.closed if isinstance(traffic, GridTraffic) else []
