"""Jams: parts that wait for each other's places, forever.

    x  [machine: p-1, finished] -> output full: p-2, which waits for a place at y
    y  [machine: p-3, finished] -> output full: p-4, which waits for a place at x

A part can move on if it is being worked on, carried or handled, if its next task has been awarded, or if a place that
it waits for may become free: because the place is empty, or because a part that holds it can move on. The parts that
remain when no more of these are found are jammed (the deadlock of requests for one of several resources: Holt, Some
deadlock properties of computer systems, ACM Computing Surveys 4(3), 1972). Vehicles are assumed to come eventually.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from ...agents.events import NOBODY, Event
from ...agents.negotiation.contract import ContractPhase
from ...agents.shop.depot import Storage
from ...agents.shop.station import Station
from ...agents.shop.tasks import Operation, TaskKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from ...agents.negotiation.tasks import Task
    from ...agents.shop.job import Job
    from ...agents.shop.machine import Machine
    from .factory import Factory

    Place = Station | Storage


class Wait(NamedTuple):
    """A part and the station at which it waits for a place; at its own station, for a machine or an output place.

    The station is None if all stations that could take the part have left.
    """

    job: Job
    at: Place
    waits_for: Station | None


def jammed_parts(factory: Factory) -> list[Job]:
    """The parts in stations and storages that can never move on; empty where there is no jam."""
    if not any(all(_is_finished_on(machine) for machine in station.machines) for station in factory.stations):
        return []
    stuck: dict[Job, Place] = {}
    for place in (*factory.stations, *factory.storages):
        stuck |= dict.fromkeys(_parts_in_the_way(place), place)
    while free := [job for job, place in stuck.items() if _can_move_on(job, place, stuck, factory)]:
        for job in free:
            del stuck[job]
    still = (station for station in factory.stations if not _empties_a_machine(station, stuck))
    return list(dict.fromkeys(chain(stuck, *(station.input for station in still))))


def report_jam(factory: Factory, jammed: list[Job]) -> None:
    """Log which part waits for which place, once for each circle, and suspend the tasks that no station can take."""
    if not factory.jammed.issuperset(jammed):
        waits = circle(factory, jammed)
        if not factory.jammed.issuperset(wait.job for wait in waits):
            for wait in waits:
                wanted = NOBODY if wait.waits_for is None else wait.waits_for.unique_id
                factory.log.event(
                    factory.now_s, Event.JAMMED, wait.at.unique_id, wait.job.unique_id, wanted, len(waits)
                )
        factory.jammed.update(jammed)
    for task in vain_calls(factory, jammed):
        task.contract.asleep = True


def circle(factory: Factory, jammed: Collection[Job]) -> list[Wait]:
    """A circle in a jam: each part waits for a place that the next one holds, the last for the first.

    A part without a remaining station waits for no place, and all others wait for it.
    """
    at: dict[Job, Place] = {}
    for place in (*factory.stations, *factory.storages):
        at |= dict.fromkeys((job for job in _parts_at(place) if job in jammed), place)
    seen: dict[Job, Wait] = {}
    job = next(iter(at))
    while job not in seen:
        place = at[job]
        wanted = _wanted_by(job, place, factory)
        seen[job] = Wait(job, place, wanted)
        if wanted is None:
            return [seen[job]]
        holders = wanted.output if wanted is place and _waits_for_output(job, wanted) else _parts_on_machines(wanted)
        job = next(other for other in holders if other in at)
    waits = list(seen.values())
    return waits[[wait.job for wait in waits].index(job) :]


def _wanted_by(job: Job, place: Place, factory: Factory) -> Station | None:
    """The station that a part of a jam waits for, its own or another; None if none is left."""
    if isinstance(place, Station) and (job in place.input or _waits_for_output(job, place)):
        return place
    return next(iter(_stations_for(job, factory)), None)


def vain_calls(factory: Factory, jammed: Collection[Job]) -> list[Task]:
    """Waiting tasks that no station can take until a jam is resolved."""
    return [
        task
        for task in factory.net.waiting(TaskKind.OPERATION)
        if isinstance(task, Operation)
        and task.job is not None
        and not any(_may_take(station, task.job, jammed) for station in _stations_for(task.job, factory))
    ]


def _may_take(station: Station, job: Job, stuck: Collection[Job]) -> bool:
    return station.has_room(job) or _empties_a_machine(station, stuck) or _has_reassignable_place(station)


def _parts_at(place: Place) -> list[Job]:
    if isinstance(place, Storage):
        return list(place.parts.values())
    return list(dict.fromkeys([*place.input, *_parts_on_machines(place), *place.output]))


def _parts_in_the_way(place: Place) -> list[Job]:
    """The parts that others may wait for: all but those in the input, which leave it when a machine is empty."""
    if isinstance(place, Storage):
        return _parts_at(place)
    return list(dict.fromkeys([*_parts_on_machines(place), *place.output]))


def _parts_on_machines(station: Station) -> list[Job]:
    return [machine.job for machine in station.machines if machine.job is not None]


def _is_finished_on(machine: Machine) -> bool:
    return machine.job is not None and machine.task is None and not machine.clearing


def _waits_for_output(job: Job, station: Station) -> bool:
    """Whether the part is finished on a machine and the output buffer is full."""
    return job not in station.output and job not in station.input


def _can_move_on(job: Job, place: Place, stuck: Collection[Job], factory: Factory) -> bool:
    if isinstance(place, Station):
        holder = next((machine for machine in place.machines if machine.job is job), None)
        if holder is not None and not _is_finished_on(holder):
            return True
        if _waits_for_output(job, place):
            capacity = place.spec.output_capacity
            return capacity is None or len(place.output) < capacity or any(part not in stuck for part in place.output)
    operation = job.operation
    if job.target is not None or operation is None:
        return True
    if operation.contract.phase is not ContractPhase.POSTPONED or job.is_being_stored:
        return True
    if isinstance(place, Station) and any(_takes_one_more(storage, stuck) for storage in factory.storages):
        return True
    return any(_may_take(station, job, stuck) for station in _stations_for(job, factory))


def _stations_for(job: Job, factory: Factory) -> list[Station]:
    assert job.operation is not None
    eligible = job.operation.eligible
    stations = factory.stations
    return stations if eligible is None else [station for station in stations if station.slot in eligible]


def _empties_a_machine(station: Station, stuck: Collection[Job]) -> bool:
    """Whether a machine is empty or holds a part that can move on."""
    return any(machine.job is None or machine.job not in stuck for machine in station.machines)


def _has_reassignable_place(station: Station) -> bool:
    """Whether a place reserved for a part that is not ready can go to a part that is."""
    return any(task.ahead for task in station.promised.values())


def _takes_one_more(storage: Storage, stuck: Collection[Job]) -> bool:
    return storage.has_room or any(part not in stuck for part in _parts_at(storage))
