"""What the agents and the factory know of traffic: vehicles are sent to places, and arrive.

A *place* is an index into the scenario's places; a *node* is where a vehicle can stand: a cell of the floor
(`GridTraffic`) or a place (`MatrixTraffic`). How vehicles get there, in which order they are let to a dock and where
they wait meanwhile is the traffic's own business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_PLACE = -1
NO_NODE = -1


class Traffic(Protocol):
    """Moves V vehicles between P places."""

    tick_s: float
    """Time to cross one cell: vehicles set out on whole ticks. inf for traffic without ticks: they set out at once."""

    @property
    def node(self) -> NDArray[np.int32]:
        """(V,) where each vehicle is, NO_NODE for one that has left; read only, changes as the vehicles move."""
        ...

    @property
    def stand(self) -> NDArray[np.int32]:
        """(V,) where and how each vehicle stands when it can set out: its entry of `ways_s`; read only."""
        ...

    @property
    def clear_s(self) -> NDArray[np.float64]:
        """(V,) when each vehicle stands there: the end of the trip under way, in the past at rest; read only.

        On a floor 0: what is ordered within a tick counts from its end on, for all vehicles alike.
        """
        ...

    @property
    def odometer_m(self) -> NDArray[np.float64]:
        """(V,) metres driven so far."""
        ...

    def node_of(self, place: int) -> int:
        """A node that stands for the place: its first dock."""
        ...

    def travel_s(self, nodes: NDArray[np.int32], place: int) -> NDArray[np.float64]:
        """(n,) seconds to drive from each of n nodes to the place when nobody is in the way; inf if unreachable."""
        ...

    def ways_s(self, place: int, *, loaded: bool = False) -> NDArray[np.float64]:
        """(L,) the same from every node, and from every way in which vehicles can `stand`; not to be written to."""
        ...

    def landing(self, place: int, *, loaded: bool = False) -> NDArray[np.int32]:
        """(L,) how a vehicle that comes from there stands at the place: its entry of `ways_s`; not to be written to."""
        ...

    def travel_between_s(self, origin: int, destination: int, *, loaded: bool = False) -> float:
        """Seconds to drive from place to place when nobody is in the way; inf if unreachable."""
        ...

    def join(self, node: int) -> int:
        """One more vehicle, at a node; its number, V so far. Numbers are never reused."""
        ...

    def leave(self, vehicle: int) -> None:
        """The vehicle is taken away with its orders; where it stood or was to stand is free for others."""
        ...

    def send(self, vehicle: int, place: int) -> None:
        """Drive to a dock of the place, from where the vehicle will `stand`; replaces any earlier order."""
        ...

    def waits_for_dock(self, vehicle: int) -> bool:
        """It was sent to a place whose docks are all taken, and stands in line for one."""
        ...

    def park(self, vehicle: int) -> None:
        """Nothing to do: leave the dock, go where it blocks nobody."""
        ...

    def carry(self, vehicle: int, loaded: bool) -> None:
        """From now on it drives with a load, or empty."""
        ...

    def hold(self, vehicle: int, held: bool) -> None:
        """Stay and do not be pushed (handling a part, charging, broken down), or be free again."""
        ...

    def distance_m(self, vehicle: int) -> float:
        """Metres driven so far."""
        ...
