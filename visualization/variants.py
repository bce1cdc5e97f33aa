"""Variants of a scenario: the changes made by the sliders of the page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..agents.mechanisms import MECHANISMS, PLANNERS

if TYPE_CHECKING:
    from ..environments.scenario import Scenario

MOST_VEHICLES = 200
ROOM_PER_VEHICLE = 4  # floor cells


def variant(
    scenario: Scenario,
    *,
    agvs: int | None = None,
    mechanism: str | None = None,
    demand: float = 1.0,
    breakdowns: bool = True,
) -> Scenario:
    """The scenario with another fleet size, mechanism or demand (a factor), or without breakdowns.

    Orders that are given one by one (a list, a file) stay as they are.
    """
    changes: dict[str, Any] = {}
    if scenario.fleet is not None:
        fleet: dict[str, Any] = {}
        if agvs is not None:
            fleet["count"] = agvs
        if not breakdowns:
            fleet["breakdown"] = None
        changes["fleet"] = scenario.fleet.model_copy(update={"agvs": scenario.fleet.agvs.model_copy(update=fleet)})
    if mechanism is not None and mechanism != str(scenario.negotiation.mechanism):
        changes["negotiation"] = scenario.negotiation.model_copy(update={"mechanism": mechanism})
    if demand != 1.0:
        changes["orders"] = scenario.orders.scaled(demand)
    if not breakdowns:
        changes["stations"] = {
            name: station.model_copy(update={"breakdown": None}) for name, station in scenario.stations.items()
        }
    return scenario.model_copy(update=changes)


def most_vehicles(scenario: Scenario) -> int:
    """Upper end of the vehicle slider: the room of the floor, or twice the fleet without a floor."""
    if not math.isfinite(scenario.tick_s):
        return max(2 * scenario.agv_count, 10)
    layout = scenario.build_layout()
    return max(min(int(layout.passable.sum()) // ROOM_PER_VEHICLE, MOST_VEHICLES), scenario.agv_count)


def mechanisms(scenario: Scenario) -> list[str]:
    """The mechanisms to choose from: the scenario's own first."""
    own = str(scenario.negotiation.mechanism)
    refused = PLANNERS if scenario.ranks_orders else ()  # planners know no priorities
    return [own, *(name for name in MECHANISMS if name != own and name not in refused)]
