"""Planners of a floor: `pibt` looks one step ahead, `lookahead` plans a window of ticks.

Both read the same arrays and give the same guarantees: no collisions; held vehicles do not move; a vehicle in a dead
end is given a way out. They differ in computing time and in throughput on crowded floors (docs/traffic.md).

Dimensions: V vehicles, C cells.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import numpy as np

from ..costs import TICK_COST
from ..fields import AVOID, SHUN
from ..graph import FORWARD
from ..ids import NO_CELL, NO_VEHICLE
from ..kernels.inertia import tick_inert
from ..kernels.tick import count_arrivals, exchange_spots, tick_floor
from ..planners.lookahead import Budget, LookaheadPlanner
from .inertia import TurnFields

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..vehicles import Vehicles
    from .inertia import Inertia
    from .roads import Roads

PlannerName = Literal["pibt", "lookahead"]
_DETOUR_TICKS = {AVOID: 8, SHUN: 64}  # longest detour of the look-ahead planner round a dock or a broken-down vehicle
UNHURRIED_SHARE = 1000  # improvement must not delay vehicles with a task in favour of vehicles that wait or rest
_NO_TURNS = TurnFields(np.empty((0, 0), np.int32), np.empty(0, np.int32), 1, np.empty(0, np.int32))


class Tick(NamedTuple):
    """The outcome of a tick."""

    moved: int  # vehicles that changed their cell
    arrived: int  # vehicles that are to be reported and at their goal
    restless: int  # vehicles that are not held and not at their goal
    reordered: bool  # the next tick may differ although no vehicle moved


class Planner(Protocol):
    """Moves all vehicles of a floor, a tick at a time."""

    def tick(self, number: int) -> Tick:
        """Move all vehicles once."""
        ...

    def adopt(self, fleet: Vehicles, inertia: Inertia | None) -> None:
        """Take over another set of vehicles."""
        ...

    def renew(self) -> None:
        """React to changed moves."""
        ...

    def reprice(self) -> None:
        """React to changed cells to avoid."""
        ...


class PlannerClass(Protocol):
    """Creates a planner for the vehicles of a floor; `robocell.testing.check_planner` tests it."""

    def __call__(self, fleet: Vehicles, roads: Roads, inertia: Inertia | None, *, seed: int) -> Planner:
        """Create the planner; `inertia` is None if every vehicle moves one cell per tick in any direction."""
        ...


class PibtPlanner:
    """PIBT with the rules of `kernels.tick`; with `inertia`, vehicles turn in place or are slow."""

    def __init__(
        self, fleet: Vehicles, roads: Roads, inertia: Inertia | None, *, turn_ticks: int = 0, seed: int = 0
    ) -> None:
        self._roads = roads
        self._turn_ticks = turn_ticks
        self._seed = seed
        self._now = np.full(roads.layout.size, NO_VEHICLE, np.int32)
        self._after = self._now.copy()
        self.adopt(fleet, inertia)

    def tick(self, number: int) -> Tick:
        """Move all vehicles once."""
        fleet, roads, maps = self._fleet, self._roads, (self._now, self._after)
        self._now, self._after = self._after, self._now
        if self._inertia is None:
            return Tick(*tick_floor(fleet, roads.topology, roads.fields.fields, *maps, self._seed, number))
        turn_fields = (_NO_TURNS, _NO_TURNS)
        if roads.turns is not None:
            empty, loaded = roads.turns
            fields = empty.towards(fleet.goal)
            turn_fields = (fields, fields if loaded is empty else loaded.towards(fleet.goal))
        return Tick(
            *tick_inert(
                fleet,
                self._inertia,
                roads.topology,
                roads.fields.fields,
                *turn_fields,
                self._turn_ticks,
                *maps,
                self._seed,
                number,
            )
        )

    def adopt(self, fleet: Vehicles, inertia: Inertia | None) -> None:
        """Take over another set of vehicles."""
        self._fleet, self._inertia = fleet, inertia
        self._now.fill(NO_VEHICLE)
        self._now[fleet.cell] = np.arange(len(fleet.cell))

    def renew(self) -> None:
        """No effect: the planner caches nothing of the roads."""

    def reprice(self) -> None:
        """No effect: the planner caches nothing of the roads."""


class LookaheadFloorPlanner:
    """The look-ahead planner on a factory floor: each vehicle moves one cell or turns a quarter per tick.

    Args:
        fleet, roads: the vehicles to move and the floor.
        inertia: facings of vehicles that turn in place, None for those that drive in any direction.
        improvement: most improvement passes per tick.
        time_per_tick_s: computing time per tick; tries are cut to keep it, so results depend on the machine. None: as
            many tries as the budget allows, the same on any machine.
        seed: breaks ties.
    """

    def __init__(
        self,
        fleet: Vehicles,
        roads: Roads,
        inertia: Inertia | None,
        *,
        improvement: int | None = None,
        time_per_tick_s: float | None = None,
        seed: int = 0,
    ) -> None:
        self._roads = roads
        self._improvement = improvement
        self._time_per_tick_s = time_per_tick_s
        self._seed = seed
        self._now = np.full(roads.layout.size, NO_VEHICLE, np.int32)
        self.adopt(fleet, inertia)

    def tick(self, number: int) -> Tick:
        """Move all vehicles once."""
        fleet, facing = self._fleet, None if self._inertia is None else self._inertia.facing
        before = fleet.cell.copy()
        if self._roads.topology.wanted.size:
            self._now[before] = np.arange(len(before))
            exchange_spots(fleet, self._roads.topology, self._roads.fields.fields, self._now)
            self._now[before] = NO_VEHICLE
        state = before if facing is None else before * 4 + facing
        begun_s = time.perf_counter()
        action = self._planner.plan(state, fleet.goal, held=fleet.held, unhurried=fleet.relaxed)
        if self._time_per_tick_s is not None:
            self._fit_budget(self._time_per_tick_s, time.perf_counter() - begun_s)
        state = self._planner.move(state, action)
        fleet.cell[:] = state if facing is None else state // 4
        if facing is not None:
            facing[:] = state % 4
        moved = fleet.cell != before
        fleet.moves[moved] += 1
        arrived, _ = count_arrivals(fleet)
        # A vehicle that waits or rests and is blocked by another such vehicle rests where it is, unless it is on a
        # dock.
        bound = ~fleet.relaxed | self._roads.is_dock[fleet.cell]
        restless = bound & ~fleet.held & (fleet.cell != fleet.goal)
        return Tick(int(np.count_nonzero(moved)), arrived, int(np.count_nonzero(restless)), reordered=False)

    def adopt(self, fleet: Vehicles, inertia: Inertia | None) -> None:
        """Take over another set of vehicles."""
        self._fleet, self._inertia = fleet, inertia
        self.renew()

    def renew(self) -> None:
        """Plan from scratch on the current roads."""
        layout, neighbours = self._roads.layout, self._roads.topology.neighbours
        passable = layout.passable.copy()
        passable[self._roads.closed] = False
        vehicles = len(self._fleet.cell)
        budget = Budget.for_density(vehicles / max(1, int(passable.sum())))
        self._budget = budget if self._improvement is None else replace(budget, passes=self._improvement)
        self._planner = LookaheadPlanner(
            neighbours,
            passable,
            "omni" if self._inertia is None else "differential",
            vehicles=vehicles,
            seed=self._seed,
            budget=self._budget,
            unhurried_share=UNHURRIED_SHARE,
        )
        self.reprice()

    def reprice(self) -> None:
        """Keep the plan, but apply the current cells to avoid."""
        self._planner.set_surcharge(self._surcharge())

    def _surcharge(self) -> NDArray[np.int32]:
        """(S, A) surcharge for entering docks and cells of broken-down vehicles."""
        graph, avoid = self._planner.graph, self._roads.fields.avoid
        price = np.zeros(len(avoid), np.int32)
        for level, ticks in _DETOUR_TICKS.items():
            price[avoid == level] = ticks * TICK_COST
        entered = np.where(graph.neighbours == NO_CELL, 0, price[graph.neighbours])  # (C, 4)
        surcharge = np.zeros(graph.successor.shape, np.int32)
        if graph.name == "omni":
            surcharge[:, : graph.wait] = entered
        else:
            surcharge[:, FORWARD] = entered.ravel()
        return surcharge

    def _fit_budget(self, limit_s: float, spent_s: float) -> None:
        share = min(max(limit_s / max(spent_s, 1e-6), 0.25), 2.0)
        tries = int(self._planner.budget.tries_per_vehicle * share)
        tries = min(max(tries, 1), self._budget.tries_per_vehicle)
        self._planner.budget = replace(self._planner.budget, tries_per_vehicle=tries)


def build_planner(
    planner: PlannerName | PlannerClass,
    fleet: Vehicles,
    roads: Roads,
    inertia: Inertia | None,
    *,
    turn_ticks: int,
    improvement: int | None,
    time_per_tick_s: float | None,
    seed: int,
) -> Planner:
    """Build the planner of a name or class; the other arguments are passed to its constructor."""
    if planner == "pibt":
        return PibtPlanner(fleet, roads, inertia, turn_ticks=turn_ticks, seed=seed)
    if not isinstance(planner, str):
        return planner(fleet, roads, inertia, seed=seed)
    return LookaheadFloorPlanner(
        fleet, roads, inertia, improvement=improvement, time_per_tick_s=time_per_tick_s, seed=seed
    )
