"""The look-ahead planner: goals in, one action per vehicle out, for vehicles of either kinematics.

It holds what its kernels (`candidates`, `repair`) need: the graph, guidance, cost fields, ranks and the plan of the
last tick. What a tick may cost is counted in tried sequences (`Budget`), so results do not depend on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..costs import TICK_COST, CostFields
from ..graph import Graph, KinematicsName
from ..ids import NO_CELL, NO_VEHICLE
from ..kernels.candidates import Prices, Sequences, Wishes, carry_over, list_candidates
from ..kernels.repair import Limits, Plan, Repair, plan_window
from ..topology import find_dead_ends
from .admission import Admission
from .guidance import Guidance, compute_guidance, price_facings
from .priority import find_overdue, rank_vehicles, weights_by_rank
from .window import build_window

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIELD_MEMORY_BYTES = 1 << 30
STATES_PER_STEP = 10_000_000  # of new fields: about half of the second that the League of Robot Runners allows
SPARSE = 0.25  # vehicles per open cell
CROWDED = 0.6
PACKED = 0.9
REST_PRICE = TICK_COST // 2  # per quarter turn away from the exit of a cell, for vehicles that make room
PATIENT_FAILURES = 100  # for overdue vehicles: the search continues where a bounded search has failed for long


@dataclass(frozen=True)
class Budget:
    """Window length and search limits of the planner."""

    window_ticks: int = 4
    tries_by_rank: int = 10_000  # sequences per vehicle in the priority pass; 0 skips the pass
    tries_each: int = 600  # sequences per vehicle and improvement pass
    tries_per_vehicle: int = 1500  # times V: most tries in a tick, limited by most_tries
    most_tries: int = 600_000
    passes: int = 20  # most improvement passes; 0 skips them
    most_depth: int = 400  # vehicles in one repair
    taken_by_rank: int = 1  # vehicles that one sequence may displace, in the priority pass
    most_taken: int = 1  # the same, in improvement passes
    most_failures: int = 3  # how often a vehicle may fail to give way in a repair before it counts as immovable

    @classmethod
    def for_density(cls, density: float) -> Budget:
        """Choose by density.

        Few vehicles per open cell leave time to look farther and displace two at once. Where hardly a cell is free,
        vehicles move in long chains or rings, and those are found if each vehicle has few sequences; improvement passes
        then let jams grow, which shows only after hundreds of ticks.
        """
        if density < SPARSE:
            return cls(window_ticks=5, most_taken=2)
        if density > CROWDED:
            return cls(window_ticks=2 if density > PACKED else 3, passes=0, tries_by_rank=50_000, most_failures=10)
        return cls()


class LookaheadPlanner:
    """Planner for V vehicles on `neighbours` (C, 4); deterministic in its inputs and `seed`.

    `budget` and `guidance` (the pricing of flows) are chosen by the density of vehicles if None (`Guidance(opposing=0,
    crowding=0)` switches guidance off). In improvement passes the costs of unhurried vehicles are divided by
    `unhurried_share`. With `states_per_tick`, `CostFields` keeps to the time of a tick and to FIELD_MEMORY_BYTES: a
    vehicle whose goal has no field yet drives towards the nearest goal that has one, or makes room, until its turn.
    """

    def __init__(
        self,
        neighbours: NDArray[np.int32],
        passable: NDArray[np.bool_],
        kinematics: KinematicsName,
        *,
        vehicles: int,
        seed: int = 0,
        budget: Budget | None = None,
        guidance: Guidance | None = None,
        let_out: bool = True,
        unhurried_share: int = 1,
        states_per_tick: int | None = None,
    ) -> None:
        self.graph = Graph.of(neighbours, kinematics)
        self._cells = np.flatnonzero(passable).astype(np.int32)
        self.density = vehicles / max(1, len(self._cells))
        self.budget = budget or Budget.for_density(self.density)
        self._guidance = self._extra = compute_guidance(
            self.graph, passable, guidance or Guidance.for_density(self.density), seed=0
        )
        self._vehicles = vehicles
        self._states_per_tick = states_per_tick
        self.costs = self._price_fields()
        self._next_served = 0  # the vehicle that gets a field first
        self._admission = Admission.for_floor(vehicles, len(self._cells))
        self._rest = np.zeros(len(self._extra), np.int32)
        if self._admission.limits and kinematics == "differential":
            self._rest = price_facings(self.graph, self._extra, REST_PRICE)
        self._dead_ends = find_dead_ends(self.graph)
        if not let_out:
            self._dead_ends.depth[:] = 0
        self._window = build_window(kinematics, self.budget.window_ticks)
        self._seed = seed
        self._unhurried_share = unhurried_share
        self._tick = 0
        self._since = np.zeros(vehicles, np.int64)
        self._goal = np.full(vehicles, -1, np.int32)
        self._sequences = Sequences.empty(vehicles, self._window)
        self._repair = Repair.empty(vehicles)
        self._choice = np.zeros(vehicles, np.int32)
        self._plan_path = np.zeros((vehicles, self._window.ticks), np.int32)
        self._plan_end = np.zeros(vehicles, np.int32)
        self._taken = np.full((self._window.ticks + 1, self.graph.cells), NO_VEHICLE, np.int32)
        self._fresh = True
        self.tries = 0

    def plan(
        self,
        state: NDArray[np.int32],
        goal: NDArray[np.int32],
        *,
        next_goal: NDArray[np.int32] | None = None,
        held: NDArray[np.bool_] | None = None,
        unhurried: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int8]:
        """(V,) action of each vehicle in this tick.

        Args:
            state: (V,) int32, of the graph.
            goal: (V,) int32, cell or NO_CELL.
            next_goal: (V,) int32, the goal that follows, NO_CELL if unknown.
            held: (V,) bool, vehicles that must not move.
            unhurried: (V,) bool, vehicles that yield to all others, because they only drive to a waiting spot.
        """
        cell = (state // self.graph.facings).astype(np.int32)
        self.costs.next_tick()
        goal = goal.astype(np.int32)
        if self._admission.limits:
            goal = self._admission.admit(goal, self.left_ticks(state, goal), self._tick, unhurried)
        wishes = self._wishes(state, cell, goal, next_goal, held)
        graph, sequences = self.graph, self._sequences
        prices = Prices(graph.successor, graph.facings, graph.wait, self._extra, self._rest, self.costs.fields)
        list_candidates(wishes, prices, self._window, sequences)
        carry_over(self._plan_path, self._plan_end, self._fresh, cell, state, sequences, self._choice)
        self._improve(wishes, cell, unhurried)
        every = np.arange(len(state))
        self._plan_path[:] = sequences.path[every, self._choice]
        self._plan_end[:] = sequences.end[every, self._choice]
        self._fresh = False
        self._tick += 1
        return sequences.first[every, self._choice]

    def set_surcharge(self, surcharge: NDArray[np.int32]) -> None:
        """Set a surcharge on actions from now on, (S, A) int32 in 1/TICK_COST tick; the plan is kept."""
        self._extra = self._guidance + surcharge
        self.costs = self._price_fields()

    def warm_up(self, state: NDArray[np.int32], goal: NDArray[np.int32]) -> None:
        """Fill the fields of all cells if they fit into memory, plan once and discard the plan.

        Afterwards kernels are compiled and fields known before the clock runs.
        """
        self.costs.prepare(self._cells)
        self.plan(state, goal, next_goal=np.full(len(goal), -1, np.int32))
        self._fresh = True
        self._tick = 0
        self._since[:] = 0
        self._goal[:] = -1

    def move(self, state: NDArray[np.int32], action: NDArray[np.int8]) -> NDArray[np.int32]:
        """(V,) state after the actions."""
        return self.graph.successor[state, action].astype(np.int32)

    def left_ticks(self, state: NDArray[np.int32], goal: NDArray[np.int32]) -> NDArray[np.float64]:
        """(V,) ticks, guidance prices included, to each goal on an empty floor; 0 without a goal."""
        row = self._goal_rows(goal.astype(np.int32))
        return np.where(row >= 0, self.costs.fields[np.maximum(row, 0), state] / TICK_COST, 0.0)

    def _price_fields(self) -> CostFields:
        return CostFields(
            self.graph,
            self._extra + TICK_COST,
            memory_bytes=FIELD_MEMORY_BYTES,
            states_per_tick=self._states_per_tick,
            expected=2 * self._vehicles,
        )

    def _goal_rows(self, goal: NDArray[np.int32]) -> NDArray[np.int32]:
        """(V,) rows of the goals that have a field in this tick; vehicles that lack one come first in the next."""
        order = np.roll(np.arange(len(goal)), -self._next_served)
        rows = np.empty(len(goal), np.int32)
        rows[order] = self.costs.rows_in_time(goal[order])
        lacking = order[(goal[order] >= 0) & (rows[order] < 0)]
        self._next_served = int(lacking[0]) if len(lacking) else 0
        return rows

    def _wishes(
        self,
        state: NDArray[np.int32],
        cell: NDArray[np.int32],
        goal: NDArray[np.int32],
        next_goal: NDArray[np.int32] | None,
        held: NDArray[np.bool_] | None,
    ) -> Wishes:
        """The goals of vehicles, with the rows of their goals in the cost fields."""
        goal = self._let_out(cell, goal)
        if next_goal is not None:
            self.costs.rows_to_spare(np.concatenate([goal, next_goal]).astype(np.int32))
        row = self._goal_rows(goal)
        lacking = np.flatnonzero((goal >= 0) & (row < 0))
        if len(lacking):
            row[lacking] = self.costs.stand_ins(cell[lacking], goal[lacking])
        goal = np.where(row >= 0, goal, NO_CELL).astype(np.int32)
        next_row, next_base = self._next_fields(goal, next_goal)
        held = np.zeros(len(state), np.bool_) if held is None else held
        return Wishes(state, goal, row, next_row, next_base, held)

    def _improve(self, wishes: Wishes, cell: NDArray[np.int32], unhurried: NDArray[np.bool_] | None) -> None:
        """Improve the plan that `_choice` holds, within the budget."""
        budget = self.budget
        rank, overdue, leaving = self._rank(wishes.state, cell, wishes.goal, wishes.row, unhurried)
        weight = weights_by_rank(rank, leaving, self.density)
        if unhurried is not None and self._unhurried_share > 1:
            weight[unhurried] = weight[unhurried] // self._unhurried_share + 1
        by_rank = Limits(budget.tries_by_rank, budget.most_depth, budget.taken_by_rank, budget.most_failures)
        self.tries = plan_window(
            Plan(cell, rank, weight, self._choice, self._taken),
            self._sequences,
            self._repair,
            np.argsort(rank).astype(np.int32),
            overdue,
            by_rank,
            by_rank._replace(most_failures=PATIENT_FAILURES),
            Limits(budget.tries_each, budget.most_depth, budget.most_taken, budget.most_failures),
            budget.passes,
            min(budget.tries_per_vehicle * len(cell), budget.most_tries),
            self._ties(),
        )

    def _next_fields(
        self, goal: NDArray[np.int32], next_goal: NDArray[np.int32] | None
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Rows of the next goals (-1: unknown), and their costs from the goals (mean over the facings there)."""
        base = np.zeros(len(goal), np.int64)
        if next_goal is None:
            return np.full(len(goal), -1, np.int32), base
        next_row = self.costs.known_rows(next_goal.astype(np.int32))
        known = np.flatnonzero((next_row >= 0) & (goal >= 0))
        facings = self.graph.facings
        at_goal = goal[known, None] * facings + np.arange(facings)
        base[known] = self.costs.fields[next_row[known, None], at_goal].sum(axis=1, dtype=np.int64) // facings
        return next_row, base

    def _rank(
        self,
        state: NDArray[np.int32],
        cell: NDArray[np.int32],
        goal: NDArray[np.int32],
        row: NDArray[np.int32],
        unhurried: NDArray[np.bool_] | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int32]]:
        """(rank, overdue, depth in the dead end to leave) of each vehicle, (V,) each."""
        self._since[goal != self._goal] = self._tick
        self._goal[:] = goal
        has_goal = goal >= 0
        left = np.where(has_goal, self.costs.fields[np.maximum(row, 0), state] / TICK_COST, 0.0)
        leaving = np.where(has_goal, self._dead_ends.leaving(cell, goal), 0)
        hurried = has_goal if unhurried is None else has_goal & ~unhurried
        age = self._tick - self._since
        return rank_vehicles(left, age, hurried, leaving), hurried & find_overdue(left, age), leaving

    def _let_out(self, cell: NDArray[np.int32], goal: NDArray[np.int32]) -> NDArray[np.int32]:
        """Goals; for idle vehicles in a dead end that another vehicle wants to enter, the mouth of the dead end."""
        mouth = self._dead_ends.mouth
        wanted = np.zeros(len(mouth), np.bool_)
        entered = mouth[goal[goal >= 0]]
        wanted[entered[entered >= 0]] = True
        idle = (goal < 0) & (self._dead_ends.depth[cell] > 0)
        return np.where(idle & wanted[mouth[cell]], mouth[cell], goal).astype(np.int32)

    def _ties(self) -> np.uint64:
        return np.uint64((self._seed * 1_000_003 + self._tick) * 1_048_583 % 2**63)
