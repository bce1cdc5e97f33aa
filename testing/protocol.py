"""Protocol conformance: the state charts of docs/negotiation.md, replayed over the message trace of a log.

The automaton of a session (one manager, one contractor, one conversation) sees messages as they are sent. Messages may
cross on the way, so a state stands for the combined knowledge of both sides.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ..agents.events import NOBODY, Event
from ..agents.negotiation.messages import Performative

if TYPE_CHECKING:
    from ..environments.log import EventLog

P = Performative
# state of the session -> performatives that the role may send, and the next state
MANAGER = {
    "silent": {P.CFP: "called"},
    "available": {P.CFP: "called"},
    "called": {P.CFP: "called", P.CANCEL: "over"},
    "offered": {P.CFP: "called again", P.ACCEPT_PROPOSAL: "awarded", P.REJECT_PROPOSAL: "over", P.CANCEL: "over"},
    "called again": {P.CFP: "called again", P.ACCEPT_PROPOSAL: "awarded", P.REJECT_PROPOSAL: "over", P.CANCEL: "over"},
    "refused": {P.CFP: "called", P.REJECT_PROPOSAL: "over"},  # a revised call was refused: the first offer is void
    "awarded": {P.ACCEPT_PROPOSAL: "awarded", P.CANCEL: "cancelled"},
    "held": {P.ACCEPT_PROPOSAL: "held", P.CANCEL: "cancelled"},
    "over": {P.REJECT_PROPOSAL: "over"},  # for a late or repeated offer
    "cancelled": {P.CANCEL: "cancelled", P.ACCEPT_PROPOSAL: "held"},  # the recall was too late: the contract continues
    "given up": {P.ACCEPT_PROPOSAL: "given up", P.CANCEL: "given up"},  # the failure has not arrived yet
    "done": {P.ACCEPT_PROPOSAL: "done", P.CANCEL: "done"},
}
CONTRACTOR = {
    "silent": {P.INFORM: "available"},
    "available": {P.INFORM: "available", P.REFUSE: "available"},  # to managers of other waiting tasks
    "called": {P.PROPOSE: "offered", P.REFUSE: "refused", P.NOT_UNDERSTOOD: "refused"},
    "offered": {},
    "called again": {P.PROPOSE: "offered", P.REFUSE: "refused"},
    "refused": {},
    "awarded": {P.AGREE: "held", P.REFUSE: "given up", P.FAILURE: "given up", P.INFORM_DONE: "done"},
    "held": {P.AGREE: "held", P.FAILURE: "given up", P.INFORM_DONE: "done"},
    "over": {P.PROPOSE: "over", P.REFUSE: "over", P.NOT_UNDERSTOOD: "over"},  # the call came late
    "cancelled": {P.INFORM_DONE: "cancelled", P.FAILURE: "cancelled", P.AGREE: "cancelled", P.REFUSE: "cancelled"},
    "given up": {P.FAILURE: "given up", P.REFUSE: "given up", P.INFORM_DONE: "given up"},  # repeated answers
    "done": {P.INFORM_DONE: "done", P.FAILURE: "done"},
}
BOUND = {"awarded", "held"}


def sessions(log: EventLog) -> tuple[dict[tuple[int, int], str], list[str]]:
    """Final state of each session (conversation, contractor), and descriptions of all messages out of turn."""
    managers = {int(row["conversation"]): int(row["manager"]) for row in log.conversations}
    lots = set(log.events["value"][log.events["kind"] == Event.LOT_CALLED].tolist())
    winners: dict[int, set[int]] = defaultdict(set)
    states: dict[tuple[int, int], str] = defaultdict(lambda: "silent")
    illegal = []
    for index, row in enumerate(log.messages):
        conversation, performative = int(row["conversation"]), P(int(row["performative"]))
        sender, receiver = int(row["sender"]), int(row["receiver"])
        if row["count"] == 0:
            continue  # a withdrawn call needs no answer
        from_manager = managers.get(conversation) == sender
        session = (conversation, receiver if from_manager else sender)
        state = states[session]
        allowed = (MANAGER if from_manager else CONTRACTOR)[state]
        if performative in allowed:
            states[session] = allowed[performative]
        else:
            illegal.append(f"{log.describe_message(index)}: the session is {state}")
        if performative is P.ACCEPT_PROPOSAL:
            winners[conversation].add(receiver)
            if len(winners[conversation]) > 1 and conversation not in lots:
                illegal.append(f"{log.describe_message(index)}: another contractor has won this indivisible task")
    return dict(states), illegal


def assert_conforms(log: EventLog, *, closed: bool = True) -> None:
    """Assert that no message was sent out of turn and, if `closed`, that no session ends with a live award.

    Sessions without a job are exempt: a vehicle may still hold a charger when the last part has left.

    Raises:
        AssertionError: with the messages out of turn, or the sessions with a live award.
    """
    states, illegal = sessions(log)
    assert illegal == []
    if closed:
        jobless = set(log.conversations[log.conversations["job"] == NOBODY]["conversation"].tolist())
        bound = [session for session, state in states.items() if state in BOUND and session[0] not in jobless]
        assert bound == []
