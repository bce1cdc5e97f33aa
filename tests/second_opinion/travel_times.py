"""How soon a vehicle can be somewhere else when nobody is in its way: slow searches, one for each question."""

from __future__ import annotations

import heapq
from itertools import product
from typing import TYPE_CHECKING

from .plan import number

if TYPE_CHECKING:
    from .plan import Plan

STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))
ARROWS = dict(zip(">v<^", STEPS, strict=True))


class TravelTimes:
    """Least seconds from place to place; none are known where parts move themselves."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.table: dict[tuple[str, str], float] = {}
        self.known: dict[tuple[str, str, bool], float] = {}
        if plan.transport["kind"] == "matrix":
            places, travel = plan.transport["places"], plan.transport["travel"]
            self.table = {(a, b): number(travel[i][j]) for i, a in enumerate(places) for j, b in enumerate(places)}
            for via, a, b in product(places, repeat=3):  # over another place it may be sooner
                self.table[a, b] = min(self.table[a, b], self.table[a, via] + self.table[via, b])
        elif plan.transport["kind"] == "grid":
            self.floor = Floor(plan)

    def least_s(self, origin: str, place: str, *, loaded: bool) -> float:
        if self.plan.transport["kind"] != "grid" or origin == place:
            return self.table.get((origin, place), 0.0)
        key = (origin, place, loaded)
        if key not in self.known:
            self.known[key] = self.floor.least_s(*key)
        return self.known[key]


class Floor:
    """The drawing of a floor."""

    def __init__(self, plan: Plan) -> None:
        agvs, layout = plan.agvs, plan.data["layout"]
        self.rows = layout["art"].split("\n")
        self.width = len(self.rows[0])
        self.place_of: dict[str, str] = layout["legend"]
        speed, cell_m = number(agvs.get("speed", 1.0)), number(layout.get("cell_size", 1.0))
        self.tick_s = cell_m / speed
        self.pace_s = {False: self.tick_s, True: cell_m / number(agvs.get("loaded_speed", speed))}
        self.quarter_ticks = 0
        if agvs.get("kinematics") == "differential":
            ticks = number(agvs.get("turn", 0.0)) / self.tick_s
            self.quarter_ticks = max(int(ticks) + (ticks - int(ticks) > 1e-6), 1)

    def symbol(self, cell: int) -> str:
        """What is drawn there; a wall outside."""
        y, x = divmod(cell, self.width)
        return self.rows[y][x] if 0 <= y < len(self.rows) else "#"

    def may_go(self, a: int, b: int) -> bool:
        """Whether a move from a cell to a cell is one, and not against an arrow."""
        (ay, ax), (by, bx) = divmod(a, self.width), divmod(b, self.width)
        step = (by - ay, bx - ax)
        if step not in STEPS or "#" in (self.symbol(a), self.symbol(b)):
            return False
        return ARROWS.get(self.symbol(a), step) == step and ARROWS.get(self.symbol(b)) != (-step[0], -step[1])

    def least_s(self, origin: str, place: str, loaded: bool) -> float:
        """Dijkstra's search over cells and facings, from any dock to any dock."""
        cells = range(len(self.rows) * self.width)
        docks = [cell for cell in cells if self.place_of.get(self.symbol(cell)) == origin]
        queue = [(0.0, cell, facing) for cell in docks for facing in range(4)]
        seen: set[tuple[int, int]] = set()
        while queue:
            time_s, cell, facing = heapq.heappop(queue)
            if self.place_of.get(self.symbol(cell)) == place:
                return time_s
            if (cell, facing) in seen:
                continue
            seen.add((cell, facing))
            for way, (down, right) in enumerate(STEPS):
                following = cell + down * self.width + right
                if self.may_go(cell, following):
                    quarters = min((way - facing) % 4, (facing - way) % 4)
                    turns_s = quarters * self.quarter_ticks * self.tick_s
                    heapq.heappush(queue, (time_s + turns_s + self.pace_s[loaded], following, way))
        return 0.0
