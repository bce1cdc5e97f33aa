"""Vehicles that take given travel times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, PlainSerializer, PlainValidator, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from ...config.distributions import Distribution, Durations
from ...config.section import Names
from ...config.suggestions import listed, unknown
from ...config.units import DURATION, Duration
from .base import TransportSpec, Trip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ...layout import Layout
    from ...motion.matrix import MatrixTraffic
    from ..fleet import Agvs
    from ..scenario import Scenario
    from .base import Problem, TrafficOwner


_FIXED: TypeAdapter[float] = TypeAdapter(Duration)
_RANDOM: TypeAdapter[Durations] = TypeAdapter(Distribution)


def _travel_time(given: Any) -> float | Durations:
    """A mapping is a distribution; a fixed time stays a number, because a table may have thousands."""
    if isinstance(given, dict | Durations):
        return _RANDOM.validate_python(given)
    return _FIXED.validate_python(given)


def _written(time: float | Durations) -> Any:
    return time if isinstance(time, Durations) else DURATION.write(time)


TravelTime = Annotated[
    float | Durations,
    PlainValidator(_travel_time, json_schema_input_type=Duration | Durations),
    PlainSerializer(_written),
]


class Matrix(TransportSpec):
    """Vehicles take `travel[i][j]` from place i to place j (directed) and never meet."""

    kind: Literal["matrix"] = "matrix"
    places: Names
    travel_s: Annotated[
        tuple[Annotated[tuple[TravelTime, ...], Field(strict=False)], ...], Field(strict=False, alias="travel")
    ]
    carry_out: bool = True  # finished parts are carried to the sink; False: they leave at their last station

    @model_validator(mode="after")
    def _square(self) -> Self:
        many = len(self.places)
        twins = [name for number, name in enumerate(self.places) if name in self.places[:number]]
        problem = None
        if twins:
            problem = f"place {twins[0]!r} is listed twice"
        elif len(self.travel_s) != many:
            problem = f"travel has {len(self.travel_s)} rows for {many} places; it needs one row and column per place"
        for name, row in zip(self.places, self.travel_s, strict=False):
            if problem is None and len(row) != many:
                problem = f"the row of {name!r} has {len(row)} travel times for {many} places; it needs one per place"
        for number, name in enumerate(self.places):
            if problem is None and self.travel_s[number][number] != 0.0:
                problem = (
                    f"travel from {name!r} to itself takes {mean_s(self.travel_s[number][number]):g}s; it must be 0s"
                )
        if problem:
            raise PydanticCustomError("matrix", "{problem}", {"problem": problem})
        return self

    @property
    def carries_out(self) -> bool:
        return self.carry_out

    def travel_times_s(self, places: Sequence[str]) -> NDArray[np.float64]:
        rows = [self.places.index(name) for name in places]
        times_s = [[mean_s(time) for time in row] for row in self.travel_s]
        return np.array(times_s, dtype=np.float64)[np.ix_(rows, rows)]

    def least_travel_times_s(self, places: Sequence[str]) -> NDArray[np.float64]:
        least_s = self.travel_times_s(places)
        for (origin, destination), time in self.random_times(places).items():
            least_s[origin, destination] = time.support_s[0]
        return least_s

    def random_times(self, places: Sequence[str]) -> dict[tuple[int, int], Durations]:
        """The travel times that are random, by the indices of their places."""
        index = {name: number for number, name in enumerate(places)}
        return {
            (index[origin], index[destination]): time
            for origin, row in zip(self.places, self.travel_s, strict=True)
            for destination, time in zip(self.places, row, strict=True)
            if isinstance(time, Durations)
        }

    def trips_to_chargers(self, scenario: Scenario) -> Iterator[Trip]:
        assert scenario.fleet is not None
        chargers = [scenario.places.index(name) for name in scenario.chargers]
        for place, row_s in zip(scenario.places, self.travel_times_s(scenario.places), strict=True):
            time_s = float(row_s[chargers].min())
            yield Trip(place, time_s * scenario.fleet.agvs.speed_m_per_s, time_s)

    def place_problems(self, scenario: Scenario) -> Iterator[Problem]:
        for number, name in enumerate(self.places):
            if name not in scenario.places:
                yield ("transport", "places", number), unknown(name, "place", scenario.places)
        for name in scenario.places:
            if name not in self.places:
                text = f"{name!r} is missing; the matrix needs all of: {listed(scenario.places)}"
                yield ("transport", "places"), text

    def fleet_problems(self, scenario: Scenario, agvs: Agvs) -> Iterator[Problem]:
        given = {"loaded_speed": agvs.loaded_speed_m_per_s is not None, "kinematics": agvs.kinematics != "omni"}
        for key in (key for key, is_given in given.items() if is_given):
            yield (
                ("fleet", "agvs", key),
                "a matrix of travel times says how long vehicles take; leave it out, or set transport: {kind: grid}",
            )

    def floor_problems(self, scenario: Scenario) -> Iterator[Problem]:
        if scenario.layout is not None:
            yield ("layout",), "a matrix of travel times uses no layout; leave it out, or set transport: {kind: grid}"

    def build_traffic(
        self, scenario: Scenario, agvs: Agvs, *, layout: Layout | None, owner: TrafficOwner
    ) -> MatrixTraffic:
        random_times = self.random_times(scenario.places)
        return table_traffic(scenario, agvs, self.travel_times_s(scenario.places), owner, random_times)


def mean_s(time: float | Durations) -> float:
    """The mean (s) of a fixed or a random time."""
    return time.mean_s if isinstance(time, Durations) else time


def table_traffic(
    scenario: Scenario,
    agvs: Agvs,
    times_s: NDArray[np.float64],
    owner: TrafficOwner,
    random_times: Mapping[tuple[int, int], Durations] | None = None,
) -> MatrixTraffic:
    """Traffic in which vehicles take (P, P) `times_s` (s) from place to place, and never meet.

    Trips with `random_times`, by the indices of their places, take a time from the stream "travel" instead, with this
    mean.
    """
    from ...motion.matrix import MatrixTraffic  # loaded only when a factory is built

    return MatrixTraffic(
        scenario.places,
        times_s,
        vehicles=agvs.count,
        start_place=scenario.places.index(agvs.start or scenario.source),
        clock=owner.clock,
        on_arrival=owner.vehicle_arrived,
        speed_m_per_s=agvs.speed_m_per_s,
        random_times=random_times,
        rng=owner.stream("travel") if random_times else None,
    )
