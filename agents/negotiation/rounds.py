"""Rounds: from the call for proposals to its clearing.

manager                                contractors
   | -- cfp (reply-by) --------------------> |   to all that the directory names, as one columnar call
   | <------------------ propose | refuse -- |   an offer holds a reservation on lease
   |        cfp, revised, while offers improve and rounds are left          iterated (SC00030H)
   |        cfp, definite, to who would win; offers before it bind nobody   commitment: concurrent
   | -- reject-proposal -------------------> |   all but the winners, and whoever comes late

A task that may be split has a winner for each share of it, all in one call; what nobody has offered for is called anew.

Answers close a round as soon as all are in, and the deadline closes it in any case. An answer that comes twice counts
once, one to a call that has been revised does not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from .channel import EVERYBODY
from .market import Market
from .messages import NOBODY, Bids, Call, Performative, Reason
from .tasks import Task, TaskPhase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from enum import IntEnum

    from numpy.typing import NDArray

    from .channel import Which
    from .contractor import Contractor, Pool
    from .market import Award
    from .mechanism import Mechanism
    from .messenger import Messenger
    from .terms import Terms
    from .world import EngineWorld

GAIN_S = 1e-9  # a revised offer must be better by more than what rounding makes


class Round:
    """Calls that are cleared together, and the answers that are in. K calls, N contractors.

    Attributes:
        number: how many calls have gone out for each task, 1 for a plain contract net.
        winners: (K,) the columns that each task was awarded to: one, or one for each share of it.
        offered: (K, N) bool, whoever has made an offer in any call.
        heard: (K, N) int8, the latest call that each contractor has received; kept where calls may come twice.
        answered: (K, N) bool, to the latest call; kept where answers may come twice.
        finalists: who was asked for a definite offer last.
    """

    __slots__ = (
        "answered",
        "best_s",
        "calls",
        "closed",
        "finalists",
        "heard",
        "market",
        "number",
        "offered",
        "outstanding",
        "pool",
        "winners",
    )

    def __init__(self, pool: Pool, calls: list[Call], market: Market) -> None:
        self.pool = pool
        self.calls = calls
        self.market = market
        self.winners: list[list[int]] = [[] for _ in calls]
        self.outstanding = 0
        self.number = 1
        self.closed = False
        self.offered: NDArray[np.bool_] | None = None
        self.heard: NDArray[np.int8] | None = None
        self.answered: NDArray[np.bool_] | None = None
        self.best_s: NDArray[np.float64] | None = None
        self.finalists: list[Award] = []


class Observer(Protocol):
    """Sees what is negotiated, and changes nothing."""

    def before_clearing(self, market: Market) -> None:
        """The offers for some calls are in."""
        ...


class Rounds:
    """Calls for proposals, gathers answers, and has the mechanism clear them.

    `mechanisms` has one for each kind of task; what they are is asked when a round is cleared, so they may be replaced.
    `award(task, contractor, cost_s, parts)` is told who has won, `call_rest(task)` what is left of a task that was
    split, `postpone(task, reasons)` who found nobody.
    """

    def __init__(
        self,
        world: EngineWorld,
        *,
        messenger: Messenger,
        terms: Terms,
        pools: Mapping[IntEnum, Pool],
        award: Callable[[Task, Contractor, float, int], None],
        call_rest: Callable[[Task], None],
        postpone: Callable[[Task, NDArray[np.int8]], None],
    ) -> None:
        self.world = world
        self.mechanisms: Mapping[IntEnum, Mechanism] = {}
        self.observers: list[Observer] = []
        self.messenger = messenger
        self.terms = terms
        self._pools = pools
        self._award = award
        self._call_rest = call_rest
        self._postpone = postpone
        self._instant = messenger.instant
        self._definite = terms.commitment == "concurrent" and not messenger.instant
        self._rng = world.stream("mechanism")
        self.conversations = 0

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, kind: IntEnum, tasks: Sequence[Task], slots: NDArray[np.intp]) -> None:
        """Send a call for proposals for each of `tasks` to those of `slots` that the directory names for it."""
        now_s = self.world.now_s
        for task in tasks:
            task.phase = TaskPhase.CALLED
            task.called_s = now_s
            task.calls += 1
            task.conversation = self.next_conversation()
        self._open(kind, tasks, slots)

    def next_conversation(self) -> int:
        """A number that no conversation has had."""
        self.conversations += 1
        return self.conversations - 1

    def quote_s(self, task: Task) -> float:
        """The best offer for a task that is not awarded: a call within a call; only on a channel without faults."""
        pool, now_s = self._pools[task.kind], self.world.now_s
        number, manager = self.next_conversation(), task.manager.unique_id
        job = NOBODY if task.job is None else task.job.unique_id
        self.world.log.conversation(number, task.id, task.kind, job, manager, now_s, now_s + self.terms.reply_by_s)
        answers: list[Bids] = []
        call = Call(number, task, now_s + self.terms.reply_by_s)
        self.messenger.call(number, manager, pool.ids, lambda _which: answers.append(pool.bids(call, pool.all)))
        bids = answers[0]
        self.messenger.answer(number, pool.ids, manager, bids, lambda _which: None)
        offering = pool.ids[bids.cost < np.inf]
        if len(offering):
            self.messenger.call(
                number, manager, offering, lambda _which: None, performative=Performative.REJECT_PROPOSAL
            )
        self.messenger.withdraw(number, manager)
        return float(bids.cost.min(initial=np.inf))

    def _open(self, kind: IntEnum, tasks: Sequence[Task], slots: NDArray[np.intp]) -> None:
        now_s, pool = self.world.now_s, self._pools[kind]
        reply_by_s = now_s + self.terms.reply_by_s
        calls = [Call(task.conversation, task, reply_by_s) for task in tasks]
        round_ = Round(pool, calls, Market(kind, tasks, slots, now_s=now_s, rng=self._rng, members=pool.members))
        if not self._instant:
            round_.heard = np.zeros((len(calls), len(slots)), np.int8)
        asked = [_named(task, slots, pool) for task in tasks]
        for row, task in enumerate(tasks):
            job = NOBODY if task.job is None else task.job.unique_id
            self.world.log.conversation(
                task.conversation, task.id, kind, job, task.manager.unique_id, now_s, reply_by_s
            )
            for part in task.parts:
                self.world.log.part_called(now_s, task.manager.unique_id, part.unique_id, task.id, task.conversation)
            if not isinstance(asked[row], slice):
                round_.market.exclude(row)
        self._ask(round_, list(enumerate(asked)))

    def _ask(self, round_: Round, asked: Sequence[tuple[int, Which]]) -> None:
        """Send the calls of some rows to some columns, and wait for the answers."""
        slots = round_.market.slots
        if not self._instant:
            round_.answered = np.zeros((len(round_.calls), len(slots)), np.bool_)
        round_.outstanding = sum(len(slots if isinstance(columns, slice) else columns) for _, columns in asked)
        if round_.outstanding == 0:
            self._clear(round_)
            return
        number = round_.number
        pool = round_.pool
        for row, columns in asked:
            call = round_.calls[row]
            receivers = pool.ids_of(slots if isinstance(columns, slice) else slots[columns])
            manager = call.task.manager.unique_id
            self.messenger.call(call.conversation, manager, receivers, self._on_call, call, round_, row, columns)
        if not round_.closed and round_.number == number:
            self.world.clock.schedule(self.terms.reply_by_s, self._deadline, round_, number)

    def _deadline(self, round_: Round, number: int) -> None:
        if round_.number == number:
            self._clear(round_)

    # -- answers ----------------------------------------------------------------------------------------------

    def _on_call(self, which: Which, call: Call, round_: Round, row: int, columns: Which) -> None:
        """Contractors receive a call, and answer."""
        pool = round_.pool
        columns = _part(columns, which)
        if round_.heard is not None:
            columns = _listed(columns, len(round_.market.slots))
            if not pool.complete:
                columns = columns[np.isin(round_.market.slots[columns], pool.all)]
            columns = columns[round_.heard[row, columns] < call.round]  # not twice, nor after a later one
            round_.heard[row, columns] = call.round
            if len(columns) == 0:
                return
        slots = round_.market.slots if isinstance(columns, slice) else round_.market.slots[columns]
        bids = pool.bids(call, slots)
        if bids.silent:
            speaking = np.flatnonzero(bids.reason != Reason.SILENT)
            columns, slots, bids = _part(columns, speaking), slots[speaking], bids.take(speaking)
            if len(speaking) == 0:
                return
        if not self._instant:
            self._bind(call, pool, slots, bids)
        manager = call.task.manager.unique_id
        senders = pool.ids_of(slots)
        self.messenger.answer(
            call.conversation, senders, manager, bids, self._on_answers, call, round_, row, columns, bids
        )

    def _bind(self, call: Call, pool: Pool, slots: NDArray[np.intp], bids: Bids) -> None:
        """Offers bind: no second one before the first is answered or its lease ends, unless the policy is eager."""
        commitment = self.terms.commitment
        if commitment == "concurrent" and not call.definite:
            return
        if commitment in ("patient", "concurrent"):
            bound = (pool.lease_until_s[slots] > self.world.now_s) & (pool.leased_to[slots] != call.conversation)
            bids.cost[bound] = np.inf
            bids.reason[bound] = Reason.BUSY
        offering = slots[bids.cost < np.inf]
        pool.leased_to[offering] = call.conversation
        pool.lease_until_s[offering] = call.reply_by_s + self.terms.acknowledge_by_s

    def _on_answers(self, which: Which, call: Call, round_: Round, row: int, columns: Which, bids: Bids) -> None:
        """The manager receives answers; a repeated one counts once, a late one is rejected."""
        if not isinstance(which, slice):
            columns, bids = _part(columns, which), bids.take(which)
        if round_.closed:
            late = np.zeros(len(round_.market.slots), np.bool_)
            late[columns] = bids.cost < np.inf
            late[round_.winners[row]] = False
            self._reject(round_, row, late)
            return
        if call is not round_.calls[row]:
            return
        if round_.answered is not None:
            columns = _listed(columns, len(round_.market.slots))
            new = np.flatnonzero(~round_.answered[row, columns])
            columns, bids = columns[new], bids.take(new)
            round_.answered[row, columns] = True
        round_.market.put(row, columns, bids)
        round_.outstanding -= len(bids.cost)
        if round_.outstanding == 0:
            self._clear(round_)

    # -- clearing ---------------------------------------------------------------------------------------------

    def _clear(self, round_: Round) -> None:
        """The answers are in, or the deadline has come: award, reject, postpone."""
        if round_.closed:
            return
        market, calls = round_.market, round_.calls
        if not round_.pool.complete:
            market.cost[:, ~np.isin(market.slots, round_.pool.all)] = np.inf
        offered = market.cost < np.inf
        if round_.offered is not None:
            offered |= round_.offered
        for row, call in enumerate(calls):
            if not _is_out(call):
                market.withdraw(row)
            elif call.task.parts:
                market.count_left(row)
        if self._definite:
            if self._ask_definitely(round_):
                return
        elif self.mechanisms[market.kind].iterates and round_.number < self.terms.rounds and self._revise(round_):
            return
        round_.closed = True
        alone = len(calls) == 1
        if not self._definite:
            for row, column in self._cleared(market):
                self._take(round_, row, column)
                if not alone and self._instant:
                    self._ask_again(round_, column)
        for row, call in enumerate(calls):
            losers = offered[row]
            losers[round_.winners[row]] = False
            self._reject(round_, row, losers)
            if _is_out(call):
                if round_.winners[row]:
                    self._call_rest(call.task)
                else:
                    self._postpone(call.task, market.reason[row])

    def _cleared(self, market: Market) -> Iterator[Award]:
        for observer in self.observers:
            observer.before_clearing(market)
        return self.mechanisms[market.kind].clear(market)

    def _take(self, round_: Round, row: int, column: int) -> None:
        """A row has a winner; where answers take time nobody wins twice at once: what would it cost him then?"""
        market = round_.market
        cost_s, parts = market.offer(row, column)
        round_.winners[row].append(column)
        market.take(row, column)
        if not self._instant:
            market.cost[:, column] = np.inf
        self._award(round_.calls[row].task, round_.pool.members[market.slots[column]], cost_s, parts)

    def _ask_again(self, round_: Round, column: int) -> None:
        """The winner's offers for the rows that are still open, given what it has just won."""
        market = round_.market
        slots = market.slots[column : column + 1]
        for row in np.flatnonzero(market.cost[:, column] < np.inf).tolist():
            market.put(row, slice(column, column + 1), round_.pool.bids(round_.calls[row], slots))

    def _revise(self, round_: Round) -> bool:
        """Call who has offered again and tell the best offer, unless the last call brought nothing better."""
        cost = round_.market.cost
        best_s = cost.min(axis=1, initial=np.inf)
        if not (best_s < np.inf).any():
            return False
        if round_.best_s is not None and not (best_s < round_.best_s - GAIN_S).any():
            return False
        round_.best_s = best_s
        offering = [(row, np.flatnonzero(cost[row] < np.inf)) for row in np.flatnonzero(best_s < np.inf).tolist()]
        self._call_again(round_, offering, definite=False)
        return True

    def _ask_definitely(self, round_: Round) -> bool:
        """Award to those who have made a definite offer; ask who would win next for one, as long as calls are left."""
        market = round_.market
        for row, column in round_.finalists:
            assert round_.answered is not None
            if round_.answered[row, column] and market.cost[row, column] < np.inf:
                self._take(round_, row, column)
            else:
                market.cost[row, column] = np.inf
        round_.finalists = []
        if round_.number > self.terms.rounds:
            return False
        kept, left = market.cost.copy(), market.left.copy()
        for row, column in self._cleared(market):
            round_.finalists.append((row, column))
            market.take(row, column)
            market.cost[:, column] = np.inf
        market.cost[:], market.left[:] = kept, left
        if not round_.finalists:
            return False
        asked: dict[int, list[int]] = {}
        for row, column in round_.finalists:
            asked.setdefault(row, []).append(column)
        self._call_again(round_, [(row, np.array(columns)) for row, columns in asked.items()], definite=True)
        return True

    def _call_again(self, round_: Round, asked: Sequence[tuple[int, Which]], *, definite: bool) -> None:
        round_.number += 1
        offers = round_.market.cost < np.inf
        round_.offered = offers if round_.offered is None else round_.offered | offers
        reply_by_s = self.world.now_s + self.terms.reply_by_s
        for row, _ in asked:
            task = round_.calls[row].task
            best_s = float(round_.market.cost[row].min())
            round_.calls[row] = Call(task.conversation, task, reply_by_s, round_.number, best_s, definite)
            if not definite:
                round_.market.withdraw(row)  # what was offered before is superseded
        self._ask(round_, asked)

    def _reject(self, round_: Round, row: int, losers: NDArray[np.bool_]) -> None:
        """(N,) bool `losers` have offered in vain."""
        call, pool = round_.calls[row], round_.pool
        if not call.task.manager.present:
            return
        if self._instant and not self.messenger.full:  # nobody has reserved anything: it is only written down
            self.messenger.reject(call.conversation, call.task.manager.unique_id, int(np.count_nonzero(losers)))
            return
        columns = losers.nonzero()[0]
        if len(columns) == 0:
            return
        slots = round_.market.slots[columns]
        self.messenger.call(
            call.conversation,
            call.task.manager.unique_id,
            pool.ids_of(slots),
            self._on_reject,
            pool,
            call.conversation,
            slots,
            performative=Performative.REJECT_PROPOSAL,
        )

    def _on_reject(self, which: Which, pool: Pool, conversation: int, slots: NDArray[np.intp]) -> None:
        if not self._instant:
            pool.free(slots[which], conversation)


def _is_out(call: Call) -> bool:
    """The task waits for the outcome of this call, and its manager has not changed its mind."""
    task = call.task
    return task.phase is TaskPhase.CALLED and task.conversation == call.conversation


def _named(task: Task, slots: NDArray[np.intp], pool: Pool) -> Which:
    """Which of `slots` the directory names for `task`."""
    eligible = task.eligible
    if eligible is None or eligible is slots or eligible is pool.all:
        return EVERYBODY
    columns = np.flatnonzero(np.isin(slots, eligible))
    return EVERYBODY if len(columns) == len(slots) else columns


def _part(columns: Which, which: Which) -> Which:
    """Columns of columns."""
    if isinstance(which, slice):
        return columns
    return which if isinstance(columns, slice) else columns[which]


def _listed(columns: Which, count: int) -> NDArray[np.intp]:
    return np.arange(count)[columns]
