"""Rounds: from the call for proposals to its clearing, in phases.

manager                                contractors
   | -- cfp (reply-by) --------------------> |   collect: to all that the directory names, as one columnar call
   | <------------------ propose | refuse -- |     an offer holds a reservation on lease
   |        cfp, revised, while offers improve and rounds are left          revise: iterated (SC00030H)
   |        cfp, definite, to those that would win; offers before it do not bind      confirm: commitment concurrent
   | -- reject-proposal -------------------> |   clear: all but the winners, and offers that come late

A divisible task has a winner for each share of it, all in one call; parts without an offer are re-announced.

A round closes as soon as all answers are in, and at its deadline in any case. A repeated answer counts once; an answer
to a call that has since been revised does not count. The result of a round is a list of decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .decisions import Accept, Postpone, Reannounce
from .messages import Bids, Call, Performative, Reason
from .round import Round, named, part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from enum import IntEnum

    from numpy.typing import NDArray

    from .channel import Which
    from .clearing import Clearing
    from .contractor import Pool
    from .conversations import Conversations
    from .decisions import Decision
    from .delivery import Delivery
    from .messenger import Messenger
    from .tasks import Task
    from .terms import Terms
    from .world import EngineWorld

GAIN_S = 1e-9  # a revised offer must improve by more than the rounding error


class Rounds:
    """All rounds of calls for proposals: sends the calls, collects answers, and has the mechanism clear them.

    The decisions of a round are handed to `carry_out` one by one, so that a mechanism sees the effect of each award
    before it chooses the next winner.
    """

    def __init__(
        self,
        world: EngineWorld,
        *,
        clearing: Clearing,
        conversations: Conversations,
        messenger: Messenger,
        delivery: Delivery,
        terms: Terms,
        pools: Mapping[IntEnum, Pool],
        carry_out: Callable[[Decision], None],
    ) -> None:
        self.world = world
        self.clearing = clearing
        self.conversations = conversations
        self.messenger = messenger
        self.terms = terms
        self._delivery = delivery
        self._pools = pools
        self._carry_out = carry_out

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, kind: IntEnum, tasks: Sequence[Task], slots: NDArray[np.intp]) -> None:
        """Send a call for proposals for each of `tasks` to the eligible contractors among `slots`."""
        pool, reply_by_s = self._pools[kind], self.conversations.reply_by_s
        calls = [Call(self.conversations.call(task), task, reply_by_s) for task in tasks]
        market = self.clearing.market(pool, tasks, slots)
        round_ = Round(pool, calls, market, self._delivery.receipts(pool, len(calls), slots))
        asked = [named(task, slots, pool) for task in tasks]
        for row, columns in enumerate(asked):
            if not isinstance(columns, slice):
                market.exclude(row)
        self._ask(round_, list(enumerate(asked)))

    def quote_s(self, task: Task) -> float:
        """Best offer for a task in seconds, without awarding it: a nested call; only for a channel without faults."""
        pool, manager = self._pools[task.kind], task.manager.unique_id
        number = self.conversations.open(task)
        answers: list[Bids] = []
        call = Call(number, task, self.conversations.reply_by_s)

        def collect(_which: object) -> None:
            answers.append(pool.bids(call, pool.all))

        self.messenger.call(number, manager, pool.ids, collect)
        bids = answers[0]
        self.messenger.answer(number, pool.ids, manager, bids, _ignore)
        offering = pool.ids[bids.cost < np.inf]
        if len(offering):
            self.messenger.call(number, manager, offering, _ignore, performative=Performative.REJECT_PROPOSAL)
        self.messenger.withdraw(number, manager)
        return float(bids.cost.min(initial=np.inf))

    # -- collect ----------------------------------------------------------------------------------------------

    def _ask(self, round_: Round, asked: Sequence[tuple[int, Which]]) -> None:
        """Send the calls of some rows to some columns, and await the answers."""
        slots, pool = round_.market.slots, round_.pool
        round_.expect(asked)
        if round_.outstanding == 0:
            self._close(round_)
            return
        number = round_.number
        for row, columns in asked:
            call = round_.calls[row]
            receivers = pool.ids_of(slots if isinstance(columns, slice) else slots[columns])
            manager = call.task.manager.unique_id
            self.messenger.call(call.conversation, manager, receivers, self._on_call, call, round_, row, columns)
        if not round_.closed and round_.number == number:
            self.world.clock.schedule(self.terms.reply_by_s, self._deadline, round_, number)

    def _deadline(self, round_: Round, number: int) -> None:
        if round_.number == number:
            self._close(round_)

    def _on_call(self, which: Which, call: Call, round_: Round, row: int, columns: Which) -> None:
        """Deliver a call to contractors, which answer at once."""
        pool = round_.pool
        columns = round_.receipts.called(row, part_of(columns, which), call.round)
        slots = round_.market.slots if isinstance(columns, slice) else round_.market.slots[columns]
        if len(slots) == 0:
            return
        bids = pool.bids(call, slots)
        if bids.silent:
            speaking = np.flatnonzero(bids.reason != Reason.SILENT)
            columns, slots, bids = part_of(columns, speaking), slots[speaking], bids.take(speaking)
            if len(speaking) == 0:
                return
        self._delivery.bind(call, pool, slots, bids)
        manager = call.task.manager.unique_id
        senders = pool.ids_of(slots)
        self.messenger.answer(
            call.conversation, senders, manager, bids, self._on_answers, call, round_, row, columns, bids
        )

    def _on_answers(self, which: Which, call: Call, round_: Round, row: int, columns: Which, bids: Bids) -> None:
        """Deliver answers to the manager; a repeated answer counts once, a late offer is rejected."""
        if not isinstance(which, slice):
            columns, bids = part_of(columns, which), bids.take(which)
        if round_.closed:
            late = np.zeros(len(round_.market.slots), np.bool_)
            late[columns] = bids.cost < np.inf
            late[round_.winners[row]] = False
            self._reject(round_, row, late)
            return
        if call is not round_.calls[row]:
            return
        columns, bids = round_.receipts.answered(row, columns, bids)
        round_.market.put(row, columns, bids)
        round_.outstanding -= len(bids.cost)
        if round_.outstanding == 0:
            self._close(round_)

    # -- revise, confirm, clear -------------------------------------------------------------------------------

    def _close(self, round_: Round) -> None:
        """End the present call: the answers are in, or the deadline has passed."""
        for decision in self._decisions(round_):
            self._carry_out(decision)

    def _decisions(self, round_: Round) -> Iterator[Decision]:
        """Revise or confirm where that is due, which starts another call; otherwise award, reject, postpone."""
        if round_.closed:
            return
        market, calls, number = round_.market, round_.calls, round_.number
        if not round_.pool.complete:
            market.cost[:, ~np.isin(market.slots, round_.pool.all)] = np.inf
        offered = round_.offers
        for row, call in enumerate(calls):
            if not round_.waits_for(call):
                market.withdraw(row)
            elif call.task.lot:
                market.count_left(row)
        if self._delivery.definite:
            yield from self._confirm(round_)
        elif self.clearing.mechanisms[market.kind].iterates and round_.number < self.terms.rounds:
            self._revise(round_)
        if round_.number > number:  # another call was sent
            return
        round_.closed = True
        if not self._delivery.definite:
            yield from self._clear(round_)
        for row, call in enumerate(calls):
            losers = offered[row]
            losers[round_.winners[row]] = False
            self._reject(round_, row, losers)
            if round_.waits_for(call):
                yield Reannounce(call.task) if round_.winners[row] else Postpone(call.task, market.reason[row])

    def _revise(self, round_: Round) -> None:
        """Send the bidders a revised call with the best offer, unless the last call brought no improvement."""
        cost = round_.market.cost
        best_s = cost.min(axis=1, initial=np.inf)
        if not (best_s < np.inf).any():
            return
        if round_.best_s is not None and not (best_s < round_.best_s - GAIN_S).any():
            return
        round_.best_s = best_s
        offering = [(row, np.flatnonzero(cost[row] < np.inf)) for row in np.flatnonzero(best_s < np.inf).tolist()]
        self._call_again(round_, offering, definite=False)

    def _confirm(self, round_: Round) -> Iterator[Decision]:
        """Accept definite offers; ask the next prospective winners for one, as long as calls are left."""
        market = round_.market
        for row, column in round_.finalists:
            if round_.receipts.has_answered(row, column) and market.cost[row, column] < np.inf:
                yield self._accept(round_, row, column)
                market.cost[:, column] = np.inf
            else:
                market.cost[row, column] = np.inf
        round_.finalists = []
        if round_.number > self.terms.rounds:
            return
        kept, left = market.cost.copy(), market.left.copy()
        for row, column in self.clearing.awards(market):
            round_.finalists.append((row, column))
            market.take(row, column)
            market.cost[:, column] = np.inf
        market.cost[:], market.left[:] = kept, left
        if not round_.finalists:
            return
        asked: dict[int, list[int]] = {}
        for row, column in round_.finalists:
            asked.setdefault(row, []).append(column)
        self._call_again(round_, [(row, np.array(columns)) for row, columns in asked.items()], definite=True)

    def _clear(self, round_: Round) -> Iterator[Decision]:
        """Have the mechanism choose winners, one by one."""
        market, alone = round_.market, len(round_.calls) == 1
        for row, column in self.clearing.awards(market):
            yield self._accept(round_, row, column)
            if self._delivery.offers_bind:
                market.cost[:, column] = np.inf
            elif not alone:
                self._ask_again(round_, column)

    def _accept(self, round_: Round, row: int, column: int) -> Accept:
        market = round_.market
        cost_s, parts = market.offer(row, column)
        round_.winners[row].append(column)
        market.take(row, column)
        return Accept(round_.calls[row].task, round_.pool.members[market.slots[column]], cost_s, parts)

    def _ask_again(self, round_: Round, column: int) -> None:
        """Update the winner's offers for the rows that are still open, given its latest award."""
        market = round_.market
        slots = market.slots[column : column + 1]
        for row in np.flatnonzero(market.cost[:, column] < np.inf).tolist():
            market.put(row, slice(column, column + 1), round_.pool.bids(round_.calls[row], slots))

    def _call_again(self, round_: Round, asked: Sequence[tuple[int, Which]], *, definite: bool) -> None:
        round_.offered = round_.offers
        round_.number += 1
        reply_by_s = self.world.now_s + self.terms.reply_by_s
        for row, _ in asked:
            task = round_.calls[row].task
            best_s = float(round_.market.cost[row].min())
            round_.calls[row] = Call(task.contract.conversation, task, reply_by_s, round_.number, best_s, definite)
            if not definite:
                round_.market.withdraw(row)  # earlier offers are superseded
        self._ask(round_, asked)

    # -- rejections -------------------------------------------------------------------------------------------

    def _reject(self, round_: Round, row: int, losers: NDArray[np.bool_]) -> None:
        """Reject the losing proposals, (N,) bool `losers`."""
        call, pool = round_.calls[row], round_.pool
        manager = call.task.manager
        if not manager.present:
            return
        if not self._delivery.offers_bind and not self.messenger.full:  # no contractor waits for it: it is only logged
            self.messenger.reject(call.conversation, manager.unique_id, int(np.count_nonzero(losers)))
            return
        columns = losers.nonzero()[0]
        if len(columns) == 0:
            return
        slots = round_.market.slots[columns]
        self.messenger.call(
            call.conversation,
            manager.unique_id,
            pool.ids_of(slots),
            self._on_reject,
            pool,
            call.conversation,
            slots,
            performative=Performative.REJECT_PROPOSAL,
        )

    def _on_reject(self, which: Which, pool: Pool, conversation: int, slots: NDArray[np.intp]) -> None:
        self._delivery.release(pool, slots[which], conversation)


def _ignore(_which: object) -> None:
    """Ignore a message: the round that it belongs to has ended when it is sent."""
