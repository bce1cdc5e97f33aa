"""Where every part is, row after row, and what nobody can have done.

queued -MOUNTED-> mounted -PROCESSING_STARTED-> working -PROCESSING_ENDED-> worked -DISMOUNTED-> ready
   ^                                                                                              |
   +---------------------------- UNLOADED -- aboard <- LOADED ------------------------------------+
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from math import inf
from typing import TYPE_CHECKING, Any

from .plan import number
from .record import NOBODY, STATES
from .steps import SCRAP
from .travel_times import TravelTimes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan
    from .record import Record, Row

SLACK_S = 1e-6
STEPS = {  # what happens: from where (the holder is in which column), to where
    "LOADED": ("ready", "other", "aboard", "agent"),
    "UNLOADED": ("aboard", "agent", "arrived", "other"),
    "MOVED": ("ready", "other", "arrived", "agent"),
    "MOUNTED": ("queued", "other", "mounted", "other"),
    "SETUP_STARTED": ("mounted", "agent", "mounted", "agent"),
    "PROCESSING_STARTED": ("mounted", "agent", "working", "agent"),
    "PROCESSING_ENDED": ("working", "agent", "worked", "agent"),
    "DISMOUNTED": ("worked", "other", "ready", "other"),
    "SCRAPPED": ("worked", "agent", "gone", "agent"),
    "FINISHED": ("arrived", "agent", "gone", "agent"),
}


@dataclass
class Part:
    product: int
    spot: str
    holder: int
    since_s: float
    entry: str
    released_s: float
    end: int  # where it leaves
    priority: int = 0
    is_ordered: bool = False  # the log has told where it leaves and how it ranks
    step: int = 0  # number of the next operation
    tried: int | None = None  # number of the operation that lacks its result
    had: Counter[tuple[int, int]] = field(default_factory=Counter)  # results of operations
    setup_s: float = 0.0
    setup_at_s: float = 0.0


class Factory:
    """What the rows say about the factory at each instant."""

    def __init__(self, record: Record, plan: Plan) -> None:
        self.record, self.plan = record, plan
        self.parts: dict[int, Part] = {}
        self.machines: dict[tuple[int, int], str] = {}  # station, machine -> state
        self.vehicles = dict.fromkeys(record.ids("AGV"), "IDLE")
        self.handling_since_s: dict[int, float] = {}  # robot or vehicle
        self.free_s: dict[int, float] = defaultdict(float)  # when a robot or vehicle had handled its last part
        self.at: dict[int, str] = {}  # where a vehicle has handled a part, or charged
        self.travel_times = TravelTimes(plan)
        self.taken: dict[int, tuple[str, float]] = {}  # where and when a part was taken on board
        self.charges_since_s: dict[int, float] = {}
        self.jammed: set[int] = set()
        self.made_last: dict[int, str] = {}  # station -> product
        self.stops = machine_stops(record)
        self.usual_end = next((id_ for id_, name in record.names.items() if name == plan.sinks[0]), NOBODY)
        self.called_at: dict[float, int] = {}  # conversation about a lot -> where its parts stand

    def faults(self) -> Iterator[str]:
        """All that cannot be."""
        before_s = 0.0
        for time_s, rows in groupby(self.record.rows, key=lambda row: row.time_s):
            if not before_s <= time_s <= self.record.end_s + SLACK_S:
                yield f"{time_s} s follows {before_s} s, and the end is at {self.record.end_s} s"
            before_s = time_s
            for row in rows:
                yield from (
                    f"{time_s:g} s, {row.event} of {self.record.name(row.job)}: {why}" for why in self.take(row)
                )
            yield from (f"{time_s:g} s: {why}" for why in self.limits())
        if self.plan.orders.differ:
            silent = [self.record.name(job) for job, part in self.parts.items() if not part.is_ordered]
            yield from (f"nothing is said of the order of {name}" for name in silent)
        missing = [job for job in self.record.ids("JOB") if job not in self.parts]
        yield from (f"{self.record.name(job)} was never released" for job in missing)

    def left(self) -> list[str]:
        """The parts that are in the factory at the end."""
        return [self.record.name(job) for job, part in self.parts.items() if part.spot != "gone"]

    def take(self, row: Row) -> Iterator[str]:
        if row.event == "ENERGY":
            yield from self.drives(row, self.charges_since_s.pop(row.agent, row.time_s))
            self.free_s[row.agent] = row.time_s
        elif row.event == "JAMMED":
            self.jammed.add(row.job)
        elif row.event == "STATION_STATE":
            station = self.plan.stations.get(self.record.name(row.agent), {"machines": 0})
            if not 0 <= row.other < station.get("machines", 1):
                yield f"{self.record.name(row.agent)} has no machine {row.other}"
            self.machines[row.agent, row.other] = STATES[row.event][int(row.value)]
        elif row.event == "VEHICLE_STATE":
            self.vehicle_shows(row.agent, STATES[row.event][int(row.value)], row.time_s)
        elif row.event == "ROBOT_STATE" and STATES[row.event][int(row.value)] == "HANDLING":
            self.handling_since_s[row.agent] = row.time_s
        elif row.event == "LOT_CALLED":
            if not self.is_ready(row):
                yield "it does not stand ready with the others that are called for"
        elif row.event == "RELEASED":
            if row.job in self.parts or self.record.kinds.get(row.job) != "JOB":
                yield "it cannot be released"
            entry = self.record.name(row.agent)
            if entry not in self.plan.orders.entries or not 0 <= row.other < len(self.plan.products):
                yield "it is released elsewhere, or is no product"
            elif row.job not in self.parts:
                spot = "entered" if entry in self.plan.stations or entry in self.plan.storage else "ready"
                self.parts[row.job] = Part(row.other, spot, row.agent, row.time_s, entry, row.time_s, self.usual_end)
        elif row.event in ("ORDERED", "RESULT"):
            if row.job not in self.parts:
                yield "it is not there"
            else:
                told = self.ordered if row.event == "ORDERED" else self.result
                yield from told(row, self.parts[row.job])
        elif row.event in STEPS:
            if row.job not in self.parts:
                yield "it is not there"
            else:
                yield from self.step(row, self.parts[row.job])

    def ordered(self, row: Row, part: Part) -> Iterator[str]:
        """Where the part leaves, and how it ranks."""
        if part.is_ordered or row.time_s != part.released_s:
            yield "that is said when it is released, and once"
        product, end = self.plan.products[part.product][0], self.record.name(row.agent)
        if why := self.plan.orders.why_not(row.other, product, part.entry, end, row.value):
            yield why
        part.is_ordered, part.end, part.priority = True, row.agent, int(row.value)

    def result(self, row: Row, part: Part) -> Iterator[str]:
        """What came of the operation just done, and what follows."""
        if (part.spot, part.holder) != ("worked", row.agent) or part.tried != row.other:
            yield f"it is {part.spot} at {self.record.name(part.holder)}, and lacks the result of {part.tried}"
            return
        results, part.tried = self.plan.steps[part.product][row.other].results, None
        if row.value not in range(len(results)):
            yield f"that operation has {len(results)} results"
            return
        result = row.other, int(row.value)
        part.had[result] += 1
        after, most = results[result[1]]
        part.step = SCRAP if part.had[result] > most else after

    def is_ready(self, row: Row) -> bool:
        """Whether a part of a lot can be fetched, where the others are that are called for in this conversation."""
        part = self.parts.get(row.job)
        if part is None or self.called_at.setdefault(row.value, part.holder) != part.holder:
            return False
        kept = self.plan.stations.get(self.record.name(part.holder), {}).get("output_capacity") == 0
        return part.spot in ("ready", "entered") or (part.spot == "worked" and kept)

    def step(self, row: Row, part: Part) -> Iterator[str]:
        spot, whose, to_spot, to_whose = STEPS[row.event]
        holder, receiver = getattr(row, whose), getattr(row, to_whose)
        if row.job in self.jammed:
            yield "it was told to be stuck for ever"
        if (part.spot if part.spot != "entered" else "ready", part.holder) != (spot, holder):
            yield f"it is {part.spot} at {self.record.name(part.holder)}"
        yield from self.by_whom(row)
        yield from self.work(row, part)
        station = self.plan.stations.get(self.record.name(holder), {})
        fetched = row.event == "DISMOUNTED" and row.agent == holder and station.get("output_capacity") == 0
        if row.event != "SETUP_STARTED" and not fetched:  # then it waits on its machine for the vehicle that loads it
            part.since_s = row.time_s
        part.spot, part.holder = to_spot, receiver
        if row.event in ("UNLOADED", "MOVED"):
            yield from self.arrive(part, self.record.name(receiver))

    def arrive(self, part: Part, place: str) -> Iterator[str]:
        steps = self.plan.steps[part.product]
        if part.step == SCRAP or part.tried is not None:
            yield "it is scrap, or its last operation has no result"
        elif place == self.record.name(part.end) and part.step == len(steps):
            return
        elif place in self.plan.sinks:
            yield "it is not finished, or leaves elsewhere"
        elif place in self.plan.storage:
            part.spot = "ready"
        else:
            part.spot = "queued"
            if part.step >= len(steps) or not self.plan.may_do(place, steps[part.step], part.product):
                yield f"{place} cannot do what comes next"

    def by_whom(self, row: Row) -> Iterator[str]:
        """Whether it is for that agent to do, and whether there was time for it."""
        kind, who = self.record.kinds.get(row.agent), self.record.name(row.agent)
        if row.event in ("LOADED", "UNLOADED"):
            if kind != "AGV":
                yield f"{who} is no vehicle"
                return
            duration_s = number(self.plan.agvs.get(row.event.removesuffix("ED").lower(), 0.0))
            yield from self.drives(row, row.time_s - duration_s)
            if self.vehicles[row.agent] != "HANDLING":
                yield f"{who} is {self.vehicles[row.agent]}"
        elif row.event in ("MOUNTED", "DISMOUNTED"):
            station = self.record.name(row.other)
            if station not in self.plan.tended:
                if row.agent != row.other:
                    yield f"{station} does that itself"
                return
            robot = self.plan.robots.get(who)
            if robot is None or station not in robot["stations"]:
                yield f"{who} does not reach it"
                return
            duration_s = number(robot.get("load" if row.event == "MOUNTED" else "unload", 0.0))
            if row.time_s - duration_s < self.free_s[row.agent] - SLACK_S:
                yield f"{who} was busy until {self.free_s[row.agent]:g} s"
        else:
            return
        begin_s = row.time_s - duration_s
        if begin_s < self.handling_since_s.get(row.agent, inf) - SLACK_S:
            yield f"{who} has not handled for so long"
        if begin_s < self.parts[row.job].since_s - SLACK_S:
            yield f"it came at {self.parts[row.job].since_s:g} s"
        self.free_s[row.agent] = row.time_s

    def drives(self, row: Row, begin_s: float) -> Iterator[str]:
        """Whether the vehicle, and the part on board, can be there already."""
        vehicle, place = row.agent, self.record.name(row.other)
        loaded = any(part.spot == "aboard" and part.holder == vehicle for part in self.parts.values())
        legs = [(self.at.get(vehicle, place), self.free_s[vehicle], loaded)]
        if row.event == "LOADED":
            self.taken[row.job] = (place, row.time_s)
        elif row.event == "UNLOADED":
            legs.append((*self.taken.get(row.job, (place, 0.0)), True))
        for origin, left_s, with_load in legs:
            if begin_s < left_s + self.travel_times.least_s(origin, place, loaded=with_load) - SLACK_S:
                yield f"{self.record.name(vehicle)} was at {origin} until {left_s:g} s"
        self.at[vehicle] = place

    def work(self, row: Row, part: Part) -> Iterator[str]:
        """Set-ups and processing times, less the time for which a machine stood still."""
        station, steps = self.record.name(row.agent), self.plan.steps[part.product]
        walks_out = station in self.plan.sinks and not self.plan.transport.get("carry_out", True)
        walks = walks_out or self.plan.transport["kind"] == "instant" or row.agent == row.other
        if row.event == "MOVED" and not walks:
            yield "parts do not move by themselves"
        if row.event == "SETUP_STARTED":
            if part.setup_s:
                yield "it is being set up for already"
            part.setup_s, part.setup_at_s = row.value, row.time_s
        elif row.event == "PROCESSING_STARTED" and station in self.plan.stations:
            if row.value != part.step or part.tried is not None or not 0 <= part.step < len(steps):
                yield f"its next operation is number {part.step}"
            elif not self.plan.may_do(station, steps[part.step], part.product):
                yield f"{station} cannot do that"
            product, before = self.plan.products[part.product][0], self.made_last.get(row.agent)
            machines = self.plan.stations[station].get("machines", 1)
            befores = [before] if machines == 1 else [None, *(name for name, _ in self.plan.products)]
            if all(abs(self.plan.setup_s(station, one, product) - part.setup_s) > SLACK_S for one in befores):
                yield f"the set-up after {before} does not take {part.setup_s:g} s"
            if part.setup_s and not self.lasted(row, part.setup_at_s, part.setup_s, part.setup_s):
                yield f"the set-up began at {part.setup_at_s:g} s"
            self.made_last[row.agent], part.setup_s = product, 0.0
        elif row.event == "MOUNTED":
            yield from self.is_first(row, part)
        elif row.event == "SCRAPPED" and part.had and part.step != SCRAP:
            if not self.plan.stations.get(station, {}).get("scrap_rate"):
                yield "no result has made it scrap"
        elif row.event == "PROCESSING_ENDED" and 0 <= part.step < len(steps):
            step = steps[part.step]
            if self.plan.may_do(station, step, part.product):
                least_s, most_s = self.plan.work_s(station, step, part.product)
                if not self.lasted(row, part.since_s, least_s, most_s):
                    yield f"it began at {part.since_s:g} s, and takes {least_s:g} to {most_s:g} s"
            part.tried = part.step if step.results else None
            part.step = step.after

    def is_first(self, row: Row, part: Part) -> Iterator[str]:
        """Where no robot is called in time for a part, none of a higher priority is left waiting."""
        if self.plan.orders.rank and self.record.name(row.other) not in self.plan.tended:
            waiting = [other for other in self.parts.values() if (other.spot, other.holder) == ("queued", row.other)]
            if any(other.priority > part.priority for other in waiting):
                yield "one of a higher priority waits there"

    def lasted(self, row: Row, begin_s: float, least_s: float, most_s: float) -> bool:
        """Whether one of the machines can have run so long."""
        for machine in range(self.plan.stations[self.record.name(row.agent)].get("machines", 1)):
            stops = self.stops[row.agent, machine]
            stood_s = sum(max(min(to_s, row.time_s) - max(from_s, begin_s), 0.0) for from_s, to_s in stops)
            if least_s - SLACK_S <= row.time_s - begin_s - stood_s <= most_s + SLACK_S:
                return True
        return False

    def vehicle_shows(self, vehicle: int, state: str, time_s: float) -> None:
        if state == "HANDLING" and self.vehicles.get(vehicle) != "DOWN":
            self.handling_since_s[vehicle] = time_s  # a breakdown interrupts what goes on afterwards
        if state == "CHARGING":
            self.charges_since_s.setdefault(vehicle, time_s)
        self.vehicles[vehicle] = state

    def limits(self) -> Iterator[str]:
        """What fits where; and what machines and vehicles show."""
        here = Counter((part.spot, part.holder) for part in self.parts.values())
        for place in self.record.ids("STATION"):
            station = self.plan.stations.get(self.record.name(place))
            if station is None:
                store = self.plan.storage.get(self.record.name(place), {})
                yield from too_many(here["ready", place], store.get("capacity"), f"in {self.record.name(place)}")
                continue
            yield from self.station(place, station, here)
        for vehicle, state in self.vehicles.items():
            load = here["aboard", vehicle]
            yield from too_many(load, self.plan.agvs.get("capacity", 1), f"on {self.record.name(vehicle)}")
            if (state == "LOADED" and not load) or (state == "EMPTY" and load):
                yield f"{self.record.name(vehicle)} is {state} with {load} parts"

    def station(self, place: int, station: dict[str, Any], here: Counter[tuple[str, int]]) -> Iterator[str]:
        """Without room before or behind the machines (0) parts take up machines while they come and go."""
        name, machines = self.record.name(place), station.get("machines", 1)
        before, behind = station.get("input_capacity"), station.get("output_capacity")
        mounted, working = here["mounted", place], here["working", place]
        worked = here["worked", place] + (here["ready", place] if behind == 0 else 0)
        coming = 0
        if 0 in (before, behind) and before is not None:  # it may also lie on the machine that it has just left
            coming = max(here["queued", place] - before, 0)
        yield from too_many(mounted + working + worked + coming, machines, f"on the machines of {name}")
        yield from too_many(here["queued", place] - coming, before, f"before {name}")
        yield from too_many(here["ready", place] if behind != 0 else 0, behind, f"behind {name}")
        shown = Counter(self.machines.get((place, machine), "STARVED") for machine in range(machines))
        stopped = shown["DOWN"] + shown["OFF"]
        real = {"SETUP": mounted, "PROCESSING": working, "BLOCKED": worked}
        real["STARVED"] = machines - sum(real.values())
        for state, count in real.items():
            if not shown[state] <= count <= shown[state] + stopped:
                yield f"{name} shows {dict(shown)}, but {count} machines are {state}"


def too_many(count: int, limit: int | None, where: str) -> Iterator[str]:
    if limit is not None and count > limit:
        yield f"{count} parts {where}, where {limit} fit"


def machine_stops(record: Record) -> dict[tuple[int, int], list[tuple[float, float]]]:
    """When each machine was down or off, by station and machine."""
    stops: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    since_s: dict[tuple[int, int], float] = {}
    for row in record.rows:
        if row.event == "STATION_STATE":
            machine = (row.agent, row.other)
            if machine in since_s:
                stops[machine].append((since_s.pop(machine), row.time_s))
            if STATES[row.event][int(row.value)] in ("DOWN", "OFF"):
                since_s[machine] = row.time_s
    for machine, begin_s in since_s.items():
        stops[machine].append((begin_s, record.end_s))
    return stops
