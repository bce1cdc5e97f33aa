"""Checks of senders and receivers: the manager of a task opens its calls, calls, awards and cancels; contractors
answer.

Messages without a call, or out of turn, are reported here; `contracts` judges the commitments in messages.
"""

from typing import TYPE_CHECKING

import numpy as np

from ...agents.negotiation.messages import Performative
from ...agents.shop.tasks import TaskKind
from ..log import NOBODY, AgentKind
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from ..log import EventLog
    from ..scenario import Scenario

IN_REPLY_TO_CANCEL = 1.0  # the value of an INFORM_DONE or a FAILURE that answers a cancel
_MANAGERS_SAY = (
    Performative.CFP,
    Performative.ACCEPT_PROPOSAL,
    Performative.REJECT_PROPOSAL,
    Performative.CANCEL,
)
_TO_ONE = (  # the other messages may be sent to several contractors at once
    Performative.ACCEPT_PROPOSAL,
    Performative.AGREE,
    Performative.INFORM_DONE,
    Performative.INFORM_RESULT,
    Performative.FAILURE,
    Performative.INFORM,
)
_CONTRACTORS = {
    TaskKind.OPERATION: AgentKind.STATION,
    TaskKind.TRANSPORT: AgentKind.AGV,
    TaskKind.HANDLING: AgentKind.ROBOT,
    TaskKind.CHARGE: AgentKind.CHARGER,
}


def check_protocol(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rules unknown-call and protocol."""
    return [*_calls(log), *_words(log), *_answers_to_cancels(log)]


def _calls(log: "EventLog") -> "Iterator[Violation]":
    """Conversations that are opened twice, or by an agent that does not manage the task."""
    opened: set[int] = set()
    owners: dict[int, tuple[int, int]] = {}
    for row, (conversation, task, kind, job, manager, opened_s, _) in enumerate(log.conversations.tolist()):
        problem = ""
        if conversation in opened:
            problem = "which was opened before"
        elif owners.setdefault(task, (kind, manager)) != (kind, manager):
            problem = f"which is {log.name_of(owners[task][1])}'s"
        elif job != manager and log.kind_of(manager) is AgentKind.JOB:
            problem = f"which is for {log.name_of(job)}"
        opened.add(conversation)
        if problem:
            text = f"{log.name_of(manager)} opens conversation {conversation} for task {task}, {problem}"
            yield Violation("unknown-call", opened_s, log.name_of(manager), text, row)


def _words(log: "EventLog") -> "Iterator[Violation]":
    """Messages without a call, and messages with a wrong sender or receiver."""
    messages, calls = log.messages, np.sort(log.conversations, order="conversation")
    if len(calls) == 0:
        yield from _violations(log, "unknown-call", np.ones(len(messages), np.bool_), lambda row: "no agent has called")
        return
    at = np.searchsorted(calls["conversation"], messages["conversation"]).clip(max=len(calls) - 1)
    word, opened_s = messages["performative"], calls["opened_s"][at]
    unopened = (calls["conversation"][at] != messages["conversation"]) | (messages["time_s"] < opened_s - TOLERANCE_S)
    yield from _violations(log, "unknown-call", unopened, lambda row: "its call was not opened before")
    uncalled = ~unopened & (word == Performative.PROPOSE) & (np.arange(len(messages)) < _first_cfps(log)[at])
    yield from _violations(log, "unknown-call", uncalled, lambda row: "no agent has called for proposals yet")
    from_manager = np.isin(word, _MANAGERS_SAY)
    manager = np.where(from_manager, messages["sender"], messages["receiver"])
    contractor = np.where(from_manager, messages["receiver"], messages["sender"])
    right = calls["manager"][at]
    telling = _of_announcements(messages)
    wrong = ~unopened & np.where(telling, ~np.isin(manager, [NOBODY, *calls["manager"]]), manager != right)
    yield from _violations(log, "protocol", wrong, lambda row: f"its manager is {log.name_of(int(right[row]))}")
    unnamed = ~unopened & ~wrong & (contractor == NOBODY) & np.isin(word, _TO_ONE)
    yield from _violations(log, "protocol", unnamed, lambda row: "it names no contractor")
    named = ~unopened & ~wrong & (contractor != NOBODY)
    for kind, agents in _CONTRACTORS.items():
        unable = named & (calls["task_kind"][at] == kind) & ~np.isin(contractor, log.ids(agents))
        yield from _violations(
            log,
            "protocol",
            unable,
            lambda row, kind=kind: f"{log.name_of(int(contractor[row]))} does no {kind.name.lower()}",
        )


def _of_announcements(messages: "NDArray[np.void]") -> "NDArray[np.bool_]":
    """(M,) whether each message announces an available contractor, or refuses the managers that heard it before."""
    said = messages["performative"] == Performative.INFORM
    session = messages["conversation"].astype(np.int64) << 32 | messages["sender"]
    return said | ((messages["performative"] == Performative.REFUSE) & np.isin(session, session[said]))


def _first_cfps(log: "EventLog") -> "NDArray[np.intp]":
    """(K,) row of the first CFP of each conversation, by number; past the end of the messages if there is none."""
    messages, numbers = log.messages, np.sort(log.conversations["conversation"])
    rows = np.flatnonzero(messages["performative"] == Performative.CFP)
    about, first = np.unique(messages["conversation"][rows], return_index=True)
    found = np.full(len(numbers), len(messages), np.intp)
    known = np.isin(numbers, about)
    found[known] = rows[first[np.searchsorted(about, numbers[known])]]
    return found


def _answers_to_cancels(log: "EventLog") -> "Iterator[Violation]":
    """Answers to a cancel that was not sent."""
    messages = log.messages
    answers = np.isin(messages["performative"], (Performative.INFORM_DONE, Performative.FAILURE))
    answers &= messages["value"] == IN_REPLY_TO_CANCEL
    rows = np.flatnonzero(answers | (messages["performative"] == Performative.CANCEL))
    cancelled: set[tuple[int, int]] = set()
    unasked = np.zeros(len(messages), np.bool_)
    for row in rows.tolist():
        _, word, conversation, sender, receiver, _, _ = messages[row].item()
        if word == Performative.CANCEL:
            cancelled.add((conversation, receiver))
        else:
            unasked[row] = (conversation, sender) not in cancelled
    yield from _violations(log, "protocol", unasked, lambda row: "no cancel was sent to it")


def _violations(
    log: "EventLog", rule: str, wrong: "NDArray[np.bool_]", problem: "Callable[[int], str]"
) -> "Iterator[Violation]":
    for row in np.flatnonzero(wrong).tolist():
        said = log.message_sentence(row)
        who = log.name_of(int(log.messages["sender"][row]))
        yield Violation(rule, float(log.messages["time_s"][row]), who, f"{said}, but {problem(row)}", row)
