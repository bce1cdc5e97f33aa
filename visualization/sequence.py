"""A negotiation as a sequence diagram: the manager on the left, contractors to its right, messages from top to bottom.

smt-3          agv_2         agv_5
  |---- cfp ----->|             |
  |<- propose 38 s|             |
  |<------- refuse: busy -------|
  |---- accept -->|             |
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.events import NOBODY
from ..agents.negotiation.messages import Performative
from ..agents.shop.tasks import TaskKind
from .clock import clock

if TYPE_CHECKING:
    from .stage import Stage

ACTORS = 5  # contractors with their own line
MESSAGES = 40
CALLS = 8  # announcements whose single answers are shown
OTHERS = "others"
TONES = {
    Performative.ACCEPT_PROPOSAL: "good",
    Performative.AGREE: "good",
    Performative.INFORM_DONE: "good",
    Performative.INFORM_RESULT: "good",
    Performative.FAILURE: "bad",
    Performative.CANCEL: "bad",
    Performative.NOT_UNDERSTOOD: "bad",
    Performative.REFUSE: "faint",
    Performative.REJECT_PROPOSAL: "faint",
}


def diagram(stage: Stage, task: int) -> dict[str, Any] | None:
    """All messages about a task so far, including re-announcements; None for an unknown task.

    Single offers are shown if they were recorded (`Stage.offers`), otherwise their number and the best of them.
    """
    calls = stage.log.conversations
    own = calls[(calls["task"] == task) & (calls["opened_s"] <= stage.now_s)]
    if not len(own):
        return None
    rows = stage.log.messages
    rows = rows[np.isin(rows["conversation"], own["conversation"]) & (rows["time_s"] <= stage.now_s)]
    name = stage.log.name_of
    manager = int(own["manager"][0])
    kind = TaskKind(int(own["task_kind"][0]))
    offers = {int(call): stage.offers(int(call), kind) for call in own["conversation"][-CALLS:]}
    named = [int(uid) for uid in (*rows["sender"], *rows["receiver"]) if uid not in (NOBODY, manager)]
    contractors = [name(uid) for uid in dict.fromkeys(named)]
    for answers in reversed(list(offers.values())):
        ranked = sorted(answers or [], key=lambda answer: answer[1])
        contractors += [who for who, *_ in ranked if who not in contractors]
    actors = contractors[:ACTORS]
    column = {who: index + 1 for index, who in enumerate(actors)}
    messages: list[dict[str, Any]] = []
    for row in rows[-MESSAGES:].tolist():
        messages += _arrows(row, name(manager), name, column, offers.get(row[2]))
    if any(message["from"] == len(actors) + 1 or message["to"] == len(actors) + 1 for message in messages):
        actors = [*actors, OTHERS]
    summed = (rows["sender"] == NOBODY) & np.isin(rows["performative"], (Performative.PROPOSE, Performative.REFUSE))
    unheard = any(offers.get(call) is None for call in rows["conversation"][summed].tolist())
    job = int(own["job"][0])
    again = f", announced {len(own)} times" if len(own) > 1 else ""
    return {
        "title": f"{kind.name.lower()} {task}",
        "note": f"for {name(job)}{again}" if job != NOBODY else f"for {name(manager)}{again}",
        "actors": [name(manager), *actors],
        "messages": messages[-MESSAGES:],
        "task": task,
        "hint": stage.no_offers if unheard else "",
    }


def _arrows(
    row: tuple[Any, ...], manager: str, name: Any, column: dict[str, int], offers: list[tuple[str, float, str]] | None
) -> list[dict[str, Any]]:
    time_s, kind, _, sender, receiver, count, value = row
    performative = Performative(kind)
    others = len(column) + 1
    text = performative.word

    def arrow(source: int, target: int, words: str) -> dict[str, Any]:
        tone = TONES.get(performative, "plain")
        return {"time": clock(time_s), "from": source, "to": target, "text": words, "tone": tone}

    if sender != NOBODY and (receiver != NOBODY or name(sender) != manager):
        ends = [0 if who == manager else column.get(who, others) for who in (name(sender), name(receiver))]
        text = f"{count} × {text}" if count > 1 else text  # to the managers of other waiting tasks
        return [arrow(ends[0], ends[1], f"{text} {value:.0f} s" if performative is Performative.PROPOSE else text)]
    if offers is not None and performative in (Performative.CFP, Performative.PROPOSE, Performative.REFUSE):
        found = []
        shown = 0
        for who, cost, reason in offers:
            offered = math.isfinite(cost)
            if performative is Performative.CFP:
                break
            if offered == (performative is Performative.PROPOSE) and who in column:
                found.append(arrow(column[who], 0, f"{text} {cost:.0f} s" if offered else f"{text}: {reason}"))
                shown += 1
        if performative is not Performative.CFP:
            if count > shown:
                found.append(arrow(others, 0, f"{count - shown} × {text}"))
            return found
    many = f"{count} × {text}" if count > 1 else text
    if performative is Performative.PROPOSE:
        many += f", best {value:.0f} s"
    if sender == NOBODY:
        return [arrow(others if column else 1, 0, many)]
    only = offers[0][0] if offers is not None and len(offers) == 1 else None  # the contractor asked, if it was only one
    return [arrow(0, column.get(only, others) if only is not None else others, many)]
