"""Checks that work is done by the contractor that holds the award, and is reported only when just done.

| task | an award is held when the part is | the task is done when |
|---|---|---|
| transport | LOADED by the vehicle | UNLOADED by it |
| operation | handed over to the station, unless it has left | PROCESSING_ENDED there |
| storing | handed over to the storage | as well |
| handling | MOUNTED or DISMOUNTED by the robot | as well |
| charging | | ENERGY from the charger |

Events and messages of one instant may have happened in either order.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...agents.negotiation.messages import Performative
from ...agents.shop.tasks import TaskKind
from ..log import AgentKind, Event
from .orders import last_handovers
from .violation import TOLERANCE_S, Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario

_Work = tuple[int, int, int]  # kind of task, contractor, and the part concerned or the vehicle to charge
_GIVES_UP = (Performative.REFUSE, Performative.FAILURE)
_TOO_LATE = _DROPPED = 1.0  # the value of a failure, or an inform-done, that answers a cancel
_DEEDS = (Event.LOADED, Event.UNLOADED, Event.MOVED, Event.MOUNTED, Event.DISMOUNTED, Event.PROCESSING_ENDED)


@dataclass(slots=True)
class _Award:
    kind: int
    subjects: set[int]  # parts, or the vehicle to charge
    begin_s: float
    end_s: float = float("inf")


def check_deeds(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rules unawarded and unfounded."""
    return _Replay(log, scenario).run()


class _Replay:
    def __init__(self, log: "EventLog", scenario: "Scenario") -> None:
        self.log = log
        names = {uid: log.name_of(uid) for uid in log.ids(AgentKind.STATION)}
        self.stations = {uid for uid, name in names.items() if name in scenario.stations}
        self.storages = {uid for uid, name in names.items() if name in scenario.storage}
        self.awards: dict[tuple[int, int], _Award] = {}  # by conversation and contractor
        self.told: list[tuple[int, float, tuple[int, int]]] = []  # row, time, award: a report that a task is done
        self.done_s: dict[_Work, list[float]] = defaultdict(list)
        self.begun: list[tuple[int, float, _Work]] = []  # row, time, work that has begun
        self.found: list[Violation] = []

    def run(self) -> list[Violation]:
        self._read_messages()
        self._read_events()
        self._judge_deeds()
        self._judge_words()
        return self.found

    def _read_messages(self) -> None:
        calls = {
            conversation: (kind, manager if kind == TaskKind.CHARGE else job)
            for conversation, _, kind, job, manager, *_ in self.log.conversations.tolist()
        }
        shares: dict[tuple[int, int], set[int]] = defaultdict(set)
        events = self.log.events
        for _, _, agent, job, _, value in events[events["kind"] == Event.LOT_AWARDED].tolist():
            shares[int(value), agent].add(job)
        for row, (time_s, word, conversation, sender, receiver, _, value) in enumerate(self.log.messages.tolist()):
            if word == Performative.ACCEPT_PROPOSAL and conversation in calls:
                key = (conversation, receiver)
                kind, subject = calls[conversation]
                self.awards.setdefault(key, _Award(kind, shares.get(key, {subject}), time_s))
                continue
            key = (conversation, sender)
            award = self.awards.get(key)
            if award is None or award.end_s < float("inf"):
                continue
            if word == Performative.INFORM_DONE:
                award.end_s = time_s
                if value != _DROPPED:
                    self.told.append((row, time_s, key))
            elif word in _GIVES_UP and not (word == Performative.FAILURE and value == _TOO_LATE):
                award.end_s = time_s

    def _read_events(self) -> None:
        events, stays, leaving = self.log.events, self.log.stays(), last_handovers(self.log)
        rows = np.flatnonzero(np.isin(events["kind"], [*_DEEDS, Event.ENERGY]))
        for row, (time_s, kind, agent, job, other, _) in zip(rows.tolist(), events[rows].tolist(), strict=True):
            if kind == Event.ENERGY:
                self._done(time_s, (TaskKind.CHARGE, other, agent))
            elif kind == Event.LOADED:
                self.begun.append((row, time_s, (TaskKind.TRANSPORT, agent, job)))
            elif kind == Event.PROCESSING_ENDED:
                self._done(time_s, (TaskKind.OPERATION, agent, job))
            elif kind in (Event.MOUNTED, Event.DISMOUNTED):
                if agent != other:  # an untended station handles its parts without a call
                    self.begun.append((row, time_s, (TaskKind.HANDLING, agent, job)))
                    self._done(time_s, (TaskKind.HANDLING, agent, job))
            else:
                place = agent if kind == Event.MOVED else other
                if kind == Event.UNLOADED:
                    self._done(time_s, (TaskKind.TRANSPORT, agent, job))
                there = row not in leaving and (place not in stays or time_s <= stays[place][1])
                if there and (place in self.stations or place in self.storages):
                    self.begun.append((row, time_s, (TaskKind.OPERATION, place, job)))
                if there and place in self.storages:
                    self._done(time_s, (TaskKind.OPERATION, place, job))

    def _done(self, time_s: float, work: _Work) -> None:
        self.done_s[work].append(time_s)

    # -- verdicts

    def _judge_deeds(self) -> None:
        held: dict[_Work, list[_Award]] = defaultdict(list)
        for (_, contractor), award in self.awards.items():
            for subject in award.subjects:
                held[award.kind, contractor, subject].append(award)
        for row, time_s, work in self.begun:
            kind, contractor, job = work
            awards = held.get(work, ())
            if not any(award.begin_s - TOLERANCE_S <= time_s <= award.end_s + TOLERANCE_S for award in awards):
                said = self.log.sentence(row)
                word = TaskKind(kind).name.lower()
                text = f"{said}, but {self.log.name_of(contractor)} holds no award of that {word}"
                self.found.append(Violation("unawarded", time_s, self.log.name_of(job), text, row))

    def _judge_words(self) -> None:
        for row, time_s, key in self.told:
            award = self.awards[key]
            works = [(award.kind, key[1], subject) for subject in award.subjects]
            if not any(self._did(work, time_s) for work in works):
                said = self.log.message_sentence(row)
                kind = TaskKind(award.kind).name.lower()
                text = f"{said}, but it has just done no {kind} of {self.log.name_of(works[0][2])}"
                self.found.append(Violation("unfounded", time_s, self.log.name_of(key[1]), text, row))

    def _did(self, work: _Work, time_s: float) -> bool:
        times_s = self.done_s.get(work, [])
        return bisect_left(times_s, time_s - TOLERANCE_S) < bisect_right(times_s, time_s + TOLERANCE_S)
