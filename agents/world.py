"""The interface of the factory to its agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .negotiation.mechanism import Planner
from .negotiation.world import EngineWorld

if TYPE_CHECKING:
    from enum import IntEnum

    import numpy as np
    from numpy.typing import NDArray

    from .negotiation.contractor import Contractor
    from .negotiation.engine import ContractNet
    from .shop.fleet import Fleet
    from .shop.job import Job
    from .shop.machine import Machine
    from .shop.place import Place
    from .shop.specs import Distribution, ShopSpec
    from .shop.station import Station
    from .shop.traffic import Traffic


class Journal(Protocol):
    """The event log as agents write it; the kind of a row (`Event`) defines its columns."""

    def event(
        self, time_s: float, kind: IntEnum, agent: int, job: int = ..., other: int = ..., value: float = ...
    ) -> None:
        """Record an event."""
        ...


class Workload(Protocol):
    """The source of orders."""

    def left(self, job: Job) -> None:
        """Report that a part has left the factory."""
        ...


class ShopPlanner(Planner, Protocol):
    """A planner that also selects the next part of each machine."""

    def next_part(self, station: Station, machine: Machine) -> Job | None:
        """Select a part of the input buffer for `machine`, which is free; None to wait for another part.

        After None the planner must have `station.feed` called again.
        """
        ...


class World(EngineWorld, Protocol):
    """The factory as its agents know it; `robocell.environments.Factory` is one.

    Attributes:
        spec: the scenario, as far as agents read it.
        net: the contract net engine, which awards tasks.
        fleet, traffic: the vehicles as arrays, and their motion.
        places: the agents of all places, by the index of the place.
        ends: indices of the places where finished parts may leave.
        orders_differ: orders differ in stream, end or priority, which the log tells.
        workload: is notified of parts that leave.
        handling_key: key of the random numbers for handling times.
        queue_limit: maximum number of transports that a vehicle may hold at a time.
        parts_move_themselves: there are no vehicles.
        planner: the mechanism, if it is a planner; None otherwise.
        has_floor: vehicles drive on a floor, where they can block each other.
        ended: the trial is over.
    """

    @property
    def spec(self) -> ShopSpec: ...

    @property
    def net(self) -> ContractNet: ...

    @property
    def fleet(self) -> Fleet: ...

    @property
    def traffic(self) -> Traffic: ...

    @property
    def places(self) -> list[Place]: ...

    @property
    def workload(self) -> Workload: ...

    @property
    def queue_limit(self) -> int: ...

    @property
    def handling_key(self) -> int: ...

    @property
    def parts_move_themselves(self) -> bool: ...

    @property
    def log(self) -> Any: ...  # `NegotiationLog` and `Journal` in one

    @property
    def ends(self) -> list[int]: ...

    @property
    def orders_differ(self) -> bool: ...

    @property
    def planner(self) -> ShopPlanner | None: ...

    @property
    def has_floor(self) -> bool: ...

    @property
    def ended(self) -> bool: ...

    def position_of(self, node: int) -> tuple[int, int]:
        """Column and row of a node, as Mesa counts (x, y); without a floor, (node, 0)."""
        ...

    def approach_s(self, origin: int, destination: int, *, loaded: bool = True) -> float:
        """Free-flow travel time between two places in seconds."""
        ...

    def moves_itself(self, destination: int) -> bool:
        """Whether parts need no vehicle to reach `destination`."""
        ...

    def work_time(self, product: str, step: int, station: str) -> Distribution:
        """The processing time of an operation at a station."""
        ...

    def storages_with_room(self) -> NDArray[np.intp]:
        """Pool slots of the storages that have room for a part."""
        ...

    def relieve_stations(self) -> None:
        """Let blocked stations use a storage that has room again."""
        ...

    def suspect_jam(self) -> None:
        """Request a check for a circular wait of parts at the end of the present instant."""
        ...

    def schedule_settle(self) -> None:
        """Have the negotiations settled at this instant, even if no event is due."""
        ...

    def left(self, agent: Contractor) -> None:
        """Report that an agent has left, and has given back all its tasks."""
        ...
