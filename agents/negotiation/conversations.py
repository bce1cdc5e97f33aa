"""Conversations: each call for proposals, and each announcement that a contractor is available, opens one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .contract import ContractPhase
from .messages import NOBODY

if TYPE_CHECKING:
    from .tasks import Task
    from .terms import Terms
    from .world import EngineWorld


class Conversations:
    """The conversations of a run, numbered in the order of opening and logged.

    Attributes:
        opened: number of conversations so far.
    """

    def __init__(self, world: EngineWorld, terms: Terms) -> None:
        self._world = world
        self._terms = terms
        self.opened = 0

    @property
    def reply_by_s(self) -> float:
        """Deadline of a call that is sent now."""
        return self._world.now_s + self._terms.reply_by_s

    def call(self, task: Task) -> int:
        """Open a conversation in which `task` is called, and return its number."""
        contract, world = task.contract, self._world
        contract.to(ContractPhase.CALLED)
        contract.called_s = world.now_s
        contract.calls += 1
        contract.reannounce_due = contract.asleep = False
        contract.conversation = number = self.open(task)
        for part in contract.parts:
            world.log.part_called(world.now_s, task.manager.unique_id, part.unique_id, contract.id, number)
        return number

    def open(self, task: Task) -> int:
        """Open a conversation about `task`, which leaves its contract as it is, and return its number."""
        number, now_s, about = self.opened, self._world.now_s, task.about
        self.opened = number + 1
        job = NOBODY if about is None else about.unique_id
        self._world.log.conversation(
            number, task.contract.id, task.kind, job, task.manager.unique_id, now_s, now_s + self._terms.reply_by_s
        )
        return number
