"""The risk that parts wait for each other's places forever, found from routings and buffers before a run.

    x (input 1, 1 machine, output 1) --> y (the same) --> x: six parts fill both, and none can leave

A station holds back parts if its output buffer is finite and so is the input buffer of every possible next station. If
such stations form a circle (of one station, if a part returns to where it was), and as many parts may be in process as
fill the circle, these parts can block each other. This is necessary for a deadlock, not sufficient (Coffman, Elphick
and Shoshani, System deadlocks, ACM Computing Surveys 3(2), 1971); `jams.py` finds the deadlocks that occur.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from . import Scenario
    from .routing import StepSpec
    from .stations import StationSpec


class JamRisk(NamedTuple):
    """A circle of stations whose parts can block each other, and the number of parts that fill it and all storages."""

    stations: tuple[str, ...]
    parts: int

    def __str__(self) -> str:
        way = " -> ".join((*self.stations, self.stations[0]))
        return (
            f"parts may jam: {way} is a circle of finite buffers, and {self.parts} parts can fill it and block each "
            f"other forever; add a storage, leave out an output_capacity, or keep fewer parts in process (conwip)"
        )


def jam_risk(scenario: Scenario) -> JamRisk | None:
    """The circle of stations that takes the fewest parts to fill, if so many may be in process; else None."""
    smallest = min(_circles(scenario), key=lambda circle: circle.parts, default=None)
    if smallest is None or any(storage.capacity is None for storage in scenario.storage.values()):
        return None
    stored = sum(storage.capacity or 0 for storage in scenario.storage.values())
    risk = JamRisk(smallest.stations, smallest.parts + stored)
    return risk if risk.parts <= _most_in_process(scenario) else None


def _most_in_process(scenario: Scenario) -> float:
    """Most parts that may be in the factory at once; inf if orders arrive regardless of their number."""
    return scenario.orders.most_at_a_time * max(product.lot_size for product in scenario.products.values())


def _circles(scenario: Scenario) -> Iterator[JamRisk]:
    """Find, for each station, the circle through it that takes the fewest parts to fill."""
    following: dict[str, set[str]] = {}
    for station, after in _holding_back(scenario):
        for name in (station, *sorted(after)):
            following.setdefault(name, set())
        following[station] |= after
    rooms = {station: _room(scenario.stations[station]) for station in following}
    for station in following:
        if (circle := _smallest_circle(station, following, rooms)) is not None:
            yield circle


def _smallest_circle(start: str, following: Mapping[str, set[str]], rooms: Mapping[str, int]) -> JamRisk | None:
    """The way back to `start` whose stations have the least room in all (Dijkstra 1959); None if there is none."""
    ways: list[tuple[int, tuple[str, ...]]] = [(rooms[start], (start,))]
    left: set[str] = set()
    while ways:
        parts, way = heapq.heappop(ways)
        if start in following[way[-1]]:
            return JamRisk(way, parts)
        if way[-1] not in left:
            left.add(way[-1])
            for after in following[way[-1]] - left:
                heapq.heappush(ways, (parts + rooms[after], (*way, after)))
    return None


def _room(station: StationSpec) -> int:
    """The number of parts that a station with finite buffers can hold."""
    return (station.input_capacity or 0) + station.machines + (station.output_capacity or 0)


def _holding_back(scenario: Scenario) -> list[tuple[str, frozenset[str]]]:
    """Stations with their possible next stations, if all of these may be full forever."""
    stations = scenario.stations
    waits = [
        (station, after)
        for name, product in scenario.products.items()
        for step in product.steps
        for following in step.successors
        if following < len(product.steps)
        for after in [_able(scenario, name, product.steps[following].spec)]
        for station in _able(scenario, name, step.spec)
        if stations[station].output_capacity is not None
        and all(stations[other].input_capacity is not None for other in after)
    ]
    while True:
        stuck = {station for station, _ in waits}
        left = [(station, after) for station, after in waits if after <= stuck]
        if len(left) == len(waits):
            return left
        waits = left


def _able(scenario: Scenario, product: str, step: StepSpec) -> frozenset[str]:
    """Stations that may do a step of a product."""
    able = (name for name, at in scenario.stations.items() if at.time_of(step.operation, product) is not None)
    return frozenset(step.stations or able)
