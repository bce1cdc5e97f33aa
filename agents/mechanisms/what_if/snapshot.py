"""Snapshot of the state and plans of all agents, as arrays for simulation.

Contracts are kept: a job under contract with a vehicle counts as delivered at the time estimated by that vehicle. Times
that no agent can know (waiting for robots, docks or room in buffers, future breakdowns) are not included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from ...shop.job import Job
from ...shop.station import Station
from ...shop.traffic import NO_PLACE
from ...world import World
from .simulate import Shop, fill_remaining_work

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...shop.agv import AGV
    from ...shop.machine import Machine
    from ...shop.order import Step

UNREACHABLE_S = 1e12  # unreachable; finite instead of inf, so that forecasts can be added and compared
UNAVAILABLE_S = 600.0  # assumed remaining time of a vehicle that is charging or down


class WholeShop(World, Protocol):
    """The factory as a planner sees it: `World` and all the agents that are in it."""

    @property
    def stations(self) -> list[Station]: ...

    @property
    def agvs(self) -> list[AGV]: ...

    @property
    def jobs(self) -> list[Job]: ...


class Floor:
    """The static data of a shop: travel times and machines.

    Attributes:
        travel_s: (P, P) float64, free-flow travel time of an empty vehicle from place to place, seconds.
        carry_s: (P, P) float64, the same for a loaded vehicle.
        machines: the machines, one per row; the rows after them, without a machine, are the places where parts leave.
        end_row: the row of each of these places.
        of_station: machine rows by pool slot of the station.
    """

    def __init__(self, model: WholeShop) -> None:
        places = range(len(model.places))
        self.carry_s = np.array([[min(model.approach_s(a, b), UNREACHABLE_S) for b in places] for a in places])
        empty_s = [[min(model.approach_s(a, b, loaded=False), UNREACHABLE_S) for b in places] for a in places]
        self.travel_s = np.array(empty_s)
        self.stations = list(model.stations)
        self.machines: list[Machine] = [machine for station in self.stations for machine in station.machines]
        self.of_station: dict[int, list[int]] = {}
        for row, machine in enumerate(self.machines):
            self.of_station.setdefault(machine.station.slot, []).append(row)
        count = len(self.machines)
        self.end_row = {place: count + number for number, place in enumerate(model.ends)}
        where = [*(machine.station.place for machine in self.machines), *model.ends]
        self.machine_place = np.array(where, np.int32)
        self.unlimited = np.arange(len(where)) >= count
        self.walked_to = {place for place in model.ends if model.moves_itself(place)}
        self._choices: dict[Step, tuple[list[int], list[float]]] = {}

    def choices(self, step: Step) -> tuple[list[int], list[float]]:
        """Machine rows that can do an operation, and their processing times; empty if all its stations have left."""
        known = self._choices.get(step)
        if known is None:
            rows = [(row, work_s) for slot, work_s in step.work_s.items() for row in self.of_station.get(slot, ())]
            known = self._choices[step] = ([row for row, _ in rows], [work_s for _, work_s in rows])
        return known


@dataclass(slots=True, frozen=True)
class Outlook:
    """A `Shop`, with the job of each row.

    Attributes:
        jobs: the J jobs with operations or a transport out of the factory ahead.
        steps: (N,) int64, index of each operation in its job's routing; one past the last means the last transport.
    """

    shop: Shop
    jobs: list[Job]
    steps: NDArray[np.int64]

    @property
    def operations(self) -> list[tuple[int, int]]:
        """The N operations: id of the job, index in its routing."""
        ids = np.repeat([job.unique_id for job in self.jobs], np.diff(self.shop.first))
        return list(zip(ids.tolist(), self.steps.tolist(), strict=True))


class _Next(NamedTuple):
    """The next operation of a job, and the place and time at which the job is ready for it."""

    place: int
    ready_s: float
    step: int  # index of the next operation in its routing
    station: Station | None  # the station of that operation, if it is decided
    there: bool  # the job is at that station


@dataclass(slots=True)
class _Operations:
    """The columns of a `Shop` under construction: jobs, operations and choices."""

    floor: Floor
    jobs: list[Job] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    ready_s: list[float] = field(default_factory=list)
    there: list[bool] = field(default_factory=list)
    rest_s: list[float] = field(default_factory=list)
    first: list[int] = field(default_factory=lambda: [0])
    steps: list[int] = field(default_factory=list)
    choice: list[int] = field(default_factory=lambda: [0])
    machines: list[int] = field(default_factory=list)
    work_s: list[float] = field(default_factory=list)

    def add(self, job: Job, then: _Next, *, ahead: int | None) -> None:
        """List the operations of a job, at most the next `ahead`, and the transport after the last one."""
        routing = job.order.routing
        number, left = then.step, len(routing) if ahead is None else ahead
        before: Step | None = None
        while number < len(routing) and left > 0:
            if number == then.step and then.station is not None:
                rows = self.floor.of_station[then.station.slot]
                times_s = [routing[number].work_s[then.station.slot]] * len(rows)
            else:
                rows, times_s = self.floor.choices(routing[number])
            if not rows:
                break  # no station can do it any more, so no later operation follows
            self._add_operation(number, rows, times_s)
            before = routing[number]
            number, left = before.following, left - 1
        if number == len(routing) and job.order.end not in self.floor.walked_to:
            self._add_operation(number, [self.floor.end_row[job.order.end]], [0.0])
        if len(self.steps) == self.first[-1]:
            return
        self.jobs.append(job)
        self.first.append(len(self.steps))
        self.place.append(then.place)
        self.ready_s.append(then.ready_s)
        self.there.append(then.there)
        self.rest_s.append(before.tail_s if before is not None and number < len(routing) else 0.0)

    def _add_operation(self, number: int, rows: list[int], times_s: list[float]) -> None:
        self.machines += rows
        self.work_s += times_s
        self.steps.append(number)
        self.choice.append(len(self.machines))


def snapshot_shop(model: WholeShop, floor: Floor, *, ahead: int | None = None) -> Outlook:
    """Snapshot of the shop, with at most the next `ahead` operations of every job; None: all."""
    held = {machine.job: machine for machine in floor.machines if machine.job is not None}
    queued = {job: station for station in model.stations for job in station.input}
    free_s, reach_s, delivered_s = _vehicles(model, floor, held)
    listed = _Operations(floor)
    for job in model.jobs:
        then = _next_of(job, model, held, queued, delivered_s)
        if then is not None:
            listed.add(job, then, ahead=ahead)
    handling, by_hand = model.fleet.handling, not model.parts_move_themselves
    shop = Shop(
        travel_s=floor.travel_s,
        carry_s=floor.carry_s,
        reach_s=reach_s,
        vehicle_free_s=free_s,
        load_s=np.array([handling.mean_s(job, loads=True) if by_hand else 0.0 for job in listed.jobs], np.float64),
        unload_s=np.array([handling.mean_s(job, loads=False) if by_hand else 0.0 for job in listed.jobs], np.float64),
        place=np.array(listed.place, np.int32),
        ready_s=np.array(listed.ready_s, np.float64),
        there=np.array(listed.there, np.bool_),
        rest_s=np.array(listed.rest_s, np.float64),
        due_s=np.array([job.order.due_s for job in listed.jobs], np.float64),
        first=np.array(listed.first, np.int32),
        tail_s=np.zeros(len(listed.steps)),
        choice=np.array(listed.choice, np.int32),
        machine=np.array(listed.machines, np.int32),
        work_s=np.array(listed.work_s, np.float64),
        machine_place=floor.machine_place,
        machine_free_s=_machines_free_s(model, floor),
        unlimited=floor.unlimited,
    )
    fill_remaining_work(shop)
    return Outlook(shop, listed.jobs, np.array(listed.steps, np.int64))


def _next_of(
    job: Job,
    model: WholeShop,
    held: dict[Job, Machine],
    queued: dict[Job, Station],
    delivered_s: dict[Job, tuple[int, float]],
) -> _Next | None:
    """The next operation of a job; None if it is on its way out of the factory."""
    place, ready_s, step = job.place, model.now_s, job.stage
    machine = held.get(job)
    if machine is not None and machine.task is not None:
        step = job.order.routing[step].following
        ready_s = max(machine.busy_until_s, ready_s)
    if job in queued:
        return _Next(place, ready_s, step, queued[job], there=True)
    target = job.target if isinstance(job.target, Station) and job.progress.announced == step else None
    if job not in delivered_s:
        return _Next(place, ready_s, step, target, there=False)
    delivered = delivered_s[job]
    if job.progress.announced == step:
        if step == len(job.order.routing):
            return None
        return _Next(*delivered, step, target, there=target is not None)
    # It has already announced the operation after the one that it is being carried to.
    where = model.places[delivered[0]]
    if isinstance(where, Station) and where.present and where.slot in job.order.routing[step].work_s:
        return _Next(*delivered, step, where, there=True)
    return _Next(place, ready_s, step, None, there=False)


def _machines_free_s(model: WholeShop, floor: Floor) -> NDArray[np.float64]:
    """(M + E,) float64, time at which each machine becomes free; the E places where parts leave are always free."""
    free_s = np.full(len(floor.unlimited), model.now_s)
    for row, machine in enumerate(floor.machines):
        if machine.job is not None:
            free_s[row] = max(machine.busy_until_s, model.now_s)
        elif machine.down:
            free_s[row] = model.now_s + machine.station.repair_mean_s
    return free_s


def _vehicles(
    model: WholeShop, floor: Floor, held: dict[Job, Machine]
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[Job, tuple[int, float]]]:
    """Times at which vehicles become free, their travel times from then on, and the deliveries that they have planned.

    Returns:
        (V,) float64, when each vehicle becomes free, UNREACHABLE_S if it has left; (V, P) float64, its empty travel
        times from its position then; and by job, the place and the time of its delivery.
    """
    fleet, traffic, now_s = model.fleet, model.traffic, model.now_s
    places = len(model.places)
    vehicles = 0 if model.parts_move_themselves else len(fleet.present)
    reach_s = np.empty((vehicles, places))
    delivered_s: dict[Job, tuple[int, float]] = {}
    if vehicles == 0:
        return np.empty(0), reach_s, delivered_s
    free_s = np.where(fleet.present, np.maximum(traffic.clear_s, now_s), UNREACHABLE_S)
    for place in range(places):
        reach_s[:, place] = np.minimum(traffic.travel_times_s(place)[traffic.stand], UNREACHABLE_S)
    for agv in model.agvs:
        v = agv.vehicle
        if not fleet.open[v]:
            free_s[v] += UNAVAILABLE_S
        if not agv.plan:
            continue
        at, load = NO_PLACE, int(fleet.load[v])
        time_s = max(fleet.next_at_s[v], now_s)
        for stop in agv.plan.stops:
            if at not in (NO_PLACE, stop.place):
                time_s += (floor.carry_s if load else floor.travel_s)[at, stop.place]
            at = stop.place
            load += 1 if stop.pick_up else -1
            job = stop.part
            if stop.pick_up:
                if job in held and held[job].task is not None:
                    time_s = max(time_s, held[job].busy_until_s)
                time_s += fleet.handling.mean_s(job, loads=True)
            else:
                time_s += fleet.handling.mean_s(job, loads=False)
                if stop.task.contract.begun or job not in delivered_s:
                    delivered_s[job] = (at, time_s)
        free_s[v] = time_s
        reach_s[v] = floor.travel_s[at]
    return free_s, reach_s, delivered_s
