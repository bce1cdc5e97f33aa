"""The interface of traffic to agents and factory: vehicles are sent to places, and arrive.

A *place* is an index into the scenario's places; a *node* is where a vehicle can stand: a cell of the floor
(`GridTraffic`) or a place (`MatrixTraffic`). The traffic alone decides on paths, on the order in which vehicles are
admitted to a dock, and on where they wait meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

NO_PLACE = -1
NO_NODE = -1


class Travel(NamedTuple):
    """Travel from L nodes and stands to P places, (P, L) each: see `Traffic.travel_times_s` and `Traffic.landing`."""

    travel_times_s: NDArray[np.float64]
    landing: NDArray[np.int32]


class Traffic(Protocol):
    """The motion of V vehicles between P places."""

    tick_s: float
    """Time to cross one cell: vehicles set out on whole ticks. inf for traffic without ticks, where they do at once."""

    @property
    def node(self) -> NDArray[np.int32]:
        """(V,) int32, node of each vehicle, NO_NODE for one that has left; read only, changes as the vehicles move."""
        ...

    @property
    def stand(self) -> NDArray[np.int32]:
        """(V,) int32, node and heading of each vehicle when it can set out; indexes `travel_times_s`; read only."""
        ...

    @property
    def clear_s(self) -> NDArray[np.float64]:
        """(V,) float64, when each vehicle is at its `stand`: the end of its trip, in the past at rest; read only.

        On a floor 0: orders given within a tick take effect at its end, for all vehicles alike.
        """
        ...

    @property
    def odometer_m(self) -> NDArray[np.float64]:
        """(V,) float64, metres driven so far."""
        ...

    def node_of(self, place: int) -> int:
        """The node that represents a place: its first dock."""
        ...

    def travel_s(self, nodes: NDArray[np.int32], place: int) -> NDArray[np.float64]:
        """(n,) float64, free-flow travel time from each of n nodes to the place in seconds; inf if unreachable."""
        ...

    def travel_times_s(self, place: int, *, loaded: bool = False) -> NDArray[np.float64]:
        """(L,) float64, free-flow travel time from every node and every `stand` to the place in seconds; read only."""
        ...

    def landing(self, place: int, *, loaded: bool = False) -> NDArray[np.int32]:
        """(L,) int32, stand at the place of a vehicle that arrives from there; indexes `travel_times_s`; read only."""
        ...

    def travel(self, places: Iterable[int], *, loaded: bool = False) -> Travel:
        """`travel_times_s` and `landing` of all places as tables, filled in the rows of `places`; read only."""
        ...

    def travel_between_s(self, origin: int, destination: int, *, loaded: bool = False) -> float:
        """Free-flow travel time between two places in seconds; inf if unreachable."""
        ...

    def join(self, node: int) -> int:
        """Add a vehicle at a node; return its number, which is the V of before. Numbers are never reused."""
        ...

    def leave(self, vehicle: int) -> None:
        """Remove a vehicle and its orders; the nodes that it occupied or reserved are free for others."""
        ...

    def send(self, vehicle: int, place: int) -> None:
        """Send a vehicle to a dock of the place, from its `stand`; replaces any earlier order."""
        ...

    def waits_for_dock(self, vehicle: int) -> bool:
        """Whether the vehicle is in the queue of a place whose docks are all occupied."""
        ...

    def park(self, vehicle: int) -> None:
        """Send an idle vehicle away from the dock, to where it blocks no other vehicle."""
        ...

    def carry(self, vehicle: int, loaded: bool) -> None:
        """Set whether the vehicle drives loaded or empty from now on."""
        ...

    def hold(self, vehicle: int, held: bool) -> None:
        """Hold a vehicle in place (handling a part, charging, broken down), or release it; a held one does not move."""
        ...

    def distance_m(self, vehicle: int) -> float:
        """Metres driven by one vehicle so far."""
        ...
