"""Contracts: from the award to the end, on both sides, under messages that are late, lost or repeated.

manager                                                     contractor
AWARDED  -- accept-proposal (holds until U) ------------->  accepts, or not
   |     <------------------------ agree (until U) | refuse
ENGAGED  -- accept-proposal (holds until U') ------------>  still there? a renewal, long before U
   |     <--- agree (until U') | inform-done | failure
   |     -- cancel --------------------------------------->  drops it, unless it has begun
   |     <----------------- inform-done | failure (too late)
CLOSED   <-------------------------------------- inform-done

Three rules keep a task from being held twice (leases: Gray and Cheriton 1989):

1. A contractor that hears nothing drops a contract that it has not begun at the latest time U it was ever told.
2. A manager that hears nothing gives the task to nobody else before the latest U that it ever sent.
3. Whether the work has begun is a fact of the floor that both see where they meet (`Task.begun`): from then on
   the contract holds until the work is done, whatever the messages do, and only the holder may begin.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from .messages import Performative
from .tasks import LIVE, Task, TaskPhase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .contractor import Contractor, Pool
    from .messenger import Messenger
    from .terms import Terms
    from .world import EngineWorld

FOREVER_S = float("inf")
IN_REPLY_TO_CANCEL = 1.0  # the `value` of an inform-done or a failure that answers a cancel


class Standing(IntEnum):
    """What a contractor knows of a contract."""

    HELD = 0
    DONE = 1
    DROPPED = 2  # refused, given up, cancelled, or run out


class _Promise:
    """A contractor's side of the contract for one task, under the latest conversation that awarded it."""

    __slots__ = ("conversation", "standing", "until_s")

    def __init__(self, conversation: int, standing: Standing, until_s: float) -> None:
        self.conversation = conversation
        self.standing = standing
        self.until_s = until_s


class Contracts:
    """Awards tasks and sees them through; `on_free` takes back those whose contractor is gone."""

    def __init__(
        self,
        world: EngineWorld,
        *,
        messenger: Messenger,
        terms: Terms,
        pools: Mapping[IntEnum, Pool],
        on_free: Callable[[Task], None],
    ) -> None:
        self.world = world
        self.terms = terms
        self._pools = pools
        self._send = messenger.send
        self._note = messenger.note
        self._instant = messenger.instant
        self._on_free = on_free
        self._promises: dict[tuple[int, int], _Promise] = {}
        self._when_sure: dict[int, Callable[[], object]] = {}

    # -- the manager's side -----------------------------------------------------------------------------------

    def award(self, task: Task, contractor: Contractor, cost_s: float) -> None:
        """`contractor` has won `task`, which it has offered to do within `cost_s`."""
        now_s = self.world.now_s
        task.phase = TaskPhase.AWARDED
        task.contractor = contractor
        task.begun = False
        task.promised_s = now_s + cost_s
        task.until_s = FOREVER_S if self._instant else now_s + self.terms.lease_s
        task.confirmed_s = -FOREVER_S
        self._tend(task, task.conversation)

    def _tend(self, task: Task, conversation: int) -> None:
        """Award, award again until it is answered, ask in time whether it still stands; give up when it has run out."""
        if task.conversation != conversation or task.phase not in LIVE:
            return
        terms, now_s, contractor = self.terms, self.world.now_s, task.contractor
        assert contractor is not None
        if now_s >= task.until_s and not task.begun:
            self._lapse(task, contractor)
            return
        if task.begun or task.confirmed_s >= task.until_s:
            task.until_s = FOREVER_S if self._instant else now_s + terms.lease_s
        if not self._instant:
            pause_s = terms.lease_s if task.begun else min(terms.acknowledge_by_s, task.until_s - now_s)
            task.watch = self.world.clock.schedule(pause_s, self._tend, task, conversation)
        self._send(
            Performative.ACCEPT_PROPOSAL,
            conversation,
            task.manager.unique_id,
            contractor.unique_id,
            self._on_award,
            conversation,
            task,
            contractor,
            task.until_s,
            value=0.0 if self._instant else task.until_s,
        )

    def _on_agree(self, conversation: int, task: Task, contractor: Contractor, until_s: float) -> None:
        if task.conversation != conversation or task.phase not in LIVE:
            return
        now_s = self.world.now_s
        task.confirmed_s = max(task.confirmed_s, until_s)
        if not self._instant and task.confirmed_s >= task.until_s and not task.begun:
            self._watch_again(task, max(task.until_s - self.terms.lease_s / 2 - now_s, 0.0))
        if now_s >= task.confirmed_s and not task.begun:
            return  # it came too late to rely on
        if task.phase is TaskPhase.AWARDED:
            task.phase = TaskPhase.ENGAGED
            task.manager.engaged(task, contractor)
        then = self._when_sure.pop(conversation, None)
        if then is not None:
            then()

    def _watch_again(self, task: Task, delay_s: float) -> None:
        if task.watch is not None:
            task.watch.cancel()
        task.watch = self.world.clock.schedule(delay_s, self._tend, task, task.conversation)

    def _on_done(self, conversation: int, task: Task, contractor: Contractor) -> None:
        if task.conversation == conversation and (task.phase in LIVE or task.phase is TaskPhase.RECALLED):
            self._rest(task)
            task.phase = TaskPhase.CLOSED
            task.manager.done(task, contractor)

    def _on_failure(self, conversation: int, task: Task, contractor: Contractor) -> None:
        """The contractor does not hold the task, or not any more."""
        if task.conversation == conversation and (task.phase in LIVE or task.phase is TaskPhase.RECALLED):
            self._free(task, contractor)

    def _lapse(self, task: Task, contractor: Contractor) -> None:
        """The contractor is silent, and can hold the task no longer."""
        self._send_cancel(task, task.conversation, contractor)
        self._free(task, contractor)

    def _free(self, task: Task, contractor: Contractor) -> None:
        """Nobody holds the task: it is called anew, unless its manager cancels it."""
        self._rest(task)
        task.phase = TaskPhase.OPEN
        task.contractor = None
        task.manager.failed(task, contractor)
        if task.phase is TaskPhase.OPEN:
            self._on_free(task)

    def _rest(self, task: Task) -> None:
        self._when_sure.pop(task.conversation, None)
        if task.watch is not None:
            task.watch.cancel()
            task.watch = None

    def cancel(self, task: Task) -> None:
        """The manager needs a live task no more. What has begun is done all the same."""
        self._rest(task)
        task.phase = TaskPhase.CLOSED
        self._withdraw(task, task.conversation)

    def recall(self, task: Task) -> None:
        """The manager wants a live task back, to call it anew; it stays with its contractor if it has begun."""
        self._rest(task)
        task.phase = TaskPhase.RECALLED
        self._withdraw(task, task.conversation)

    def annul(self, task: Task) -> None:
        """A live task is needed no longer, as both sides see: its contractor lets it go, whatever has begun."""
        self._rest(task)
        task.phase = TaskPhase.CLOSED
        contractor, conversation, manager = task.contractor, task.conversation, task.manager.unique_id
        assert contractor is not None, "a live task has a contractor"
        self._note(Performative.CANCEL, conversation, manager, contractor.unique_id)
        key = (task.id, contractor.unique_id)
        promise = self._promises.pop(key, None)
        if not self._instant:  # its award may still be on the way
            self._promises[key] = _Promise(conversation, Standing.DROPPED, 0.0)
        if promise is not None and promise.standing is Standing.HELD:
            promise.standing = Standing.DROPPED
            contractor.let_go(task)
        if contractor.present:
            self._note(Performative.INFORM_DONE, conversation, contractor.unique_id, manager, IN_REPLY_TO_CANCEL)

    def _withdraw(self, task: Task, conversation: int) -> None:
        """Cancel, and cancel again until it is answered or the contract has run out."""
        contractor = task.contractor
        if task.conversation != conversation or contractor is None:
            return
        if task.begun:
            self._go_on(task)
            return
        now_s = self.world.now_s
        if now_s >= task.until_s:
            if task.phase is TaskPhase.RECALLED:
                self._free(task, contractor)
            return
        if not self._instant:
            pause_s = min(self.terms.acknowledge_by_s, task.until_s - now_s)
            task.watch = self.world.clock.schedule(pause_s, self._withdraw, task, conversation)
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
        if task.conversation != conversation or task.phase not in (TaskPhase.RECALLED, TaskPhase.CLOSED):
            return
        if task.phase is TaskPhase.CLOSED:
            self._rest(task)
        elif dropped:
            self._free(task, contractor)
        else:
            self._go_on(task)

    def _go_on(self, task: Task) -> None:
        """A recall has come too late."""
        self._rest(task)
        if task.phase is TaskPhase.RECALLED:
            task.phase = TaskPhase.ENGAGED
            if not self._instant:
                self._tend(task, task.conversation)

    # -- where they meet --------------------------------------------------------------------------------------

    def stands(self, task: Task, contractor: Contractor) -> bool:
        """Whether `contractor` may begin: asked face to face, where the work is to be done."""
        return task.contractor is contractor and task.phase in LIVE

    def sure(self, task: Task, then: Callable[[], object]) -> bool:
        """Whether the contractor, who is elsewhere, certainly holds `task`; if not, `then` is called once it does."""
        if task.phase is TaskPhase.ENGAGED and (task.begun or self.world.now_s < task.confirmed_s):
            return True
        if task.phase in LIVE:
            self._when_sure[task.conversation] = then
        return False

    # -- the contractor's side --------------------------------------------------------------------------------

    def _on_award(self, conversation: int, task: Task, contractor: Contractor, until_s: float) -> None:
        """Take the task on, or say again how it stands; an award that a later one has overtaken says nothing."""
        if not contractor.present:
            return
        key = (task.id, contractor.unique_id)
        promise = self._promises.get(key)
        if promise is None or promise.conversation < conversation:
            self._lease_ends(contractor, task, conversation)
            held = self.world.now_s < until_s and contractor.accept(task)
            promise = _Promise(conversation, Standing.HELD if held else Standing.DROPPED, until_s)
            if held or not self._instant:
                self._promises[key] = promise
            if not held:
                self._answer(Performative.REFUSE, self._on_failure, conversation, task, contractor)
                return
            if not self._instant:
                self.world.clock.schedule(until_s - self.world.now_s, self._run_out, promise, task, contractor)
        elif promise.conversation > conversation:
            return
        if promise.standing is Standing.HELD:
            if until_s > promise.until_s and contractor.renews(task):
                promise.until_s = until_s
            self._send(
                Performative.AGREE,
                conversation,
                contractor.unique_id,
                task.manager.unique_id,
                self._on_agree,
                conversation,
                task,
                contractor,
                promise.until_s,
                value=0.0 if self._instant else promise.until_s,
            )
        elif promise.standing is Standing.DONE:
            self._answer(Performative.INFORM_DONE, self._on_done, conversation, task, contractor)
        else:
            self._answer(Performative.FAILURE, self._on_failure, conversation, task, contractor)

    def _lease_ends(self, contractor: Contractor, task: Task, conversation: int) -> None:
        """The offer has become a contract, or nothing."""
        if not self._instant:
            self._pools[task.kind].free(contractor.slot, conversation)

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

    def _run_out(self, promise: _Promise, task: Task, contractor: Contractor) -> None:
        """No news from the manager: drop what was not begun."""
        if promise.standing is not Standing.HELD or task.begun:
            return
        now_s = self.world.now_s
        if now_s < promise.until_s:
            self.world.clock.schedule(promise.until_s - now_s, self._run_out, promise, task, contractor)
        elif self._promises[task.id, contractor.unique_id] is promise and contractor.release(task):
            promise.standing = Standing.DROPPED
            self._answer(Performative.FAILURE, self._on_failure, promise.conversation, task, contractor)

    def _on_cancel(self, conversation: int, task: Task, contractor: Contractor) -> None:
        """The cancel meta-protocol (SC00029H): drop the task, or say that it is too late.

        A cancel that comes before its award makes the award void.
        """
        if not contractor.present:
            return
        key = (task.id, contractor.unique_id)
        promise = self._promises.get(key)
        if promise is None or promise.conversation < conversation:
            promise = _Promise(conversation, Standing.DROPPED, 0.0)
            if not self._instant:
                self._promises[key] = promise
        elif promise.conversation > conversation:
            return
        if promise.standing is Standing.HELD and not task.begun and contractor.release(task):
            promise.standing = Standing.DROPPED
            if self._instant:
                del self._promises[key]
        dropped = promise.standing is Standing.DROPPED
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
        """The work is finished: inform the manager, now and whenever it asks."""
        promise = self._end(task, contractor, Standing.DONE)
        self._answer(Performative.INFORM_DONE, self._on_done, promise.conversation, task, contractor)

    def fail(self, task: Task, contractor: Contractor) -> None:
        """The contractor gives the task up."""
        promise = self._end(task, contractor, Standing.DROPPED)
        self._answer(Performative.FAILURE, self._on_failure, promise.conversation, task, contractor)

    def give_back(self, task: Task, contractor: Contractor) -> None:
        """The contractor leaves, which all see: the task is called anew at once, whatever has begun."""
        promise = self._end(task, contractor, Standing.DROPPED)
        if task.conversation == promise.conversation:
            task.begun = False
            task.called_s = -FOREVER_S  # a contractor that has left does not fail again: the task need not wait
        self._note(Performative.FAILURE, promise.conversation, contractor.unique_id, task.manager.unique_id)
        self._on_failure(promise.conversation, task, contractor)

    def _end(self, task: Task, contractor: Contractor, standing: Standing) -> _Promise:
        key = (task.id, contractor.unique_id)
        promise = self._promises.pop(key) if self._instant else self._promises[key]
        promise.standing = standing
        return promise
