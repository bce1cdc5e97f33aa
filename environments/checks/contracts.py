"""Replays every negotiation: awards, the offers behind them, and their ends.

An award lives from the first ACCEPT_PROPOSAL until the contractor sends INFORM_DONE, INFORM_RESULT, FAILURE, or REFUSE,
all in the same conversation. A CANCEL ends it only when the contractor answers it with INFORM_DONE, or with the lease,
because it may be lost or come too late (FAILURE; FIPA SC00029H, cancel meta-protocol). Repeated messages change
nothing: a repeated award, a repeated report of completion. A call for a lot may award several shares; each is a task of
its own (`LOT_AWARDED` gives its number), and `lots` proves that they add up.

Every message is judged when it is sent: a contractor that gives up a task no longer holds it, although the manager may
not know yet and ask again, and must not agree any more.

A call is open at the end of the log while its award lives, or while it has neither been awarded nor cancelled, its task
has not been re-announced, and its reply-by has not come. That is sound as long as an agent can still answer: not once
the task is done or the job has left, nor at the end of a run that drains (except charging, which serves no job).
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...agents.negotiation.messages import Performative
from ...agents.shop.tasks import TaskKind
from ..log import NOBODY, Event
from .protocol import IN_REPLY_TO_CANCEL
from .violation import NO_ROW, TOLERANCE_S, Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario

_MUST_END = (TaskKind.TRANSPORT, TaskKind.HANDLING)  # an operation without a holder may be withdrawn without a message


@dataclass(slots=True)
class _Task:
    kind: int
    job: int
    manager: int
    parts: set[int] = field(default_factory=set)  # of a lot: all parts called for or awarded under its number
    holder: tuple[int, int] | None = None  # conversation and contractor of the live award
    until_s: float = np.inf  # the holder's lease, the longest that its manager has promised
    recalled: bool = False  # the holder was sent a cancel and has not answered
    done: tuple[int, int] | None = None  # conversation and contractor that have done it
    cancelled: bool = False
    infeasible: bool = False


@dataclass(slots=True)
class _Call:
    task: int
    opened_s: float
    reply_by_s: float  # of the first call
    row: int
    called_s: float | None = None  # time of the latest call
    proposers: set[int] = field(default_factory=set)  # NOBODY: an unnamed contractor
    awarded: set[int] = field(default_factory=set)
    given_up: set[int] = field(default_factory=set)  # contractors that hold nothing any more, whatever they are sent
    agreed: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)  # contractors whose awards were cancelled; NOBODY: the call itself


def check_contracts(log: "EventLog", scenario: "Scenario | None" = None) -> list[Violation]:
    """Check the rules *-award, void-agree, unacknowledged, double-done, open-call, lost-task.

    Without a scenario: the log of a world without a factory, in which all tasks must be done at the end.
    """
    return _Replay(log, scenario).run()


class _Replay:
    def __init__(self, log: "EventLog", scenario: "Scenario | None") -> None:
        self.log, self.drains = log, scenario is None or scenario.drain
        self.calls: dict[int, _Call] = {}
        self.tasks: dict[int, _Task] = {}
        self.found: list[Violation] = []
        for row, (conversation, task, kind, job, manager, opened_s, reply_by_s) in enumerate(
            log.conversations.tolist()
        ):
            self.calls[conversation] = _Call(task, opened_s, reply_by_s, row)
            self.tasks.setdefault(task, _Task(kind, job, manager))
        self.shares: dict[int, dict[int, int]] = {}  # conversation -> contractor -> task of its share
        events = log.events[np.isin(log.events["kind"], (Event.LOT_CALLED, Event.LOT_AWARDED))]
        for _, kind, agent, job, task, value in events.tolist():
            call = self.calls.get(int(value))
            if call is not None:
                whole = self.tasks[call.task]
                self.tasks.setdefault(task, _Task(whole.kind, job, whole.manager)).parts.add(job)
                if kind == Event.LOT_AWARDED:
                    self.shares.setdefault(int(value), {})[agent] = task

    def run(self) -> list[Violation]:
        replies = {
            Performative.CFP: self._announced,
            Performative.PROPOSE: self._proposed,
            Performative.AGREE: self._agreed,
            Performative.ACCEPT_PROPOSAL: self._awarded,
            Performative.INFORM_DONE: self._informed,
            Performative.INFORM_RESULT: self._informed,
            Performative.FAILURE: self._failed,
            Performative.REFUSE: self._gave_up,
            Performative.CANCEL: self._cancelled,
        }
        for row, message in enumerate(self.log.messages.tolist()):
            time_s, performative, conversation, sender, receiver, _, value = message
            if performative in replies and conversation in self.calls:
                replies[performative](row, time_s, conversation, sender, receiver, value)
        self._judge_end()
        return self.found

    # -- messages

    def _proposed(self, row: int, time_s: float, conversation: int, sender: int, receiver: int, value: float) -> None:
        self.calls[conversation].proposers.add(sender)

    def _announced(self, row: int, time_s: float, conversation: int, sender: int, receiver: int, value: float) -> None:
        call = self.calls[conversation]
        call.called_s = time_s
        task = self.tasks[call.task]
        if task.holder is not None and not self._has_run_out(task, time_s):
            holder = self.log.name_of(task.holder[1])
            self._message("double-award", row, time_s, call.task, f"{holder} holds it")

    def _agreed(self, row: int, time_s: float, conversation: int, sender: int, receiver: int, value: float) -> None:
        call = self.calls[conversation]
        number = self._number(conversation, sender)
        done = self.tasks[number].done == (conversation, sender)
        if done or sender in call.given_up or sender not in call.awarded:
            text = "has done it" if done else "has given it up" if sender in call.given_up else "was not awarded it"
            self._message("void-agree", row, time_s, number, f"{self.log.name_of(sender)} {text}")
        call.agreed.add(sender)

    def _awarded(self, row: int, time_s: float, conversation: int, sender: int, receiver: int, value: float) -> None:
        call, number = self.calls[conversation], self._number(conversation, receiver)
        task = self.tasks[number]
        award, until_s = (conversation, receiver), value or np.inf
        if task.holder == award:  # sent again or renewed: a recall, if any, has come too late
            task.until_s, task.recalled = max(task.until_s, until_s), False
            return
        if task.done == award or receiver in call.given_up:
            return  # the message is under way
        if task.done is not None:
            self._message("double-award", row, time_s, number, "it is done already")
        elif task.holder is not None and not self._has_run_out(task, time_s):
            holder = self.log.name_of(task.holder[1])
            self._message("double-award", row, time_s, number, f"{holder} holds it by conversation {task.holder[0]}")
        if receiver not in call.awarded:
            self._judge_offer(call, row, time_s, number, conversation, receiver)
        call.awarded.add(receiver)
        task.holder, task.until_s, task.recalled = award, until_s, False

    def _has_run_out(self, task: _Task, time_s: float) -> bool:
        """Whether a recall was not answered before the lease ended."""
        return task.recalled and time_s >= task.until_s - TOLERANCE_S

    def _judge_offer(self, call: _Call, row: int, time_s: float, number: int, conversation: int, receiver: int) -> None:
        """Check that the award goes, in time, to the one contractor that has made the offer."""
        if not call.proposers & {NOBODY, receiver}:
            self._message("early-award", row, time_s, number, f"{self.log.name_of(receiver)} has made no offer")
        wait_s = call.reply_by_s - call.opened_s
        end_s = (call.opened_s if call.called_s is None else call.called_s) + wait_s
        if time_s > end_s + TOLERANCE_S:
            self._message("late-award", row, time_s, number, f"the offers ended at {end_s:g} s")
        if NOBODY in call.cancelled:
            self._message("late-award", row, time_s, number, "the call was withdrawn")
        if call.awarded and conversation not in self.shares:
            winners = ", ".join(self.log.name_of(winner) for winner in sorted(call.awarded))
            self._message("double-award", row, time_s, number, f"{winners} won this call")

    def _informed(self, row: int, time_s: float, conversation: int, sender: int, receiver: int, value: float) -> None:
        call, number = self.calls[conversation], self._number(conversation, sender)
        task = self.tasks[number]
        if value == IN_REPLY_TO_CANCEL:
            self._gave_up(row, time_s, conversation, sender, receiver, value)
        elif task.holder == (conversation, sender) and task.done is None:
            task.holder, task.done = None, (conversation, sender)
            if sender not in call.agreed:
                self._message("unacknowledged", row, time_s, number, "it has never acknowledged the award")
        elif task.done != (conversation, sender):
            text = "it was done before" if task.done else f"{self.log.name_of(sender)} holds no award of it"
            self._message("double-done", row, time_s, number, text)

    def _failed(self, row: int, time_s: float, conversation: int, sender: int, receiver: int, value: float) -> None:
        if value != IN_REPLY_TO_CANCEL:  # otherwise the cancel came too late and the work continues
            self._gave_up(row, time_s, conversation, sender, receiver, value)

    def _gave_up(self, row: int, time_s: float, conversation: int, sender: int, receiver: int, value: float) -> None:
        call, task = self.calls[conversation], self.tasks[self._number(conversation, sender)]
        if sender in call.awarded | call.cancelled:
            call.given_up.add(sender)
        if task.holder == (conversation, sender):
            task.holder = None

    def _cancelled(self, row: int, time_s: float, conversation: int, sender: int, receiver: int, value: float) -> None:
        self.calls[conversation].cancelled.add(receiver)
        task = self.tasks[self._number(conversation, receiver)]
        task.cancelled = True
        if task.holder == (conversation, receiver):
            task.recalled = True

    # -- verdicts

    def _judge_end(self) -> None:
        events, end_s = self.log.events, self.log.end_s
        leaving = np.isin(events["kind"], (Event.FINISHED, Event.SCRAPPED))
        left = set(events["job"][leaving].tolist())
        infeasible = events[events["kind"] == Event.INFEASIBLE]
        hopeless = set(zip(infeasible["job"].tolist(), infeasible["value"].astype(int).tolist(), strict=True))
        latest = {call.task: conversation for conversation, call in self.calls.items()}
        for conversation, call in self.calls.items():
            unanswered = not call.awarded and not call.cancelled and call.reply_by_s > end_s
            waiting = unanswered and latest[call.task] == conversation
            for number in {call.task, *self.shares.get(conversation, {}).values()}:
                task = self.tasks[number]
                held = task.holder is not None and task.holder[0] == conversation and not task.recalled
                reason = self._must_be_closed(task, left)
                if (held or (waiting and not task.cancelled)) and reason:
                    self._add(
                        "open-call", end_s, number, f"conversation {conversation} is open, but {reason}", call.row
                    )
        if self.drains:
            for number, task in self.tasks.items():
                ended = task.done or task.cancelled or (task.job, task.kind) in hopeless
                if task.kind in _MUST_END and not ended and task.holder is None:
                    self._add("lost-task", end_s, number, "it was neither done nor cancelled", NO_ROW)

    def _must_be_closed(self, task: _Task, left: set[int]) -> str:
        if task.done is not None:
            return "the task is done"
        if left.issuperset(task.parts or {task.job}):
            return f"{self.log.name_of(task.job)} has left the factory"
        if self.drains and task.kind != TaskKind.CHARGE:
            return "the factory is drained"
        return ""

    def _number(self, conversation: int, contractor: int) -> int:
        """The task awarded to a contractor in a conversation: the announced task, or a share of it."""
        return self.shares.get(conversation, {}).get(contractor, self.calls[conversation].task)

    def _message(self, rule: str, row: int, time_s: float, task: int, text: str) -> None:
        said = self.log.message_sentence(row)
        self._add(rule, time_s, task, f"{said}, but {text}", row)

    def _add(self, rule: str, time_s: float, task: int, text: str, row: int) -> None:
        self.found.append(Violation(rule, time_s, self._task_name(task), text, row))

    def _task_name(self, number: int) -> str:
        task = self.tasks.get(number)
        if task is None:
            return "a task without owner"
        owner = task.job if task.job != NOBODY else task.manager
        return f"{TaskKind(task.kind).name.lower()} {number} of {self.log.name_of(owner)}"
