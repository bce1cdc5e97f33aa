"""What can be contracted: a piece of work that a manager asks for, and where the contract for it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .contractor import Contractor
    from .world import Due


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


class Subject(Protocol):
    """What a task is about: the log names it by its id."""

    unique_id: int


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
        kind: which kind of contractor it is for.
        compared_by_approach: all contractors take as long once they are there, so that mechanisms which compare several
            tasks compare the time to get there.
        queued: contractors take on such tasks before they have done the one at hand, so that central rules may use
            those that are busy.
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

    kind: ClassVar[IntEnum]
    compared_by_approach: ClassVar[bool] = False
    queued: ClassVar[bool] = False
    manager: Manager
    job: Subject | None = None
    parts: tuple[Subject, ...] = ()
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
    watch: Due | None = None

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
