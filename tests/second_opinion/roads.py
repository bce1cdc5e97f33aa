"""Where vehicles drive: nobody through walls, over one another, or away from the dock at which it handles."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from .plan import number
from .record import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan
    from .record import Record

SLACK_S = 1e-6
ARROWS = {">": (0, 1), "v": (1, 0), "<": (0, -1), "^": (-1, 0)}


def faults(record: Record, plan: Plan) -> Iterator[str]:
    """All that cannot be; of the floor only where the log has a trace."""
    for row in record.rows:
        if row.event == "BATTERY" and not 0.0 <= row.value <= 1.0:
            yield f"{row.time_s:g} s: the battery of {record.name(row.agent)} is at {row.value}"
    if plan.transport["kind"] == "grid" and record.cells:
        yield from _Floor(record, plan).faults()


class _Floor:
    def __init__(self, record: Record, plan: Plan) -> None:
        self.record, self.plan = record, plan
        self.art = plan.data["layout"]["art"].split("\n")
        self.width = len(self.art[0])
        self.legend = dict(plan.data["layout"]["legend"])
        self.tick_s = number(plan.data["layout"].get("cell_size", 1.0)) / number(plan.agvs.get("speed", 1.0))
        self.times_s = [tick * self.tick_s for tick in record.ticks]
        self.vehicles = record.ids("AGV")
        self.states = defaultdict(lambda: [(0.0, "IDLE")])  # vehicle -> since when, state
        for row in record.rows:
            if row.event == "VEHICLE_STATE":
                self.states[row.agent].append((row.time_s, STATES[row.event][int(row.value)]))

    def symbol(self, cell: int) -> str:
        """What is drawn there; a wall outside."""
        y, x = divmod(cell, self.width)
        return self.art[y][x] if 0 <= y < len(self.art) else "#"

    def faults(self) -> Iterator[str]:
        before, before_tick = None, -1
        for tick, cells in zip(self.record.ticks, self.record.cells, strict=True):
            if tick <= before_tick:
                yield f"tick {tick} follows tick {before_tick}"
            for why in self.tick(before, cells):
                yield f"tick {tick}: {why}"
            before, before_tick = cells, tick
        for column, vehicle in enumerate(self.vehicles):
            for why in (*self.docks(column, vehicle), *self.standing(column, vehicle), *self.pace(column, vehicle)):
                yield f"{self.record.name(vehicle)} {why}"

    def tick(self, before: list[int] | None, cells: list[int]) -> Iterator[str]:
        if len(set(cells)) < len(cells):
            yield f"two in one cell: {cells}"
        if any(self.symbol(cell) == "#" for cell in cells):
            yield f"one in a wall: {cells}"
        moves = [] if before is None else [(a, b) for a, b in zip(before, cells, strict=True) if a != b]
        for a, b in moves:
            (ay, ax), (by, bx) = divmod(a, self.width), divmod(b, self.width)
            step = (by - ay, bx - ax)
            if abs(step[0]) + abs(step[1]) != 1:
                yield f"a leap from {a} to {b}"
            if ARROWS.get(self.symbol(a), step) != step or ARROWS.get(self.symbol(b)) == (-step[0], -step[1]):
                yield f"against the arrow from {a} to {b}"
            if (b, a) in moves:
                yield f"two exchange {a} and {b}"

    def cells_at(self, column: int, time_s: float) -> set[int]:
        """Where a vehicle may be at a time: at an instant at which it moves, before and after."""
        rows = (bisect_right(self.times_s, time_s - SLACK_S) - 1, bisect_right(self.times_s, time_s + SLACK_S) - 1)
        return {self.record.cells[max(row, 0)][column] for row in rows}

    def docks(self, column: int, vehicle: int) -> Iterator[str]:
        for row in self.record.rows:
            charges = row.event == "VEHICLE_STATE" and STATES[row.event][int(row.value)] == "CHARGING"
            if row.agent != vehicle or not (charges or row.event in ("LOADED", "UNLOADED")):
                continue
            places = self.plan.data.get("chargers", {}) if charges else [self.record.name(row.other)]
            if not any(self.legend.get(self.symbol(cell)) in places for cell in self.cells_at(column, row.time_s)):
                yield f"is not at {' or '.join(places)} at {row.time_s:g} s"

    def moves(self, column: int) -> list[tuple[int, int, int]]:
        """Tick, cell before, cell after."""
        path = [cells[column] for cells in self.record.cells]
        steps = zip(self.record.ticks[1:], path, path[1:], strict=False)
        return [(tick, a, b) for tick, a, b in steps if a != b]

    def standing(self, column: int, vehicle: int) -> Iterator[str]:
        times_s = [tick * self.tick_s for tick, _, _ in self.moves(column)]
        states = self.states[vehicle]
        for (from_s, state), (to_s, _) in zip(states, [*states[1:], (self.record.end_s, "")], strict=True):
            if state in ("HANDLING", "CHARGING", "DOWN") and any(
                from_s + SLACK_S < time_s < to_s - SLACK_S for time_s in times_s
            ):
                yield f"moves while it is {state} from {from_s:g} to {to_s:g} s"

    def pace(self, column: int, vehicle: int) -> Iterator[str]:
        """Ticks between two moves: for turning, and for driving with a load."""
        speed, turn_s = number(self.plan.agvs.get("speed", 1.0)), self.plan.agvs.get("turn")
        slow = int(speed / number(self.plan.agvs.get("loaded_speed", speed)) + SLACK_S)
        quarter = 0
        if self.plan.agvs.get("kinematics") == "differential":
            quarter = 1 if turn_s is None else max(-int(-(number(turn_s) / self.tick_s - SLACK_S) // 1), 1)
        loads = [row for row in self.record.rows if row.agent == vehicle and row.event in ("LOADED", "UNLOADED")]
        moves = self.moves(column)
        for (last, a, b), (tick, c, d) in pairwise(moves):
            turned = (b - a) != (d - c)
            turns = quarter * (2 if b - a == c - d else 1) if turned else 0
            before = [row.event for row in loads if row.time_s < tick * self.tick_s - SLACK_S]
            loaded = before.count("LOADED") > before.count("UNLOADED")
            if tick - last < turns + (slow if loaded else 1):
                yield f"moves at tick {last} and at tick {tick}"
