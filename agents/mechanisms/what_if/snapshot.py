"""What the agents know and intend, as the arrays of a forecast: each states when and where it will be free.

A job that a vehicle is bound to counts as delivered when that vehicle says so: contracts stand. What no agent can know
(waiting for robots, for docks, for room in buffers, breakdowns to come) is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...shop.job import Job
from ...shop.station import Station
from .simulate import NOBODY, Shop, tails

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...shop.machine import Machine
    from ...shop.order import Step
    from ...world import World

NO_WAY_S = 1e12  # instead of inf: a forecast must be able to add and compare
UNAVAILABLE_S = 600.0  # guess for a vehicle that charges or is broken


class Floor:
    """What does not change: ways and machines.

    Attributes:
        travel_s: (P, P) float64, seconds for an empty vehicle from place to place when nobody is in the way.
        carry_s: (P, P) float64, the same with a part.
        machines: the M machines; the last row, without a machine, is the way out.
        of_station: machine rows by pool slot of the station.
    """

    def __init__(self, model: World) -> None:
        places = range(len(model.places))
        self.carry_s = np.array([[min(model.approach_s(a, b), NO_WAY_S) for b in places] for a in places])
        empty_s = [[min(model.approach_s(a, b, loaded=False), NO_WAY_S) for b in places] for a in places]
        self.travel_s = np.array(empty_s)
        self.stations = list(model.stations)
        self.machines: list[Machine] = [machine for station in self.stations for machine in station.machines]
        self.of_station: dict[int, list[int]] = {}
        for row, machine in enumerate(self.machines):
            self.of_station.setdefault(machine.station.slot, []).append(row)
        where = [*(machine.station.place for machine in self.machines), model.sink.place]
        self.machine_place = np.array(where, np.int32)
        self.unlimited = np.zeros(len(where), np.bool_)
        self.unlimited[-1] = True
        self.carries_out = not model.moves_itself(model.sink.place)
        self._choices: dict[Step, tuple[list[int], list[float]]] = {}

    def choices(self, step: Step) -> tuple[list[int], list[float]]:
        """The machine rows that can do an operation, and how long each takes; none where all stations have left."""
        known = self._choices.get(step)
        if known is None:
            rows = [(row, work_s) for slot, work_s in step.work_s.items() for row in self.of_station.get(slot, ())]
            known = self._choices[step] = ([row for row, _ in rows], [work_s for _, work_s in rows])
        return known


@dataclass(slots=True, frozen=True)
class Outlook:
    """A `Shop`, and which agent stands in which row.

    Attributes:
        jobs: the J jobs that have something to do.
        steps: (N,) the number of each operation in its job's routing; one past the last is the way out.
    """

    shop: Shop
    jobs: list[Job]
    steps: NDArray[np.int64]

    @property
    def operations(self) -> list[tuple[int, int]]:
        """The N operations: id of the job, number in its routing."""
        ids = np.repeat([job.unique_id for job in self.jobs], np.diff(self.shop.first))
        return list(zip(ids.tolist(), self.steps.tolist(), strict=True))


def look(model: World, floor: Floor, *, ahead: int | None = None) -> Outlook:
    """What is expected now; of every job at most the next `ahead` operations."""
    now_s = model.now_s
    held = {machine.job: machine for machine in floor.machines if machine.job is not None}
    queued = {job: station for station in model.stations for job in station.input}
    free_s, reach_s, delivered_s = _vehicles(model, floor, held)
    jobs: list[Job] = []
    place: list[int] = []
    ready_s: list[float] = []
    there: list[bool] = []
    rest_s: list[float] = []
    first, choice = [0], [0]
    steps: list[int] = []
    machine_rows: list[int] = []
    work_s: list[float] = []
    for job in model.jobs:
        routing = job.order.routing
        at, since_s, step, station = job.place, now_s, job.stage, None
        is_there = False
        if job in held:
            machine = held[job]
            if machine.task is not None:
                step += 1
                since_s = max(machine.busy_until_s, now_s)
        if job in queued:
            station, is_there = queued[job], True
        elif job in delivered_s and job.asked == step:
            at, since_s = delivered_s[job]
            if step == len(routing):
                continue  # on its way out
            station = job.target if isinstance(job.target, Station) else None
            is_there = station is not None
        elif job in delivered_s:  # it has called already for what comes after the operation that it is on its way to
            where = model.places[delivered_s[job][0]]
            if isinstance(where, Station) and where.present and where.slot in routing[step].work_s:
                (at, since_s), station, is_there = delivered_s[job], where, True
        elif isinstance(job.target, Station) and job.asked == step:
            station = job.target
        last = len(routing) if ahead is None else min(step + ahead, len(routing))
        for number in range(step, last):
            if number == step and station is not None:
                rows = floor.of_station[station.slot]
                machine_rows += rows
                work_s += [routing[number].work_s[station.slot]] * len(rows)
            else:
                rows, times_s = floor.choices(routing[number])
                if not rows:
                    last = number  # no station is left to do it, so nothing comes after it
                    break
                machine_rows += rows
                work_s += times_s
            steps.append(number)
            choice.append(len(machine_rows))
        if floor.carries_out and last == len(routing):
            machine_rows.append(len(floor.machines))
            work_s.append(0.0)
            steps.append(last)
            choice.append(len(machine_rows))
        if len(steps) == first[-1]:
            continue
        jobs.append(job)
        first.append(len(steps))
        place.append(at)
        ready_s.append(since_s)
        there.append(is_there)
        rest_s.append(routing[last - 1].tail_s if last < len(routing) else 0.0)
    machine_free_s = np.full(len(floor.machines) + 1, now_s)
    for row, machine in enumerate(floor.machines):
        if machine.job is not None:
            machine_free_s[row] = max(machine.busy_until_s, now_s)
        elif machine.down:
            machine_free_s[row] = now_s + machine.station.repair_mean_s
    vehicles = None if model.parts_move_themselves else model.fleet.spec
    shop = Shop(
        travel_s=floor.travel_s,
        carry_s=floor.carry_s,
        reach_s=reach_s,
        vehicle_free_s=free_s,
        load_s=0.0 if vehicles is None else vehicles.load_s,
        unload_s=0.0 if vehicles is None else vehicles.unload_s,
        place=np.array(place, np.int32),
        ready_s=np.array(ready_s, np.float64),
        there=np.array(there, np.bool_),
        rest_s=np.array(rest_s, np.float64),
        due_s=np.array([job.order.due_s for job in jobs], np.float64),
        first=np.array(first, np.int32),
        tail_s=np.zeros(len(steps)),
        choice=np.array(choice, np.int32),
        machine=np.array(machine_rows, np.int32),
        work_s=np.array(work_s, np.float64),
        machine_place=floor.machine_place,
        machine_free_s=machine_free_s,
        unlimited=floor.unlimited,
    )
    tails(shop)
    return Outlook(shop, jobs, np.array(steps, np.int64))


def _vehicles(
    model: World, floor: Floor, held: dict[Job, Machine]
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[Job, tuple[int, float]]]:
    """When each vehicle is free, (V,), never where it has left; its ways from there, (V, P); whom it delivers when."""
    fleet, traffic, now_s = model.fleet, model.traffic, model.now_s
    places = len(model.places)
    vehicles = 0 if model.parts_move_themselves else len(fleet.present)
    reach_s = np.empty((vehicles, places))
    delivered_s: dict[Job, tuple[int, float]] = {}
    if vehicles == 0:
        return np.empty(0), reach_s, delivered_s
    free_s = np.where(fleet.present, np.maximum(traffic.clear_s, now_s), NO_WAY_S)
    for place in range(places):
        reach_s[:, place] = np.minimum(traffic.ways_s(place)[traffic.stand], NO_WAY_S)
    for agv in model.agvs:
        v = agv.vehicle
        if not fleet.open[v]:
            free_s[v] += UNAVAILABLE_S
        if not agv.plan:
            continue
        at, load = NOBODY, int(fleet.load[v])
        time_s = max(fleet.next_at_s[v], now_s)
        for stop in agv.plan.stops:
            if at not in (NOBODY, stop.place):
                time_s += (floor.carry_s if load else floor.travel_s)[at, stop.place]
            at = stop.place
            load += 1 if stop.pick_up else -1
            job = stop.part
            if stop.pick_up:
                if job in held and held[job].task is not None:
                    time_s = max(time_s, held[job].busy_until_s)
                time_s += agv.spec.load_s
            else:
                time_s += agv.spec.unload_s
                if stop.task.contract.begun or job not in delivered_s:
                    delivered_s[job] = (at, time_s)
        free_s[v] = time_s
        reach_s[v] = floor.travel_s[at]
    return free_s, reach_s, delivered_s
