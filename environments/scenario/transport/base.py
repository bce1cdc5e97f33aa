"""The base of all kinds of transport: checks of a scenario, and the traffic of a factory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from ...config.kinds import Kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ....agents.shop.traffic import Traffic
    from ...clock import Clock
    from ...layout import Layout
    from ..fleet import Agvs
    from ..scenario import Scenario

    Problem = tuple[tuple[str | int, ...], str]  # key path, what is wrong and what is allowed


class Trip(NamedTuple):
    """The least energy-consuming trip from a place to its nearest charger."""

    place: str
    length_m: float
    time_s: float


class TrafficOwner(Protocol):
    """The factory, as seen by its traffic, which calls the methods on arrivals."""

    @property
    def clock(self) -> Clock: ...

    def stream(self, name: str) -> np.random.Generator:
        """The random stream of that name."""
        ...

    def vehicle_arrived(self, vehicle: int) -> None:
        """Handle a vehicle that has arrived at the place that it was sent to."""
        ...

    def vehicle_admitted(self, vehicle: int) -> None:
        """Handle a vehicle that waited for a dock and is admitted to it."""
        ...

    def vehicle_stands_there(self, vehicle: int) -> None:
        """Handle a vehicle that was sent to the dock on which it stands."""
        ...


class TransportSpec(Kinds):
    """The transport of parts from place to place."""

    on_floor: ClassVar[bool] = False  # whether vehicles drive over the cells of `layout`
    needs_vehicles: ClassVar[bool] = True  # otherwise parts move themselves in zero time

    @property
    def carries_out(self) -> bool:
        """Whether finished parts are carried to the sink; otherwise they leave at their last station."""
        return True

    def tick_s(self, scenario: Scenario) -> float:
        """The time in which a vehicle crosses a cell; inf without a floor."""
        return math.inf

    def travel_times_s(self, places: Sequence[str]) -> NDArray[np.float64] | None:
        """(P, P) given travel times (s) between the places, means where random; None if they follow from the floor."""
        return None

    def least_travel_times_s(self, places: Sequence[str]) -> NDArray[np.float64] | None:
        """(P, P) the shortest times that the given travel times can be."""
        return self.travel_times_s(places)

    def trips_to_chargers(self, scenario: Scenario) -> Iterator[Trip]:
        """The trips from all places from which a charger can be reached."""
        return iter(())

    def place_problems(self, scenario: Scenario) -> Iterator[Problem]:
        """The mismatches between the transport and the places."""
        return iter(())

    def fleet_problems(self, scenario: Scenario, agvs: Agvs) -> Iterator[Problem]:
        """The properties that vehicles of this transport cannot have."""
        return iter(())

    def floor_problems(self, scenario: Scenario) -> Iterator[Problem]:
        """The problems of the floor; called only if everything else is correct."""
        return iter(())

    def build_traffic(self, scenario: Scenario, agvs: Agvs, *, layout: Layout | None, owner: TrafficOwner) -> Traffic:
        """The traffic of a new factory; random numbers are from the stream "traffic"."""
        raise NotImplementedError
