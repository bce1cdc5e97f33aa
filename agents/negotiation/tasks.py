"""What can be contracted: a piece of work that a manager asks for. Its `contract` says where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from .contract import Contract

if TYPE_CHECKING:
    from enum import IntEnum

    import numpy as np
    from numpy.typing import NDArray

    from .contractor import Contractor


class Subject(Protocol):
    """What a task is about: the log names it by its id."""

    unique_id: int


class Manager(Protocol):
    """An agent that asks for work: told how its task fares.

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
        """The contractor has failed; the task is re-announced unless the manager cancels it here."""
        ...

    def postponed(self, task: Task) -> None:
        """All contractors are busy; the task will be called again."""
        ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Task:
    """A piece of work that is contracted as a whole or, where it is for a lot, in shares.

    Attributes:
        kind: which kind of contractor it is for.
        compared_by_approach: all contractors take as long once they are there, so that mechanisms which compare several
            tasks compare the time to get there.
        queued: contractors take on such tasks before they have done the one at hand, so that central rules may use
            those that are busy.
        manager: the agent that asks for it.
        job: the job it is for; None where it is for no job (charging).
        lot: the jobs that it is for where it may be divided into shares; empty where it is done as a whole.
        eligible: pool slots that the directory names for it; None for all.
        contract: where the contract for it stands.
    """

    kind: ClassVar[IntEnum]
    compared_by_approach: ClassVar[bool] = False
    queued: ClassVar[bool] = False
    manager: Manager
    job: Subject | None = None
    lot: tuple[Subject, ...] = ()
    eligible: NDArray[np.intp] | None = None
    contract: Contract = field(default_factory=Contract)

    def __post_init__(self) -> None:
        self.contract.parts = self.lot

    @property
    def id(self) -> int:
        """Its number, globally unique in a run, given when it is announced."""
        return self.contract.id

    @property
    def parts(self) -> tuple[Subject, ...]:
        """The jobs of its lot that it is still for: others have gone to shares, or do not need it any more."""
        return self.contract.parts

    @property
    def about(self) -> Subject | None:
        """The job it is for; of a divisible task the first that is left."""
        parts = self.contract.parts
        return parts[0] if parts else self.job

    @property
    def alike(self) -> object:
        """What makes two tasks of a kind alike for contractors: who may do them and, where that is known, the cost."""
        return None if self.eligible is None else self.eligible.tobytes()

    @property
    def size(self) -> int:
        """How many contractors may share it."""
        return len(self.contract.parts) or 1

    def split(self, count: int, number: int) -> Self:
        """A share: the first `count` parts leave this task for one of their own, called by the same conversation."""
        contract = self.contract
        taken, contract.parts = contract.parts[:count], contract.parts[count:]
        return replace(self, job=taken[0], lot=taken, contract=contract.share(taken, number))
