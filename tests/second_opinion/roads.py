"""Where vehicles drive: nobody through walls, over one another, too fast, or away from the dock at which it handles.

A vehicle whose cell is another one in a row of the trace than before has moved in the tick that ended then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from .record import STATES
from .travel_times import Floor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan
    from .record import Record

SLACK_S = 1e-6


def faults(record: Record, plan: Plan) -> Iterator[str]:
    """All that cannot be; of the floor only where the log has a trace."""
    for row in record.rows:
        if row.event == "BATTERY" and not 0.0 <= row.value <= 1.0:
            yield f"{row.time_s:g} s: the battery of {record.name(row.agent)} is at {row.value}"
    if plan.transport["kind"] == "grid" and record.cells:
        yield from _Trace(record, plan).faults()


class _Trace:
    def __init__(self, record: Record, plan: Plan) -> None:
        self.record, self.plan, self.floor = record, plan, Floor(plan)
        self.tick_s = self.floor.tick_s
        self.states = defaultdict(lambda: [(0.0, "IDLE")])  # vehicle -> since when, state
        for row in record.rows:
            if row.event == "VEHICLE_STATE":
                self.states[row.agent].append((row.time_s, STATES[row.event][int(row.value)]))

    def faults(self) -> Iterator[str]:
        before, before_tick = None, -1
        for tick, cells in zip(self.record.ticks, self.record.cells, strict=True):
            if tick <= before_tick:
                yield f"tick {tick} follows tick {before_tick}"
            for why in self.tick(before, cells):
                yield f"tick {tick}: {why}"
            before, before_tick = cells, tick
        for column, vehicle in enumerate(self.record.ids("AGV")):
            for why in (*self.docks(column, vehicle), *self.standing(column, vehicle), *self.pace(column, vehicle)):
                yield f"{self.record.name(vehicle)} {why}"

    def tick(self, before: list[int] | None, cells: list[int]) -> Iterator[str]:
        if len(set(cells)) < len(cells):
            yield f"two in one cell: {cells}"
        if any(self.floor.symbol(cell) == "#" for cell in cells):
            yield f"one in a wall: {cells}"
        moves = [] if before is None else [(a, b) for a, b in zip(before, cells, strict=True) if a != b]
        for a, b in moves:
            if not self.floor.may_go(a, b):
                yield f"nobody may go from {a} to {b}"
            if (b, a) in moves:
                yield f"two exchange {a} and {b}"

    def docks(self, column: int, vehicle: int) -> Iterator[str]:
        ends_s = [tick * self.tick_s for tick in self.record.ticks]
        for row in self.record.rows:
            charges = row.event == "VEHICLE_STATE" and STATES[row.event][int(row.value)] == "CHARGING"
            if row.agent != vehicle or not (charges or row.event in ("LOADED", "UNLOADED")):
                continue
            places = self.plan.data.get("chargers", {}) if charges else [self.record.name(row.other)]
            cell = self.record.cells[max(bisect_right(ends_s, row.time_s + SLACK_S) - 1, 0)][column]
            if self.floor.place_of.get(self.floor.symbol(cell)) not in places:
                yield f"is not at {' or '.join(places)} at {row.time_s:g} s"

    def moves(self, column: int) -> list[tuple[int, int, int]]:
        """Tick, cell before, cell after."""
        path = [cells[column] for cells in self.record.cells]
        steps = zip(self.record.ticks[1:], path, path[1:], strict=False)
        return [(tick, a, b) for tick, a, b in steps if a != b]

    def standing(self, column: int, vehicle: int) -> Iterator[str]:
        """Whoever breaks down within a tick comes to the end of it."""
        ends_s = [tick * self.tick_s for tick, _, _ in self.moves(column)]
        states = self.states[vehicle]
        for (from_s, state), (to_s, _) in zip(states, [*states[1:], (self.record.end_s, "")], strict=True):
            late_s = {"HANDLING": 0.0, "CHARGING": 0.0, "DOWN": self.tick_s}.get(state)
            if late_s is not None and any(
                from_s + late_s + SLACK_S < end_s and end_s - self.tick_s < to_s - SLACK_S for end_s in ends_s
            ):
                yield f"moves while it is {state} from {from_s:g} to {to_s:g} s"

    def pace(self, column: int, vehicle: int) -> Iterator[str]:
        """Ticks between two moves, or since a part was handled: for turning, and for driving with a load."""
        slow = int(self.floor.pace_s[True] / self.tick_s + SLACK_S)
        loads = [row for row in self.record.rows if row.agent == vehicle and row.event in ("LOADED", "UNLOADED")]
        for (last, a, b), (tick, c, d) in pairwise(self.moves(column)):
            turns = 0 if b - a == d - c else self.floor.quarter_ticks * (2 if b - a == c - d else 1)
            before = [row for row in loads if row.time_s < tick * self.tick_s - SLACK_S]
            parts = sum(1 if row.event == "LOADED" else -1 for row in before)
            drive = slow if parts > 0 else 1
            if tick - last < turns + drive:
                yield f"moves at tick {last} and at tick {tick}"
            if before and tick * self.tick_s - before[-1].time_s < drive * self.tick_s - SLACK_S:
                yield f"moves at tick {tick}, too soon after it has handled a part"
