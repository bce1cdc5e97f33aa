"""Tasks: pieces of work that managers announce. The `contract` of a task has its state."""

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
    """The subject of a task, named in the log by its id."""

    unique_id: int


class Manager(Protocol):
    """An agent that announces tasks, and is notified of their progress.

    Attributes:
        present: it takes part in negotiations; False for a station or a vehicle that has left.
    """

    unique_id: int
    present: bool

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """Called when a contractor has acknowledged the award."""
        ...

    def done(self, task: Task, contractor: Contractor) -> None:
        """Called when the contractor has reported that the task is done."""
        ...

    def failed(self, task: Task, contractor: Contractor) -> None:
        """Called when the contractor has failed; the task is re-announced unless the manager cancels it here."""
        ...

    def postponed(self, task: Task) -> None:
        """Called when all contractors are busy; the task will be re-announced."""
        ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Task:
    """A piece of work that is contracted as a whole or, for a lot, in shares.

    Attributes:
        kind: the kind of task, which selects the pool of contractors.
        compared_by_approach: all contractors take equally long once they have arrived, so mechanisms that compare
            several tasks compare the time until they arrive.
        queued: contractors accept such tasks before they have finished the present one, so central rules may use busy
            contractors too.
        manager: the agent that announces it.
        job: the job it is for; None for a task without a job (charging).
        lot: the jobs of a divisible task; empty for a task that is done as a whole.
        eligible: pool slots that the directory names for it; None for all.
        contract: the contract for it, with its state.
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
        """Id of the task, globally unique in a run, assigned when it is announced."""
        return self.contract.id

    @property
    def parts(self) -> tuple[Subject, ...]:
        """The jobs of its lot that remain: the others have gone to shares, or no longer need the task."""
        return self.contract.parts

    @property
    def about(self) -> Subject | None:
        """The job it is for; for a divisible task the first that remains."""
        parts = self.contract.parts
        return parts[0] if parts else self.job

    @property
    def priority(self) -> int:
        """Tasks of a higher priority are awarded before others, and are offered first to a contractor that is free."""
        return 0

    @property
    def alike(self) -> object:
        """Key that is equal for tasks that are alike: same eligible contractors and, where known, same cost."""
        return None if self.eligible is None else self.eligible.tobytes()

    @property
    def size(self) -> int:
        """Maximum number of contractors that may share it."""
        return len(self.contract.parts) or 1

    def split(self, count: int, number: int) -> Self:
        """Move the first `count` parts to a new task with id `number`, from the same conversation, and return it."""
        contract = self.contract
        taken, contract.parts = contract.parts[:count], contract.parts[count:]
        return replace(self, job=taken[0], lot=taken, contract=contract.share(taken, number))
