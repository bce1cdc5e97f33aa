"""The sniffer: message traces as sequence diagrams. It reads a log, for the terminal and as data for the viewer.

conversation 3: transport 2 of phone-1, called by phone-1
    time s  phone-1           agv_2             3 others
    12.000     |-cfp-------------------------------->|
    12.000     |<------------------------propose (3)-|   4.5
    12.000     |-accept-proposal->|                  |
    12.000     |<-----------agree-|                  |

Beside the arrow is its value and, in a call for a lot, the number of parts that are called for, offered or awarded.
"""

from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from ...agents.events import NOBODY, Event
from ...agents.negotiation.messages import Performative
from ...agents.shop.tasks import TaskKind
from ...environments.config.suggestions import nearest
from ..errors import ExperimentError
from ..execution.rerun import rerun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...environments.log import EventLog
    from ..design.trials import Trial

CALLS = 40  # conversations that `robocell run --sniff` shows
LANES = 6  # contractors with a separate lane; the rest share one
LANE_WIDTH = 19
MARGIN = 12
_DECISIVE = (
    Performative.ACCEPT_PROPOSAL,
    Performative.AGREE,
    Performative.INFORM_DONE,
    Performative.FAILURE,
    Performative.CANCEL,
)
_ABOUT_LOTS = {
    Event.LOT_CALLED: Performative.CFP,
    Event.LOT_OFFERED: Performative.PROPOSE,
    Event.LOT_AWARDED: Performative.ACCEPT_PROPOSAL,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One message, or `count` equal ones to or from agents that the log does not name (then that end is NOBODY).

    Attributes:
        time_s: when it was sent.
        performative: as FIPA writes it, such as "accept-proposal".
        value: a proposal: its cost (s), the best where there are several; an award or an agreement: until when it
            holds (s), 0 for ever; an answer to a cancel: 1; a single refusal: its `Reason`.
        parts: of a lot: how many are called for, offered to take (where the log has each message), or awarded; 0 where
            the task cannot be split.
    """

    time_s: float
    performative: str
    conversation: int
    sender: int
    receiver: int
    sender_name: str
    receiver_name: str
    count: int
    value: float
    parts: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def conversation_messages(log: "EventLog", conversation: int) -> list[Said]:
    """All messages of one conversation, in the order of sending."""
    mask = log.messages["conversation"] == conversation
    parts = _parts(log, conversation)
    return [
        Said(
            time_s,
            Performative(performative).word,
            conversation,
            sender,
            receiver,
            log.name_of(sender),
            log.name_of(receiver),
            count,
            value,
            parts.get((performative, _contractor(performative, sender, receiver)), 0),
        )
        for time_s, performative, conversation, sender, receiver, count, value in log.messages[mask].tolist()
    ]


def conversations_of(
    log: "EventLog", *, task: int | None = None, agent: str | None = None, job: str | None = None
) -> list[int]:
    """The conversations about a task, those that an agent manages or is named in, or those for a job."""
    calls = log.conversations
    chosen = np.ones(len(calls), np.bool_)
    if task is not None:
        chosen &= calls["task"] == task
    if job is not None:
        chosen &= np.isin(calls["job"], _ids(log, job))
    if agent is not None:
        ids = _ids(log, agent)
        said = log.messages
        part = said[np.isin(said["sender"], ids) | np.isin(said["receiver"], ids)]["conversation"]
        chosen &= np.isin(calls["manager"], ids) | np.isin(calls["conversation"], part)
    return calls["conversation"][chosen].tolist()


def sequence_diagram(log: "EventLog", conversation: int) -> str:
    """One conversation as text: the manager on the left, the contractors that won beside it, the others on the right.

    Raises:
        KeyError: there is no such conversation.
    """
    calls = log.conversations
    rows = calls[calls["conversation"] == conversation]
    if len(rows) == 0:
        raise KeyError(f"the log has no conversation {conversation}; it has {len(calls)} of them, from 0")
    call = rows[0]
    messages = conversation_messages(log, conversation)
    manager = int(call["manager"])
    contractors, crowd = _lanes(messages, manager)
    names = [log.name_of(manager), *(log.name_of(agent) for agent in contractors)]
    if crowd:
        names.append("others" if contractors else "contractors")
    lane_of = {agent: lane for lane, agent in enumerate([manager, *contractors])}
    whose = "" if call["job"] == NOBODY else f" of {log.name_of(call['job'])}"
    kind = TaskKind(int(call["task_kind"])).name.lower()
    head = f"conversation {conversation}: {kind} {call['task']}{whose}, called by {names[0]}"
    lines = [head, f"{'time s':>{MARGIN - 2}}  " + "".join(f"{name[: LANE_WIDTH - 2]:<{LANE_WIDTH}}" for name in names)]
    lines += [_arrow(said, lane_of, len(names)) for said in _merged(messages, lane_of, len(names) - 1)]
    return "\n".join(line.rstrip() for line in lines)


def sniff(
    log: "EventLog", conversations: "Sequence[int] | None" = None, *, limit: int | None = None
) -> "Iterator[str]":
    """The diagrams of some conversations, or of all, in the order of their calls."""
    chosen = log.conversations["conversation"].tolist() if conversations is None else conversations
    for conversation in chosen[:limit]:
        yield sequence_diagram(log, conversation)


def overhear(trial: "Trial", about: str | None = None) -> "Iterator[str]":
    """Runs a trial once more, records every message, and draws the first CALLS conversations.

    Raises:
        ExperimentError: no agent of the name `about` has sent or received a message.
    """
    with trial.with_own_classes():
        log = rerun(trial.scenario, seed=trial.seed, messages="full")
    chosen = None
    if about is not None:
        chosen = sorted({*conversations_of(log, agent=about), *conversations_of(log, job=about)})
        if not chosen:
            names = log.agents["name"].tolist()
            raise ExperimentError(
                f"--about {about}: no agent of that name has sent or received a message{nearest(about, names)}"
            )
    yield from sniff(log, chosen, limit=CALLS)


def _parts(log: "EventLog", conversation: int) -> dict[tuple[int, int], int]:
    """How many parts of a lot messages are about, by performative and contractor; a call goes to all of them alike."""
    events = log.events
    own = events[np.isin(events["kind"], list(_ABOUT_LOTS)) & (events["value"] == conversation)]
    parts: dict[tuple[int, int], int] = {}
    for kind, agent, other in own[["kind", "agent", "other"]].tolist():
        performative = _ABOUT_LOTS[kind]
        key = performative, NOBODY if performative is Performative.CFP else agent
        parts[key] = other if performative is Performative.PROPOSE else parts.get(key, 0) + 1
    return parts


def _contractor(performative: int, sender: int, receiver: int) -> int:
    """The contractor that makes the offer or gets the award."""
    if performative == Performative.CFP:
        return NOBODY
    return receiver if performative == Performative.ACCEPT_PROPOSAL else sender


def _ids(log: "EventLog", name: str) -> list[int]:
    agents = log.agents
    return agents["unique_id"][agents["name"] == name].tolist()


def _lanes(messages: "Sequence[Said]", manager: int) -> tuple[list[int], bool]:
    """Contractors with a separate lane, in the order of their awards; and whether others share one more."""
    decisive = {performative.word for performative in _DECISIVE}
    winners: dict[int, None] = {}
    present: dict[int, None] = {}
    crowd = False
    for said in messages:
        other = said.receiver if said.sender == manager else said.sender
        if said.sender != manager != said.receiver:
            crowd = True  # it announces itself to the managers of other waiting tasks, or refuses them
        if other == NOBODY:
            crowd |= said.count > 0
        else:
            present[other] = None
            if said.performative in decisive:
                winners[other] = None
    lanes = list(winners) + [agent for agent in present if agent not in winners]
    return lanes[:LANES], crowd or len(lanes) > LANES


def _merged(messages: "Sequence[Said]", lane_of: dict[int, int], last: int) -> "Iterator[Said]":
    """Merges consecutive messages that are drawn alike because they share the lane of the others."""

    def drawn(said: Said) -> tuple[float, str, int, int, int, int]:
        ends = lane_of.get(said.sender, last), lane_of.get(said.receiver, last)
        return said.time_s, said.performative, said.parts, *ends, -1 if last in ends else id(said)

    for _, alike in groupby(messages, drawn):
        first, *others = alike
        count = first.count + sum(said.count for said in others)
        yield replace(first, count=count, value=min([first.value, *(said.value for said in others)]))


def _arrow(said: Said, lane_of: dict[int, int], lanes: int) -> str:
    """One line: the time, the lanes, an arrow from sender to receiver with the words on it, and the value."""
    line = [" "] * (LANE_WIDTH * lanes)
    for lane in range(lanes):
        line[lane * LANE_WIDTH + 3] = "|"
    start, end = lane_of.get(said.sender, lanes - 1), lane_of.get(said.receiver, lanes - 1)
    words = said.performative + (f" ({said.count})" if said.count > 1 else "")
    if start == end:
        words = f" {words}" if said.count else f" {words} (not binding)"
        line[start * LANE_WIDTH + 4 : start * LANE_WIDTH + 4 + len(words)] = words
    else:
        left, right = sorted((start * LANE_WIDTH + 3, end * LANE_WIDTH + 3))
        inside = right - left - 1
        body = f"-{words}".ljust(inside - 1, "-") + ">" if start < end else "<" + f"{words}-".rjust(inside - 1, "-")
        line[left + 1 : right] = body[:inside]
    value = f"  {said.value:g}" if said.value else ""
    if said.parts:
        value += f"  {said.parts} part{'s' if said.parts > 1 else ''}"
    return f"{said.time_s:>{MARGIN - 2}.3f}  " + "".join(line) + value
