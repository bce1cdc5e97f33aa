"""Checks of reported states of machines, vehicles and robots, from which shares of time are computed."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from ..log import AgentKind, Event, RobotState, StationState, VehicleState
from .handling import HANDLING, least_handling_s
from .orders import products_of
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario

_BECOMES = {  # a part on a machine -> the state of that machine
    Event.MOUNTED: StationState.SETUP,
    Event.PROCESSING_STARTED: StationState.PROCESSING,
    Event.PROCESSING_ENDED: StationState.BLOCKED,
}
_LEAVES = (Event.DISMOUNTED, Event.SCRAPPED, Event.LOADED, Event.MOVED, Event.SET_DOWN)
_WORKS = (StationState.STARVED, StationState.PROCESSING, StationState.SETUP, StationState.BLOCKED)


def check_states(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rules station-state, vehicle-state, robot-state."""
    return _Replay(log, scenario).run()


class _Replay:
    """Walks through the events once; reports are judged at the end of each instant."""

    def __init__(self, log: "EventLog", scenario: "Scenario") -> None:
        self.log, self.scenario = log, scenario
        self.machines = {
            uid: [StationState.STARVED] * scenario.stations[log.name_of(uid)].machines
            for uid in log.ids(AgentKind.STATION)
            if log.name_of(uid) in scenario.stations
        }
        self.keeping = {  # stations whose machines hold their parts until pickup
            uid for uid in self.machines if scenario.stations[log.name_of(uid)].output_capacity == 0
        }
        self.works: dict[int, tuple[int, StationState]] = {}  # part -> station, state of its machine
        self.held: Counter[tuple[int, StationState]] = Counter()  # parts by station and state of their machine
        self.aboard: Counter[int] = Counter()  # vehicle -> parts
        self.states: dict[int, int] = {}  # vehicle or robot -> reported state
        self.handling_since_s: dict[int, float] = {}  # vehicle or robot -> time since which it is reported to handle
        self.vehicles, self.robots = set(log.ids(AgentKind.AGV)), set(log.ids(AgentKind.ROBOT))
        self.changed: dict[int, int] = {}  # station or vehicle -> row that changed it at this instant
        self.products = products_of(log, scenario)
        self.time_s = 0.0
        self.found: list[Violation] = []

    def run(self) -> list[Violation]:
        reports = (Event.STATION_STATE, Event.VEHICLE_STATE, Event.ROBOT_STATE)
        events = self.log.events
        rows = np.flatnonzero(np.isin(events["kind"], [*reports, *_BECOMES, *_LEAVES, *HANDLING, Event.LEFT]))
        for row, (time_s, kind, agent, job, other, value) in zip(rows.tolist(), events[rows].tolist(), strict=True):
            if time_s != self.time_s:
                self._judge_instant()
                self.time_s = time_s
            if kind == Event.STATION_STATE:
                self._machine_reports(row, agent, other, int(value))
            elif kind in (Event.VEHICLE_STATE, Event.ROBOT_STATE):
                self._reports(row, agent, int(value))
            elif kind == Event.LEFT:
                self.machines.pop(agent, None)
                self.changed.pop(agent, None)
            else:
                if kind in (Event.SCRAPPED, Event.SET_DOWN) and agent in self.vehicles:
                    self.aboard[agent] -= 1
                if kind in HANDLING:
                    self._handles(row, kind, agent, job, other)
                if kind in _BECOMES:
                    self._goes_on(row, job, other if kind == Event.MOUNTED else agent, _BECOMES[kind])
                elif job in self.works and not (kind == Event.DISMOUNTED and other in self.keeping):
                    self._goes_on(row, job, self.works[job][0], None)
        self._judge_instant()
        return self.found

    # -- reading of the rows

    def _machine_reports(self, row: int, place: int, machine: int, state: int) -> None:
        states = self.machines.get(place, [])
        if not 0 <= machine < len(states):
            self._add("station-state", place, f"it has no machine {machine}", row)
            return
        states[machine] = StationState(state)
        self.changed[place] = row

    def _reports(self, row: int, agent: int, state: int) -> None:
        """Record a reported state; a vehicle that breaks down while handling resumes it after the repair."""
        handling = state == (VehicleState.HANDLING if agent in self.vehicles else RobotState.HANDLING)
        if handling and self.states.get(agent) != VehicleState.DOWN:
            self.handling_since_s[agent] = self.time_s
        self.states[agent] = state
        self.changed[agent] = row

    def _goes_on(self, row: int, job: int, place: int, state: StationState | None) -> None:
        if job in self.works:
            self.held[self.works.pop(job)] -= 1
        if state is not None:
            self.works[job] = (place, state)
            self.held[place, state] += 1
        self.changed[place] = row

    def _handles(self, row: int, kind: int, agent: int, job: int, place: int) -> None:
        """Check the handling time; vehicles report the state before the event, robots after it."""
        if agent in self.vehicles and self.scenario.fleet is not None:
            handler, rule = self.scenario.fleet.agvs, "vehicle-state"
            self.aboard[agent] += 1 if kind == Event.LOADED else -1
            self.changed.setdefault(agent, row)
            reported = self.states.get(agent) == VehicleState.HANDLING
        elif agent in self.robots and agent != place:
            handler, rule = self.scenario.robots[self.log.name_of(agent)], "robot-state"
            reported = True
        else:
            return
        takes_s = least_handling_s(handler, kind, self.products.get(job, ""))
        since_s = self.handling_since_s.get(agent, np.inf)
        if not reported or since_s > self.time_s - takes_s + TOLERANCE_S:
            when = f"since {since_s:g} s" if reported and since_s < np.inf else "not to"
            said = self.log.sentence(row)
            self._add(rule, agent, f"{said}, which takes {takes_s:g} s, but it is reported to handle {when}", row)

    # -- verdicts

    def _judge_instant(self) -> None:
        for agent, row in self.changed.items():
            if agent in self.machines:
                self._judge_machines(agent, row)
            elif agent in self.vehicles:
                parts, state = self.aboard[agent], self.states.get(agent)
                if state == (VehicleState.EMPTY if parts > 0 else VehicleState.LOADED):
                    text = f"it is reported as {VehicleState(state).name.lower()} and carries {parts} parts"
                    self._add("vehicle-state", agent, text, row)
        self.changed.clear()

    def _judge_machines(self, place: int, row: int) -> None:
        """Check the reported machine states; machines that are down or off may also be in any state."""
        reported = Counter(self.machines[place])
        stopped = reported[StationState.DOWN] + reported[StationState.OFF]
        real = {state: self.held[place, state] for state in _WORKS}
        real[StationState.STARVED] = len(self.machines[place]) - sum(real.values())
        for state, count in real.items():
            if not reported[state] <= count <= reported[state] + stopped:
                told = f"{reported[state]} machines are reported as {state.name.lower()}, {stopped} as stopped"
                text = f"{told}, and it is true of {count}"
                self._add("station-state", place, text, row)
                return

    def _add(self, rule: str, who: int, text: str, row: int) -> None:
        name = self.log.name_of(who)
        self.found.append(Violation(rule, self.time_s, name, text, row))
