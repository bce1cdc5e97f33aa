"""The contract net engine: its interface to managers and contractors, and the time at which tasks are announced.

    manager                              contractors
       | -- cfp (reply-by) ----------------> |
       | <-------------- propose | refuse -- |     rounds.py: calls, answers, clearing
       | -- accept-proposal (one) ---------> |     several for a divisible task: each names its share
       | -- reject-proposal (the others) --> |
       | <----------------- agree | refuse - |     contracts.py: awards, leases, cancel, the end
       | <--------- inform-done | failure -- |     a task that failed is re-announced

FIPA SC00029H; acknowledgement, leases and re-announcement are additions, as the standard leaves them open. Every step
is the delivery of a message by the channel, so a channel that delays, loses or duplicates messages changes when and how
often a step is taken, and every step may be taken twice.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from .availability import Availability
from .clearing import Clearing
from .contract import ContractPhase
from .contractor import Contractor, Pool
from .contracts import Contracts
from .conversations import Conversations
from .decisions import Accept, Postpone, Reannounce, TakeBack
from .delivery import delivery_over
from .mechanism import mechanism_of_each_kind, planner_of
from .messages import NOBODY, PERMANENT
from .messenger import Messenger
from .pulls import Pulls
from .reopening import Reopening
from .retries import Retries
from .rounds import Rounds
from .tasks import Task
from .waiting import WaitingTasks, by_priority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from enum import IntEnum

    from numpy.typing import NDArray

    from .channel import Channel
    from .clearing import Observer
    from .decisions import Decision
    from .mechanism import Mechanism
    from .terms import Terms
    from .world import EngineWorld

_NO_ANSWERS = np.empty(0, np.int8)


class ContractNet:
    """The contract net engine, which runs all negotiations of a factory.

    Managers `announce` tasks and may `cancel` or `recall` them; contractors report when a task is `done`, when they
    `fail`, and when they become `available`. Nothing is decided before `settle`, which the factory calls at the end of
    each instant.

    Attributes:
        pools: the contractors of each kind of task.
        mechanisms: the mechanism that clears the calls for each kind of task.
        planner: the mechanism that plans all kinds of task together, if it is one.
    """

    def __init__(
        self,
        world: EngineWorld,
        *,
        kinds: Iterable[IntEnum],
        mechanism: Mechanism | Mapping[Any, Mechanism],
        channel: Channel,
        terms: Terms,
        full: bool = False,
    ) -> None:
        self.world = world
        self.kinds = tuple(kinds)
        self.pools = {kind: Pool(kind) for kind in self.kinds}
        self._channel = channel
        self._terms = terms
        self._messenger = Messenger(world, channel, full=full)
        self._delivery = delivery_over(channel, world, terms)
        shared: dict[str, Any] = {
            "messenger": self._messenger, "delivery": self._delivery, "terms": terms, "pools": self.pools,
        }  # fmt: skip
        self.contracts = Contracts(world, carry_out=self._carry_out, **shared)
        self._conversations = Conversations(world, terms)
        self._clearing = Clearing(world)
        self._reopening = Reopening(world, terms=terms, pools=self.pools)
        self._open: dict[IntEnum, deque[Task]] = {kind: deque() for kind in self.kinds}
        self._waiting = {kind: WaitingTasks() for kind in self.kinds}
        calls: dict[str, Any] = {
            "clearing": self._clearing, "conversations": self._conversations, "carry_out": self._carry_out,
        }  # fmt: skip
        self.rounds = Rounds(world, **calls, **shared)
        self._pulls = Pulls(messenger=self._messenger, pools=self.pools, waiting=self._waiting, **calls)
        self._retries = Retries(world, delivery=self._delivery, terms=terms, pools=self.pools, wake=self._settle_again)
        self._availability = Availability(self.pools)
        self._tasks = 0
        self._unsettled = False
        self.mechanism = mechanism

    @property
    def channel(self) -> Channel:
        """The channel that carries messages."""
        return self._channel

    @property
    def terms(self) -> Terms:
        """Deadlines, leases and policies that all parties agree on beforehand."""
        return self._terms

    @property
    def mechanism(self) -> Mechanism | Mapping[Any, Mechanism]:
        """The mechanism or mechanisms as given; `mechanisms` has the one for each kind of task.

        May be set while the engine runs, to one mechanism for all kinds of task that it supports (a vehicle rule
        assigns transports, and the best offer wins all other tasks), or to one for each kind.

        Raises:
            TypeError: the object given is not a mechanism.
            ValueError: a planner is given for some kinds of task, and another mechanism for others.
        """
        return self._mechanism

    @mechanism.setter
    def mechanism(self, mechanism: Mechanism | Mapping[Any, Mechanism]) -> None:
        of_each = mechanism_of_each_kind(mechanism, self.kinds)
        self._mechanism, self.planner = mechanism, planner_of(of_each)
        self.mechanisms: Mapping[Any, Mechanism] = of_each
        self._clearing.mechanisms = of_each
        if self.planner is not None:
            self.planner.attach(self.world)

    def subscribe(self, observer: Observer) -> None:
        """Show every market to `observer` before it is cleared, from now on."""
        self._clearing.observers.append(observer)

    # -- the interface of managers ----------------------------------------------------------------------------

    def announce(self, task: Task) -> None:
        """Announce `task`; its manager is notified by `engaged`, then by `done` or `failed`."""
        task.contract.id = self._next_task()
        task.contract.requested_at_s = self.world.now_s
        self._reopen(task)

    def cancel(self, task: Task) -> None:
        """Cancel a task that its manager no longer needs; a contractor that has not begun it drops it."""
        self._waiting[task.kind].discard(task)
        if task.contract.held:
            self.contracts.cancel(task)
            return
        task.contract.to(ContractPhase.CLOSED)
        if task.contract.conversation != NOBODY:
            self._messenger.withdraw(task.contract.conversation, task.manager.unique_id)

    def annul(self, task: Task) -> None:
        """End a task that, as all agents see, is no longer needed; its contractor drops it even if it has begun."""
        self._waiting[task.kind].discard(task)
        if task.contract.held:
            self.contracts.annul(task)
        elif task.contract.phase is not ContractPhase.CLOSED:
            self.cancel(task)

    def recall(self, task: Task) -> None:
        """Take back an awarded task to re-announce it, unless it has begun."""
        if task.contract.live and not task.contract.begun:
            self.contracts.recall(task)

    def reannounce(self, task: Task) -> None:
        """Re-announce `task` at once if it is postponed: offers may be possible that were not at its latest call.

        A pending call is awaited first, because its offers were requested before the change.
        """
        if task.contract.phase is ContractPhase.POSTPONED:
            self._waiting[task.kind].discard(task)
            self._reopen(task)
        elif task.contract.phase is ContractPhase.CALLED:
            task.contract.reannounce_due = True

    def reannounce_all(self, kind: IntEnum) -> None:
        """Re-announce every waiting task of a kind: a change concerns all contractors."""
        for task in self.waiting(kind):
            self.reannounce(task)

    def waiting(self, kind: IntEnum) -> list[Task]:
        """The postponed tasks of a kind, by priority, then oldest first: all contractors were too busy to take them."""
        return list(self._waiting[kind])

    def is_confirmed(self, task: Task, then: Callable[[], object]) -> bool:
        """Whether the contractor certainly holds `task` now; if not, `then` is called once it does.

        This is uncertain only on a channel that loses or delays messages.
        """
        return self.contracts.is_confirmed(task, then)

    # -- the interface of contractors -------------------------------------------------------------------------

    def available(self, contractor: Contractor, kind: IntEnum) -> None:
        """Announce that `contractor` is available (Smith 1980): waiting tasks are offered to it."""
        self.channel.send(contractor.unique_id, NOBODY, self._on_available, contractor, kind)

    def disturbed(self, kind: IntEnum, contractor: Contractor | None = None) -> None:
        """Re-announce tasks not yet begun: estimates of `contractor` (None: of all) may not hold any more.

        Each task is re-announced at most `reopen_limit` times. Its contractor may win it again with an updated offer.
        """
        for task in self._reopening.disturbed(kind, contractor):
            self.recall(task)

    def _on_available(self, contractor: Contractor, kind: IntEnum) -> None:
        if not contractor.present:
            return
        self._availability.announced(kind, contractor, self._conversations.opened)
        if self._waiting[kind] or self._reopening.when_available:
            self._availability.ready(kind, contractor)
            self._unsettled = True

    def may_begin(self, task: Task, contractor: Contractor) -> bool:
        """Whether `contractor` may begin `task`; checked directly, without a message, when it is at the workplace."""
        return self.contracts.may_begin(task, contractor)

    def done(self, task: Task, contractor: Contractor) -> None:
        """Report that `contractor` has finished `task`."""
        self._reopening.ended(task)
        self.contracts.done(task, contractor)

    def fail(self, task: Task, contractor: Contractor) -> None:
        """Report that `contractor` abandons `task`, which is re-announced."""
        self.contracts.fail(task, contractor)

    def give_back(self, task: Task, contractor: Contractor) -> None:
        """Re-announce `task` because `contractor` leaves the factory, which all agents see, even if it has begun."""
        self._reopening.ended(task)
        self.contracts.give_back(task, contractor)

    def leave(self, contractor: Contractor) -> None:
        """Send `contractor` no more calls; waiting tasks that it alone could do are reported as infeasible."""
        kind = contractor.kind
        self.pools[kind].remove(contractor)
        self._availability.drop(contractor)
        for task in self.waiting(kind):
            if len(self.pools[kind].able(task.eligible)) == 0:
                self.reannounce(task)

    def stop(self) -> None:
        """End all negotiation: the trial is over."""
        for kind in self.kinds:
            self._open[kind].clear()
            self._waiting[kind].clear()
            self._retries.clear(kind)
            self._availability.clear(kind)
        self._unsettled = False

    # -- the timing of calls ----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Negotiate until nothing more is due at this instant."""
        while self._unsettled:
            self._unsettled = False
            for kind in self.kinds:
                if ready := self._availability.take(kind):
                    if self._waiting[kind]:
                        self._offer_waiting(kind, ready)
                    if self._reopening.when_available:
                        for task in self._reopening.better_with(ready.values(), kind):
                            self.recall(task)
                for task in self._retries.take(kind):
                    self.reannounce(task)
                if self._open[kind]:
                    self._call_open(kind)

    def _settle_again(self) -> None:
        self._unsettled = True

    def _carry_out(self, decision: Decision) -> None:
        """Carry out a decision of a phase."""
        match decision:
            case Accept(task, contractor, cost_s, parts):
                self._award(task, contractor, cost_s, parts)
            case Reannounce(task):
                self._reopen(task)
            case Postpone(task, reasons):
                self._postpone(task, reasons)
            case TakeBack(task):
                if task.contract.called_s == self.world.now_s:  # it would fail again, in an endless loop at one instant
                    self._postpone(task, _NO_ANSWERS)
                else:
                    self._reopen(task)

    def _reopen(self, task: Task) -> None:
        task.contract.to(ContractPhase.OPEN)
        task.contract.contractor = None
        self._open[task.kind].append(task)
        self._unsettled = True

    def _call_open(self, kind: IntEnum) -> None:
        queue = self._open[kind]
        tasks = by_priority(task for task in queue if task.contract.phase is ContractPhase.OPEN)
        queue.clear()
        if self.mechanisms[kind].batch_clearing:
            if self.planner is not None and self.planner.wants(kind):
                tasks = by_priority([*self.waiting(kind), *tasks])
            if tasks:
                self._call(kind, tasks, self.pools[kind].all)
        else:
            for task in tasks:
                self._call(kind, [task], self.pools[kind].able(task.eligible))

    def _offer_waiting(self, kind: IntEnum, ready: Mapping[int, Contractor]) -> None:
        """Offer waiting tasks to the contractors that have become available."""
        if self.planner is not None:
            self._call(kind, self.waiting(kind), self.pools[kind].all)
        elif self.mechanisms[kind].batch_clearing:
            self._offer(kind, list(ready))
        else:
            for slot in ready:
                self._offer(kind, [slot])

    def _offer(self, kind: IntEnum, slots: list[int]) -> None:
        """Offer windows of waiting tasks to `slots`, each window in one conversation (`Pulls`).

        Where messages take time, or the mechanism sends revised calls, each task is called again instead; tasks after
        the first window then wait for the retry if messages take time.
        """
        asked = np.array(slots, np.intp)
        for window in self._waiting[kind].windows(slots, self.terms.pull_window):
            if self._delivery.offers_bind or self.mechanisms[kind].iterates:
                self._call(kind, window, asked)
            else:
                self._pulls.offer(kind, window, asked)
            if self._delivery.offers_bind:
                return

    def _call(self, kind: IntEnum, tasks: list[Task], slots: NDArray[np.intp]) -> None:
        waiting = self._waiting[kind]
        for task in tasks:
            waiting.discard(task)
        if not self.pools[kind].complete:
            tasks = self._shelve_infeasible(tasks)
        if tasks:
            self.rounds.call(kind, tasks, slots)

    def _shelve_infeasible(self, tasks: list[Task]) -> list[Task]:
        """Postpone the tasks that no contractor is left to do, and report them once; return the others."""
        feasible: list[Task] = []
        for task in tasks:
            if len(self.pools[task.kind].able(task.eligible)) > 0:
                feasible.append(task)
            else:
                known = task.contract.phase is ContractPhase.POSTPONED
                task.contract.to(ContractPhase.POSTPONED)
                task.contract.conversation = NOBODY  # pending retries do not apply to it
                self._waiting[task.kind].add(task)
                if not known:
                    self.world.infeasible(task)
                    task.manager.postponed(task)
        return feasible

    def _next_task(self) -> int:
        """Return a fresh task id."""
        self._tasks += 1
        return self._tasks - 1

    def _award(self, task: Task, contractor: Contractor, cost_s: float, parts: int) -> None:
        """Award `task` to `contractor`, or a share of `parts` parts of it under a separate contract."""
        if parts < task.size:
            task = task.split(parts, self._next_task())
        now_s, conversation = self.world.now_s, task.contract.conversation
        for part in task.parts:
            self.world.log.part_awarded(now_s, contractor.unique_id, part.unique_id, task.id, conversation)
        self._reopening.placed(task)
        self.contracts.award(task, contractor, cost_s)

    def quote_s(self, task: Task) -> float:
        """Seconds within which the best contractor offers to do `task`; inf without an offer.

        A nested call that collects bids without awarding. Only for a channel without faults.
        """
        task.contract.id = self._next_task()
        return self.rounds.quote_s(task)

    def _postpone(self, task: Task, reasons: NDArray[np.int8]) -> None:
        """Have a task that no contractor took wait until one becomes available, or for the retry."""
        if task.contract.calls == 1 and len(reasons) and (reasons >= PERMANENT).all():
            self.world.infeasible(task)
        if task.contract.reannounce_due:
            self._reopen(task)
            return
        task.contract.to(ContractPhase.POSTPONED)
        self._waiting[task.kind].add(task)
        for contractor in self._availability.missed_by(task):
            self._availability.ready(task.kind, contractor)
            self._unsettled = True
        task.manager.postponed(task)
        self._retries.schedule(task, reasons)
