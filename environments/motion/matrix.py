"""Traffic by a table of travel times: vehicles never meet, and a trip takes the time in the table.

The table is directed. A vehicle is at its origin until a trip ends; an order given meanwhile is carried out from the
place where the trip ends (a vehicle cannot turn round between two places). A vehicle that is held during a trip stops,
and finishes the trip once it is released.

Dimensions: V vehicles, P places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...agents.shop.traffic import NO_NODE, NO_PLACE, Travel
from ..config.errors import LayoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ...agents.shop.specs import Distribution
    from ..clock import Clock


class MatrixTraffic:
    """Vehicles that drive from place to place in given times (a `Traffic`), without ticks: arrivals are events.

    Args:
        places: names of the places in the scenario's order.
        travel_s: (P, P) seconds from row to column; inf where no route exists.
        vehicles: number of vehicles V.
        start_place: place of all vehicles at the beginning, or (V,) one for each.
        clock: gives the time and schedules the ends of trips.
        on_arrival: called with the vehicle at the end of every trip that was ordered by `send`.
        speed_m_per_s: converts driving times to metres.
        random_times: times of trips that are random, by origin and destination; `travel_s` has their means.
        rng: draws them, one number for each such trip.
    """

    tick_s = float("inf")

    def __init__(
        self,
        places: Sequence[str],
        travel_s: NDArray[np.float64],
        *,
        vehicles: int,
        start_place: int | NDArray[np.int32],
        clock: Clock,
        on_arrival: Callable[[int], object],
        speed_m_per_s: float = 1.0,
        random_times: Mapping[tuple[int, int], Distribution] | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.places = tuple(places)
        self._times_s = np.array(travel_s, np.float64)
        if self._times_s.shape != (len(self.places), len(self.places)):
            raise LayoutError(
                f"travel is {' x '.join(map(str, self._times_s.shape))}, there are {len(self.places)} places; "
                "give a row and a column for each place"
            )
        self._towards_s = np.ascontiguousarray(self._times_s.T)  # (P, P) seconds, by destination
        landings = np.repeat(np.arange(len(self.places), dtype=np.int32)[:, None], len(self.places), axis=1)
        self._travel = Travel(self._towards_s, landings)
        self.node = np.full(vehicles, start_place, np.int32)  # (V,) places
        self.stand = self.node.copy()  # (V,) places: the end of the trip under way, if there is one
        self.clear_s = np.zeros(vehicles)  # (V,)
        self._clock = clock
        self._on_arrival = on_arrival
        self._speed_m_per_s = speed_m_per_s
        self._random_times = random_times or {}
        self._rng = rng
        self._driven_s = np.zeros(vehicles)  # (V,) of finished trips and parts of trips
        self._heading = [NO_PLACE] * vehicles  # end of the trip under way
        self._wanted = [NO_PLACE] * vehicles  # where it was sent, until it is there
        self._since_s = [0.0] * vehicles  # when the trip began or went on
        self._left_s = [0.0] * vehicles  # what was left of the trip then
        self._lasts_s = [0.0] * vehicles  # duration of the trip under way
        self._held = [False] * vehicles
        self._trip = [0] * vehicles  # trip number, to ignore the end event of a rescheduled trip

    @property
    def odometer_m(self) -> NDArray[np.float64]:
        """(V,) metres driven so far: driving time times speed."""
        under_way = [self._under_way_s(vehicle) for vehicle in range(self.node.size)]
        return (self._driven_s + np.array(under_way, np.float64)) * self._speed_m_per_s

    def distance_m(self, vehicle: int) -> float:
        """Metres driven so far: driving time times speed."""
        return float(self._driven_s[vehicle] + self._under_way_s(vehicle)) * self._speed_m_per_s

    def node_of(self, place: int) -> int:
        """The place itself."""
        return place

    def travel_s(self, nodes: NDArray[np.int32], place: int) -> NDArray[np.float64]:
        """(n,) seconds from places to the place; inf where no route exists."""
        return self._towards_s[place][nodes]

    def travel_times_s(self, place: int, *, loaded: bool = False) -> NDArray[np.float64]:
        """(P,) the same from every place, with or without a load; read only."""
        return self._towards_s[place]

    def landing(self, place: int, *, loaded: bool = False) -> NDArray[np.int32]:
        """(P,) the place itself; read only."""
        return self._travel.landing[place]

    def travel(self, places: Iterable[int], *, loaded: bool = False) -> Travel:
        """Tables (P, P) of `travel_times_s` and `landing`; read only."""
        return self._travel

    def travel_between_s(self, origin: int, destination: int, *, loaded: bool = False) -> float:
        """Seconds from place to place, with or without a load; inf where no route exists."""
        return float(self._times_s[origin, destination])

    def join(self, node: int) -> int:
        """Add a vehicle at a place; return its number.

        Raises:
            LayoutError: there is no such place.
        """
        if not 0 <= node < len(self.places):
            raise LayoutError(f"a vehicle cannot join at place {node}; the places are 0 to {len(self.places) - 1}")
        self.node = np.append(self.node, np.int32(node))
        self.stand = np.append(self.stand, np.int32(node))
        self.clear_s = np.append(self.clear_s, 0.0)
        self._driven_s = np.append(self._driven_s, 0.0)
        self._heading.append(NO_PLACE)
        self._wanted.append(NO_PLACE)
        self._since_s.append(0.0)
        self._left_s.append(0.0)
        self._lasts_s.append(0.0)
        self._held.append(False)
        self._trip.append(0)
        return len(self.node) - 1

    def leave(self, vehicle: int) -> None:
        """Remove the vehicle; the trip under way, if any, is abandoned."""
        self._driven_s[vehicle] += self._under_way_s(vehicle)
        self.node[vehicle] = self.stand[vehicle] = NO_NODE
        self._heading[vehicle] = self._wanted[vehicle] = NO_PLACE
        self._trip[vehicle] += 1

    def send(self, vehicle: int, place: int) -> None:
        """Drive to the place, from the end of the trip under way if there is one; replaces any earlier order."""
        self._wanted[vehicle] = place
        if self._heading[vehicle] == NO_PLACE and not self._held[vehicle]:
            self._set_out(vehicle)

    def leg(self, vehicle: int) -> tuple[int, int, float]:
        """The trip under way: its origin, its destination and the completed share; share 0 at rest."""
        origin, destination = int(self.node[vehicle]), self._heading[vehicle]
        if destination in (NO_PLACE, origin):
            return origin, origin, 0.0
        left_s = self._left_s[vehicle] - self._under_way_s(vehicle)
        return origin, destination, 1.0 - left_s / self._lasts_s[vehicle]

    def waits_for_dock(self, vehicle: int) -> bool:
        """False: every place has room for all vehicles."""
        return False

    def park(self, vehicle: int) -> None:
        """Go idle: the vehicle stays at its place, or at the end of the trip under way."""
        self._wanted[vehicle] = NO_PLACE
        if self._heading[vehicle] == self.node[vehicle]:
            self._heading[vehicle] = NO_PLACE
            self._trip[vehicle] += 1

    def carry(self, vehicle: int, loaded: bool) -> None:
        """No effect: the table holds for empty and loaded vehicles."""

    def hold(self, vehicle: int, held: bool) -> None:
        """Stop the vehicle, or let it resume its trip or order."""
        if self._held[vehicle] == held:
            return
        if held:
            driven = self._under_way_s(vehicle)
            self._held[vehicle] = True
            if self._heading[vehicle] != NO_PLACE:
                self._driven_s[vehicle] += driven
                self._left_s[vehicle] = max(self._left_s[vehicle] - driven, 0.0)  # rounding may go below
                self._trip[vehicle] += 1
        else:
            self._held[vehicle] = False
            if self._heading[vehicle] != NO_PLACE:
                self._go_on(vehicle)
            elif self._wanted[vehicle] != NO_PLACE:
                self._set_out(vehicle)

    def _set_out(self, vehicle: int) -> None:
        place = self._wanted[vehicle]
        duration_s = self._times_s[self.node[vehicle], place]
        if not np.isfinite(duration_s):
            raise LayoutError(
                f"no route from {self.places[self.node[vehicle]]!r} to {self.places[place]!r}; "
                "give a finite travel time"
            )
        self._heading[vehicle] = self.stand[vehicle] = place
        random = self._random_times.get((int(self.node[vehicle]), place))
        if random is not None and self._rng is not None:
            duration_s = random.quantile(self._rng.random())
        self._left_s[vehicle] = self._lasts_s[vehicle] = float(duration_s)
        self._go_on(vehicle)

    def _go_on(self, vehicle: int) -> None:
        self._since_s[vehicle] = self._clock.now_s
        self._trip[vehicle] += 1
        trip = self._trip[vehicle]
        self.clear_s[vehicle] = self._since_s[vehicle] + self._left_s[vehicle]
        self._clock.schedule(self._left_s[vehicle], self._end, vehicle, trip)

    def _end(self, vehicle: int, trip: int) -> None:
        if trip != self._trip[vehicle]:
            return
        self._driven_s[vehicle] += self._left_s[vehicle]
        place = self.node[vehicle] = self._heading[vehicle]
        self._heading[vehicle] = NO_PLACE
        if self._wanted[vehicle] == place:
            self._wanted[vehicle] = NO_PLACE
            self._on_arrival(vehicle)
        elif self._wanted[vehicle] != NO_PLACE:
            self._set_out(vehicle)

    def _under_way_s(self, vehicle: int) -> float:
        if self._heading[vehicle] == NO_PLACE or self._held[vehicle]:
            return 0.0
        return self._clock.now_s - self._since_s[vehicle]
