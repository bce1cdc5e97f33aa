"""Checks of pauses: no work begins or is processed in a pause, and no agent is off at other times."""

from typing import TYPE_CHECKING

import numpy as np

from ...agents.negotiation.messages import Performative
from ...agents.shop.tasks import TaskKind
from ..log import AgentKind, Event, RobotState, StationState, VehicleState
from ..scenario import ShiftSpec
from .handling import HANDLING, certain_handling_s
from .orders import products_of
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..log import EventLog
    from ..scenario import Scenario
    from ..scenario.work_times import Handles

_NO_PAUSES = ShiftSpec.model_validate({"every": "24h"})


def check_shifts(log: "EventLog", scenario: "Scenario") -> "list[Violation]":
    """Check the rule shift; in a pause vehicles keep their commitments and make no new ones."""

    def shift_of(name: str | None) -> "ShiftSpec":
        return _NO_PAUSES if name is None else scenario.shifts[name]

    found: list[Violation] = []
    products = products_of(log, scenario)
    for uid in log.ids(AgentKind.STATION):
        station = scenario.stations.get(log.name_of(uid))
        if station is not None:
            found += _station(log, uid, shift_of(station.shift), station.machines)
    for uid in log.ids(AgentKind.ROBOT):
        robot = scenario.robots.get(log.name_of(uid))
        if robot is not None:
            found += _robot(log, uid, shift_of(robot.shift), robot, products)
    if scenario.fleet is not None:
        for uid in log.ids(AgentKind.AGV):
            found += _vehicle(log, uid, shift_of(scenario.fleet.agvs.shift))
    return found


def _station(log: "EventLog", uid: int, shift: "ShiftSpec", machines: int) -> "Iterator[Violation]":
    events = log.events
    own = np.flatnonzero(events["agent"] == uid)
    ended = own[events["kind"][own] == Event.PROCESSING_ENDED]
    for row in ended[_inside(shift, events["time_s"][ended])].tolist():
        yield _violation(log, uid, row, "but it is a pause")
    states = own[events["kind"][own] == Event.STATION_STATE]
    for machine in range(machines):
        rows = states[events["other"][states] == machine]
        yield from _off(log, uid, shift, rows, StationState.OFF, must=True)


def _robot(
    log: "EventLog", uid: int, shift: "ShiftSpec", robot: "Handles", products: dict[int, str]
) -> "Iterator[Violation]":
    """Handling begins when the robot reports it, and where its duration is certain, so long before its end."""
    events = log.events
    own = np.flatnonzero(events["agent"] == uid)
    rows = own[np.isin(events["kind"][own], HANDLING)]
    handled = zip(events["kind"][rows].tolist(), events["job"][rows].tolist(), strict=True)
    takes_s = np.array([certain_handling_s(robot, kind, products.get(job, "")) for kind, job in handled])
    rows, takes_s = rows[certain := np.isfinite(takes_s)], takes_s[certain]
    for row in rows[_inside(shift, events["time_s"][rows] - takes_s)].tolist():
        yield _violation(log, uid, row, "but began in a pause")
    states = own[events["kind"][own] == Event.ROBOT_STATE]
    begun = states[events["value"][states] == RobotState.HANDLING]
    for row in begun[_inside(shift, events["time_s"][begun])].tolist():
        yield _violation(log, uid, row, "but it is a pause")
    yield from _off(log, uid, shift, states, RobotState.OFF, must=False)


def _vehicle(log: "EventLog", uid: int, shift: "ShiftSpec") -> "Iterator[Violation]":
    events, messages, calls = log.events, log.messages, log.conversations
    states = np.flatnonzero((events["agent"] == uid) & (events["kind"] == Event.VEHICLE_STATE))
    yield from _off(log, uid, shift, states, VehicleState.OFF, must=False)
    if not shift.pauses:
        return
    transports = calls["conversation"][calls["task_kind"] == TaskKind.TRANSPORT]
    agreed = (messages["sender"] == uid) & (messages["performative"] == Performative.AGREE)
    rows = np.flatnonzero(agreed & np.isin(messages["conversation"], transports))
    rows = rows[np.unique(messages["conversation"][rows], return_index=True)[1]]  # later messages renew
    for row in rows[_inside(shift, messages["time_s"][rows])].tolist():
        said = log.message_sentence(row)
        text = f"{said}, but it is a pause"
        yield Violation("shift", float(messages["time_s"][row]), log.name_of(uid), text, row)


def _off(
    log: "EventLog", uid: int, shift: "ShiftSpec", rows: "NDArray[np.intp]", off: int, *, must: bool
) -> "Iterator[Violation]":
    """States (`rows` of events) that are off outside a pause or, if they `must` be off in pauses, not off in one."""
    if len(rows) == 0:
        return
    time_s = log.events["time_s"][rows]
    until_s = np.append(time_s[1:], log.stays().get(uid, (0.0, log.end_s))[1])
    away_s = _paused_s(shift, until_s) - _paused_s(shift, time_s)
    wrong_s = np.where(log.events["value"][rows] == off, until_s - time_s - away_s, away_s if must else 0.0)
    for row, seconds in zip(rows.tolist(), wrong_s.tolist(), strict=True):
        if seconds > 2 * TOLERANCE_S:
            yield _violation(log, uid, row, f"and stays so for {seconds:g} s that its shift does not allow")


def _paused_s(shift: "ShiftSpec", time_s: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """(N,) seconds of all pauses until each time."""
    cycles, phase_s = np.divmod(time_s, shift.every_s)
    begin_s = np.array([pause.from_s for pause in shift.pauses])
    length_s = np.array([pause.to_s - pause.from_s for pause in shift.pauses])
    return cycles * length_s.sum() + np.clip(phase_s[:, None] - begin_s, 0.0, length_s).sum(axis=1)


def _inside(shift: "ShiftSpec", time_s: "NDArray[np.float64]") -> "NDArray[np.bool_]":
    """(N,) whether each time lies strictly within a pause."""
    near_s = 10 * TOLERANCE_S
    before_s = np.maximum(time_s - near_s, 0.0)
    return _paused_s(shift, time_s + near_s) - _paused_s(shift, before_s) > 1.5 * near_s


def _violation(log: "EventLog", uid: int, row: int, text: str) -> Violation:
    said = log.sentence(row)
    return Violation("shift", float(log.events["time_s"][row]), log.name_of(uid), f"{said}, {text}", row)
