"""Contractors: the base class of every agent that bids, and the pool of those that bid for one kind of task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from .messages import Bids, Call, Proposal, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import IntEnum

    from numpy.typing import NDArray

    from .tasks import Task
    from .world import EngineWorld

NO_LEASE = -1


class Contractor(mesa.Agent):
    """An agent that bids for tasks of one kind.

    A class may answer a call for all its members at once (`bids`); members of a subclass that overrides `bid` are asked
    one by one, and tasks that they have refused are retried by the clock (`announces`); nothing else changes for them.

    Attributes:
        slot: its row in the pool, and in the arrays of the pool.
        kind: the kind of task it bids for.
        present: it is in the factory; a contractor that has left is inactive.
        announces: it announces that it is available (`ContractNet.available`) whenever it may take a task that it has
            refused; tasks that only such contractors have refused are not retried by the clock on a perfect channel.
            A subclass with a `bid` of its own that keeps this promise sets it again.
    """

    model: EngineWorld  # pyright: ignore[reportIncompatibleVariableOverride]  # Mesa types it as its own Model
    slot: int
    kind: IntEnum
    present = True
    announces = False

    def __init__(self, model: EngineWorld, *, name: str) -> None:
        super().__init__(model)  # pyright: ignore[reportArgumentType, reportUnknownMemberType]  # every world is a Mesa model too
        self.name = name

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = cls.__dict__
        if "bid" in own and "bids" not in own:
            cls.bids = Contractor.__dict__["bids"]
            if "foresee" not in own:  # inherited forecasts would contradict the subclass's own bids
                cls.foresee = Contractor.foresee
        if "bid" in own or "bids" in own:
            if "bids_for_each" not in own:
                cls.bids_for_each = Contractor.__dict__["bids_for_each"]
            cls.announces = bool(own.get("announces", False))

    def bid(self, call: Call) -> Proposal | Refusal | None:
        """Answer one call; None for no answer. Must not change the agent, because the offer may be rejected."""
        raise NotImplementedError(f"{type(self).__name__} does not bid; override bid(call)")

    @classmethod
    def bids(cls, call: Call, members: list[Any], slots: NDArray[np.intp]) -> Bids:
        """The answers of `slots`, (N,) indices into `members`, to one call."""
        return Bids.gather([members[slot].bid(call) for slot in slots.tolist()])

    @classmethod
    def bids_for_each(cls, calls: Sequence[Call], members: list[Any], slots: NDArray[np.intp]) -> Bids:
        """The answers of `slots`, (N,), to K calls, as columns (K, N): to each call as if it were the only one."""
        return Bids.stack([cls.bids(call, members, slots) for call in calls])

    def foresee(self, tasks: Sequence[Task]) -> list[float] | None:
        """Seconds until it would arrive at each of `tasks`, done in this order after its present plan.

        None if it does not take so many tasks, or gives no forecast: it then gets one at a time.
        """
        return None

    def accept(self, task: Task) -> bool:
        """Accept a task that it has won; False if that is no longer possible."""
        raise NotImplementedError

    def let_go(self, task: Task) -> None:
        """Drop a task that, as all agents see, is no longer needed, even if the work has begun."""
        self.release(task)

    def renews(self, task: Task) -> bool:
        """Whether to extend the commitment to `task` past its agreed deadline; asked at every renewal."""
        return True

    def release(self, task: Task) -> bool:
        """Drop an accepted task that its manager cancels; False if it is too late."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"


class _Question:
    """A call that some contractors are answering, during which no state changes.

    Attributes:
        answers: by slot, the answers that the class gives in columns; None until the first is requested.
    """

    __slots__ = ("answers", "call", "slots")

    def __init__(self, call: Call, slots: NDArray[np.intp]) -> None:
        self.call = call
        self.slots = slots
        self.answers: dict[int, Proposal | Refusal | None] | None = None


class Pool:
    """The contractors for one kind of task, which a call may reach (the directory facilitator, FIPA SC00023).

    Attributes:
        leased_to: (N,) int64, the conversation of a contractor's outstanding offer, or NO_LEASE.
        lease_until_s: (N,) float64, time at which that offer expires.
        announced: (N,) int64, number of conversations opened before its latest announcement that it is available.
    """

    def __init__(self, kind: IntEnum) -> None:
        self.kind = kind
        self.members: list[Any] = []
        self._ids = np.zeros(0, np.int64)
        self.all = np.zeros(0, np.intp)
        self.leased_to = np.zeros(0, np.int64)
        self.lease_until_s = np.zeros(0)
        self.announced = np.zeros(0, np.int64)
        self._classes: dict[type[Contractor], None] = {}
        self._asked_as: list[type[Contractor]] = []  # by slot, the class that is asked
        self._question: _Question | None = None

    def add(self, contractor: Contractor) -> None:
        """Register a contractor; it gets the next slot."""
        contractor.slot = len(self.members)
        contractor.kind = self.kind
        self.members.append(contractor)
        self._ids = np.append(self._ids, contractor.unique_id)
        self.all = np.append(self.all, np.intp(contractor.slot))
        self.ids = self._ids[self.all]
        self.leased_to = np.append(self.leased_to, NO_LEASE)
        self.lease_until_s = np.append(self.lease_until_s, 0.0)
        self.announced = np.append(self.announced, 0)
        self._classes[type(contractor)] = None
        asks_each = type(contractor).bids.__func__ is Contractor.bids.__func__  # type: ignore[attr-defined]
        self._asked_as.append(Contractor if asks_each else type(contractor))

    def remove(self, contractor: Contractor) -> None:
        """Remove a contractor that has left: its slot is kept, but receives no more calls."""
        self.all = self.all[self.all != contractor.slot]
        self.ids = self._ids[self.all]

    @property
    def announces(self) -> bool:
        """Whether all contractors announce that they are available (`Contractor.announces`)."""
        return all(cls.announces for cls in self._classes)

    @property
    def complete(self) -> bool:
        """Whether no contractor has left."""
        return len(self.all) == len(self.members)

    def present(self, slots: NDArray[np.intp]) -> NDArray[np.intp]:
        """(M,) intp, the contractors of `slots` that have not left; `slots` itself while none has."""
        return slots if self.complete else slots[np.isin(slots, self.all)]

    def able(self, eligible: NDArray[np.intp] | None) -> NDArray[np.intp]:
        """(M,) intp, the contractors of `eligible` (None: of the pool) that have not left."""
        return self.all if eligible is None else self.present(eligible)

    def ids_of(self, slots: NDArray[np.intp]) -> NDArray[np.int64]:
        """(N,) int64, the ids of the agents in `slots`."""
        return self.ids if slots is self.all else self._ids[slots]

    def free(self, slots: NDArray[np.intp] | int, conversation: int) -> None:
        """Release `slots` from their offers in a conversation."""
        slots = np.atleast_1d(slots)
        freed = slots[self.leased_to[slots] == conversation]
        self.leased_to[freed] = NO_LEASE
        self.lease_until_s[freed] = 0.0

    def bids(self, call: Call, slots: NDArray[np.intp]) -> Bids:
        """Ask `slots`, (N,), each class once; the answers come in the order of `slots`."""
        self._question = _Question(call, slots)
        try:
            return self._ask(call, slots)
        finally:
            self._question = None

    def bids_for_each(self, calls: Sequence[Call], slots: NDArray[np.intp]) -> Bids:
        """Ask `slots`, (N,), about K calls; the columns of the answers are (K, N)."""
        if len(self._classes) == 1:
            (cls,) = self._classes
            if cls.bids_for_each.__func__ is not Contractor.bids_for_each.__func__:  # type: ignore[attr-defined]
                return cls.bids_for_each(calls, self.members, slots)
        return Bids.stack([self.bids(call, slots) for call in calls])

    def answer(self, cls: type[Contractor], call: Call, slot: int) -> Any:
        """The bid that `cls` makes for one of its members; computed once for all members that answer the same call."""
        question = self._question
        if question is not None and question.call is call and question.answers is None:
            own = [slot for slot in question.slots.tolist() if isinstance(self.members[slot], cls)]
            answers = cls.bids(call, self.members, np.array(own, np.intp)).singly()
            question.answers = dict(zip(own, answers, strict=True))
        if question is None or question.answers is None or slot not in question.answers:
            return cls.bids(call, self.members, np.array([slot], np.intp)).singly()[0]
        return question.answers.pop(slot)

    def _ask(self, call: Call, slots: NDArray[np.intp]) -> Bids:
        if len(self._classes) == 1:
            (cls,) = self._classes
            return cls.bids(call, self.members, slots)
        asked: dict[type[Contractor], list[int]] = {}
        numbers: list[int] = slots.tolist()
        for column, slot in enumerate(numbers):
            asked.setdefault(self._asked_as[slot], []).append(column)
        if len(asked) == 1:
            (cls,) = asked
            return cls.bids(call, self.members, slots)
        answers = Bids.empty(len(slots))
        for cls, columns in asked.items():
            answers.put(np.array(columns), cls.bids(call, self.members, slots[columns]))
        return answers
