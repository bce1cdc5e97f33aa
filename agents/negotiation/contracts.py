"""Contracts from the award to the end, on both sides, with messages that may be late, lost or repeated.

manager                                                     contractor
AWARDED  -- accept-proposal (holds until U) ------------->  accepts or refuses
   |     <------------------------ agree (until U) | refuse
ENGAGED  -- accept-proposal (holds until U') ------------>  renewal, long before U
   |     <--- agree (until U') | inform-done | failure
   |     -- cancel --------------------------------------->  drops it, unless it has begun
   |     <----------------- inform-done | failure (begun)
CLOSED   <-------------------------------------- inform-done

Three rules keep a task from being held twice (leases: Gray and Cheriton 1989):

1. A contractor without news drops a contract that it has not begun at the latest time U that it ever received.
2. A manager without news gives the task to no other contractor before the latest time U that it ever sent.
3. Whether the work has begun is a physical fact that both sides see at the workplace (`Contract.begun`): from then on
   the contract holds until the work is done, whatever happens to messages, and only the holder may begin.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from .contract import ContractPhase
from .decisions import TakeBack
from .delivery import FOREVER_S
from .messages import Performative

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .contractor import Contractor, Pool
    from .decisions import Decision
    from .delivery import Delivery
    from .messenger import Messenger
    from .tasks import Task
    from .terms import Terms
    from .world import EngineWorld

IN_REPLY_TO_CANCEL = 1.0  # the `value` of an inform-done or a failure that answers a cancel


class Standing(IntEnum):
    """State of a contract as its contractor sees it."""

    HELD = 0
    DONE = 1
    DROPPED = 2  # refused, abandoned, cancelled, or expired


class _Commitment:
    """A contractor's side of the contract for one task, under the latest conversation that awarded it."""

    __slots__ = ("conversation", "standing", "until_s")

    def __init__(self, conversation: int, standing: Standing, until_s: float) -> None:
        self.conversation = conversation
        self.standing = standing
        self.until_s = until_s


class Contracts:
    """Both sides of all contracts, from the award of a task to the end.

    Tasks that no contractor holds any more are handed to `carry_out` as `TakeBack` decisions.
    """

    def __init__(
        self,
        world: EngineWorld,
        *,
        messenger: Messenger,
        delivery: Delivery,
        terms: Terms,
        pools: Mapping[IntEnum, Pool],
        carry_out: Callable[[Decision], None],
    ) -> None:
        self.world = world
        self.terms = terms
        self._pools = pools
        self._send = messenger.send
        self._note = messenger.note
        self._delivery = delivery
        self._carry_out = carry_out
        self._commitments: dict[tuple[int, int], _Commitment] = {}
        self._when_confirmed: dict[int, Callable[[], object]] = {}

    # -- the manager's side -----------------------------------------------------------------------------------

    def award(self, task: Task, contractor: Contractor, cost_s: float) -> None:
        """Award `task` to `contractor`, which has offered to do it within `cost_s`."""
        contract = task.contract
        contract.to(ContractPhase.AWARDED)
        contract.contractor = contractor
        contract.begun = False
        contract.promised_s = self.world.now_s + cost_s
        contract.until_s = self._delivery.lease_end_s()
        contract.confirmed_s = -FOREVER_S
        self._follow_up(task, contract.conversation)

    def _follow_up(self, task: Task, conversation: int) -> None:
        """Repeat the award until it is answered, renew its lease in time; take back a task whose lease has ended."""
        contract = task.contract
        if contract.conversation != conversation or not contract.live:
            return
        terms, now_s, contractor = self.terms, self.world.now_s, contract.contractor
        assert contractor is not None
        if now_s >= contract.until_s and not contract.begun:
            self._lapse(task, contractor)
            return
        if contract.begun or contract.confirmed_s >= contract.until_s:
            contract.until_s = self._delivery.lease_end_s()
        pause_s = terms.lease_s if contract.begun else min(terms.acknowledge_by_s, contract.until_s - now_s)
        contract.watch = self._delivery.later(pause_s, self._follow_up, task, conversation)
        self._send(
            Performative.ACCEPT_PROPOSAL,
            conversation,
            task.manager.unique_id,
            contractor.unique_id,
            self._on_award,
            conversation,
            task,
            contractor,
            contract.until_s,
            value=self._delivery.stated_s(contract.until_s),
        )

    def _on_agree(self, conversation: int, task: Task, contractor: Contractor, until_s: float) -> None:
        contract = task.contract
        if contract.conversation != conversation or not contract.live:
            return
        now_s = self.world.now_s
        contract.confirmed_s = max(contract.confirmed_s, until_s)
        if contract.confirmed_s >= contract.until_s and not contract.begun:
            self._renew_after(task, max(contract.until_s - self.terms.lease_s / 2 - now_s, 0.0))
        if now_s >= contract.confirmed_s and not contract.begun:
            return  # the agreement has expired on the way
        if contract.phase is ContractPhase.AWARDED:
            contract.to(ContractPhase.ENGAGED)
            task.manager.engaged(task, contractor)
        then = self._when_confirmed.pop(conversation, None)
        if then is not None:
            then()

    def _renew_after(self, task: Task, delay_s: float) -> None:
        contract = task.contract
        if contract.watch is not None:
            contract.watch.cancel()
        contract.watch = self._delivery.later(delay_s, self._follow_up, task, contract.conversation)

    def _on_done(self, conversation: int, task: Task, contractor: Contractor) -> None:
        if task.contract.conversation == conversation and task.contract.held:
            self._stop_watching(task)
            task.contract.to(ContractPhase.CLOSED)
            task.manager.done(task, contractor)

    def _on_failure(self, conversation: int, task: Task, contractor: Contractor) -> None:
        """Deliver a refusal or a failure to the manager: the contractor does not hold the task."""
        if task.contract.conversation == conversation and task.contract.held:
            self._reannounce(task, contractor)

    def _lapse(self, task: Task, contractor: Contractor) -> None:
        """Take the task back from a silent contractor whose lease has ended."""
        self._send_cancel(task, task.contract.conversation, contractor)
        self._reannounce(task, contractor)

    def _reannounce(self, task: Task, contractor: Contractor) -> None:
        """Re-announce a task that no contractor holds, unless its manager cancels it."""
        self._stop_watching(task)
        task.contract.to(ContractPhase.OPEN)
        task.contract.contractor = None
        task.manager.failed(task, contractor)
        if task.contract.phase is ContractPhase.OPEN:
            self._carry_out(TakeBack(task))

    def _stop_watching(self, task: Task) -> None:
        contract = task.contract
        self._when_confirmed.pop(contract.conversation, None)
        if contract.watch is not None:
            contract.watch.cancel()
            contract.watch = None

    def cancel(self, task: Task) -> None:
        """Cancel a live task that the manager no longer needs; work that has begun is still finished."""
        self._stop_watching(task)
        task.contract.to(ContractPhase.CLOSED)
        self._request_return(task, task.contract.conversation)

    def recall(self, task: Task) -> None:
        """Take a live task back to re-announce it; it stays with its contractor if the work has begun."""
        self._stop_watching(task)
        task.contract.to(ContractPhase.RECALLED)
        self._request_return(task, task.contract.conversation)

    def annul(self, task: Task) -> None:
        """End a live task that both sides see is no longer needed; its contractor drops it even if it has begun."""
        self._stop_watching(task)
        contract = task.contract
        contract.to(ContractPhase.CLOSED)
        contractor, conversation, manager = contract.contractor, contract.conversation, task.manager.unique_id
        assert contractor is not None, "a live task has a contractor"
        self._note(Performative.CANCEL, conversation, manager, contractor.unique_id)
        key = (task.id, contractor.unique_id)
        commitment = self._commitments.pop(key, None)
        if self._delivery.remembers:  # its award may still be under way
            self._commitments[key] = _Commitment(conversation, Standing.DROPPED, 0.0)
        if commitment is not None and commitment.standing is Standing.HELD:
            commitment.standing = Standing.DROPPED
            contractor.let_go(task)
        if contractor.present:
            self._note(Performative.INFORM_DONE, conversation, contractor.unique_id, manager, IN_REPLY_TO_CANCEL)

    def _request_return(self, task: Task, conversation: int) -> None:
        """Send a cancel, repeated until it is answered or the lease has ended."""
        contract = task.contract
        contractor = contract.contractor
        if contract.conversation != conversation or contractor is None:
            return
        if contract.begun:
            self._leave_with_contractor(task)
            return
        now_s = self.world.now_s
        if now_s >= contract.until_s:
            if contract.phase is ContractPhase.RECALLED:
                self._reannounce(task, contractor)
            return
        pause_s = min(self.terms.acknowledge_by_s, contract.until_s - now_s)
        contract.watch = self._delivery.later(pause_s, self._request_return, task, conversation)
        self._send_cancel(task, conversation, contractor)

    def _send_cancel(self, task: Task, conversation: int, contractor: Contractor) -> None:
        self._send(
            Performative.CANCEL,
            conversation,
            task.manager.unique_id,
            contractor.unique_id,
            self._on_cancel,
            conversation,
            task,
            contractor,
        )

    def _on_cancelled(self, conversation: int, task: Task, contractor: Contractor, dropped: bool) -> None:
        contract = task.contract
        if contract.conversation != conversation:
            return
        if contract.phase is ContractPhase.CLOSED:
            self._stop_watching(task)
        elif contract.phase is ContractPhase.RECALLED:
            if dropped:
                self._reannounce(task, contractor)
            else:
                self._leave_with_contractor(task)

    def _leave_with_contractor(self, task: Task) -> None:
        """Leave the task with its contractor: the recall has come too late."""
        self._stop_watching(task)
        if task.contract.phase is ContractPhase.RECALLED:
            task.contract.to(ContractPhase.ENGAGED)
            self._delivery.assure(self._follow_up, task, task.contract.conversation)

    # -- at the workplace -------------------------------------------------------------------------------------

    def may_begin(self, task: Task, contractor: Contractor) -> bool:
        """Whether `contractor` may begin `task`; checked directly, without a message, when it is at the workplace."""
        return task.contract.contractor is contractor and task.contract.live

    def is_confirmed(self, task: Task, then: Callable[[], object]) -> bool:
        """Whether the remote contractor certainly holds `task`; if not, `then` is called once it does."""
        contract = task.contract
        if contract.phase is ContractPhase.ENGAGED and (contract.begun or self.world.now_s < contract.confirmed_s):
            return True
        if contract.live:
            self._when_confirmed[contract.conversation] = then
        return False

    # -- the contractor's side --------------------------------------------------------------------------------

    def _on_award(self, conversation: int, task: Task, contractor: Contractor, until_s: float) -> None:
        """Accept the task, or repeat its state; an award that a later one has overtaken is not answered."""
        if not contractor.present:
            return
        key = (task.id, contractor.unique_id)
        commitment = self._commitments.get(key)
        if commitment is None or commitment.conversation < conversation:
            self._delivery.release(self._pools[task.kind], contractor.slot, conversation)
            held = self.world.now_s < until_s and contractor.accept(task)
            commitment = _Commitment(conversation, Standing.HELD if held else Standing.DROPPED, until_s)
            if held or self._delivery.remembers:
                self._commitments[key] = commitment
            if not held:
                self._answer(Performative.REFUSE, self._on_failure, conversation, task, contractor)
                return
            self._delivery.later(until_s - self.world.now_s, self._expire, commitment, task, contractor)
        elif commitment.conversation > conversation:
            return
        if commitment.standing is Standing.HELD:
            if until_s > commitment.until_s and contractor.renews(task):
                commitment.until_s = until_s
            self._send(
                Performative.AGREE,
                conversation,
                contractor.unique_id,
                task.manager.unique_id,
                self._on_agree,
                conversation,
                task,
                contractor,
                commitment.until_s,
                value=self._delivery.stated_s(commitment.until_s),
            )
        elif commitment.standing is Standing.DONE:
            self._answer(Performative.INFORM_DONE, self._on_done, conversation, task, contractor)
        else:
            self._answer(Performative.FAILURE, self._on_failure, conversation, task, contractor)

    def _answer(
        self,
        performative: Performative,
        deliver: Callable[..., None],
        conversation: int,
        task: Task,
        contractor: Contractor,
    ) -> None:
        manager = task.manager.unique_id
        self._send(performative, conversation, contractor.unique_id, manager, deliver, conversation, task, contractor)

    def _expire(self, commitment: _Commitment, task: Task, contractor: Contractor) -> None:
        """Drop a task whose lease has ended without news from the manager, unless the work has begun."""
        if commitment.standing is not Standing.HELD or task.contract.begun:
            return
        now_s = self.world.now_s
        if now_s < commitment.until_s:
            self._delivery.later(commitment.until_s - now_s, self._expire, commitment, task, contractor)
        elif self._commitments[task.id, contractor.unique_id] is commitment and contractor.release(task):
            commitment.standing = Standing.DROPPED
            self._answer(Performative.FAILURE, self._on_failure, commitment.conversation, task, contractor)

    def _on_cancel(self, conversation: int, task: Task, contractor: Contractor) -> None:
        """Answer a cancel (the cancel meta-protocol, SC00029H): drop the task, or reply that the work has begun.

        A cancel that arrives before its award makes the award void.
        """
        if not contractor.present:
            return
        key = (task.id, contractor.unique_id)
        commitment = self._commitments.get(key)
        if commitment is None or commitment.conversation < conversation:
            commitment = _Commitment(conversation, Standing.DROPPED, 0.0)
            if self._delivery.remembers:
                self._commitments[key] = commitment
        elif commitment.conversation > conversation:
            return
        if commitment.standing is Standing.HELD and not task.contract.begun and contractor.release(task):
            commitment.standing = Standing.DROPPED
            if not self._delivery.remembers:
                del self._commitments[key]
        dropped = commitment.standing is Standing.DROPPED
        self._send(
            Performative.INFORM_DONE if dropped else Performative.FAILURE,
            conversation,
            contractor.unique_id,
            task.manager.unique_id,
            self._on_cancelled,
            conversation,
            task,
            contractor,
            dropped,
            value=IN_REPLY_TO_CANCEL,
        )

    def done(self, task: Task, contractor: Contractor) -> None:
        """Inform the manager that the work is finished, now and whenever it asks."""
        commitment = self._end(task, contractor, Standing.DONE)
        self._answer(Performative.INFORM_DONE, self._on_done, commitment.conversation, task, contractor)

    def fail(self, task: Task, contractor: Contractor) -> None:
        """Inform the manager that the contractor abandons the task."""
        commitment = self._end(task, contractor, Standing.DROPPED)
        self._answer(Performative.FAILURE, self._on_failure, commitment.conversation, task, contractor)

    def give_back(self, task: Task, contractor: Contractor) -> None:
        """Re-announce the task of a contractor that leaves, which all agents see, even if the work has begun."""
        commitment = self._end(task, contractor, Standing.DROPPED)
        if task.contract.conversation == commitment.conversation:
            task.contract.begun = False
            task.contract.called_s = -FOREVER_S  # a contractor that has left cannot fail again: no need to wait
        self._note(Performative.FAILURE, commitment.conversation, contractor.unique_id, task.manager.unique_id)
        self._on_failure(commitment.conversation, task, contractor)

    def _end(self, task: Task, contractor: Contractor, standing: Standing) -> _Commitment:
        key = (task.id, contractor.unique_id)
        commitment = self._commitments[key] if self._delivery.remembers else self._commitments.pop(key)
        commitment.standing = standing
        return commitment
