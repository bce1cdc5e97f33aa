"""Who promised what: every award answers an offer, one lives at a time, and what is done has been promised and done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from .plan import number
from .record import NOBODY, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan
    from .record import Call, Message, Record, Row

SLACK_S = 1e-6
NAME_BOTH = ("ACCEPT_PROPOSAL", "AGREE", "INFORM_DONE", "INFORM_RESULT", "FAILURE")
MANAGERS_SAY = ("CFP", "ACCEPT_PROPOSAL", "REJECT_PROPOSAL", "CANCEL")
CONTRACTORS = {"OPERATION": "STATION", "TRANSPORT": "AGV", "HANDLING": "ROBOT", "CHARGE": "CHARGER"}


@dataclass
class Promise:
    """The contract of one contractor under one conversation."""

    task: int
    made_s: float
    until_s: float
    agreed: bool = False
    recalled: bool = False
    ended_s: float = inf
    done_s: float = inf
    parts: set[int] = field(default_factory=set)


class Promises:
    """All messages, in the order in which they were sent."""

    def __init__(self, record: Record, plan: Plan) -> None:
        self.record, self.plan = record, plan
        self.lease_s = number(plan.terms.get("lease", 30.0))
        self.calls: dict[int, Call] = {call.conversation: call for call in record.calls}
        self.last_cfp_s: dict[int, float] = {}
        self.offered: dict[int, set[int]] = defaultdict(set)  # conversation -> who; NOBODY: somebody
        self.announced: set[tuple[int, int]] = set()  # conversation, contractor
        self.withdrawn: set[int] = set()  # conversations that came to nothing
        self.void: set[tuple[int, int]] = set()  # conversation, contractor: cancelled before the award was heard
        self.promises: dict[tuple[int, int], Promise] = {}  # by conversation and contractor
        self.by_task: dict[int, list[Promise]] = defaultdict(list)
        self.lot_calls: dict[int, set[int]] = defaultdict(set)  # conversation -> parts
        self.lot_called: list[tuple[float, int, int]] = []  # when, which part, by which conversation
        self.left_out_s: dict[tuple[int, int], float] = {}  # conversation, part
        self.lot_shares: dict[tuple[int, int], set[int]] = defaultdict(set)  # conversation, contractor -> parts
        self.share_told_s: dict[tuple[int, int], set[float]] = defaultdict(set)
        self.share_task: dict[tuple[int, int], int] = {}
        self.deeds = _deeds(record, plan)

    def faults(self) -> Iterator[str]:
        if len(self.calls) < len(self.record.calls):
            yield "a conversation is opened twice"
        yield from self.calls_of_tasks()
        yield from self.lots()
        before_s = 0.0
        for message in self.record.messages:
            if not before_s <= message.time_s <= self.record.end_s + SLACK_S:
                yield f"a message of {message.time_s} s follows one of {before_s} s"
            before_s = message.time_s
            yield from (f"{message}: {why}" for why in self.take(message))
        yield from self.work_without_promise()
        yield from self.called_though_promised()
        yield from self.end()

    def calls_of_tasks(self) -> Iterator[str]:
        """A task has one manager, and a part calls for itself."""
        managers: dict[int, tuple[str, int]] = {}
        for call in self.record.calls:
            if managers.setdefault(call.task, (call.kind, call.manager)) != (call.kind, call.manager):
                yield f"conversation {call.conversation} is opened for somebody else's task"
            if self.record.kinds.get(call.manager) == "JOB" and call.job != call.manager:
                yield f"conversation {call.conversation} is opened for somebody else"

    def lots(self) -> Iterator[str]:
        """What the rows say of calls, offers and shares."""
        offers: dict[tuple[int, int], float] = {}
        lot_of: dict[int, int] = {}
        latest_call: dict[int, int] = {}  # part -> conversation
        for row in self.record.rows:
            if row.event == "LOT_LEFT_OUT":
                self.left_out_s[int(row.value), row.job] = row.time_s
            if row.event not in ("LOT_CALLED", "LOT_OFFERED", "LOT_AWARDED"):
                continue
            call = self.calls[int(row.value)]
            number, part = call.conversation, f"{row.time_s:g} s: {self.record.name(row.job)}"
            if row.event == "LOT_CALLED":
                self.lot_calls[number].add(row.job)
                latest_call[row.job] = number
                self.lot_called.append((row.time_s, row.job, number))
                if (row.agent, row.other, row.time_s) != (call.manager, call.task, call.opened_s):
                    yield f"{part} is called for by somebody else, or at another time than conversation {number}"
                if lot_of.setdefault(row.job, row.agent) != row.agent:
                    yield f"{part} is of two lots"
            elif row.event == "LOT_OFFERED":
                offers[number, row.agent] = row.other
            elif row.event == "LOT_AWARDED":
                others = [who for (one, who), parts in self.lot_shares.items() if one == number and row.job in parts]
                if row.job not in self.lot_calls[number] or latest_call[row.job] != number or others:
                    yield f"{part} is not called for, or awarded twice"
                self.lot_shares[number, row.agent].add(row.job)
                self.share_told_s[number, row.agent].add(row.time_s)
                if len(self.lot_shares[number, row.agent]) > offers.get((number, row.agent), inf):
                    yield f"{part} is in a share of more parts than were offered"
                self.share_task[number, row.agent] = row.other

    def take(self, message: Message) -> Iterator[str]:
        call = self.calls.get(message.conversation)
        if call is None or message.time_s < call.opened_s - SLACK_S:
            yield "nobody has called yet"
            return
        from_manager = message.word in MANAGERS_SAY
        manager, contractor = (message.sender, message.receiver)[:: 1 if from_manager else -1]
        if message.word == "INFORM":
            self.announced.add((message.conversation, message.sender))
        if message.word in ("INFORM", "REFUSE") and (message.conversation, message.sender) in self.announced:
            if manager != NOBODY and all(manager != other.manager for other in self.record.calls):
                yield "who is told manages nothing"
        elif manager != call.manager:
            yield "that is for the manager to say, or to hear"
        if contractor == NOBODY and message.word in NAME_BOTH:
            yield "that is between two"
        if contractor != NOBODY and self.record.kinds.get(contractor) != CONTRACTORS[call.kind]:
            yield f"{self.record.name(contractor)} does no {call.kind}"
        key = (message.conversation, contractor)
        promise = self.promises.get(key)
        match message.word:
            case "CFP":
                self.last_cfp_s[message.conversation] = message.time_s
                if any(self.lives(other, message.time_s) for other in self.by_task[call.task]):
                    yield "somebody has promised it"
            case "PROPOSE":
                if message.conversation not in self.last_cfp_s:
                    yield "no call has gone out"
                self.offered[message.conversation].add(contractor)
            case "ACCEPT_PROPOSAL":
                yield from self.awarded(message, call, promise)
            case "AGREE":
                if promise is None or promise.ended_s < inf:
                    yield "nothing is promised any more"
                else:
                    promise.agreed = True
            case "INFORM_DONE" if message.value == 1.0:
                if key not in self.void and (promise is None or not promise.recalled):
                    yield "no cancel was sent"
                self.give_up(key, message.time_s)
            case "INFORM_DONE":
                yield from self.told_done(message, call, promise)
            case "FAILURE" if message.value == 1.0:
                if key not in self.void and (promise is None or not promise.recalled):
                    yield "no cancel was sent"
            case "FAILURE" | "REFUSE" | "NOT_UNDERSTOOD":
                self.give_up(key, message.time_s)
            case "CANCEL" if contractor == NOBODY:
                self.withdrawn.add(message.conversation)
            case "CANCEL":
                self.void.add(key)
                if promise is not None:
                    promise.recalled = True

    def awarded(self, message: Message, call: Call, promise: Promise | None) -> Iterator[str]:
        until_s = message.value or inf
        if promise is not None:  # sent again, or renewed
            promise.until_s = max(promise.until_s, until_s)
            promise.recalled = False
            return
        key = (message.conversation, message.receiver)
        if not self.offered[message.conversation] & {NOBODY, message.receiver}:
            yield "it has made no offer"
        wait_s = call.reply_by_s - call.opened_s
        if message.time_s > self.last_cfp_s.get(message.conversation, inf) + wait_s + SLACK_S:
            yield "the offer holds no more"
        if message.conversation in self.withdrawn:
            yield "the call is withdrawn"
        if self.share_told_s[key] - {message.time_s}:
            yield "its share is told at another time"
        splits = message.conversation in self.lot_calls
        if not splits and any(conversation == message.conversation for conversation, _ in self.promises):
            yield "this conversation has found somebody"
        task = self.share_task.get(key, call.task)
        for other in self.by_task[task]:
            if other.done_s < inf or self.lives(other, message.time_s):
                yield "it is promised to somebody, or done"
        parts = self.lot_shares[key] if splits else {call.job}
        if not parts:
            yield "no part of it is told"
        self.promises[key] = Promise(task, message.time_s, until_s, parts=set(parts))
        self.by_task[task].append(self.promises[key])

    def lives(self, promise: Promise, time_s: float) -> bool:
        """It is not ended, and has not run out after a cancel that was not answered."""
        return promise.ended_s == inf and not (promise.recalled and time_s >= promise.until_s - SLACK_S)

    def told_done(self, message: Message, call: Call, promise: Promise | None) -> Iterator[str]:
        if promise is None or (promise.ended_s < inf and promise.done_s == inf):
            yield "it has promised nothing"
            return
        if promise.done_s < inf:
            return  # told again
        if not promise.agreed:
            yield "it has not agreed"
        others = [other for other in self.by_task[promise.task] if other.done_s < inf]
        if others:
            yield "it was done before"
        promise.done_s = promise.ended_s = message.time_s
        subjects = {call.manager} if call.kind == "CHARGE" else promise.parts
        deeds = self.deeds[call.kind, message.sender]
        if not any(abs(at_s - message.time_s) < SLACK_S and who in subjects for at_s, who in deeds):
            yield "nothing of the kind was done just then"

    def give_up(self, key: tuple[int, int], time_s: float) -> None:
        promise = self.promises.get(key)
        if promise is not None and promise.ended_s == inf:
            promise.ended_s = time_s

    def work_without_promise(self) -> Iterator[str]:
        """Whoever takes a part, or is brought one, has promised it."""
        leaving = _last_handovers(self.record)
        for index, row in enumerate(self.record.rows):
            kind, who = _begins(row, self.record, self.plan)
            if (
                kind
                and index not in leaving
                and not any(
                    self.calls[conversation].kind == kind
                    and contractor == who
                    and row.job in promise.parts
                    and promise.made_s - SLACK_S <= row.time_s <= promise.ended_s + SLACK_S
                    for (conversation, contractor), promise in self.promises.items()
                )
            ):
                yield f"{row.time_s:g} s: {row.event} of {self.record.name(row.job)} was not promised"

    def called_though_promised(self) -> Iterator[str]:
        """A part of a lot is called for while a vehicle has promised to take it."""
        for time_s, job, conversation in self.lot_called:
            for (other, vehicle), promise in self.promises.items():
                if any(
                    promise.made_s <= at_s <= time_s and who == job for at_s, who in self.deeds["TRANSPORT", vehicle]
                ):
                    continue  # it has been carried, though others of its share have not
                end_s = min(promise.ended_s, promise.until_s, self.left_out_s.get((other, job), inf))
                between = promise.made_s + SLACK_S < time_s < end_s - SLACK_S
                if self.calls[other].kind == "TRANSPORT" and job in promise.parts and between and other != conversation:
                    yield f"{time_s:g} s: {self.record.name(job)} is called for, and promised by conversation {other}"

    def end(self) -> Iterator[str]:
        """What is left open, and must not be."""
        for conversation, vehicle in self.lot_shares.keys() - self.promises.keys():
            yield f"{self.record.name(vehicle)} is never told its share of conversation {conversation}"
        gone = {row.job for row in self.record.rows if row.event in ("FINISHED", "SCRAPPED")}
        for (conversation, _), promise in self.promises.items():
            call = self.calls[conversation]
            done = any(other.done_s < inf for other in self.by_task[promise.task])
            useless = done or (call.kind != "CHARGE" and (promise.parts <= gone or self.plan.drains))
            if promise.ended_s == inf and not promise.recalled and useless:
                yield f"a promise of {call.kind} by conversation {conversation} is not ended"
        if self.plan.drains:
            yield from self.forgotten()

    def forgotten(self) -> Iterator[str]:
        """Transports and handlings that were called for, and neither done nor taken back."""
        called = {call.task: call for call in self.record.calls if call.kind in ("TRANSPORT", "HANDLING")}
        for (conversation, _), task in self.share_task.items():
            called[task] = self.calls[conversation]
        over = {(row.job, TASKS[int(row.value)]) for row in self.record.rows if row.event == "INFEASIBLE"}
        taken_back = set()
        for message in self.record.messages:
            if message.word == "CANCEL" and message.conversation in self.calls:
                key = (message.conversation, message.receiver)
                taken_back.add(self.share_task.get(key, self.calls[message.conversation].task))
        for task, call in called.items():
            done = any(promise.done_s < inf or promise.ended_s == inf for promise in self.by_task[task])
            if not done and task not in taken_back and (call.job, call.kind) not in over:
                yield f"task {task}, {call.kind}, is forgotten"


def _last_handovers(record: Record) -> set[int]:
    """The rows in which a part reaches the place where it leaves the factory."""
    reached: dict[int, tuple[int, int]] = {}  # part -> index of the row, place
    last: set[int] = set()
    for index, row in enumerate(record.rows):
        if row.event in ("UNLOADED", "MOVED"):
            reached[row.job] = index, row.other if row.event == "UNLOADED" else row.agent
        elif row.event == "FINISHED" and row.job in reached and reached[row.job][1] == row.agent:
            last.add(reached[row.job][0])
    return last


def _begins(row: Row, record: Record, plan: Plan) -> tuple[str, int]:
    """What kind of promise is needed for what the row says, and whose."""
    if row.event == "LOADED":
        return "TRANSPORT", row.agent
    if row.event in ("MOUNTED", "DISMOUNTED") and row.agent != row.other:
        return "HANDLING", row.agent
    reached = {"UNLOADED": row.other, "MOVED": row.agent}.get(row.event, NOBODY)
    if record.name(reached) in {**plan.stations, **plan.storage}:
        return "OPERATION", reached
    return "", NOBODY


def _deeds(record: Record, plan: Plan) -> dict[tuple[str, int], list[tuple[float, int]]]:
    """By kind of task and contractor: when it did one, for which part, or vehicle."""
    deeds: dict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    for row in record.rows:
        reached = {"UNLOADED": row.other, "MOVED": row.agent}.get(row.event, NOBODY)
        if row.event == "UNLOADED":
            deeds["TRANSPORT", row.agent].append((row.time_s, row.job))
        if record.name(reached) in plan.storage:
            deeds["OPERATION", reached].append((row.time_s, row.job))
        elif row.event == "PROCESSING_ENDED":
            deeds["OPERATION", row.agent].append((row.time_s, row.job))
        elif row.event in ("MOUNTED", "DISMOUNTED"):
            deeds["HANDLING", row.agent].append((row.time_s, row.job))
        elif row.event == "ENERGY":
            deeds["CHARGE", row.other].append((row.time_s, row.agent))
    return deeds
