"""The protocol engine: conversations, deadlines, award and acknowledgement, re-announcement, cancel.

    manager                              contractors
       | -- cfp (reply-by) ----------------> |     to all that the directory names, as one columnar call
       | <-------------- propose | refuse -- |     an offer holds a reservation on lease
       | -- accept-proposal (one) ---------> |
       | -- reject-proposal (the others) --> |
       | <----------------- agree | refuse - |     unacknowledged awards are sent again, then called anew
       | <--------- inform-done | failure -- |     a failure is called anew

FIPA SC00029H; the acknowledgement, the leases and the re-announcement are ours, as the standard leaves them open.
Every step is the delivery of a message by the channel, so a channel that delays, loses or repeats changes
when and how often a step is taken, and no step minds being taken twice.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from .contractor import NO_LEASE, Contractor, Pool
from .mechanisms import Market, Planner
from .messages import Bids, Call, Performative, Reason
from .tasks import Task, TaskKind, TaskPhase

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ..environments.factory import Factory
    from .channel import Channel
    from .mechanisms import Mechanism

NOBODY = -1
LONGEST_RETRY = 32  # times retry_s: the back-off of a task that nobody takes


@dataclass(slots=True, frozen=True, kw_only=True)
class Terms:
    """What the parties agree on beforehand.

    Attributes:
        reply_by_s: how long a call waits for answers.
        retry_s: a task that nobody could take is called again after this, then after twice this, and so on;
            and at once when a contractor becomes available.
        acknowledge_by_s: an award that is not acknowledged by then is sent again.
        award_attempts: how often, before the task is called anew.
        lease_s: how long an offer binds the contractor after the deadline of the call.
        commitment: "patient" contractors make no second offer while one is outstanding, "eager" ones do.
        pull_window: how many waiting tasks a contractor that becomes available is offered, the oldest first.
    """

    reply_by_s: float
    retry_s: float
    acknowledge_by_s: float
    lease_s: float
    commitment: Literal["eager", "patient"] = "patient"
    award_attempts: int = 3
    pull_window: int = 16


class _Round:
    """Calls that are cleared together, and the answers that are in."""

    __slots__ = ("answered", "calls", "closed", "market", "outstanding", "pool")

    def __init__(self, pool: Pool, calls: list[Call], market: Market) -> None:
        self.pool = pool
        self.calls = calls
        self.market = market
        self.answered = np.zeros(market.cost.shape, np.bool_)
        self.outstanding = 0
        self.closed = False


class ContractNet:
    """Runs every negotiation of a factory.

    Managers `announce` tasks and may `cancel` them; contractors tell when they are `done`, when they `fail`, and when
    they become `available`. Nothing is decided before `settle`, which the factory calls at the end of each instant.
    """

    def __init__(self, model: Factory, *, mechanism: Mechanism, channel: Channel, terms: Terms) -> None:
        self.model = model
        self.mechanism = mechanism
        self.planner = mechanism if isinstance(mechanism, Planner) else None
        if self.planner is not None:
            self.planner.attach(model)
        self.channel = channel
        self.terms = terms
        self.pools = {kind: Pool(kind) for kind in TaskKind}
        self._open: dict[TaskKind, deque[Task]] = {kind: deque() for kind in TaskKind}
        self._waiting: dict[TaskKind, dict[int, Task]] = {kind: {} for kind in TaskKind}
        self._available: dict[TaskKind, dict[int, Contractor]] = {kind: {} for kind in TaskKind}
        self._rng = model.stream("mechanism")
        self._tasks = 0
        self._conversations = 0
        self._stirred = False

    # -- what managers say ------------------------------------------------------------------------------------

    def announce(self, task: Task) -> None:
        """Have `task` contracted; its manager hears `engaged`, then `done` or `failed`."""
        task.id = self._tasks
        self._tasks += 1
        task.requested_at_s = self.model.now_s
        self._reopen(task)

    def cancel(self, task: Task) -> None:
        """The manager needs the task no more; a contractor that has not begun it drops it."""
        phase, task.phase = task.phase, TaskPhase.CLOSED
        self._waiting[task.kind].pop(task.id, None)
        if phase in (TaskPhase.AWARDED, TaskPhase.ENGAGED) and task.contractor is not None:
            contractor = task.contractor
            self._log(Performative.CANCEL, task.conversation, task.manager.unique_id, contractor.unique_id)
            self.channel.send(
                task.manager.unique_id, contractor.unique_id, self._on_cancel, task.conversation, task, contractor
            )

    def waiting(self, kind: TaskKind) -> list[Task]:
        """The tasks that everybody was too busy to take, the oldest first."""
        return list(self._waiting[kind].values())

    # -- what contractors say ---------------------------------------------------------------------------------

    def available(self, contractor: Contractor, kind: TaskKind) -> None:
        """Node-available announcement (Smith 1980): waiting tasks are offered to `contractor`."""
        if self._waiting[kind]:
            self._available[kind][contractor.slot] = contractor
            self._stirred = True

    def done(self, task: Task) -> None:
        """The contractor has finished `task`."""
        contractor = task.contractor
        assert contractor is not None
        self._log(Performative.INFORM_DONE, task.conversation, contractor.unique_id, task.manager.unique_id)
        self.channel.send(
            contractor.unique_id, task.manager.unique_id, self._on_done, task.conversation, task, contractor
        )

    def fail(self, task: Task) -> None:
        """The contractor gives `task` up; it is called anew."""
        contractor = task.contractor
        assert contractor is not None
        self._log(Performative.FAILURE, task.conversation, contractor.unique_id, task.manager.unique_id)
        self.channel.send(
            contractor.unique_id, task.manager.unique_id, self._on_failure, task.conversation, task, contractor
        )

    # -- rounds -----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Negotiate until nothing more is due at this instant."""
        while self._stirred:
            self._stirred = False
            for kind in TaskKind:
                if self._available[kind]:
                    self._pull(kind)
                if self._open[kind]:
                    self._call_open(kind)

    def _reopen(self, task: Task) -> None:
        task.phase = TaskPhase.OPEN
        task.contractor = None
        self._open[task.kind].append(task)
        self._stirred = True

    def _call_open(self, kind: TaskKind) -> None:
        queue = self._open[kind]
        tasks = [task for task in queue if task.phase is TaskPhase.OPEN]
        queue.clear()
        if self.mechanism.joint:
            if self.planner is not None:
                tasks = [*self.waiting(kind), *tasks]
            if tasks:
                self._call(kind, tasks, self.pools[kind].all)
        else:
            for task in tasks:
                self._call(kind, [task], self._eligible(task))

    def _eligible(self, task: Task) -> NDArray[np.intp]:
        eligible = getattr(task, "eligible", None)
        return self.pools[task.kind].all if eligible is None else eligible

    def _pull(self, kind: TaskKind) -> None:
        """Offer the oldest waiting tasks to the contractors that have become available."""
        ready, self._available[kind] = self._available[kind], {}
        window = self.terms.pull_window
        if self.planner is not None:
            self._call(kind, self.waiting(kind), self.pools[kind].all)
            return
        if self.mechanism.joint:
            tasks = [task for _, task in zip(range(window * len(ready)), self._waiting[kind].values(), strict=False)]
            self._call(kind, tasks, np.fromiter(ready, np.intp, len(ready)))
            return
        for slot in ready:
            tasks = []
            for task in self._waiting[kind].values():
                if slot in self._eligible(task):
                    tasks.append(task)
                    if len(tasks) == window:
                        break
            if tasks:
                self._call(kind, tasks, np.array([slot], np.intp))

    def _call(self, kind: TaskKind, tasks: list[Task], slots: NDArray[np.intp]) -> None:
        """Send a call for proposals for each of `tasks` to those of `slots` that the directory names for it."""
        now_s = self.model.now_s
        pool = self.pools[kind]
        reply_by_s = now_s + self.terms.reply_by_s
        calls = []
        for task in tasks:
            self._waiting[kind].pop(task.id, None)
            task.phase = TaskPhase.CALLED
            task.conversation = self._conversations
            task.calls += 1
            calls.append(Call(self._conversations, task, reply_by_s))
            self._conversations += 1
        round_ = _Round(pool, calls, Market(kind, tasks, slots, now_s=now_s, rng=self._rng))
        asked = [self._columns(task, slots) for task in tasks]
        round_.outstanding = sum(len(slots) if columns is None else len(columns) for columns in asked)
        for row, (call, columns) in enumerate(zip(calls, asked, strict=True)):
            task = call.task
            job = NOBODY if task.job is None else task.job.unique_id
            manager = task.manager.unique_id
            if columns is None:
                columns = np.arange(len(slots))
            else:
                round_.market.reason[row] = Reason.NOT_ELIGIBLE
            self.model.log.conversation(call.conversation, task.id, kind, job, manager, now_s, reply_by_s)
            self._log(Performative.CFP, call.conversation, manager, NOBODY, len(columns))
            receivers = pool.ids[slots[columns]]
            self.channel.multicast(manager, receivers, self._on_call, round_, row, columns)
        if round_.outstanding == 0:
            self._clear(round_)
        elif not round_.closed:
            self.model.clock.schedule(self.terms.reply_by_s, self._clear, round_)

    def _columns(self, task: Task, slots: NDArray[np.intp]) -> NDArray[np.intp] | None:
        """Which of `slots` the directory names for `task`; None for all of them."""
        eligible = self._eligible(task)
        if eligible is slots or eligible is self.pools[task.kind].all:
            return None
        columns = np.flatnonzero(np.isin(slots, eligible))
        return None if len(columns) == len(slots) else columns

    def _on_call(self, which: slice | NDArray[np.intp], round_: _Round, row: int, columns: NDArray[np.intp]) -> None:
        """Contractors receive a call, and answer."""
        call, pool = round_.calls[row], round_.pool
        columns = columns[which]
        slots = round_.market.slots[columns]
        bids = pool.bids(call, slots)
        if not self.channel.instant:
            self._lease(call, pool, slots, bids)
        manager = call.task.manager.unique_id
        proposing = int(np.count_nonzero(bids.cost < np.inf))
        if proposing:
            self._log(Performative.PROPOSE, call.conversation, NOBODY, manager, proposing, float(bids.cost.min()))
        if proposing < len(slots):
            self._log(Performative.REFUSE, call.conversation, NOBODY, manager, len(slots) - proposing)
        self.channel.multicast(pool.ids[slots], manager, self._on_answers, round_, row, columns, bids)

    def _lease(self, call: Call, pool: Pool, slots: NDArray[np.intp], bids: Bids) -> None:
        """Offers bind: a patient contractor makes no second one before the first is answered or its lease ends."""
        if self.terms.commitment == "patient":
            bound = (pool.lease_until_s[slots] > self.model.now_s) & (pool.leased_to[slots] != call.conversation)
            bids.cost[bound] = np.inf
            bids.reason[bound] = Reason.BUSY
        offering = slots[bids.cost < np.inf]
        pool.leased_to[offering] = call.conversation
        pool.lease_until_s[offering] = call.reply_by_s + self.terms.lease_s

    def _on_answers(
        self, which: slice | NDArray[np.intp], round_: _Round, row: int, columns: NDArray[np.intp], bids: Bids
    ) -> None:
        """The manager receives answers; a repeated one counts once, a late one is rejected."""
        if not isinstance(which, slice):
            columns, bids = columns[which], bids.take(which)
        if round_.closed:
            self._reject(round_, row, columns[bids.cost < np.inf])
            return
        if not self.channel.instant:
            new = np.flatnonzero(~round_.answered[row, columns])
            columns, bids = columns[new], bids.take(new)
        round_.answered[row, columns] = True
        round_.market.put(row, columns, bids)
        round_.outstanding -= len(columns)
        if round_.outstanding == 0:
            self._clear(round_)

    def _clear(self, round_: _Round) -> None:
        """The answers are in, or the deadline has come: award."""
        if round_.closed:
            return
        round_.closed = True
        market = round_.market
        proposed = market.cost < np.inf
        placed = np.full(len(round_.calls), NOBODY)
        for row, task in enumerate(market.tasks):
            if task.phase is not TaskPhase.CALLED or task.conversation != round_.calls[row].conversation:
                market.withdraw(row)
        for row, column in self.mechanism.clear(market):
            market.withdraw(row)
            placed[row] = column
            self._award(round_, row, column)
            if len(round_.calls) > 1 and self.channel.instant:
                self._ask_again(round_, column)
        for row, call in enumerate(round_.calls):
            losers = proposed[row]
            if placed[row] != NOBODY:
                losers[placed[row]] = False
            self._reject(round_, row, np.flatnonzero(losers))
            if call.task.phase is TaskPhase.CALLED and call.task.conversation == call.conversation:
                self._postpone(call.task, market.reason[row])

    def _ask_again(self, round_: _Round, column: int) -> None:
        """The winner's offers for the rows that are still open, given what it has just won."""
        market = round_.market
        slots = market.slots[column : column + 1]
        for row, call in enumerate(round_.calls):
            if market.cost[row, column] < np.inf:
                market.put(row, slice(column, column + 1), round_.pool.bids(call, slots))

    def _reject(self, round_: _Round, row: int, columns: NDArray[np.intp]) -> None:
        if len(columns) == 0:
            return
        call, pool = round_.calls[row], round_.pool
        slots = round_.market.slots[columns]
        manager = call.task.manager.unique_id
        self._log(Performative.REJECT_PROPOSAL, call.conversation, manager, NOBODY, len(columns))
        if not self.channel.instant:
            self.channel.multicast(manager, pool.ids[slots], self._on_reject, pool, call.conversation, slots)

    def _on_reject(
        self, which: slice | NDArray[np.intp], pool: Pool, conversation: int, slots: NDArray[np.intp]
    ) -> None:
        slots = slots[which]
        pool.leased_to[slots[pool.leased_to[slots] == conversation]] = NO_LEASE
        pool.lease_until_s[slots[pool.leased_to[slots] == NO_LEASE]] = 0.0

    def _postpone(self, task: Task, reasons: NDArray[np.int8]) -> None:
        """Nobody took it: wait for somebody to become available, or for the retry."""
        if task.calls == 1 and len(reasons) and (reasons >= Reason.NOT_ELIGIBLE).all():
            self.model.infeasible(task)
        task.phase = TaskPhase.POSTPONED
        self._waiting[task.kind][task.id] = task
        task.manager.postponed(task)
        back_off = min(2 ** (task.calls - 1), LONGEST_RETRY)
        self.model.clock.schedule(self.terms.retry_s * back_off, self._retry, task, task.conversation)

    def _retry(self, task: Task, conversation: int) -> None:
        if task.phase is TaskPhase.POSTPONED and task.conversation == conversation:
            del self._waiting[task.kind][task.id]
            self._reopen(task)

    # -- awards -----------------------------------------------------------------------------------------------

    def _award(self, round_: _Round, row: int, column: int) -> None:
        task = round_.calls[row].task
        contractor: Contractor = round_.pool.members[round_.market.slots[column]]
        task.phase = TaskPhase.AWARDED
        task.contractor = contractor
        self._send_award(task.conversation, task, contractor, 1)

    def _send_award(self, conversation: int, task: Task, contractor: Contractor, attempt: int) -> None:
        """Award, or award again where no acknowledgement has come."""
        if task.conversation != conversation or task.phase is not TaskPhase.AWARDED:
            return
        if attempt > self.terms.award_attempts:
            self.cancel(task)
            self._reopen(task)
            return
        manager = task.manager.unique_id
        self._log(Performative.ACCEPT_PROPOSAL, conversation, manager, contractor.unique_id)
        self.channel.send(manager, contractor.unique_id, self._on_award, conversation, task, contractor)
        if task.phase is TaskPhase.AWARDED and task.conversation == conversation:
            self.model.clock.schedule(
                self.terms.acknowledge_by_s, self._send_award, conversation, task, contractor, attempt + 1
            )

    def _on_award(self, conversation: int, task: Task, contractor: Contractor) -> None:
        """The contractor receives an award: it agrees, or refuses what is no longer possible."""
        manager = task.manager.unique_id
        answer: Callable[..., None]
        if task.conversation == conversation and contractor.accept(task):
            self._log(Performative.AGREE, conversation, contractor.unique_id, manager)
            answer = self._on_agree
        else:
            self._log(Performative.REFUSE, conversation, contractor.unique_id, manager)
            answer = self._on_failure
        self.channel.send(contractor.unique_id, manager, answer, conversation, task, contractor)

    def _on_agree(self, conversation: int, task: Task, contractor: Contractor) -> None:
        if task.conversation == conversation and task.phase is TaskPhase.AWARDED:
            task.phase = TaskPhase.ENGAGED
            task.manager.engaged(task, contractor)

    def _on_done(self, conversation: int, task: Task, contractor: Contractor) -> None:
        if task.conversation == conversation and task.phase in (TaskPhase.AWARDED, TaskPhase.ENGAGED):
            task.phase = TaskPhase.CLOSED
            task.manager.done(task, contractor)

    def _on_failure(self, conversation: int, task: Task, contractor: Contractor) -> None:
        if task.conversation == conversation and task.phase in (TaskPhase.AWARDED, TaskPhase.ENGAGED):
            task.phase = TaskPhase.OPEN
            task.contractor = None
            task.manager.failed(task, contractor)
            if task.phase is TaskPhase.OPEN:
                self._reopen(task)

    def _on_cancel(self, conversation: int, task: Task, contractor: Contractor) -> None:
        """The cancel meta-protocol (SC00029H, 2.1): the contractor drops the task, or says that it is too late."""
        dropped = contractor.release(task)
        performative = Performative.INFORM_DONE if dropped else Performative.FAILURE
        self._log(performative, conversation, contractor.unique_id, task.manager.unique_id)

    def _log(
        self,
        performative: Performative,
        conversation: int,
        sender: int,
        receiver: int,
        count: int = 1,
        value: float = 0.0,
    ) -> None:
        self.model.log.message(self.model.now_s, performative, conversation, sender, receiver, count, value)
