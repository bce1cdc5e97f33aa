"""The plan of an AGV: the stops that it will make, and where a further transport fits in best."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from .ticks import arrival_s

if TYPE_CHECKING:
    from ..negotiation.tasks import Task
    from .job import Job
    from .specs import VehicleSpec
    from .tasks import Transport
    from .traffic import Traffic


@dataclass(slots=True, frozen=True, eq=False)
class Stop:
    """Something to do at a place: take a part of `task` on board, or hand it over."""

    task: Transport
    part: Job
    place: int
    pick_up: bool


class Plan:
    """Stops in order: two for each part that is not on board yet. The first one is under way."""

    def __init__(self, spec: VehicleSpec, traffic: Traffic) -> None:
        self._spec = spec
        self._traffic = traffic
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
        """The first stop is made."""
        return self.stops.pop(0)

    def drop(self, task: Task) -> None:
        """A transport is given back."""
        self.stops = [stop for stop in self.stops if stop.task is not task]

    def leave_out(self, left_out: Stop) -> None:
        """A part of a transport is not to be carried."""
        self.stops = [stop for stop in self.stops if stop.task is not left_out.task or stop.part is not left_out.part]

    def defer(self) -> bool:
        """Put what can be done now before what waits for parts that are not ready; whether there is any."""
        waiting = [stop for stop in self.stops if stop.task.ahead]
        self.stops = [stop for stop in self.stops if not stop.task.ahead] + waiting
        return len(waiting) < len(self.stops)

    def goes_on_with(self, made: Stop) -> bool:
        """Whether the next stop is where `made` was, for the next part of the same share."""
        return bool(self.stops) and self.next.task is made.task and self.next.pick_up == made.pick_up

    def insert(self, task: Transport, load: int) -> None:
        """Plan the stops of `task` where they add least driving and never overload the vehicle.

        `load` parts are on board. The stop that is under way stays the first. Where a part is not ready yet, the
        vehicle waits empty: others might wait for what it had on board, and it for them.
        """
        pick_ups = [Stop(task, part, task.origin, True) for part in task.cargo]
        hand_overs = [Stop(task, part, task.destination, False) for part in task.cargo]
        stops = self.stops
        if self._spec.capacity == 1 or not stops:
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
            if load > self._spec.capacity:
                return False
        return True

    def _length_s(self, stops: list[Stop]) -> float:
        loads = _loads(stops)
        return sum(self._way_s(a, b, load) for (a, b), load in zip(pairwise(stops), loads, strict=False))

    def _way_s(self, origin: Stop, destination: Stop, load: int) -> float:
        return self._traffic.travel_between_s(origin.place, destination.place, loaded=load > 0)

    def forecast(self, clear_s: float, stand: int, load: int) -> tuple[float, float, int]:
        """When the first stop will be reached and the last one made, and how the vehicle will stand then.

        It stands at `stand` from `clear_s` on, with `load` parts on board.
        """
        traffic, time_s, first_s = self._traffic, clear_s, None
        for stop in self.stops:
            way_s = traffic.ways_s(stop.place, loaded=load > 0).item(stand)
            stand = traffic.landing(stop.place, loaded=load > 0).item(stand)
            time_s = arrival_s(time_s, way_s, traffic.tick_s)
            first_s = time_s if first_s is None else first_s
            time_s += self._spec.load_s if stop.pick_up else self._spec.unload_s
            load += 1 if stop.pick_up else -1
        return clear_s if first_s is None else first_s, time_s, stand


def _loads(stops: list[Stop]) -> list[int]:
    """Parts on board after each stop: what is handed over, but not picked up, is on board from the beginning."""
    changes = [1 if stop.pick_up else -1 for stop in stops]
    return list(accumulate(changes, initial=-sum(changes)))[1:]
