"""The contract for one task, as its manager sees it: a state machine (`contracts` and `delivery` drive it).

announce                     all are busy
    |                  +---------------------> POSTPONED --+
    v                  |                                   | a contractor is free, or the retry is due
  OPEN ----------> CALLED <--------------------------------+
    ^                  |
    |                  | the best offer wins
    |                  v
    | refuse,      AWARDED ----> ENGAGED ----> CLOSED         done, or cancelled by the manager
    | failure,         |            |
    | lapse            +-> RECALLED <+                        the manager wants it back
    +----------------------+

"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from .messages import NOBODY

if TYPE_CHECKING:
    from .contractor import Contractor
    from .tasks import Subject
    from .world import Due


class ContractPhase(IntEnum):
    """State of a contract."""

    OPEN = 0  # to be announced
    CALLED = 1  # a call for proposals is out
    POSTPONED = 2  # all contractors were busy: the task waits to be re-announced
    AWARDED = 3  # awarded, not yet acknowledged
    ENGAGED = 4  # a contractor is committed
    CLOSED = 5  # done, or cancelled by its manager
    RECALLED = 6  # its manager has asked for it back and awaits the answer


_LIVE = (ContractPhase.AWARDED, ContractPhase.ENGAGED)
_HELD = (*_LIVE, ContractPhase.RECALLED)

TRANSITIONS: dict[ContractPhase, frozenset[ContractPhase]] = {
    ContractPhase.OPEN: frozenset(
        {ContractPhase.OPEN, ContractPhase.CALLED, ContractPhase.POSTPONED, ContractPhase.CLOSED}
    ),
    ContractPhase.CALLED: frozenset(
        {ContractPhase.OPEN, ContractPhase.POSTPONED, ContractPhase.AWARDED, ContractPhase.CLOSED}
    ),
    ContractPhase.POSTPONED: frozenset(
        {ContractPhase.OPEN, ContractPhase.CALLED, ContractPhase.POSTPONED, ContractPhase.CLOSED}
    ),
    ContractPhase.AWARDED: frozenset(
        {ContractPhase.OPEN, ContractPhase.ENGAGED, ContractPhase.RECALLED, ContractPhase.CLOSED}
    ),
    ContractPhase.ENGAGED: frozenset({ContractPhase.OPEN, ContractPhase.RECALLED, ContractPhase.CLOSED}),
    ContractPhase.RECALLED: frozenset({ContractPhase.OPEN, ContractPhase.ENGAGED, ContractPhase.CLOSED}),
    ContractPhase.CLOSED: frozenset(),
}


class TransitionError(RuntimeError):
    """Raised when a contract is moved to a phase that may not follow its present one."""

    def __init__(self, before: ContractPhase, after: ContractPhase, task: int) -> None:
        allowed = ", ".join(phase.name for phase in sorted(TRANSITIONS[before])) or "nothing"
        super().__init__(
            f"the contract for task {task} is {before.name}, after which comes {allowed}, not {after.name}"
        )


class Contract:
    """The terms agreed on one task, and the manager's record of the negotiation.

    Attributes:
        id: id of the task, globally unique in a run, assigned when it is announced; -1 before.
        parts: the remaining parts of a divisible task; empty for a task that is done as a whole.
        requested_at_s: time of the first announcement.
        calls: number of calls for proposals sent for the task.
        called_s: time of the latest call; -inf once its contractor has left.
        conversation: id of the latest call.
        contractor: the agent that holds the task, as far as the manager knows.
        reannounce_due: better offers may be possible than when the pending call was sent.
        asleep: nothing can change before a contractor becomes available, so the task is not re-announced by the clock.
        begun: the work has begun at the workplace, which both sides see; from then on it is not taken back.
        promised_s: completion time of the task as offered by its contractor.
        reopened: number of times it was taken back for a better offer.
        until_s: the latest time until which its contractor was told to hold it without news.
        confirmed_s: the latest time until which its contractor has agreed to hold it.
        watch: the manager's next scheduled check of the contract.
    """

    __slots__ = (
        "asleep",
        "begun",
        "called_s",
        "calls",
        "confirmed_s",
        "contractor",
        "conversation",
        "id",
        "parts",
        "phase",
        "promised_s",
        "reannounce_due",
        "reopened",
        "requested_at_s",
        "until_s",
        "watch",
    )

    def __init__(self, parts: tuple[Subject, ...] = ()) -> None:
        self.id = -1
        self.parts = parts
        self.phase = ContractPhase.OPEN  # changed by `to` alone
        self.requested_at_s = 0.0
        self.calls = 0
        self.called_s = -1.0
        self.conversation = NOBODY
        self.contractor: Contractor | None = None
        self.reannounce_due = False
        self.asleep = False
        self.begun = False
        self.promised_s = 0.0
        self.reopened = 0
        self.until_s = 0.0
        self.confirmed_s = 0.0
        self.watch: Due | None = None

    def to(self, phase: ContractPhase) -> None:
        """Move to `phase`.

        Raises:
            TransitionError: `phase` may not follow the present one.
        """
        if phase not in TRANSITIONS[self.phase]:
            raise TransitionError(self.phase, phase, self.id)
        self.phase = phase

    @property
    def live(self) -> bool:
        """Whether a contractor holds the task, as far as its manager knows."""
        return self.phase in _LIVE

    @property
    def held(self) -> bool:
        """Whether a contractor may hold the task: a cancel sent to it may not have arrived yet."""
        return self.phase in _HELD

    def share(self, parts: tuple[Subject, ...], number: int) -> Contract:
        """Return a contract for some of the parts, from the same conversation, for the task with id `number`."""
        share = Contract(parts)
        share.id = number
        share.phase, share.conversation = self.phase, self.conversation
        share.requested_at_s, share.calls, share.called_s = self.requested_at_s, self.calls, self.called_s
        share.reannounce_due, share.reopened = self.reannounce_due, self.reopened
        return share

    def __repr__(self) -> str:
        return f"<Contract {self.id}, {self.phase.name}>"
