"""What an agent may ask of the factory that it works in, on one screen."""

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
    """The log, as agents write in it; the columns of a row are told by its kind (`Event`)."""

    def event(
        self, time_s: float, kind: IntEnum, agent: int, job: int = ..., other: int = ..., value: float = ...
    ) -> None:
        """Write down what happens."""
        ...


class Workload(Protocol):
    """Lets orders in."""

    def left(self, job: Job) -> None:
        """A part has left the factory."""
        ...


class ShopPlanner(Planner, Protocol):
    """A planner that also says which waiting part a machine takes."""

    def next_part(self, station: Station, machine: Machine) -> Job | None:
        """Which part of the input buffer goes on `machine`, which is free; None to wait for another one.

        It then has to see to it that `station.feed` is called again.
        """
        ...


class World(EngineWorld, Protocol):
    """The factory as its agents know it; `robocell.environments.Factory` is one.

    Attributes:
        spec: the scenario, as far as agents read it.
        net: places work by negotiation.
        fleet, traffic: the vehicles as arrays, and how they move.
        places: the agents of all places, by the index of the place.
        sink: where parts leave.
        workload: is told of parts that leave.
        queue_limit: transports that a vehicle takes on before it has done the first.
        parts_move_themselves: there are no vehicles.
        has_floor: vehicles drive on a floor, where they can be in each other's way.
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
    def parts_move_themselves(self) -> bool: ...

    @property
    def log(self) -> Any: ...  # `NegotiationLog` and `Journal` in one

    @property
    def sink(self) -> Place: ...

    @property
    def planner(self) -> ShopPlanner | None: ...  # what clears the calls, if it is one

    @property
    def has_floor(self) -> bool: ...

    @property
    def ended(self) -> bool: ...

    def position_of(self, node: int) -> tuple[int, int]:
        """Column and row of a node, as Mesa counts (x, y); without a floor, (node, 0)."""
        ...

    def approach_s(self, origin: int, destination: int, *, loaded: bool = True) -> float:
        """Seconds from place to place when nothing is in the way."""
        ...

    def moves_itself(self, destination: int) -> bool:
        """Whether parts need no vehicle to get to a place."""
        ...

    def work_time(self, product: str, step: int, station: str) -> Distribution:
        """The processing time of an operation at a station."""
        ...

    def storages_with_room(self) -> NDArray[np.intp]:
        """Pool slots of the storages that can take a part."""
        ...

    def relieve_stations(self) -> None:
        """A storage has room again: blocked stations may use it."""
        ...

    def suspect_jam(self) -> None:
        """Parts may wait for each other: have it looked into when the instant is over."""
        ...

    def stir(self) -> None:
        """Have the negotiations settled at this instant, though nothing else may be due at it."""
        ...

    def left(self, agent: Contractor) -> None:
        """An agent has left, and has given back what it held."""
        ...
