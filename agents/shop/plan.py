"""The plan of an AGV: its future stops, and the best insertion of another transport."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from .ticks import arrival_s

if TYPE_CHECKING:
    from ..negotiation.tasks import Task
    from .fleet import Fleet
    from .job import Job
    from .tasks import Transport


@dataclass(slots=True, frozen=True, eq=False)
class Stop:
    """A stop at a place, to load (`pick_up`) or unload one part of `task`."""

    task: Transport
    part: Job
    place: int
    pick_up: bool


class Plan:
    """Stops in order: two for each part not yet on board, one for each part on board. The first is under way."""

    def __init__(self, fleet: Fleet) -> None:
        self._capacity = fleet.spec.capacity
        self._handling = fleet.handling
        self._traffic = fleet.traffic
        self.stops: list[Stop] = []

    def __bool__(self) -> bool:
        return bool(self.stops)

    @property
    def next(self) -> Stop:
        """The stop that is under way."""
        return self.stops[0]

    @property
    def not_begun(self) -> list[Transport]:
        """Transports with parts that are not on board."""
        return list(dict.fromkeys(stop.task for stop in self.stops if stop.pick_up))

    @property
    def cargo(self) -> dict[Transport, list[Job]]:
        """The parts of each transport that are on board or still to be taken."""
        found: dict[Transport, dict[Job, None]] = {}
        for stop in self.stops:
            found.setdefault(stop.task, {})[stop.part] = None
        return {task: list(parts) for task, parts in found.items()}

    def __contains__(self, task: Task) -> bool:
        return any(stop.task is task for stop in self.stops)

    def pop(self) -> Stop:
        """Remove and return the first stop, which is completed."""
        return self.stops.pop(0)

    def drop(self, task: Task) -> None:
        """Remove all stops of a transport, which is given back."""
        self.stops = [stop for stop in self.stops if stop.task is not task]

    def drop_part(self, dropped: Stop) -> None:
        """Remove all stops for the part of `dropped`, which is dropped from its transport."""
        self.stops = [stop for stop in self.stops if stop.task is not dropped.task or stop.part is not dropped.part]

    def defer(self) -> bool:
        """Move stops for parts that are not ready behind all others; whether any stop can be made now."""
        waiting = [stop for stop in self.stops if stop.task.ahead]
        self.stops = [stop for stop in self.stops if not stop.task.ahead] + waiting
        return len(waiting) < len(self.stops)

    def continues(self, made: Stop) -> bool:
        """Whether the next stop is at the place of `made`, for the next part of the same share."""
        return bool(self.stops) and self.next.task is made.task and self.next.pick_up == made.pick_up

    def insert(self, task: Transport, load: int) -> None:
        """Insert the stops of `task` where they add the least driving without overloading the vehicle.

        `load` parts are on board. The stop under way stays the first. The vehicle waits only empty for a part that is
        not ready, to avoid a deadlock with others that wait for a part on board.
        """
        pick_ups = [Stop(task, part, task.origin, True) for part in task.cargo]
        hand_overs = [Stop(task, part, task.destination, False) for part in task.cargo]
        stops = self.stops
        if self._capacity == 1 or not stops:
            stops += [*pick_ups, *hand_overs]
            return
        candidates = [
            [*stops[:i], *pick_ups, *stops[i:j], *hand_overs, *stops[j:]]
            for i in range(1, len(stops) + 1)
            for j in range(i, len(stops) + 1)
        ]
        self.stops = min((stops for stops in candidates if self._fits(stops, load)), key=self._length_s)

    def _fits(self, stops: list[Stop], load: int) -> bool:
        for number, stop in enumerate(stops):
            if number and load and stop.pick_up and not stop.part.ready:
                return False
            load += 1 if stop.pick_up else -1
            if load > self._capacity:
                return False
        return True

    def _length_s(self, stops: list[Stop]) -> float:
        loads = _loads(stops)
        return sum(self._travel_s(a, b, load) for (a, b), load in zip(pairwise(stops), loads, strict=False))

    def _travel_s(self, origin: Stop, destination: Stop, load: int) -> float:
        return self._traffic.travel_between_s(origin.place, destination.place, loaded=load > 0)

    def forecast(self, clear_s: float, stand: int, load: int) -> tuple[float, float, int]:
        """Time at which the first stop will be reached, time at which the last one will be completed, and final stand.

        The vehicle is at `stand` from `clear_s` on, with `load` parts on board.
        """
        traffic, time_s, first_s = self._traffic, clear_s, None
        for stop in self.stops:
            travel_s = traffic.travel_times_s(stop.place, loaded=load > 0).item(stand)
            stand = traffic.landing(stop.place, loaded=load > 0).item(stand)
            time_s = arrival_s(time_s, travel_s, traffic.tick_s)
            first_s = time_s if first_s is None else first_s
            time_s += self._handling.mean_s(stop.part, loads=stop.pick_up)
            load += 1 if stop.pick_up else -1
        return clear_s if first_s is None else first_s, time_s, stand


def _loads(stops: list[Stop]) -> list[int]:
    """Number of parts on board after each stop; parts that are unloaded but not picked up are on board initially."""
    changes = [1 if stop.pick_up else -1 for stop in stops]
    return list(accumulate(changes, initial=-sum(changes)))[1:]
