"""Checks that handling, set-ups and processing took enough time.

A machine that is down or off stands still, and its part with it; this time does not count. If a station has several
machines, the log does not tell which machine has which part: it is enough that one of them can have had it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..log import AgentKind, Event, StationState
from .handling import HANDLING, least_handling_s
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario, StationSpec
    from ..scenario.work_times import Handles

_STOPPED = (StationState.DOWN, StationState.OFF)


@dataclass(slots=True)
class _Part:
    product: str
    since_s: float  # time of its last step
    step: int = 0  # the current operation
    setup_s: float = 0.0  # duration of its set-up
    setup_at_s: float = 0.0


def check_durations(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rules one-at-a-time, setup, processing-time."""
    return _Replay(log, scenario).run()


class _Replay:
    def __init__(self, log: "EventLog", scenario: "Scenario") -> None:
        self.log, self.scenario = log, scenario
        self.products = list(scenario.products)
        self.stations = {
            uid: (log.name_of(uid), scenario.stations[log.name_of(uid)])
            for uid in log.ids(AgentKind.STATION)
            if log.name_of(uid) in scenario.stations
        }
        self.stops = {uid: _machine_stops(log, uid, station.machines) for uid, (_, station) in self.stations.items()}
        self.parts: dict[int, _Part] = {}
        self.last_product: dict[int, str] = {}  # station -> the last product
        self.idle_since_s: dict[int, float] = {}  # robot or vehicle -> end of its last handling
        self.found: list[Violation] = []
        self.row, self.time_s = 0, 0.0
        self.handlers: dict[int, Handles] = {}  # robot or vehicle
        if scenario.fleet is not None:
            self.handlers |= dict.fromkeys(log.ids(AgentKind.AGV), scenario.fleet.agvs)
        for uid in log.ids(AgentKind.ROBOT):
            robot = scenario.robots.get(log.name_of(uid))
            if robot is not None:
                self.handlers[uid] = robot

    def run(self) -> list[Violation]:
        steps = {
            Event.SETUP_STARTED: self._setup_started,
            Event.PROCESSING_STARTED: self._processing_started,
            Event.PROCESSING_ENDED: self._processing_ended,
        }
        moves = (Event.LOADED, Event.UNLOADED, Event.MOVED, Event.MOUNTED, Event.DISMOUNTED, Event.SET_DOWN)
        events = self.log.events
        rows = np.flatnonzero(np.isin(events["kind"], [Event.RELEASED, *moves, *steps]))
        for row, (time_s, kind, agent, job, other, value) in zip(rows.tolist(), events[rows].tolist(), strict=True):
            self.row, self.time_s = row, time_s
            if kind == Event.RELEASED:
                known = 0 <= other < len(self.products)
                self.parts[job] = _Part(self.products[other if known else 0], time_s)
                continue
            part = self.parts.get(job)
            if part is None:
                continue
            if kind in steps:
                if agent in self.stations:
                    steps[kind](part, job, agent, value)
                continue
            if kind == Event.SET_DOWN:
                part.setup_s = 0.0
            if agent in self.handlers and kind in HANDLING:
                self._takes_time(part, agent, least_handling_s(self.handlers[agent], kind, part.product))
            stays = agent == other and (kind == Event.SET_DOWN or (kind == Event.DISMOUNTED and self._holds_on(other)))
            if not stays:  # a vehicle may have begun to load it on the spot
                part.since_s = time_s
            if kind == Event.SET_DOWN:  # ends a set-up for it
                part.setup_s = 0.0
        return self.found

    def _holds_on(self, place: int) -> bool:
        """Whether the station's machines keep their parts until a vehicle has taken them."""
        return place in self.stations and self.stations[place][1].output_capacity == 0

    def _takes_time(self, part: _Part, handler: int, duration_s: float) -> None:
        begin_s = self.time_s - duration_s + TOLERANCE_S
        free_s = self.idle_since_s.get(handler, 0.0)
        if begin_s < free_s:
            self._report("one-at-a-time", handler, f"it handled another part until {free_s:g} s", duration_s)
        if begin_s < part.since_s:
            self._report("one-at-a-time", handler, f"the part is there since {part.since_s:g} s", duration_s)
        self.idle_since_s[handler] = self.time_s

    def _setup_started(self, part: _Part, job: int, place: int, value: float) -> None:
        if part.setup_s:
            self._report("setup", job, "the machine is being set up for it already", value)
        part.setup_s, part.setup_at_s = value, self.time_s

    def _processing_started(self, part: _Part, job: int, place: int, value: float) -> None:
        """Check the set-up: with one machine it is known; with several, it must be needed by one of them."""
        _, station = self.stations[place]
        lasts = [self.last_product.get(place)] if station.machines == 1 else [None, *self.products]
        needed_s = [station.setup.between_s(last, part.product) if station.setup else 0.0 for last in lasts]
        if min(abs(seconds - part.setup_s) for seconds in needed_s) > TOLERANCE_S:
            text = f"the set-up from {lasts[0]} to {part.product} takes {needed_s[0]:g} s, not {part.setup_s:g} s"
            self._report("setup", job, text)
        if part.setup_s and not self._lasted(place, part.setup_at_s, (part.setup_s, part.setup_s)):
            self._report("setup", job, f"the set-up for it began at {part.setup_at_s:g} s", part.setup_s)
        self.last_product[place] = part.product
        part.step, part.setup_s, part.since_s = int(max(value, 0.0)), 0.0, self.time_s

    def _processing_ended(self, part: _Part, job: int, place: int, value: float) -> None:
        least_s, most_s = self._support_s(part, *self.stations[place])
        if not self._lasted(place, part.since_s, (least_s, most_s)):
            takes = f"{least_s:g} s" if least_s == most_s else f"{least_s:g} to {most_s:g} s"
            self._report("processing-time", job, f"it began at {part.since_s:g} s, and takes {takes} of running time")
        part.since_s = self.time_s

    def _support_s(self, part: _Part, name: str, station: "StationSpec") -> tuple[float, float]:
        """The range of the operation's distribution (s); a user's own class may take any time."""
        steps = self.scenario.products[part.product].steps
        if part.step >= len(steps) or station.class_ is not None:
            return 0.0, float("inf")
        step = steps[part.step].spec
        time = step.time or station.time_of(step.operation, part.product)
        return (0.0, float("inf")) if time is None else time.support_s

    def _lasted(self, place: int, begin_s: float, allowed_s: tuple[float, float]) -> bool:
        """Whether one of the machines can have run for an allowed time since `begin_s`."""
        least_s, most_s = allowed_s
        return any(
            least_s - TOLERANCE_S
            <= self.time_s - begin_s - (stops.until_s(self.time_s) - stops.until_s(begin_s))
            <= most_s + TOLERANCE_S
            for stops in self.stops[place]
        )

    def _report(self, rule: str, who: int, text: str, needs_s: float | None = None) -> None:
        said = self.log.sentence(self.row)
        needs = "" if needs_s is None else f", and that needs {needs_s:g} s"
        self.found.append(Violation(rule, self.time_s, self.log.name_of(who), f"{said}, but {text}{needs}", self.row))


class _Stops:
    """The times for which a machine stood still, in order."""

    def __init__(self) -> None:
        self.begins_s: list[float] = []
        self.lengths_s: list[float] = []
        self.before_s: list[float] = []  # the sum of the lengths before each

    def add(self, begin_s: float, end_s: float) -> None:
        self.before_s.append(self.until_s(begin_s))
        self.begins_s.append(begin_s)
        self.lengths_s.append(end_s - begin_s)

    def until_s(self, time_s: float) -> float:
        """Total time for which it has stood still until `time_s`."""
        k = bisect_right(self.begins_s, time_s) - 1
        return 0.0 if k < 0 else self.before_s[k] + min(time_s - self.begins_s[k], self.lengths_s[k])


def _machine_stops(log: "EventLog", station: int, machines: int) -> list[_Stops]:
    events = log.events
    own = events[(events["agent"] == station) & (events["kind"] == Event.STATION_STATE)]
    all_stops = []
    for machine in range(machines):
        rows = own[own["other"] == machine]
        ends_s = np.append(rows["time_s"][1:], log.end_s) if len(rows) else rows["time_s"]
        stops = _Stops()
        for begin_s, end_s, state in zip(rows["time_s"].tolist(), ends_s.tolist(), rows["value"].tolist(), strict=True):
            if state in _STOPPED:
                stops.add(begin_s, end_s)
        all_stops.append(stops)
    return all_stops
