"""Battery levels of a recorded run, from the positions and states in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.events import AgentKind, Event, VehicleState
from ..environments.layout import NO_CELL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..environments.log import EventLog
    from ..environments.scenario import Scenario

Curve = tuple["NDArray[np.float64]", "NDArray[np.float64]"]  # times in s, levels 0..1
POINTS_S = 10.0


def battery_levels(scenario: Scenario, log: EventLog) -> list[Curve] | None:
    """For each of V vehicles, a curve to interpolate from joining to leaving; None without batteries.

    Levels in the log are exact; between them the energy of driving (from the trace) and the base load are subtracted
    continuously, and charging is a straight line. Without a trace, straight lines join the levels of the log.
    """
    battery = scenario.fleet.agvs.battery if scenario.fleet is not None else None
    if battery is None:
        return None
    events, cells, ticks = log.events, log.trace_cells, log.trace_ticks
    cell_m = scenario.layout.cell_size_m if scenario.layout is not None else 0.0
    grid_s = np.arange(0.0, log.end_s + POINTS_S, POINTS_S)
    stays = log.stays()
    curves: list[Curve] = []
    for vehicle, uid in enumerate(log.ids(AgentKind.AGV)):
        own = events[events["agent"] == uid]
        known = own[own["kind"] == Event.BATTERY]
        states = own[own["kind"] == Event.VEHICLE_STATE]
        from_s, to_s = stays.get(uid, (0.0, grid_s[-1]))
        if not len(known):
            curves.append((np.array([from_s, to_s]), np.full(2, battery.start)))
            continue
        if len(ticks) < 2:
            last_s = max(to_s, known["time_s"][-1])
            curves.append((np.append(known["time_s"], last_s), np.append(known["value"], known["value"][-1])))
            continue
        at_s = np.union1d(np.append(grid_s[(grid_s >= from_s) & (grid_s < to_s)], to_s), known["time_s"])
        own_cells = cells[:, vehicle]
        moved = (own_cells[1:] != own_cells[:-1]) & (own_cells[1:] != NO_CELL) & (own_cells[:-1] != NO_CELL)
        moves_s = ticks[1:][moved] * scenario.tick_s
        changes = own[np.isin(own["kind"], (Event.LOADED, Event.UNLOADED))]
        load = np.cumsum(np.where(changes["kind"] == Event.LOADED, 1, -1))
        loaded = np.append(0, load)[np.searchsorted(changes["time_s"], moves_s, "left")] > 0
        drain_j = np.where(loaded, battery.drive_loaded_j_per_m, battery.drive_empty_j_per_m) * cell_m
        driven_j = np.append(0.0, np.cumsum(drain_j))[np.searchsorted(moves_s, at_s, "right")]
        used = (driven_j + battery.idle_w * at_s) / battery.capacity_j
        last = np.searchsorted(known["time_s"], at_s, "right") - 1
        since = np.searchsorted(at_s, known["time_s"])
        levels = known["value"][last] - (used - used[since][last])
        charging = states["value"][np.searchsorted(states["time_s"], at_s, "right") - 1] == VehicleState.CHARGING
        later = np.minimum(last + 1, len(known) - 1)
        span_s = np.maximum(known["time_s"][later] - known["time_s"][last], 1e-9)
        share = np.clip((at_s - known["time_s"][last]) / span_s, 0.0, 1.0)
        line = known["value"][last] + share * (known["value"][later] - known["value"][last])
        curves.append((at_s, np.clip(np.where(charging & (later > last), line, levels), 0.0, 1.0)))
    return curves
