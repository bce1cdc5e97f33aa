"""Whether people pause when they should: nothing begins and nothing is processed in a pause."""

from typing import TYPE_CHECKING

import numpy as np

from ..log import AgentKind, Event, StationState
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..log import EventLog
    from ..scenario import Scenario, Shift


def check_shifts(log: "EventLog", scenario: "Scenario") -> "list[Violation]":
    """Rule shift, for stations and for those who tend them; vehicles keep what they have promised."""
    ids = {log.name_of(uid): uid for kind in (AgentKind.STATION, AgentKind.ROBOT) for uid in log.ids(kind)}
    found: list[Violation] = []
    for name, station in scenario.stations.items():
        if station.shift is not None and name in ids:
            found += _station(log, name, ids[name], scenario.shifts[station.shift], station.machines)
    for name, robot in scenario.robots.items():
        if robot.shift is not None and name in ids:
            found += _handler(log, name, ids[name], scenario.shifts[robot.shift], (robot.load_s, robot.unload_s))
    return found


def _station(log: "EventLog", name: str, uid: int, shift: "Shift", machines: int) -> "Iterator[Violation]":
    events = log.events
    own = np.flatnonzero(events["agent"] == uid)
    ended = own[events["kind"][own] == Event.PROCESSING_ENDED]
    for row in ended[_inside(shift, events["time_s"][ended])].tolist():
        yield _violation(log, name, row, "but it is a pause")
    states = own[events["kind"][own] == Event.STATION_STATE]
    for machine in range(machines):
        rows = states[np.maximum(events["other"][states], 0) == machine]
        time_s = events["time_s"][rows]
        until_s = np.append(time_s[1:], log.end_s) if len(rows) else time_s
        off = events["value"][rows] == StationState.OFF
        away_s = _paused_s(shift, until_s) - _paused_s(shift, time_s)
        wrong_s = np.where(off, until_s - time_s - away_s, away_s)
        for row, seconds in zip(rows.tolist(), wrong_s.tolist(), strict=True):
            if seconds > 2 * TOLERANCE_S:
                yield _violation(log, name, row, f"and stays so for {seconds:g} s that its shift does not allow")


def _handler(
    log: "EventLog", name: str, uid: int, shift: "Shift", takes_s: tuple[float, float]
) -> "Iterator[Violation]":
    events = log.events
    for kind, duration_s in zip((Event.MOUNTED, Event.DISMOUNTED), takes_s, strict=True):
        rows = np.flatnonzero((events["agent"] == uid) & (events["kind"] == kind))
        for row in rows[_inside(shift, events["time_s"][rows] - duration_s)].tolist():
            yield _violation(log, name, row, "but began in a pause")


def _paused_s(shift: "Shift", time_s: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """(N,) seconds of all pauses until each time."""
    cycles, phase_s = np.divmod(time_s, shift.every_s)
    begin_s = np.array([pause.from_s for pause in shift.pauses])
    length_s = np.array([pause.to_s - pause.from_s for pause in shift.pauses])
    return cycles * length_s.sum() + np.clip(phase_s[:, None] - begin_s, 0.0, length_s).sum(axis=1)


def _inside(shift: "Shift", time_s: "NDArray[np.float64]") -> "NDArray[np.bool_]":
    """(N,) whether a pause lies on both sides of each time."""
    near_s = 10 * TOLERANCE_S
    before_s = np.maximum(time_s - near_s, 0.0)
    return _paused_s(shift, time_s + near_s) - _paused_s(shift, before_s) > 1.5 * near_s


def _violation(log: "EventLog", name: str, row: int, text: str) -> Violation:
    said = log.describe(row).split(": ", 1)[1]
    return Violation("shift", float(log.events["time_s"][row]), name, f"{said}, {text}", row)
