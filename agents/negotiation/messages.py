"""Messages between agents: performatives, calls for proposals, proposals, refusals.

A call goes to many contractors as one object with an array of receivers, and their answers come back as one set of
columns. A subclass that overrides `Contractor.bid` answers with a single `Proposal` or `Refusal`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .tasks import Task

NOBODY = -1  # in place of the id of an agent


class Performative(IntEnum):
    """FIPA communicative acts (SC00037J) used by the contract net (SC00029H)."""

    CFP = 0
    PROPOSE = 1
    REFUSE = 2
    ACCEPT_PROPOSAL = 3
    REJECT_PROPOSAL = 4
    AGREE = 5
    INFORM_DONE = 6
    INFORM_RESULT = 7
    FAILURE = 8
    CANCEL = 9
    NOT_UNDERSTOOD = 10
    INFORM = 11  # of a contractor: it is available (Smith 1980)

    @property
    def word(self) -> str:
        """The FIPA spelling, such as "accept-proposal"."""
        return self.name.lower().replace("_", "-")


class Reason(IntEnum):
    """Reason for a refusal; the recovery depends on it (Smith 1980)."""

    NONE = 0  # not a refusal: the contractor proposes
    BUSY = 1  # temporary: the task is re-announced later
    NOT_ELIGIBLE = 2  # permanent: the contractor lacks the capability
    UNREACHABLE = 3  # permanent: the contractor cannot get there
    NOT_UNDERSTOOD = 4  # permanent: the contractor does not know this kind of task (FIPA not-understood)
    SILENT = 5  # the contractor does not answer


# NumPy compares with plain numbers in a third of the time; reasons from PERMANENT on do not pass
PROPOSES, PERMANENT, PUZZLED = int(Reason.NONE), int(Reason.NOT_ELIGIBLE), int(Reason.NOT_UNDERSTOOD)


@dataclass(slots=True, frozen=True)
class Call:
    """A call for proposals.

    Attributes:
        conversation: id, unique in the run; every message of the conversation carries it.
        task: the task, which also names its manager.
        reply_by_s: deadline; later answers are rejected. Every call has one.
        round: 1 for the first call, counting up for revised calls (SC00030H).
        best_s: the best offer of the previous round; inf in the first.
        definite: an offer made now binds, unlike those of the previous round (`commitment: concurrent`).
    """

    conversation: int
    task: Task
    reply_by_s: float
    round: int = 1
    best_s: float = np.inf
    definite: bool = False


@dataclass(slots=True)
class Proposal:
    """An offer: the contractor is bound to it until it is rejected or its lease ends.

    Each object belongs to one answer, so a subclass may modify the one it passes on (`offer.cost += 10.0`).

    Attributes:
        cost: marginal cost in seconds: the time the task adds to the contractor's own plan. Finite.
        approach_s: time until the contractor (for an operation: the part) is where the task begins, its plan included.
        load: number of tasks that the contractor already has.
        idle_since_s: time since which it has been idle; inf while it works.
        parts: number of parts of a divisible task that it would take; the cost holds for all of them, and is an upper
            bound for fewer.
    """

    cost: float
    approach_s: float = 0.0
    load: int = 0
    idle_since_s: float = math.inf
    parts: int = 1


@dataclass(slots=True)
class Refusal:
    """A refusal to propose, with its reason."""

    reason: Reason = Reason.BUSY


@dataclass(slots=True)
class Bids:
    """The answers of N contractors to one call, as columns; to K calls at once with columns (K, N).

    Attributes:
        cost: (N,) float64, seconds; inf where the contractor refuses.
        reason: (N,) int8, `Reason`; NONE where it proposes.
        approach_s: (N,) float64.
        load: (N,) int64.
        idle_since_s: (N,) float64.
        silent: at least one contractor does not answer (reason SILENT).
        parts: (N,) int64, number of parts of the task that each would take; None: one each.
    """

    cost: NDArray[np.float64]
    reason: NDArray[np.int8]
    approach_s: NDArray[np.float64]
    load: NDArray[np.int64]
    idle_since_s: NDArray[np.float64]
    silent: bool = False
    parts: NDArray[np.int64] | None = None

    @classmethod
    def gather(cls, answers: list[Proposal | Refusal | None]) -> Bids:
        """Collect single answers in columns; None stands for no answer.

        Raises:
            TypeError: an answer is not a Proposal, a Refusal or None.
            ValueError: the cost of a proposal is not finite, or it is for less than one part.
        """
        n = len(answers)
        at: list[int] = []
        cost: list[float] = []
        approach_s: list[float] = []
        load: list[int] = []
        idle_since_s: list[float] = []
        parts: list[int] = []
        bids = cls(np.full(n, np.inf), np.zeros(n, np.int8), np.zeros(n), np.zeros(n, np.int64), np.full(n, np.inf))
        for i, answer in enumerate(answers):  # lists first: writing single array entries is much slower
            if isinstance(answer, Proposal):
                at.append(i)
                cost.append(answer.cost)
                approach_s.append(answer.approach_s)
                load.append(answer.load)
                idle_since_s.append(answer.idle_since_s)
                parts.append(answer.parts)
            elif answer is None:
                bids.reason[i] = Reason.SILENT
                bids.silent = True
            elif isinstance(answer, Refusal):
                bids.reason[i] = answer.reason
            else:
                raise TypeError(f"bid(call) returned {answer!r}; return a Proposal, a Refusal, or None for no answer")
        where = np.array(at, np.intp)
        for column, values in (
            (bids.cost, cost),
            (bids.approach_s, approach_s),
            (bids.load, load),
            (bids.idle_since_s, idle_since_s),
        ):
            column[where] = np.fromiter(values, column.dtype, len(at))
        if parts and not min(parts) == max(parts) == 1:
            bids.parts = np.ones(n, np.int64)
            bids.parts[where] = parts
        if not (bids.cost[where] < np.inf).all():
            raise ValueError(
                f"the cost of a proposal must be finite (got {bids.cost[where].max()}); return a Refusal instead"
            )
        if bids.parts is not None and bids.parts.min() < 1:
            raise ValueError(
                f"a proposal must be for 1 part or more (got {bids.parts.min()}); return a Refusal to take no part"
            )
        return bids

    def singly(self) -> list[Proposal | Refusal | None]:
        """The answers as single objects: the inverse of `gather`."""
        parts = np.ones(len(self.cost), np.int64) if self.parts is None else self.parts
        columns = (self.cost, self.approach_s, self.load, self.idle_since_s, parts)
        proposals = map(Proposal, *(column.tolist() for column in columns))
        return [
            proposal if reason == Reason.NONE else None if reason == Reason.SILENT else Refusal(Reason(reason))
            for proposal, reason in zip(proposals, self.reason.tolist(), strict=True)
        ]

    @classmethod
    def stack(cls, answers: Sequence[Bids]) -> Bids:
        """The answers to several calls as one, with columns (K, N)."""
        parts = None
        if any(bids.parts is not None for bids in answers):
            parts = np.array([np.ones(len(b.cost), np.int64) if b.parts is None else b.parts for b in answers])
        return cls(
            np.array([bids.cost for bids in answers]),
            np.array([bids.reason for bids in answers]),
            np.array([bids.approach_s for bids in answers]),
            np.array([bids.load for bids in answers]),
            np.array([bids.idle_since_s for bids in answers]),
            any(bids.silent for bids in answers),
            parts,
        )

    @classmethod
    def empty(cls, *shape: int) -> Bids:
        """Columns of a shape, to be written."""
        return cls(
            np.empty(shape), np.empty(shape, np.int8), np.empty(shape), np.empty(shape, np.int64), np.empty(shape)
        )

    @classmethod
    def refusals(cls, calls: int, load: NDArray[np.int64], idle_since_s: NDArray[np.float64]) -> Bids:
        """The refusals of N busy contractors to K calls, with their (N,) `load` and `idle_since_s`."""
        shape = calls, len(load)
        busy = np.full(shape, Reason.BUSY, np.int8)
        return cls(
            np.full(shape, np.inf),
            busy,
            np.zeros(shape),
            np.broadcast_to(load, shape).copy(),
            np.broadcast_to(idle_since_s, shape).copy(),
        )

    def row(self, number: int) -> Bids:
        """The answers to one of several calls."""
        return Bids(
            self.cost[number],
            self.reason[number],
            self.approach_s[number],
            self.load[number],
            self.idle_since_s[number],
            self.silent,
            None if self.parts is None else self.parts[number],
        )

    def take(self, index: slice | NDArray[np.intp]) -> Bids:
        """The answers of the contractors at `index`."""
        return Bids(
            self.cost[index],
            self.reason[index],
            self.approach_s[index],
            self.load[index],
            self.idle_since_s[index],
            parts=None if self.parts is None else self.parts[index],
        )

    def put(self, index: NDArray[np.intp], answers: Bids) -> None:
        """Replace the answers of the contractors at `index`."""
        self.cost[index] = answers.cost
        self.reason[index] = answers.reason
        self.approach_s[index] = answers.approach_s
        self.load[index] = answers.load
        self.idle_since_s[index] = answers.idle_since_s
        if answers.parts is not None:
            self.parts = np.ones(len(self.cost), np.int64) if self.parts is None else self.parts
            self.parts[index] = answers.parts
