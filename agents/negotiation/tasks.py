"""What can be contracted: one class for each kind of work that somebody in the factory asks for.

job      manages  Operation  (contractors: stations and storage)
job      manages  Transport  (contractors: AGVs)
lot      manages  Transport  of all its parts that go the same way; it may be split (contractors: AGVs)
station  manages  Handling   (contractors: the robots that reach it)
AGV      manages  Charge     (contractors: chargers)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ...environments.clock import Event
    from ..shop.job import Job
    from ..shop.machine import Machine
    from ..shop.station import Station
    from ..shop.vehicle import Vehicle
    from .contractor import Contractor


class TaskKind(IntEnum):
    """Which kind of contractor a task is for."""

    OPERATION = 0
    TRANSPORT = 1
    HANDLING = 2
    CHARGE = 3


class TaskPhase(IntEnum):
    """Where a task stands, as its manager sees it."""

    OPEN = 0  # to be called
    CALLED = 1  # a call for proposals is out
    POSTPONED = 2  # everybody was busy: it waits to be called again
    AWARDED = 3  # awarded, not yet acknowledged
    ENGAGED = 4  # a contractor is bound
    CLOSED = 5  # done, or cancelled by its manager
    RECALLED = 6  # its manager wants it back, and has not heard yet whether it gets it


LIVE = (TaskPhase.AWARDED, TaskPhase.ENGAGED)  # one contractor holds it, as far as its manager knows


class Manager(Protocol):
    """Whoever asks for work: told how its task fares.

    Attributes:
        present: it has a say; a station or a vehicle that has left has none any more.
    """

    unique_id: int
    present: bool

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """A contractor has acknowledged the award."""
        ...

    def done(self, task: Task, contractor: Contractor) -> None:
        """The contractor has informed that the task is done."""
        ...

    def failed(self, task: Task, contractor: Contractor) -> None:
        """The contractor has failed; the task is announced anew unless the manager cancels it here."""
        ...

    def postponed(self, task: Task) -> None:
        """Everybody is busy; the task will be called again."""
        ...


@dataclass(slots=True, eq=False, kw_only=True)
class Task:
    """A piece of work that is contracted as a whole or, where it has `parts`, in shares.

    Attributes:
        manager: the agent that asks for it.
        job: the job it is for, the first where there are several; None where it is for no job (charging).
        parts: the jobs of a lot that it is for: what it may be split into; empty where it cannot be split.
        id: globally unique in a run, given when it is announced; NO_TASK before.
        requested_at_s: when it was first announced.
        calls: how many calls for proposals have gone out for it.
        called_s: when the last of them did.
        eligible: pool slots that the directory names for it; None for all.
        hurried: more may be offered for it than when the call that is under way went out.
        asleep: nothing can change before a contractor becomes available: it is not announced again by the clock.
        begun: the work has begun where it is done, which both sides see; from then on nobody takes it away.
        promised_s: when it will be done, as its contractor has offered.
        reopened: how often it was taken back for a better offer.
        until_s: the latest time that its contractor was told to hold it without news.
        confirmed_s: the latest time that its contractor has agreed to hold it.
        watch: the manager's next look at it.
    """

    kind: ClassVar[TaskKind]
    manager: Manager
    job: Job | None = None
    parts: tuple[Job, ...] = ()
    id: int = -1
    requested_at_s: float = 0.0
    calls: int = 0
    called_s: float = -1.0
    phase: TaskPhase = TaskPhase.OPEN
    conversation: int = -1
    contractor: Contractor | None = None
    eligible: NDArray[np.intp] | None = None
    hurried: bool = False
    asleep: bool = False
    begun: bool = False
    promised_s: float = 0.0
    reopened: int = 0
    until_s: float = 0.0
    confirmed_s: float = 0.0
    watch: Event | None = None

    @property
    def ahead(self) -> bool:
        """Called for before its part stands ready: such a contract gives way to one whose part does."""
        return not self.begun and self.job is not None and not self.job.ready

    @property
    def alike(self) -> object:
        """What makes two tasks of a kind alike for contractors: who may do them and, where that is known, the cost."""
        return None if self.eligible is None else self.eligible.tobytes()

    @property
    def size(self) -> int:
        """How many contractors may share it."""
        return len(self.parts) or 1

    def split(self, count: int, number: int) -> Self:
        """A share: the first `count` parts leave this task for one of their own, called by the same conversation."""
        share = replace(self, id=number, job=self.parts[0], parts=self.parts[:count])
        self.parts = self.parts[count:]
        self.job = self.parts[0]
        return share


@dataclass(slots=True, eq=False, kw_only=True)
class Operation(Task):
    """Process `job` at one of the `eligible` stations, or keep it (`name` is STORE) in a storage.

    Attributes:
        name: the capability asked for.
        uniform: where in the station's distribution its processing time lies, in [0, 1): the same for every fleet.
        scrap_uniform: scrap, where it is below the scrap rate of the station.
        step: its number in the routing.
    """

    kind: ClassVar[TaskKind] = TaskKind.OPERATION
    name: str
    uniform: float = 0.5
    scrap_uniform: float = 1.0
    step: int = 0

    @property
    def alike(self) -> object:
        product = None if self.job is None else self.job.order.product_index
        return product, self.step, super(Operation, self).alike  # a bare super() misses the class that slots made


@dataclass(slots=True, eq=False, kw_only=True)
class Transport(Task):
    """Carry `job`, or `parts`, from place `origin` to place `destination` (indices into the scenario's places).

    Attributes:
        ready_at_s: when the part is expected to stand ready for pick-up; not later than now if it does.
    """

    kind: ClassVar[TaskKind] = TaskKind.TRANSPORT
    origin: int
    destination: int
    ready_at_s: float = 0.0

    @property
    def alike(self) -> object:
        return self.origin, self.destination

    @property
    def cargo(self) -> tuple[Job, ...]:
        """What is to be carried."""
        return self.parts or (self.job,)  # type: ignore[return-value]  # who calls for a vehicle has a job

    def keep(self, parts: list[Job]) -> bool:
        """Only these of its parts are still to be carried; whether there are any."""
        if self.parts:
            self.parts = tuple(parts)
            self.job = parts[0] if parts else self.job
        return bool(parts)

    def split(self, count: int, number: int) -> Self:
        share = super(Transport, self).split(count, number)
        for part in share.parts:
            part.transport = share
        return share


@dataclass(slots=True, eq=False, kw_only=True)
class Handling(Task):
    """Mount a part from the input buffer on `machine`, or dismount it to the output buffer."""

    kind: ClassVar[TaskKind] = TaskKind.HANDLING
    station: Station
    machine: Machine
    mount: bool

    @property
    def alike(self) -> object:
        return self.station.unique_id


@dataclass(slots=True, eq=False, kw_only=True)
class Charge(Task):
    """Charge the battery of `agv`."""

    kind: ClassVar[TaskKind] = TaskKind.CHARGE
    agv: Vehicle
