"""Checks that every part begins, ends and ranks as its order says.

Where orders differ in stream, end or priority, an ORDERED row follows the RELEASED row of each part and names them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...agents.events import NOBODY
from ..log import AgentKind, Event
from .violation import Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario
    from ..scenario.orders import OrderProcess


class Ordered(NamedTuple):
    """What the log says about the order of a part."""

    end: int  # id of the place where it leaves
    priority: int


def ordered(log: EventLog, scenario: Scenario) -> dict[int, Ordered]:
    """What the log says about the order of each part, by the id of the part."""
    ids = {log.name_of(unique_id): unique_id for unique_id in log.ids(AgentKind.STATION)}
    usual = Ordered(ids.get(scenario.sink, NOBODY), 0)
    found = dict.fromkeys(log.events["job"][log.events["kind"] == Event.RELEASED].tolist(), usual)
    rows = log.events[log.events["kind"] == Event.ORDERED]
    for job, end, priority in zip(rows["job"].tolist(), rows["agent"].tolist(), rows["value"].tolist(), strict=True):
        found[job] = Ordered(end, int(priority))
    return found


def products_of(log: EventLog, scenario: Scenario) -> dict[int, str]:
    """The product of each part, by the id of the part; rows that name none are left out."""
    names = list(scenario.products)
    rows = log.events[log.events["kind"] == Event.RELEASED]
    found = zip(rows["job"].tolist(), rows["other"].tolist(), strict=True)
    return {job: names[product] for job, product in found if 0 <= product < len(names)}


def last_handovers(log: EventLog) -> set[int]:
    """The rows in which a part reaches the place where it is finished, which takes it in for no operation."""
    kinds = (Event.UNLOADED, Event.MOVED, Event.FINISHED)
    rows = np.flatnonzero(np.isin(log.events["kind"], kinds))
    latest: dict[int, tuple[int, int]] = {}  # part -> row and place of its latest handover
    found: set[int] = set()
    for row, (_, kind, agent, job, other, _) in zip(rows.tolist(), log.events[rows].tolist(), strict=True):
        if kind != Event.FINISHED:
            latest[job] = row, other if kind == Event.UNLOADED else agent
        elif job in latest and latest[job][1] == agent:
            found.add(latest[job][0])
    return found


def check_orders(log: EventLog, scenario: Scenario) -> list[Violation]:
    """Check the rule order."""
    return _Orders(log, scenario).run()


class _Orders:
    def __init__(self, log: EventLog, scenario: Scenario) -> None:
        self.log, self.scenario = log, scenario
        self.streams = [stream for _, stream in scenario.orders.streams]
        self.products = list(scenario.products)
        usual = scenario.source, scenario.sink
        self.routes = [  # where the orders of each stream may begin and end
            {(begin or usual[0], leave or usual[1]) for begin, leave in stream.routes} | {usual}
            for stream in self.streams
        ]
        self.entries = {start for routes in self.routes for start, _ in routes}
        self.priorities = [self._priorities(stream) for stream in self.streams]
        self.found: list[Violation] = []

    def run(self) -> list[Violation]:
        events = self.log.events
        rows = np.flatnonzero(np.isin(events["kind"], (Event.RELEASED, Event.ORDERED)))
        released: dict[int, tuple[int, int, int]] = {}  # job -> row, place, product
        said: dict[int, int] = {}  # job -> row
        for row in rows.tolist():
            _, kind, agent, job, other, value = events[row].tolist()
            if kind == Event.RELEASED:
                released.setdefault(job, (row, agent, other))
            elif job not in released or job in said:
                self._report(row, job, "it was not released" if job not in released else "that was said before")
            elif events["time_s"][row] != events["time_s"][released[job][0]]:
                self._report(row, job, "it was released at another time")
            else:
                said[job] = row
                self._agrees(row, job, *released[job][1:], other, agent, value)
        for job, (row, agent, _) in released.items():
            if job not in said:
                self._begins(row, job, agent)
        return self.found

    def _begins(self, row: int, job: int, agent: int) -> None:
        """Check a release of which the log says no more."""
        if self.scenario.orders_differ:
            self._report(row, job, "the log does not say where it ends")
            return
        if self.log.name_of(agent) not in self.entries:
            self._report(row, job, f"parts are released at {' or '.join(sorted(self.entries))}")

    def _agrees(self, row: int, job: int, start: int, product: int, stream: int, end: int, priority: float) -> None:
        """Check that a stream has such an order."""
        if not 0 <= stream < len(self.streams) or not 0 <= product < len(self.products):
            self._report(row, job, f"there are {len(self.streams)} streams and {len(self.products)} products")
            return
        name = self.products[product]
        ends = self.log.name_of(start), self.log.name_of(end)
        if ends not in self.routes[stream]:
            self._report(row, job, f"its stream has no order from {ends[0]} to {ends[1]}")
        if priority not in self.priorities[stream][name]:
            self._report(row, job, f"no {name} of its stream has the priority {priority:g}")

    def _priorities(self, stream: OrderProcess) -> dict[str, set[int]]:
        """The priorities that orders of a stream may have, by product."""
        found = {
            name: {product.priority if stream.priority is None else stream.priority}
            for name, product in self.scenario.products.items()
        }
        for order in stream.listed:
            if order.priority is not None:
                found[order.product].add(order.priority)
        return found

    def _report(self, row: int, job: int, text: str) -> None:
        time_s, said = float(self.log.events["time_s"][row]), self.log.sentence(row)
        self.found.append(Violation("order", time_s, self.log.name_of(job), f"{said}, but {text}", row))
