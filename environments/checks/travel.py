"""Checks of travel times: no vehicle reaches its next place faster than the shortest path allows.

The position of a vehicle between two handlings does not matter, so no trace is needed: from the end of one (LOADED,
UNLOADED, or ENERGY at a charger) to the beginning of the next, the vehicle takes at least the time of the shortest path
at its speed. The same holds for each part from the place of pickup to the place of delivery. Shortest paths are
computed here, by Dijkstra over the drawn floor and its arrows, or over the table of travel times.
"""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from ..log import AgentKind, Event, VehicleState
from .handling import least_handling_s
from .orders import products_of
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..layout import Layout
    from ..log import EventLog
    from ..scenario import Agvs, Scenario


def check_travel(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rule travel."""
    if scenario.fleet is None or scenario.transport.kind == "instant":
        return []
    paths = _TablePaths(scenario) if scenario.transport.kind == "matrix" else _FloorPaths(scenario)
    events = log.events
    handled = np.isin(events["kind"], (Event.LOADED, Event.UNLOADED, Event.ENERGY, Event.SCRAPPED))
    charging = (events["kind"] == Event.VEHICLE_STATE) & (events["value"] == VehicleState.CHARGING)
    found: list[Violation] = []
    products = products_of(log, scenario)
    for vehicle in log.ids(AgentKind.AGV):
        rows = np.flatnonzero((events["agent"] == vehicle) & (handled | charging))
        found += _vehicle(log, vehicle, rows, paths, scenario.fleet.agvs, products)
    return found


@dataclass(slots=True)
class _Vehicle:
    """The state of a vehicle according to the log so far."""

    place: str = ""  # place of the last handling; empty before the first
    left_s: float = 0.0  # when that ended
    plugged_s: float | None = None  # when it began to charge
    parts: dict[int, tuple[str, float]] = field(default_factory=dict)  # on board: place and time of pickup


def _vehicle(
    log: "EventLog",
    vehicle: int,
    rows: "NDArray[np.intp]",
    paths: "_TablePaths | _FloorPaths",
    agvs: "Agvs",
    products: dict[int, str],
) -> "Iterator[Violation]":
    state = _Vehicle()
    for row in rows.tolist():
        time_s, kind, _, job, other, _ = log.events[row].item()
        if kind == Event.VEHICLE_STATE:  # the end tells which charger; repeated after a breakdown
            state.plugged_s = time_s if state.plugged_s is None else state.plugged_s
            continue
        if kind == Event.SCRAPPED:  # by hand, while it was on board
            state.parts.pop(job, None)
            continue
        place = log.name_of(other)
        if kind == Event.ENERGY:
            begun_s = time_s if state.plugged_s is None else state.plugged_s
        else:
            begun_s = time_s - least_handling_s(agvs, kind, products.get(job, ""))
        legs = [(state.place, state.left_s, bool(state.parts))] if state.place else []
        if kind == Event.UNLOADED and job in state.parts:
            legs.append((*state.parts.pop(job), True))
        for origin, left_s, loaded in legs:
            path_s = paths.shortest_s(origin, place, loaded)
            if begun_s < left_s + path_s - TOLERANCE_S:
                text = (
                    f"{log.describe(row).split(': ', 1)[1]}, begun {begun_s - left_s:g} s after it had left {origin}; "
                    f"the shortest path takes {path_s:g} s"
                )
                yield Violation("travel", time_s, log.name_of(vehicle), text, row)
                break
        if kind == Event.LOADED:
            state.parts[job] = (place, time_s)
        state.place, state.left_s, state.plugged_s = place, time_s, None


class _TablePaths:
    """Shortest paths by the table of travel times, over other places if that is faster."""

    def __init__(self, scenario: "Scenario") -> None:
        self._row = {name: row for row, name in enumerate(scenario.places)}
        times_s = scenario.transport.least_travel_times_s(scenario.places)
        assert times_s is not None
        for via in range(len(times_s)):
            times_s = np.minimum(times_s, times_s[:, via, None] + times_s[via])
        self._times_s = times_s

    def shortest_s(self, origin: str, place: str, loaded: bool) -> float:
        """Seconds from place to place; 0 if one is unknown."""
        if origin not in self._row or place not in self._row:
            return 0.0
        return float(self._times_s[self._row[origin], self._row[place]])


class _FloorPaths:
    """Shortest paths from any dock of a place to any dock of another, with any initial facing."""

    def __init__(self, scenario: "Scenario") -> None:
        assert scenario.fleet is not None
        agvs = scenario.fleet.agvs
        self._layout = scenario.build_layout()
        quarter_s = 0.0
        if agvs.kinematics == "differential":
            ticks = 1 if agvs.turn_s is None else max(math.ceil(agvs.turn_s / scenario.tick_s - TOLERANCE_S), 1)
            quarter_s = ticks * scenario.tick_s
        self._facings = 4 if quarter_s else 1
        speeds = (agvs.speed_m_per_s, agvs.loaded_speed_m_per_s or agvs.speed_m_per_s)  # empty, loaded
        self._roads = [_roads(self._layout, self._layout.cell_size_m / speed, quarter_s) for speed in speeds]
        self._from: dict[tuple[str, bool], NDArray[np.float64]] = {}  # (C,) seconds to each cell

    def shortest_s(self, origin: str, place: str, loaded: bool) -> float:
        """Seconds from place to place; 0 if one has no dock."""
        docks = self._layout.docks
        if origin == place or origin not in docks or place not in docks:
            return 0.0
        if (origin, loaded) not in self._from:
            states = (np.array(docks[origin])[:, None] * self._facings + np.arange(self._facings)).ravel()
            times_s = dijkstra(self._roads[loaded], indices=states, min_only=True)
            self._from[origin, loaded] = np.asarray(times_s).reshape(-1, self._facings).min(axis=1)
        return float(self._from[origin, loaded][list(docks[place])].min())


def _roads(layout: "Layout", cell_s: float, quarter_s: float) -> coo_array:
    """The moves of a floor as a graph: nodes are cells, or, with quarter turns, cell * 4 + facing."""
    row, column = np.divmod(np.arange(layout.size), layout.width)
    origins, targets, times_s = [], [], []
    for way, (down, right) in enumerate(((0, 1), (1, 0), (0, -1), (-1, 0))):
        inside = (
            (row + down >= 0) & (row + down < layout.height) & (column + right >= 0) & (column + right < layout.width)
        )
        here = np.flatnonzero(inside & layout.passable)
        there = here + down * layout.width + right
        left, entered, back = layout.one_way[here], layout.one_way[there], (way + 2) % 4
        along = (left < 0) | (left == way) | (layout.sideways[here] & (left != back))
        allowed = layout.passable[there] & along & ((entered < 0) | (entered != back))
        here, there = here[allowed], there[allowed]
        if quarter_s:
            here, there = 4 * here + way, 4 * there + way
            facing = 4 * np.flatnonzero(layout.passable) + way
            for turned in (1, 3):
                origins.append(facing)
                targets.append(facing - way + (way + turned) % 4)
                times_s.append(np.full(len(facing), quarter_s))
        origins.append(here)
        targets.append(there)
        times_s.append(np.full(len(here), cell_s))
    nodes = layout.size * (4 if quarter_s else 1)
    arcs = (np.concatenate(origins), np.concatenate(targets))
    return coo_array((np.concatenate(times_s), arcs), shape=(nodes, nodes))
