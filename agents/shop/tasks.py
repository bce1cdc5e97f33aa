"""The tasks of a factory, one class for each kind.

job      manages  Operation  (contractors: stations and storage)
job      manages  Transport  (contractors: AGVs)
lot      manages  Transport  of all its parts with the same path; it is divisible (contractors: AGVs)
station  manages  Handling   (contractors: the robots that reach it)
AGV      manages  Charge     (contractors: chargers; see `charger`)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from ..negotiation.tasks import Task

if TYPE_CHECKING:
    from .job import Job
    from .machine import Machine
    from .station import Station


STORE = "store"  # the operation of a storage: keep a part until a station can take it


class TaskKind(IntEnum):
    """Kind of a task, which selects the pool of contractors."""

    OPERATION = 0
    TRANSPORT = 1
    HANDLING = 2
    CHARGE = 3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ShopTask(Task):
    """A task that concerns parts."""

    job: Job | None = None  # pyright: ignore[reportIncompatibleVariableOverride]  # a narrower type
    lot: tuple[Job, ...] = ()  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def about(self) -> Job | None:
        parts = self.contract.parts
        return parts[0] if parts else self.job  # type: ignore[return-value]  # its parts are jobs

    @property
    def priority(self) -> int:
        part = self.about
        return 0 if part is None else part.order.priority

    @property
    def ahead(self) -> bool:
        """Whether its part is not ready yet: a contract made ahead is given up for one whose part is ready."""
        if self.contract.begun:
            return False
        part = self.about
        return part is not None and not part.ready


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Operation(ShopTask):
    """Process `job` at one of the `eligible` stations, or keep it (`name` is STORE) in a storage.

    Attributes:
        name: the required capability.
        uniform: quantile of its processing time in the station's distribution, in [0, 1): the same for every fleet.
        scrap_uniform: random number in [0, 1); the part is scrap if it is below the scrap rate of the station.
        result_uniform: random number in [0, 1), which selects the result of the operation.
        step: its index in the routing.
    """

    kind = TaskKind.OPERATION
    queued = True
    name: str
    uniform: float = 0.5
    scrap_uniform: float = 1.0
    result_uniform: float = 0.0
    step: int = 0

    @property
    def alike(self) -> object:
        product = None if self.job is None else self.job.order.product_index
        return product, self.step, super(Operation, self).alike  # a bare super() misses the class that slots made


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Transport(ShopTask):
    """Carry `job`, or the remaining parts of `lot`, from one place to another.

    Attributes:
        origin, destination: indices into the scenario's places.
    """

    kind = TaskKind.TRANSPORT
    compared_by_approach = True  # the loaded travel time is the same for every vehicle
    origin: int
    destination: int

    @property
    def alike(self) -> object:
        return self.origin, self.destination

    @property
    def ready_at_s(self) -> float:
        """Time at which the part is expected to be ready for pickup; at most now if it is, or belongs to a lot."""
        return 0.0 if self.lot or self.job is None else self.job.ready_at_s

    @property
    def particulars(self) -> tuple[int, int, float, bool]:
        """Origin, destination, `ready_at_s` and `ahead`, which an offer depends on."""
        return self.origin, self.destination, self.ready_at_s, self.ahead

    @property
    def cargo(self) -> tuple[Job, ...]:
        """The parts to be carried."""
        return self.parts or (self.job,)  # type: ignore[return-value]  # its parts are jobs

    def keep(self, parts: list[Job]) -> bool:
        """Restrict its cargo to `parts`; whether any are left."""
        if self.lot:
            self.contract.parts = tuple(parts)
        return bool(parts)

    def split(self, count: int, number: int) -> Self:
        share = super(Transport, self).split(count, number)
        for part in share.cargo:
            part.transport = share
        return share


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Handling(ShopTask):
    """Load `machine` with a part from the input buffer, or unload its part into the output buffer."""

    kind = TaskKind.HANDLING
    station: Station
    machine: Machine
    loads: bool

    @property
    def alike(self) -> object:
        return self.station.unique_id
