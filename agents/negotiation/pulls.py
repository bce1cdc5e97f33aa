"""Pulls: waiting tasks are offered to contractors that have announced themselves as available (Smith 1980).

A pull is one conversation, whatever the number of waiting tasks, where messages take no time:

    manager of the task won            contractor            managers of the other waiting tasks
       | <------------------------- inform | inform (K in all) ------------> |     "I am available"
       | -- cfp -------------------------> |
       | <------------------------ propose | refuse (the other K - 1) -----> |
       | -- accept-proposal -------------> |

All K tasks meet the contractors in one market, and the mechanism chooses. A task that no contractor takes stays as it
is: it is neither called nor postponed again. A pull in which nothing is won is a conversation about the oldest task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .contract import ContractPhase
from .decisions import Accept, Reannounce
from .messages import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from enum import IntEnum

    from numpy.typing import NDArray

    from .clearing import Clearing
    from .contractor import Contractor, Pool
    from .conversations import Conversations
    from .decisions import Decision
    from .market import Market
    from .messenger import Messenger
    from .tasks import Task
    from .waiting import WaitingTasks


class Pulls:
    """Offers waiting tasks to available contractors; decisions are handed to `carry_out` one by one."""

    def __init__(
        self,
        *,
        clearing: Clearing,
        conversations: Conversations,
        messenger: Messenger,
        pools: Mapping[IntEnum, Pool],
        waiting: Mapping[IntEnum, WaitingTasks],
        carry_out: Callable[[Decision], None],
    ) -> None:
        self._clearing = clearing
        self._conversations = conversations
        self._messenger = messenger
        self._pools = pools
        self._waiting = waiting
        self._carry_out = carry_out

    def offer(self, kind: IntEnum, tasks: Sequence[Task], slots: NDArray[np.intp]) -> None:
        """Offer `tasks`, oldest first, to the available contractors in `slots`."""
        pool = self._pools[kind]
        pull = _Pull(pool, tasks, self._clearing.market(pool, tasks, slots), self._conversations)
        pull.ask(range(len(tasks)), np.arange(len(slots)))
        for row, column in self._clearing.awards(pull.market):
            if pull.still_waits(row):
                self._award(pull, row, column)
            else:
                pull.market.withdraw(row)
        self._tell_those_left_out(pull)
        for task in pull.called.values():
            if task.contract.phase is ContractPhase.CALLED:  # a lot of which some parts are left
                self._carry_out(Reannounce(task))

    def _award(self, pull: _Pull, row: int, column: int) -> None:
        market, task, contractor = pull.market, pull.tasks[row], pull.contractor(column)
        if task.contract.id not in pull.called:
            self._waiting[market.kind].discard(task)
            pull.called[task.contract.id] = task
            self._conversations.call(task)
        conversation = task.contract.conversation
        self._announce(pull, column, conversation, task)
        cost_s, parts = market.offer(row, column)
        manager, offered = task.manager.unique_id, parts if task.lot else None
        self._messenger.directed_call(conversation, manager, contractor.unique_id, cost_s, offered)
        market.take(row, column)
        self._carry_out(Accept(task, contractor, cost_s, parts))
        pull.ask(np.flatnonzero(market.cost[:, column] < np.inf).tolist(), np.array([column]))

    def _announce(self, pull: _Pull, column: int, conversation: int, task: Task | None) -> None:
        """Log the announcement of a contractor, and its refusals to the managers of all tasks but `task`, once."""
        if column in pull.announced:
            return
        pull.announced.add(column)
        self._messenger.announce(conversation, pull.contractor(column).unique_id, pull.tasks_for(column), task)

    def _tell_those_left_out(self, pull: _Pull) -> None:
        """Log the announcements of the contractors that have won nothing."""
        conversation = next((task.contract.conversation for task in pull.called.values()), None)
        for column in range(len(pull.market.slots)):
            if column not in pull.announced and pull.tasks_for(column):
                if conversation is None:
                    conversation = self._conversations.open(pull.tasks[0])
                self._announce(pull, column, conversation, None)


class _Pull:
    """K waiting tasks and N available contractors.

    Attributes:
        called: by id, the tasks that have been won, or of which shares have.
        announced: the columns of the contractors whose announcement is logged.
    """

    def __init__(self, pool: Pool, tasks: Sequence[Task], market: Market, conversations: Conversations) -> None:
        self.tasks = tasks
        self.market = market
        self.called: dict[int, Task] = {}
        self.announced: set[int] = set()
        self._pool = pool
        number, reply_by_s = conversations.opened, conversations.reply_by_s
        self._calls = [Call(number, task, reply_by_s) for task in tasks]

    def contractor(self, column: int) -> Contractor:
        """The contractor of a column."""
        return self._pool.members[self.market.slots[column]]

    def ask(self, rows: Sequence[int], columns: NDArray[np.intp]) -> None:
        """Enter the answers of some contractors for some tasks, as far as they are eligible."""
        for able, alike in self._by_directory(rows, columns):
            answers = self._pool.bids_for_each([self._calls[row] for row in alike], self.market.slots[able])
            self.market.put_rows(alike, able, answers)

    def _by_directory(
        self, rows: Sequence[int], columns: NDArray[np.intp]
    ) -> Iterator[tuple[NDArray[np.intp], list[int]]]:
        """The rows that the directory names the same contractors for, and the columns of those."""
        if len(columns) == 1:  # the tasks of its window, all of which it may do
            if rows:
                yield columns, list(rows)
            return
        groups: dict[int, list[int]] = {}
        for row in rows:
            groups.setdefault(id(self.tasks[row].eligible), []).append(row)
        for alike in groups.values():
            eligible = self.tasks[alike[0]].eligible
            if eligible is None:
                yield columns, alike
                continue
            able = columns[np.isin(self.market.slots[columns], eligible)]
            for row in alike:
                self.market.exclude(row)
            if len(able):
                yield able, alike

    def still_waits(self, row: int) -> bool:
        """Whether a task still waits, or is a lot of which parts are left."""
        task = self.tasks[row]
        left = task.contract.id in self.called and task.contract.phase is ContractPhase.CALLED
        return left or task.contract.phase is ContractPhase.POSTPONED

    def tasks_for(self, column: int) -> list[Task]:
        """The tasks that the directory names a contractor for."""
        if len(self.market.slots) == 1:
            return list(self.tasks)
        slot = self.market.slots[column]
        return [task for task in self.tasks if task.eligible is None or slot in task.eligible]
