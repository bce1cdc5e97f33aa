"""What an event costs where next to nothing moves: a small factory, against a plain simulation of it with `heapq`.

The factory is the manufacturing system of Law, Simulation Modeling and Analysis, chapter 14, design 3: five stations,
two forklifts, a table of distances, machines that stay blocked until a forklift takes their part. The plain simulation
has the same orders, working times and rule (nearest request first); it negotiates nothing, logs nothing, and knows
neither breakdowns nor any other part of the language.
"""

from __future__ import annotations

import time
from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from ...agents.events import Event
from ...environments.factory import Factory
from ...environments.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...agents.shop.job import Job
    from ...agents.shop.lot import Lot
    from ...agents.shop.order import Order

REPEATS = 3  # the quickest counts: on a shared machine the others also measure other processes
MACHINES = {"w1": 4, "w2": 2, "w3": 5, "w4": 3, "w5": 2}
ROUTINGS_MIN = {  # share of the products; station and mean time of each operation
    0.3: [("w3", 15), ("w1", 9), ("w2", 6), ("w5", 18)],
    0.5: [("w4", 9), ("w1", 12), ("w3", 18)],
    0.2: [("w2", 9), ("w5", 6), ("w1", 21), ("w4", 12), ("w3", 12)],
}
PLACES = ["receiving", "shipping", *MACHINES]
TRAVEL_S = [  # between the places, of 150, 213, 300 and 336 ft at 5 ft/s
    [0.0, 0.0, 30.0, 42.6, 30.0, 42.6, 30.0],
    [0.0, 0.0, 30.0, 42.6, 30.0, 42.6, 30.0],
    [30.0, 30.0, 0.0, 30.0, 42.6, 67.2, 60.0],
    [42.6, 42.6, 30.0, 0.0, 30.0, 60.0, 67.2],
    [30.0, 30.0, 42.6, 30.0, 0.0, 30.0, 42.6],
    [42.6, 42.6, 67.2, 60.0, 30.0, 0.0, 30.0],
    [30.0, 30.0, 60.0, 67.2, 42.6, 30.0, 0.0],
]
FORKLIFTS = 2
Visit = tuple[int, float]  # place, working time in s


def scenario(hours: float = 240.0) -> Scenario:
    """The factory, with 15 orders an hour."""
    routings = {
        f"job_{number}": {
            "share": share,
            "routing": [
                {"operation": name, "time": {"distribution": "erlang", "stages": 2, "mean": f"{mean}min"}}
                for name, mean in operations
            ],
        }
        for number, (share, operations) in enumerate(ROUTINGS_MIN.items(), 1)
    }
    return Scenario.parse(
        {
            "name": "Law's manufacturing system",
            "transport": {
                "kind": "matrix",
                "places": PLACES,
                "travel": [[f"{travel_s}s" for travel_s in row] for row in TRAVEL_S],
            },
            "source": "receiving",
            "sink": "shipping",
            "stations": {
                name: {"operations": {name: "1h"}, "machines": count, "output_capacity": 0}
                for name, count in MACHINES.items()
            },
            "products": routings,
            "orders": {"kind": "poisson", "rate": "15/h"},
            "fleet": {"agvs": {"count": FORKLIFTS, "start": "receiving"}},
            "negotiation": {"mechanism": {"transport": "nearest"}, "queue_limit": 1},
            "horizon": f"{hours}h",
        }
    )


class RecordedFactory(Factory):
    """A factory that remembers its orders."""

    def __init__(self, plan: Scenario) -> None:
        self.orders: list[tuple[float, list[Visit]]] = []
        super().__init__(plan)

    def add_job(self, order: Order, lot: Lot | None = None) -> Job:
        visits = [
            (
                PLACES.index(step.name),
                self.work_time(order.product, number, step.name).quantile(order.uniforms[number, 0]),
            )
            for number, step in enumerate(order.routing)
        ]
        self.orders.append((self.now_s, visits))
        return super().add_job(order, lot)


class PlainFactory:
    """The same factory as one heap of events.

    Attributes:
        finished: number of parts that have left.
        done: number of operations and transports that are done.
    """

    def __init__(self, orders: list[tuple[float, list[Visit]]], end_s: float) -> None:
        self.finished = 0
        self.done = 0
        self._end_s = end_s
        self._heap: list[tuple[float, int, Callable[..., None], Any]] = []
        self._scheduled = 0
        self._now_s = 0.0
        self._free = [0, 0, *MACHINES.values()]  # machines by place
        self._queue: list[deque[_Part]] = [deque() for _ in PLACES]
        self._requests: list[_Part] = []  # parts that wait for a forklift, the oldest first
        self._idle = [0] * FORKLIFTS  # places of the forklifts without a task
        for at_s, visits in orders:
            self._schedule(at_s, self._ready, _Part(visits))

    def run(self) -> None:
        """Run to the end."""
        while self._heap and self._heap[0][0] <= self._end_s:
            self._now_s, _, act, part = heappop(self._heap)
            act(part)

    def _schedule(self, at_s: float, act: Callable[..., None], part: _Part) -> None:
        heappush(self._heap, (at_s, self._scheduled, act, part))
        self._scheduled += 1

    def _ready(self, part: _Part) -> None:
        """A part asks for a forklift: it has come, or has been processed."""
        if part.place:
            self.done += 1
        self._requests.append(part)
        if self._idle:
            nearest = min(range(len(self._idle)), key=lambda forklift: TRAVEL_S[self._idle[forklift]][part.place])
            self._fetch(self._idle.pop(nearest))

    def _fetch(self, at: int) -> None:
        """A forklift at a place drives to the nearest part that waits, or stays idle."""
        if not self._requests:
            self._idle.append(at)
            return
        nearest = min(range(len(self._requests)), key=lambda number: TRAVEL_S[at][self._requests[number].place])
        part = self._requests.pop(nearest)
        self._schedule(self._now_s + TRAVEL_S[at][part.place], self._leave, part)

    def _leave(self, part: _Part) -> None:
        """A forklift takes a part: its machine is free again."""
        origin = part.place
        if origin:
            self._free[origin] += 1
            self._feed(origin)
        part.place = part.visits[part.stage][0] if part.stage < len(part.visits) else 1
        self._schedule(self._now_s + TRAVEL_S[origin][part.place], self._arrive, part)

    def _arrive(self, part: _Part) -> None:
        self.done += 1
        if part.stage == len(part.visits):
            self.finished += 1
        else:
            self._queue[part.place].append(part)
            self._feed(part.place)
        self._fetch(part.place)

    def _feed(self, place: int) -> None:
        if self._free[place] and self._queue[place]:
            part = self._queue[place].popleft()
            self._free[place] -= 1
            self._schedule(self._now_s + part.visits[part.stage][1], self._ready, part)
            part.stage += 1


class _Part:
    """A part: the place where it is, or that it is brought to, and its number of operations begun."""

    __slots__ = ("place", "stage", "visits")

    def __init__(self, visits: list[Visit]) -> None:
        self.visits = visits
        self.place = self.stage = 0


def _quickest_s(build: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of the quickest of REPEATS runs, and what has run then; building does not count."""
    best_s, last = float("inf"), None
    for _ in range(REPEATS):
        last = build()
        started = time.process_time()
        last.run()
        best_s = min(best_s, time.process_time() - started)
    return best_s, last


def run(*, hours: float = 240.0, quick: bool = False) -> dict[str, Any]:
    """Run the factory and its plain simulation, and say what a task costs in each.

    Returns:
        `us_per_task` (microseconds of CPU time of the quickest of REPEATS runs per operation or transport done),
        `plain_us_per_task`, `ratio_to_plain`, `tasks`, `finished`, `plain_finished`, `calls`.
    """
    plan = scenario(24.0 if quick else hours)
    recorder = RecordedFactory(plan)  # its run also compiles the kernels
    recorder.run()
    plain_s, plain = _quickest_s(lambda: PlainFactory(recorder.orders, plan.horizon_s))
    factory_s, factory = _quickest_s(lambda: Factory(plan))
    kinds = factory.log.events["kind"]
    tasks = int(((kinds == Event.UNLOADED) | (kinds == Event.PROCESSING_ENDED)).sum())
    us_per_task, plain_us_per_task = 1e6 * factory_s / tasks, 1e6 * plain_s / plain.done
    return {
        "us_per_task": us_per_task,
        "plain_us_per_task": plain_us_per_task,
        "ratio_to_plain": us_per_task / plain_us_per_task,
        "tasks": tasks,
        "finished": int((kinds == Event.FINISHED).sum()),
        "plain_finished": plain.finished,
        "calls": len(factory.log.conversations),
    }
