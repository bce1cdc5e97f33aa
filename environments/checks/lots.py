"""Replays the shares of lots: which vehicle was to carry each part, and which did.

called -LOT_AWARDED-> in a share -LOADED-> on the vehicle -UNLOADED-> carried
   ^                      |
   +-- called again ------+  its contract has ended; or LOT_LEFT_OUT: the part goes elsewhere

Messages and events of one instant are in two tables that do not tell which came first. So a share that ends at an
instant may or may not have been held in it: a part may be loaded at that instant, and called for again.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...agents.negotiation.messages import Performative
from ..log import Event
from .violation import NO_ROW, TOLERANCE_S, Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario

_ENDS = (Performative.FAILURE, Performative.REFUSE, Performative.INFORM_DONE, Performative.CANCEL)
_STEPS = (
    Event.LOT_CALLED,
    Event.LOT_OFFERED,
    Event.LOT_AWARDED,
    Event.LOT_LEFT_OUT,
    Event.LOADED,
    Event.UNLOADED,
    Event.SET_DOWN,
    Event.SCRAPPED,
)
_Award = tuple[int, int]  # conversation, contractor


@dataclass(slots=True)
class _Carriage:
    """A part to be carried: the last call for it, and the award of the share that it is in."""

    called: int
    share: _Award | None = None
    loaded: bool = False


@dataclass(slots=True)
class _Share:
    """The award of one contractor in one conversation, with the parts not carried yet."""

    waiting: set[int] = field(default_factory=set)
    begun_s: float = float("inf")  # the first message that it holds the share
    ended_s: float = float("inf")  # the first word of either side that it does not hold any more
    done_s: float = float("inf")


def check_lots(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rules share and lot."""
    events = log.events
    if not (events["kind"] == Event.LOT_CALLED).any():
        return []
    return _Replay(log, scenario).run()


class _Replay:
    def __init__(self, log: "EventLog", scenario: "Scenario") -> None:
        self.log, self.scenario = log, scenario
        self.lots: dict[int, set[int]] = {}  # conversation -> parts called for
        self.offers: dict[_Award, int] = {}  # if the log has them
        self.shares: dict[_Award, _Share] = {}
        self.carriages: dict[int, _Carriage] = {}
        self.lot_of: dict[int, int] = {}
        self.calls = {  # conversation -> manager and task, and time of opening
            number: ((manager, task), opened_s)
            for number, task, _, _, manager, opened_s, _ in log.conversations.tolist()
        }
        self.found: list[Violation] = []

    def run(self) -> list[Violation]:
        events = self.log.events
        self._read_terms()
        rows = np.flatnonzero(np.isin(events["kind"], _STEPS))
        for row, (time_s, kind, agent, job, other, value) in zip(rows.tolist(), events[rows].tolist(), strict=True):
            match kind:
                case Event.LOT_CALLED:
                    self._called(row, time_s, int(value), (agent, other), job)
                case Event.LOT_OFFERED:
                    self.offers[int(value), agent] = other
                case Event.LOT_AWARDED:
                    self._awarded(row, time_s, (int(value), agent), job)
                case Event.LOT_LEFT_OUT:
                    self._leave(job)
                case Event.LOADED if job in self.carriages:
                    self._loaded(row, time_s, agent, job)
                case Event.UNLOADED | Event.SET_DOWN | Event.SCRAPPED if job in self.carriages:
                    self._leave(job)
        self._judge_end()
        return self.found

    def _read_terms(self) -> None:
        events, messages = self.log.events, self.log.messages
        awarded = events[events["kind"] == Event.LOT_AWARDED]
        for agent, value in zip(awarded["agent"].tolist(), awarded["value"].tolist(), strict=True):
            self.shares[int(value), agent] = _Share()
        about = np.isin(messages["conversation"], events["value"][events["kind"] == Event.LOT_CALLED].astype(int))
        words = np.isin(messages["performative"], (Performative.ACCEPT_PROPOSAL, *_ENDS))
        rows = np.flatnonzero(about & words)
        for row, message in zip(rows.tolist(), messages[rows].tolist(), strict=True):
            time_s, performative, conversation, sender, receiver, _, value = message
            of_manager = performative in (Performative.CANCEL, Performative.ACCEPT_PROPOSAL)
            share = self.shares.get((conversation, receiver if of_manager else sender))
            if performative == Performative.ACCEPT_PROPOSAL:
                if share is None:
                    text = f"{self.log.describe_message(row).split(': ', 1)[1]}, but no part of it is told"
                    self._add("share", time_s, receiver, text, row)
                else:
                    share.begun_s = min(share.begun_s, time_s)
            elif share is not None and share.begun_s < float("inf"):  # before it is awarded nothing of it can end
                share.ended_s = min(share.ended_s, time_s)
                if performative == Performative.INFORM_DONE and not value:  # which would answer a cancel
                    share.done_s = min(share.done_s, time_s)

    def _called(self, row: int, time_s: float, conversation: int, task: tuple[int, int], job: int) -> None:
        self.lots.setdefault(conversation, set()).add(job)
        lot, _ = task
        called, opened_s = self.calls[conversation]
        if (called, opened_s) != (task, time_s):
            text = f"{self.log.name_of(called[0])} has opened it for task {called[1]} at {opened_s:g} s"
            self._report("share", row, time_s, job, text)
        if self.lot_of.setdefault(job, lot) != lot:
            self._report("share", row, time_s, job, f"it is of {self.log.name_of(self.lot_of[job])}")
        carriage = self.carriages.get(job)
        if carriage is not None and carriage.share is not None and time_s < self._ended_s(carriage.share) - TOLERANCE_S:
            self._report("share", row, time_s, job, "it is in a share that is held")
        if carriage is not None and carriage.loaded:
            self._report("lot", row, time_s, job, "it is on a vehicle")
        self.carriages[job] = _Carriage(conversation)

    def _awarded(self, row: int, time_s: float, award: _Award, job: int) -> None:
        conversation, contractor = award
        share, carriage = self.shares[award], self.carriages.get(job)
        if time_s != share.begun_s:
            said_s = f"at {share.begun_s:g} s" if share.begun_s < float("inf") else "never"
            self._report("share", row, time_s, job, f"it was told so {said_s}")
        if job not in self.lots.get(conversation, ()) or carriage is None or carriage.called != conversation:
            self._report("share", row, time_s, job, f"conversation {conversation} does not call for it")
            return
        if carriage.share is not None:
            self._report("share", row, time_s, job, f"{self.log.name_of(carriage.share[1])} has been awarded it before")
        share.waiting.add(job)
        if len(share.waiting) > self.offers.get(award, len(share.waiting)):
            text = f"{self.log.name_of(contractor)} has offered to take {self.offers[award]}"
            self._report("share", row, time_s, job, text)
        carriage.share = award

    def _loaded(self, row: int, time_s: float, agent: int, job: int) -> None:
        carriage = self.carriages[job]
        if carriage.loaded:
            self._report("lot", row, time_s, job, "it was taken before")
        elif (
            carriage.share is None or carriage.share[1] != agent or time_s > self._ended_s(carriage.share) + TOLERANCE_S
        ):
            self._report("lot", row, time_s, job, f"{self.log.name_of(agent)} holds no share with it")
        carriage.loaded = True

    def _leave(self, job: int) -> None:
        carriage = self.carriages.pop(job, None)
        if carriage is not None and carriage.share is not None:
            self.shares[carriage.share].waiting.discard(job)

    def _ended_s(self, award: _Award) -> float:
        return self.shares[award].ended_s

    def _judge_end(self) -> None:
        for (conversation, contractor), share in self.shares.items():
            for job in sorted(share.waiting):
                if share.done_s < float("inf") and self.carriages.get(job) is not None:
                    text = f"{self.log.name_of(contractor)} is done with its share in conversation {conversation}"
                    self._add("lot", share.done_s, job, f"{text}, and has not carried it", NO_ROW)
        if self.scenario.drain:
            for job, carriage in self.carriages.items():
                text = f"it was called for in conversation {carriage.called}, and not carried"
                self._add("lot", self.log.end_s, job, text, NO_ROW)

    def _report(self, rule: str, row: int, time_s: float, job: int, text: str) -> None:
        said = self.log.sentence(row)
        self._add(rule, time_s, job, f"{said}, but {text}", row)

    def _add(self, rule: str, time_s: float, job: int, text: str, row: int) -> None:
        self.found.append(Violation(rule, time_s, self.log.name_of(job), text, row))
