"""State history of agents and time series of the KPIs, for the charts and the Gantt chart.

The state of a lane (a machine, a vehicle, a robot) is a list of (since_s, state). The KPIs are sampled at equal steps
of simulated time; after SAMPLES samples every other one is dropped and the step is doubled, so that a run of any length
takes the same memory.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import nextafter
from typing import TYPE_CHECKING, Any

from ..agents.events import Event, StationState, VehicleState
from .tally import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .plan import Plan

Row = tuple[Any, ...]
SAMPLES = 240
FIRST_STEP_S = 5.0
KEPT = 4000  # most states kept per lane


class Lane:
    """One line of the Gantt chart: (N,) times and states."""

    __slots__ = ("agent", "colour", "name", "since_s", "states")

    def __init__(self, agent: int, name: str, colour: str) -> None:
        self.agent = agent
        self.name = name
        self.colour = colour
        self.since_s: list[float] = []
        self.states: list[int] = []

    def enter(self, time_s: float, state: int) -> None:
        if self.states and self.states[-1] == state:
            return
        self.since_s.append(time_s)
        self.states.append(state)
        if len(self.states) > 2 * KEPT:
            del self.since_s[:KEPT], self.states[:KEPT]

    def between(self, start_s: float, end_s: float) -> list[list[float]]:
        """[start, end, state] of the states within the window."""
        first = max(bisect_right(self.since_s, start_s) - 1, 0)
        last = bisect_left(self.since_s, end_s)
        if first >= last:
            return []
        ends = [*self.since_s[first + 1 : last], end_s]
        return [
            [round(max(since, start_s), 1), round(until, 1), state]
            for since, until, state in zip(self.since_s[first:last], ends, self.states[first:last], strict=True)
            if state != ABSENT
        ]


class History:
    """Lanes and figures of a run, up to the last row taken.

    Attributes:
        times_s: (N,) sampling times.
        figures: name -> (N,) values; `machine_1` counts machines that process, `vehicle_2` vehicles with a part.
        finished_s, flow_s: (F,) completion times and flow times of parts.
    """

    NAMES = ("wip", "finished", "battery_mean", "battery_low", *(f"vehicle_{s}" for s in range(len(VehicleState))))
    NAMES += tuple(f"machine_{s}" for s in range(len(StationState)))

    def __init__(self, plan: Plan) -> None:
        spec = plan.scenario
        self.lanes: dict[tuple[int, int], Lane] = {}
        for name, station in spec.stations.items():
            uid = plan.place_id[name]
            for machine in range(station.machines):
                label = name if station.machines == 1 else f"{name} · {machine + 1}"
                self.lanes[uid, machine] = Lane(uid, label, "station")
        for uid in plan.agvs:
            self.lanes[uid, 0] = Lane(uid, plan.name_of(uid), "vehicle")
        self._name_of = plan.name_of
        self.times_s: list[float] = []
        self.figures: dict[str, list[float]] = {name: [] for name in self.NAMES}
        self.finished_s: list[float] = []
        self.flow_s: list[float] = []
        self._step_s = FIRST_STEP_S
        self._next_s = 0.0
        self._wip = 0
        self._released: dict[int, float] = {}
        self._vehicles = [0] * len(VehicleState)  # number of vehicles in each state
        self._machines = [0] * len(StationState)
        self._state: dict[tuple[int, int], int] = {}

    def take(self, events: Iterable[Row], until_s: float, battery: tuple[float, float] | None = None) -> None:
        """Take further events and sample up to `until_s`; `battery` is the current mean and lowest level."""
        for time_s, kind, agent, job, other, value in events:
            if time_s > self._next_s:
                self._sample(nextafter(time_s, 0.0), battery)  # a sample includes the events at its instant
            if kind == Event.STATION_STATE:
                self._enter((agent, other), time_s, int(value), self._machines)
            elif kind == Event.VEHICLE_STATE:
                self._enter((agent, 0), time_s, int(value), self._vehicles)
            elif kind == Event.JOINED:
                self.lanes.setdefault((agent, 0), Lane(agent, self._name_of(agent), "vehicle"))
            elif kind == Event.LEFT:
                self._end(agent, time_s)
            elif kind == Event.RELEASED:
                self._wip += 1
                self._released[job] = time_s
            elif kind in (Event.FINISHED, Event.SCRAPPED):
                self._wip -= 1
                released_s = self._released.pop(job, time_s)
                if kind == Event.FINISHED:
                    self.finished_s.append(time_s)
                    self.flow_s.append(time_s - released_s)
        self._sample(until_s, battery)

    def throughput_per_h(self, now_s: float, window_s: float = 1800.0) -> float:
        """Parts finished per hour, over the last `window_s` or the time since the start."""
        span_s = min(window_s, now_s)
        if span_s <= 0.0:
            return 0.0
        done = bisect_right(self.finished_s, now_s) - bisect_right(self.finished_s, now_s - span_s)
        return done / span_s * 3600.0

    def flow_time_s(self, now_s: float, parts: int = 20) -> float | None:
        """Mean flow time of the last finished parts; None before the first."""
        last = bisect_right(self.finished_s, now_s)
        recent = self.flow_s[max(last - parts, 0) : last]
        return sum(recent) / len(recent) if recent else None

    def _enter(self, key: tuple[int, int], time_s: float, state: int, counts: list[int]) -> None:
        before = self._state.get(key)
        if before is not None:
            counts[before] -= 1
        counts[state] += 1
        self._state[key] = state
        self.lanes[key].enter(time_s, state)

    def _end(self, agent: int, time_s: float) -> None:
        """End the lanes of an agent that has left."""
        for key, state in list(self._state.items()):
            if key[0] == agent:
                counts = self._vehicles if self.lanes[key].colour == "vehicle" else self._machines
                counts[state] -= 1
                del self._state[key]
                self.lanes[key].enter(time_s, ABSENT)

    def _sample(self, until_s: float, battery: tuple[float, float] | None) -> None:
        while self._next_s <= until_s:
            self.times_s.append(self._next_s)
            mean, low = battery if battery is not None else (float("nan"), float("nan"))
            row = [self._wip, len(self.finished_s), mean, low, *self._vehicles, *self._machines]
            for name, value in zip(self.NAMES, row, strict=True):
                self.figures[name].append(value)
            self._next_s += self._step_s
            if len(self.times_s) >= SAMPLES:
                self._thin()

    def _thin(self) -> None:
        del self.times_s[1::2]
        for values in self.figures.values():
            del values[1::2]
        self._step_s *= 2.0
        self._next_s = self.times_s[-1] + self._step_s
