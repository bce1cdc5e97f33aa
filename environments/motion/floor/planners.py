"""Who moves the vehicles of a floor in a tick: `pibt` sees one step far, `lookahead` plans a window of ticks.

Both read the same arrays and keep the same promises: nobody meets anybody, who is held stays, a vehicle without way
out is let out. They differ in what they cost and in what they carry where it is crowded (docs/traffic.md).

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
_DETOUR_TICKS = {AVOID: 8, SHUN: 64}  # what the look-ahead planner drives to get round a dock, a broken-down vehicle
UNHURRIED_SHARE = 1000  # improvement must not hold up those on their way for those that wait or rest
_NO_TURNS = TurnFields(np.empty((0, 0), np.int32), np.empty(0, np.int32), 1, np.empty(0, np.int32))


class Tick(NamedTuple):
    """What has happened in a tick."""

    moved: int  # vehicles that changed their cell
    arrived: int  # vehicles that are to be reported and at their goal
    restless: int  # free, but not at their goal
    reordered: bool  # the next tick may differ though nobody moved


class Planner(Protocol):
    """Moves all vehicles of a floor, a tick at a time."""

    def tick(self, number: int) -> Tick:
        """Move all vehicles once."""
        ...

    def adopt(self, fleet: Vehicles, inertia: Inertia | None) -> None:
        """Other vehicles are on the floor."""
        ...

    def renew(self) -> None:
        """Other moves are allowed."""
        ...

    def reprice(self) -> None:
        """Other cells are to be avoided."""
        ...


class PlannerClass(Protocol):
    """Makes a planner for the vehicles of a floor; `robocell.testing.check_planner` says whether it keeps the rules."""

    def __call__(self, fleet: Vehicles, roads: Roads, inertia: Inertia | None, *, seed: int) -> Planner:
        """`inertia` is None where all vehicles drive a cell a tick into any direction."""
        ...


class PibtPlanner:
    """PIBT with the rules of `floor`; with `inertia` vehicles turn in place or are slow."""

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
            return Tick(*tick_floor(fleet, roads.ways, roads.fields.fields, *maps, self._seed, number))
        turn_fields = (_NO_TURNS, _NO_TURNS)
        if roads.turns is not None:
            empty, loaded = roads.turns
            fields = empty.towards(fleet.goal)
            turn_fields = (fields, fields if loaded is empty else loaded.towards(fleet.goal))
        return Tick(
            *tick_inert(
                fleet,
                self._inertia,
                roads.ways,
                roads.fields.fields,
                *turn_fields,
                self._turn_ticks,
                *maps,
                self._seed,
                number,
            )
        )

    def adopt(self, fleet: Vehicles, inertia: Inertia | None) -> None:
        """Move these vehicles from now on."""
        self._fleet, self._inertia = fleet, inertia
        self._now.fill(NO_VEHICLE)
        self._now[fleet.cell] = np.arange(len(fleet.cell))

    def renew(self) -> None:
        """Nothing is kept of the roads."""

    def reprice(self) -> None:
        """Nothing is kept of the roads."""


class LookaheadFloorPlanner:
    """The look-ahead planner on a factory floor: all vehicles move a cell a tick, or turn a quarter.

    Args:
        fleet, roads: what it moves, and where.
        inertia: facings of vehicles that turn in place, None for those that drive into any direction.
        improvement: improvement passes a tick, at most.
        time_per_tick_s: tries are cut so that a tick takes about so long; results then depend on the machine. None:
            as many tries as the budget allows, the same on any machine.
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
        if self._roads.ways.wanted.size:
            self._now[before] = np.arange(len(before))
            exchange_spots(fleet, self._roads.ways, self._roads.fields.fields, self._now)
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
        # Who only waits or rests, and cannot get past others like it, may as well rest where it is, but on no dock.
        bound = ~fleet.relaxed | self._roads.is_dock[fleet.cell]
        restless = bound & ~fleet.held & (fleet.cell != fleet.goal)
        return Tick(int(np.count_nonzero(moved)), arrived, int(np.count_nonzero(restless)), reordered=False)

    def adopt(self, fleet: Vehicles, inertia: Inertia | None) -> None:
        """Plan for these vehicles from now on."""
        self._fleet, self._inertia = fleet, inertia
        self.renew()

    def renew(self) -> None:
        """Plan anew on the roads as they are now."""
        layout, neighbours = self._roads.layout, self._roads.ways.neighbours
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
        """Keep the plan, but see what is to be avoided now."""
        self._planner.set_surcharge(self._surcharge())

    def _surcharge(self) -> NDArray[np.int32]:
        """(S, A) what entering docks and cells of broken-down vehicles costs besides the tick."""
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
    """The planner of that name or class; the other arguments are those of the classes."""
    if planner == "pibt":
        return PibtPlanner(fleet, roads, inertia, turn_ticks=turn_ticks, seed=seed)
    if not isinstance(planner, str):
        return planner(fleet, roads, inertia, seed=seed)
    return LookaheadFloorPlanner(
        fleet, roads, inertia, improvement=improvement, time_per_tick_s=time_per_tick_s, seed=seed
    )
