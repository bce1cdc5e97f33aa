"""Replays the life of every part, each step from where the part is.

    source -LOADED-> vehicle -UNLOADED-> input -MOUNTED-> machine -PROCESSING_STARTED-> in work
      -PROCESSING_ENDED-> worked -DISMOUNTED-> output -LOADED-> vehicle ... -UNLOADED-> sink -FINISHED-> gone

With zero-latency transport MOVED stands for LOADED and UNLOADED. SET_DOWN puts a part beside the buffers of a place:
from a vehicle that leaves, at the place of loading; from the input and the machines of a station that leaves, at that
station. A part delivered to a station that has left is put there too. After a broken rule the replay continues from the
place that the row implies, so that one error is reported once.
"""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from ...agents.events import BY_HAND
from ...agents.shop.order import SCRAP
from ..log import NOBODY, AgentKind, Event
from .orders import ordered
from .part import ON_MACHINE, WORDS, Part, Spot
from .violation import NO_ROW, Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario, StationSpec


def check_parts(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rules part-*, routing, buffer, machines, vehicle-load, tending, drained."""
    return _Replay(log, scenario).run()


class _Replay:
    """Walks through the events once; `parts` is the state of all parts at that instant."""

    def __init__(self, log: "EventLog", scenario: "Scenario") -> None:
        self.log, self.scenario = log, scenario
        self.parts: dict[int, Part] = {}
        self.held: Counter[tuple[Spot, int]] = Counter()  # parts at (spot, holder)
        self.called_at: dict[float, int] = {}  # conversation about a lot -> place of its parts
        self.touched: set[tuple[Spot, int]] = set()  # to be checked at the end of the instant
        self.left: set[int] = set()
        self.found: list[Violation] = []
        self.row, self.time_s = NO_ROW, 0.0
        self.products = list(scenario.products.items())
        self.orders, self.ranked = ordered(log, scenario), scenario.ranks_orders
        self.rooms = {*scenario.stations, *scenario.storage}  # hold a number of parts
        self.waiting: defaultdict[int, set[int]] = defaultdict(set)  # station -> parts in its input
        self.own_stations = scenario.agent_classes.station is not None
        self.agvs = scenario.fleet.agvs if scenario.fleet else None
        self.names = {uid: log.name_of(uid) for kind in AgentKind for uid in log.ids(kind)}
        self.jobs = set(log.ids(AgentKind.JOB))
        self.robots, self.vehicles = set(log.ids(AgentKind.ROBOT)), set(log.ids(AgentKind.AGV))
        self.places = set(log.ids(AgentKind.STATION))
        tended = {station for robot in scenario.robots.values() for station in robot.stations}
        self.tended = {uid for uid in self.places if self.names[uid] in tended}
        self.steps = {
            Event.RELEASED: self._released,
            Event.LOADED: self._loaded,
            Event.UNLOADED: self._unloaded,
            Event.MOVED: self._moved,
            Event.MOUNTED: self._mounted,
            Event.SETUP_STARTED: self._setup_started,
            Event.PROCESSING_STARTED: self._processing_started,
            Event.PROCESSING_ENDED: self._processing_ended,
            Event.RESULT: self._result,
            Event.DISMOUNTED: self._dismounted,
            Event.SCRAPPED: self._scrapped,
            Event.FINISHED: self._finished,
            Event.LOT_CALLED: self._called_for,
            Event.SET_DOWN: self._set_down,
        }

    def run(self) -> list[Violation]:
        steps, now_s = self.steps, 0.0
        events = self.log.events
        relevant = np.flatnonzero(np.isin(events["kind"], [*steps, Event.LEFT]))
        for row, (time_s, kind, agent, job, other, value) in zip(
            relevant.tolist(), events[relevant].tolist(), strict=True
        ):
            if time_s != now_s:
                self._judge_instant()
                now_s = time_s
            self.row, self.time_s = row, time_s
            if kind == Event.LEFT:
                self._leaves(agent)
            elif self._exists(job, kind):
                steps[kind](agent, job, other, value)
        self._judge_instant()
        self._judge_end()
        return self.found

    # -- the steps of a life

    def _released(self, agent: int, job: int, other: int, value: float) -> None:
        if job in self.parts:
            self._report("part-life", job, "it was released before")
        if not 0 <= other < len(self.products):
            self._report("part-identity", job, f"product {other} is not one of the {len(self.products)} products")
            other = 0
        if value < self.time_s:
            self._report("part-identity", job, f"it is due at {value:g} s, before its release")
        self.parts[job] = Part(other, Spot.GONE, NOBODY, *self.orders[job])
        self._put(job, Spot.BESIDE if self._name(agent) in self.rooms else Spot.OUTPUT, agent)

    def _loaded(self, agent: int, job: int, other: int, value: float) -> None:
        if self._is(agent, self.vehicles, "vehicle"):
            self._can_be_fetched(job, other)
        self.parts[job].origin = other
        self._put(job, Spot.VEHICLE, agent)

    def _unloaded(self, agent: int, job: int, other: int, value: float) -> None:
        if self._is(agent, self.vehicles, "vehicle"):
            self._is_at(job, Spot.VEHICLE, agent)
        self._receive(job, other)

    def _moved(self, agent: int, job: int, other: int, value: float) -> None:
        transport = self.scenario.transport
        walks_out = not transport.carries_out and self._name(agent) in self.scenario.all_sinks
        stays = agent == other  # two operations in a row at one station
        if transport.kind != "instant" and not walks_out and not stays:
            self._report("part-place", job, "parts do not move by themselves there")
        self._can_be_fetched(job, other)
        self._receive(job, agent)

    def _mounted(self, agent: int, job: int, other: int, value: float) -> None:
        if self._tends(agent, job, other) and self._is_at(job, Spot.INPUT, other):
            self._is_first(job, other)
        self._put(job, Spot.MACHINE, other)

    def _is_first(self, job: int, station: int) -> None:
        """Check that no part of a higher priority waits where a station without robots selects one."""
        spec = self.scenario.stations.get(self._name(station))
        if not self.ranked or station in self.tended or spec is None or (spec.class_ or self.own_stations):
            return
        waiting = [self.parts[part].priority for part in self.waiting[station]]
        if max(waiting) > self.parts[job].priority:
            self._report("priority", job, f"a part of the priority {max(waiting)} waits there")

    def _setup_started(self, agent: int, job: int, other: int, value: float) -> None:
        self._is_at(job, Spot.MACHINE, agent)

    def _processing_started(self, agent: int, job: int, other: int, value: float) -> None:
        if self._is_at(job, Spot.MACHINE, agent):
            part = self.parts[job]
            if part.tried is not None:
                self._report("routing", job, f"operation {part.tried} has no result yet")
            if value != part.step:
                self._report("routing", job, f"operation {part.step} is next, not {value:g}")
            self._is_eligible(job, agent)
        self._put(job, Spot.IN_WORK, agent)

    def _processing_ended(self, agent: int, job: int, other: int, value: float) -> None:
        part = self.parts[job]
        if self._is_at(job, Spot.IN_WORK, agent) and part.step < len(steps := self.products[part.product][1].steps):
            part.done += 1
            part.tried = part.step if steps[part.step].results else None
            part.step = steps[part.step].following
        self._put(job, Spot.WORKED, agent)

    def _result(self, agent: int, job: int, other: int, value: float) -> None:
        """Check that a result is one of the operation just done; the part then goes on as it says."""
        part = self.parts[job]
        if not self._is_at(job, Spot.WORKED, agent):
            return
        if other != part.tried:
            self._report("routing", job, f"operation {other} was not just done, or has no results")
            return
        results, part.tried = self.products[part.product][1].steps[other].results, None
        if value not in range(len(results)):
            self._report("routing", job, f"that operation has the results 0 to {len(results) - 1}")
            return
        result = results[int(value)]
        part.results[other, int(value)] += 1
        too_often = result.at_most is not None and part.results[other, int(value)] > result.at_most
        part.step = SCRAP if too_often else result.following

    def _dismounted(self, agent: int, job: int, other: int, value: float) -> None:
        if self._tends(agent, job, other):
            self._is_at(job, Spot.WORKED, other)
        self._put(job, Spot.OUTPUT, other)

    def _scrapped(self, agent: int, job: int, other: int, value: float) -> None:
        part = self.parts[job]
        if value == BY_HAND:
            if part.holder != agent:
                self._report("part-place", job, f"it is {self._where(part)}")
        elif part.done == 0 or part.holder != agent or part.spot not in (Spot.WORKED, Spot.OUTPUT):
            self._report("part-place", job, f"it is {self._where(part)}, and was not processed by {self._name(agent)}")
        elif part.results and part.step != SCRAP and not self._scraps(agent):
            self._report("routing", job, "no result has made it scrap")
        self._put(job, Spot.GONE, NOBODY)

    def _scraps(self, station: int) -> bool:
        """Whether a station may scrap parts without a result that says so."""
        spec = self.scenario.stations.get(self._name(station))
        return spec is not None and (spec.scrap_rate > 0.0 or spec.class_ is not None or self.own_stations)

    def _finished(self, agent: int, job: int, other: int, value: float) -> None:
        self._is_at(job, Spot.SINK, agent)
        self._put(job, Spot.GONE, NOBODY)

    def _called_for(self, agent: int, job: int, other: int, value: float) -> None:
        """Check that the parts of a lot called for in one conversation are ready for pickup at one place."""
        part = self.parts[job]
        place = self.called_at.setdefault(value, part.holder)
        station = self.scenario.stations.get(self._name(place))
        kept = part.spot is Spot.WORKED and station is not None and station.output_capacity == 0
        if part.holder != place or not (kept or part.spot in (Spot.OUTPUT, Spot.BESIDE)):
            self._report("part-place", job, f"it is {self._where(part)}, and others are at {self._name(place)}")

    def _set_down(self, agent: int, job: int, other: int, value: float) -> None:
        part = self.parts[job]
        place = part.origin if part.spot is Spot.VEHICLE else part.holder
        if part.holder != agent or part.spot not in (Spot.VEHICLE, Spot.INPUT, *ON_MACHINE) or place != other:
            self._report("part-place", job, f"it is {self._where(part)}")
        self._put(job, Spot.BESIDE, other)

    def _leaves(self, agent: int) -> None:
        """Check that a vehicle or a station that leaves holds no parts."""
        count = sum(self.held[spot, agent] for spot in (Spot.VEHICLE, Spot.INPUT, *ON_MACHINE))
        if count:
            self._report("part-place", agent, f"it holds {count} parts")
        self.left.add(agent)

    # -- shared parts of the steps

    def _receive(self, job: int, place: int) -> None:
        """Hand the part over to a station, a storage or the place where it leaves."""
        if not self._is(place, self.places, "place"):
            return
        name, part = self.names[place], self.parts[job]
        if part.step == SCRAP or part.tried is not None:
            self._report("routing", job, "it is scrap, or lacks the result of its last operation")
        left = len(self.products[part.product][1].steps) - part.step
        if place == part.end and left == 0:
            self._put(job, Spot.SINK, place)
        elif name in self.scenario.all_sinks:
            self._report("routing", job, f"it reaches {name} before its last operation, or is to end elsewhere")
            self._put(job, Spot.SINK, place)
        elif name in self.scenario.stations:
            self._is_eligible(job, place)
            self._put(job, Spot.BESIDE if place in self.left else Spot.INPUT, place)
        else:
            if name not in self.scenario.storage:
                self._report("routing", job, f"{name} is not a station, a storage or a sink")
            self._put(job, Spot.OUTPUT, place)

    def _put(self, job: int, spot: Spot, holder: int) -> None:
        part = self.parts[job]
        self.held[part.spot, part.holder] -= 1
        if self.ranked:
            self.waiting[part.holder].discard(job)
            if spot is Spot.INPUT:
                self.waiting[holder].add(job)
        part.spot, part.holder = spot, holder
        self.held[spot, holder] += 1
        self.touched.add((spot, holder))

    def _exists(self, job: int, kind: int) -> bool:
        if job not in self.jobs:
            self._report("part-identity", job, "it is not a job of this log")
        elif kind == Event.RELEASED:
            return True
        elif job not in self.parts:
            self._report("part-life", job, "it was not released")
        elif self.parts[job].spot is Spot.GONE:
            self._report("part-life", job, "it has left the factory")
        else:
            return True
        return False

    def _is(self, agent: int, group: set[int], word: str) -> bool:
        if agent not in group:
            self._report("part-identity", agent, f"it is not a {word}")
        return agent in group

    def _is_at(self, job: int, spot: Spot, holder: int) -> bool:
        part = self.parts[job]
        there = part.spot is spot and part.holder == holder
        if not there:
            self._report("part-place", job, f"it is {self._where(part)}")
        return there

    def _can_be_fetched(self, job: int, holder: int) -> bool:
        entered = self.parts[job].spot is Spot.BESIDE
        return self._is_at(job, Spot.BESIDE if entered else Spot.OUTPUT, holder)

    def _is_eligible(self, job: int, place: int) -> None:
        part = self.parts[job]
        product, spec = self.products[part.product]
        if not 0 <= part.step < len(spec.steps):
            self._report("routing", job, "it has no operation to go")
            return
        step, name = spec.steps[part.step].spec, self._name(place)
        station = self.scenario.stations.get(name)
        able = station is not None and station.time_of(step.operation, product) is not None
        if not able or (step.stations and name not in step.stations):
            self._report("routing", job, f"{name} may not do {step.operation}, its operation {part.step}")

    def _tends(self, agent: int, job: int, station: int) -> bool:
        """Check that a tended station is served by one of its robots, and any other station by itself."""
        right = agent == station
        if station in self.tended:
            right = agent in self.robots and self._name(station) in self.scenario.robots[self._name(agent)].stations
        if not right:
            self._report("tending", job, f"{self._name(agent)} does not tend {self._name(station)}")
        return right

    # -- verdicts

    def _judge_instant(self) -> None:
        """Check the limits at the end of an instant: within it, parts may pass through a full buffer."""
        for spot, holder in self.touched:
            if holder in self.left:
                continue
            name = self._name(holder)
            station = self.scenario.stations.get(name)
            if spot is Spot.VEHICLE:
                self._limit("vehicle-load", holder, self.held[spot, holder], self.agvs.capacity if self.agvs else 0)
            elif station and spot in (Spot.INPUT, Spot.OUTPUT, *ON_MACHINE):
                self._judge_station(spot, holder, station)
            elif spot is Spot.OUTPUT and name in self.scenario.storage:
                self._limit("buffer", holder, self.held[spot, holder], self.scenario.storage[name].capacity)
        self.touched.clear()

    def _judge_station(self, spot: Spot, holder: int, station: "StationSpec") -> None:
        """Check that machines and buffers hold no more parts than fit.

        If a buffer has no places, a part handed over there occupies a machine: an empty one reserved for it, or the one
        that it was unloaded from.
        """
        on_machines = sum(self.held[on, holder] for on in ON_MACHINE)
        if 0 in (station.input_capacity, station.output_capacity):
            places = {Spot.INPUT: station.input_capacity, Spot.OUTPUT: station.output_capacity}
            without = [buffer for buffer, capacity in places.items() if capacity == 0]
            waiting = self.held[Spot.INPUT, holder] if station.input_capacity else 0
            more = max(waiting - (station.input_capacity or 0), 0)  # still on the machine that it has just left
            together = on_machines + more + sum(self.held[buffer, holder] for buffer in without)
            self._limit("machines", holder, together, station.machines)
            if spot in without or (spot is Spot.INPUT and station.output_capacity == 0):
                return
        elif spot in ON_MACHINE:
            self._limit("machines", holder, on_machines, station.machines)
        if spot is Spot.INPUT:
            self._limit("buffer", holder, self.held[spot, holder], station.input_capacity)
        elif spot is Spot.OUTPUT:
            self._limit("buffer", holder, self.held[spot, holder], station.output_capacity)

    def _limit(self, rule: str, holder: int, count: int, limit: float | None) -> None:
        if limit is not None and count > limit:
            self._report(rule, holder, f"it holds {count} parts, {limit} fit")

    def _judge_end(self) -> None:
        for job in self.jobs - self.parts.keys():
            self._add("part-life", job, "it was never released", NO_ROW)
        if self.scenario.drain:
            self.time_s = self.log.end_s
            for job, part in self.parts.items():
                if part.spot is not Spot.GONE:
                    self._add("drained", job, f"it is {self._where(part)} at the end", NO_ROW)

    def _where(self, part: Part) -> str:
        return WORDS[part.spot].format(self._name(part.holder))

    def _name(self, agent: int) -> str:
        return self.names.get(agent) or self.log.name_of(agent)

    def _report(self, rule: str, who: int, text: str) -> None:
        said = self.log.sentence(self.row)
        self._add(rule, who, f"{said}, but {text}", self.row)

    def _add(self, rule: str, who: int, text: str, row: int) -> None:
        self.found.append(Violation(rule, self.time_s, self._name(who), text, row))
