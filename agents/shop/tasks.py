"""The work that agents of a factory ask for: one class for each kind.

job      manages  Operation  (contractors: stations and storage)
job      manages  Transport  (contractors: AGVs)
lot      manages  Transport  of all its parts that go the same way; it is divisible (contractors: AGVs)
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


STORE = "store"  # the operation that a storage does: keep a part until a station can take it


class TaskKind(IntEnum):
    """Which kind of contractor a task is for."""

    OPERATION = 0
    TRANSPORT = 1
    HANDLING = 2
    CHARGE = 3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ShopTask(Task):
    """A task that is about parts."""

    job: Job | None = None  # pyright: ignore[reportIncompatibleVariableOverride]  # what it is about, told closer
    lot: tuple[Job, ...] = ()  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def about(self) -> Job | None:
        parts = self.contract.parts
        return parts[0] if parts else self.job  # type: ignore[return-value]  # its parts are jobs

    @property
    def ahead(self) -> bool:
        """Called for before its part stands ready: such a contract gives way to one whose part does."""
        return not self.contract.begun and self.about is not None and not self.about.ready


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Operation(ShopTask):
    """Process `job` at one of the `eligible` stations, or keep it (`name` is STORE) in a storage.

    Attributes:
        name: the capability asked for.
        uniform: where in the station's distribution its processing time lies, in [0, 1): the same for every fleet.
        scrap_uniform: scrap, where it is below the scrap rate of the station.
        step: its number in the routing.
    """

    kind = TaskKind.OPERATION
    queued = True
    name: str
    uniform: float = 0.5
    scrap_uniform: float = 1.0
    step: int = 0

    @property
    def alike(self) -> object:
        product = None if self.job is None else self.job.order.product_index
        return product, self.step, super(Operation, self).alike  # a bare super() misses the class that slots made


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Transport(ShopTask):
    """Carry `job`, or what is left of `lot`, from one place to another.

    Attributes:
        origin, destination: indices into the scenario's places.
    """

    kind = TaskKind.TRANSPORT
    compared_by_approach = True  # the way with the part has to be driven by any vehicle
    origin: int
    destination: int

    @property
    def alike(self) -> object:
        return self.origin, self.destination

    @property
    def ready_at_s(self) -> float:
        """When the part is expected to be ready for pickup; not later than now if it is, or if it belongs to a lot."""
        return 0.0 if self.lot or self.job is None else self.job.ready_at_s

    @property
    def cargo(self) -> tuple[Job, ...]:
        """What is to be carried."""
        return self.parts or (self.job,)  # type: ignore[return-value]  # its parts are jobs

    def keep(self, parts: list[Job]) -> bool:
        """Only these of its parts are still to be carried; whether there are any."""
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
