"""Checks of the trace: no collisions; handling only at docks and at rest. Batteries need no trace.

A row of the trace is the end of a tick: a vehicle whose cell in row k differs from the row before has moved between k -
1 and k ticks. At any other time it stands in the cell of the last row.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..layout import NO_CELL
from ..log import AgentKind, Event, VehicleState
from ..motion.conflicts import find_conflicts
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..layout import Layout
    from ..log import EventLog
    from ..scenario import Scenario

_AT_DOCK = (VehicleState.HANDLING, VehicleState.CHARGING)
_HELD = (*_AT_DOCK, VehicleState.DOWN)


def check_floor(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check battery; with a trace also vertex, swap, wall, jump, one-way, dock, standing, turning, speed."""
    found = list(_batteries(log))
    if scenario.transport.kind != "grid" or not len(log.trace_ticks):
        return found
    layout = scenario.build_layout()
    vehicles = log.ids(AgentKind.AGV)
    cells, ticks = log.trace_cells, log.trace_ticks
    for conflict in find_conflicts(cells, layout, ticks=ticks, absent=NO_CELL):
        who = " and ".join(log.name_of(vehicles[column]) for column in conflict.vehicles)
        where = " to ".join(_spell(layout, cell) for cell in conflict.cells)
        text = f"tick {conflict.tick}, at {where}"
        row = int(np.searchsorted(ticks, conflict.tick))
        found.append(Violation(conflict.kind, conflict.tick * scenario.tick_s, who, text, row))
    found += _against_arrows(log, layout, scenario.tick_s)
    found += _docks(log, scenario, layout)
    found += _standing(log, scenario)
    found += _kinematics(log, scenario, layout)
    return found


def _batteries(log: "EventLog") -> "Iterator[Violation]":
    rows = np.flatnonzero(log.events["kind"] == Event.BATTERY)
    level = log.events["value"][rows]
    for row in rows[~((level >= 0.0) & (level <= 1.0))].tolist():
        time_s, _, agent, *_ = log.events[row].item()
        yield Violation("battery", time_s, log.name_of(agent), log.describe(row), row)


def _against_arrows(log: "EventLog", layout: "Layout", tick_s: float) -> "Iterator[Violation]":
    """Moves that enter a one-way cell head-on."""
    cells = log.trace_cells
    step = np.array([1, layout.width, -1, -layout.width])
    entered = cells[1:].clip(0, layout.passable.size - 1)
    arrow = layout.one_way[entered]
    head_on = (arrow >= 0) & (cells[1:] - cells[:-1] == -step[arrow]) & _drives(cells)
    names = [log.name_of(uid) for uid in log.ids(AgentKind.AGV)]
    for row, column in np.argwhere(head_on).tolist():
        tick = int(log.trace_ticks[row + 1])
        text = f"tick {tick}, enters {_spell(layout, cells[row + 1, column])} against the arrow"
        yield Violation("one-way", tick * tick_s, names[column], text, row + 1)


def _docks(log: "EventLog", scenario: "Scenario", layout: "Layout") -> "Iterator[Violation]":
    """Loading, unloading and charging away from docks."""
    events = log.events
    feeders = {dock for name in scenario.chargers for dock in layout.docks.get(name, ())}
    charging = (events["kind"] == Event.VEHICLE_STATE) & (events["value"] == VehicleState.CHARGING)
    for column, vehicle in enumerate(log.ids(AgentKind.AGV)):
        handling = np.isin(events["kind"], (Event.LOADED, Event.UNLOADED))
        rows = np.flatnonzero((events["agent"] == vehicle) & (handling | charging))
        cells = _stands(log, column, events["time_s"][rows], scenario.tick_s)
        for row, cell in zip(rows.tolist(), cells.tolist(), strict=True):
            other = int(events["other"][row])
            docks = feeders if charging[row] else layout.docks.get(log.name_of(other), ())
            if cell not in docks:
                place = "a charger" if charging[row] else log.name_of(other)
                text = (
                    f"{log.describe(row).split(': ', 1)[1]} at {_spell(layout, cell)}, which is not a dock of {place}"
                )
                yield Violation("dock", float(events["time_s"][row]), log.name_of(vehicle), text, row)


def _stands(log: "EventLog", column: int, time_s: NDArray[np.float64], tick_s: float) -> NDArray[np.int32]:
    """Cells of a vehicle at each time, after the motion that ends then."""
    row = np.searchsorted(log.trace_ticks * tick_s, time_s + TOLERANCE_S) - 1
    return log.trace_cells[np.maximum(row, 0), column]


def _standing(log: "EventLog", scenario: "Scenario") -> "Iterator[Violation]":
    """Vehicles that move while they are reported to handle a part, to charge, or to be down.

    A vehicle that breaks down in the middle of a tick completes its move.
    """
    events = log.events
    reports = events[events["kind"] == Event.VEHICLE_STATE]
    for column, vehicle in enumerate(log.ids(AgentKind.AGV)):
        own = reports[reports["agent"] == vehicle]
        moves = np.flatnonzero(np.diff(log.trace_cells[:, column]) * _drives(log.trace_cells[:, column])) + 1
        moved_s = log.trace_ticks[moves] * scenario.tick_s
        begun_s = moved_s - scenario.tick_s
        end_s = np.append(own["time_s"][1:], log.end_s)
        ended_in_it = np.searchsorted(moved_s, own["time_s"] + TOLERANCE_S)
        begun_in_it = np.searchsorted(begun_s, own["time_s"] - TOLERANCE_S)
        first = np.where(np.isin(own["value"], _AT_DOCK), ended_in_it, begun_in_it)
        last = np.searchsorted(begun_s, end_s - TOLERANCE_S)
        for k in np.flatnonzero(np.isin(own["value"], _HELD) & (last > first)).tolist():
            state = VehicleState(int(own["value"][k])).name.lower()
            text = f"it moves while it is {state}, from {own['time_s'][k]:g} s to {end_s[k]:g} s"
            row = int(moves[first[k]])
            yield Violation("standing", float(moved_s[first[k]]), log.name_of(vehicle), text, row)


def _kinematics(log: "EventLog", scenario: "Scenario", layout: "Layout") -> "Iterator[Violation]":
    """Moves too soon after the previous move or handling for the turn or for the loaded speed."""
    assert scenario.fleet is not None
    agvs, tick_s = scenario.fleet.agvs, scenario.tick_s
    slow = 1.0 if agvs.loaded_speed_m_per_s is None else agvs.speed_m_per_s / agvs.loaded_speed_m_per_s
    quarter = 0
    if agvs.kinematics == "differential":
        quarter = 1 if agvs.turn_s is None else max(int(np.ceil(agvs.turn_s / tick_s - TOLERANCE_S)), 1)
    if slow == 1.0 and not quarter:
        return
    direction = np.zeros(2 * layout.width + 1, np.int64)  # by the difference of the cells
    direction[layout.width + np.array([1, layout.width, -1, -layout.width])] = range(4)
    events = log.events
    for column, vehicle in enumerate(log.ids(AgentKind.AGV)):
        changes = (Event.LOADED, Event.UNLOADED, Event.SCRAPPED)
        changed = (events["agent"] == vehicle) & np.isin(events["kind"], changes)
        change_s, change = events["time_s"][changed], events["kind"][changed]
        parts = np.cumsum(np.where(change == Event.LOADED, 1, -1))
        handled_s = change_s[change != Event.SCRAPPED]  # removal by hand does not stop a vehicle
        step = np.diff(log.trace_cells[:, column]) * _drives(log.trace_cells[:, column])
        rows = np.flatnonzero(step) + 1
        ticks = log.trace_ticks[rows]
        way = direction[(step[rows - 1] + layout.width).clip(0, 2 * layout.width)]
        turn = (way[1:] - way[:-1]) % 4
        turns = np.where(turn == 3, 1, turn) * quarter
        last = np.searchsorted(change_s, ticks[1:] * tick_s - TOLERANCE_S) - 1
        loaded = (last >= 0) & (np.append(parts, 0)[last] > 0)
        drive = np.where(loaded, np.floor(slow + TOLERANCE_S), 1)  # parts of a tick are carried over to the next move
        gap = np.diff(ticks)
        latest = np.searchsorted(handled_s, ticks[1:] * tick_s - TOLERANCE_S) - 1
        handled_ticks = ticks[1:] - np.append(handled_s, -np.inf)[latest] / tick_s
        for k in np.flatnonzero(handled_ticks < drive - TOLERANCE_S).tolist():
            text = f"it moves {handled_ticks[k]:g} ticks after it has handled a part; it needs {drive[k]:g} to drive"
            yield Violation("speed", float(ticks[k + 1]) * tick_s, log.name_of(vehicle), text, int(rows[k + 1]))
        for k in np.flatnonzero(gap < turns + drive).tolist():
            rule = "turning" if gap[k] >= drive[k] else "speed"
            text = f"it moves {gap[k]} ticks after its last move; it needs {turns[k]} to turn and {drive[k]:g} to drive"
            yield Violation(rule, float(ticks[k + 1]) * tick_s, log.name_of(vehicle), text, int(rows[k + 1]))


def _drives(cells: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(R - 1, ...) whether a vehicle was on the floor before and after each step of the trace (R, ...)."""
    return (cells[1:] != NO_CELL) & (cells[:-1] != NO_CELL)


def _spell(layout: "Layout", cell: int) -> str:
    if not 0 <= cell < layout.passable.size:
        return f"cell {cell} off the floor"
    row, column = divmod(int(cell), layout.width)
    return f"row {row}, column {column}"
