"""The look-ahead planner: goals in, one action per vehicle out, for vehicles of either kinematics.

It holds what the kernels of `windowed` need: state tables, guidance, cost fields, ranks and the plan of the last
tick. What a tick may
cost is counted in tried sequences (`Budget`), so results do not depend on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..costs import TICK_COST, CostFields
from ..graph import Graph, KinematicsName
from ..ids import NO_VEHICLE
from ..topology import find_dead_ends
from .guidance import Guidance, compute_guidance
from .priority import find_overdue, rank_vehicles, weights_by_rank
from .window import build_window
from .windowed import carry_over, list_candidates, plan_window

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIELD_MEMORY_BYTES = 1 << 30
SPARSE = 0.25  # vehicles per open cell


@dataclass(frozen=True)
class Budget:
    """How far the planner looks and how much it tries."""

    window_ticks: int = 4
    tries_by_rank: int = 10_000  # sequences per vehicle in the priority pass; 0 leaves the pass out
    tries_each: int = 600  # sequences per vehicle and improvement pass
    tries_per_vehicle: int = 1500  # times V: all tries of a tick, but not more than
    most_tries: int = 600_000
    passes: int = 20  # improvement passes at most; 0 leaves them out
    most_depth: int = 400  # vehicles in one repair
    taken_by_rank: int = 1  # vehicles that one sequence may displace, in the priority pass
    most_taken: int = 1  # the same, in improvement passes
    most_failures: int = 3  # how often a vehicle may fail to give way in a repair before it counts as immovable

    @classmethod
    def for_density(cls, density: float) -> Budget:
        """Where vehicles are few per open cell there is time to look farther and to displace two at once."""
        return cls(window_ticks=5, most_taken=2) if density < SPARSE else cls()


class LookaheadPlanner:
    """Plans V vehicles on `neighbours` (C, 4); deterministic in its inputs and `seed`.

    `budget` and `guidance` (which prices flows) are chosen by the density of vehicles where None
    (`Guidance(opposing=0, crowding=0)` switches it off). Costs of unhurried vehicles count one
    `unhurried_share`-th in improvement passes.
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
    ) -> None:
        self.graph = Graph.of(neighbours, kinematics)
        self._cells = np.flatnonzero(passable).astype(np.int32)
        self.density = vehicles / max(1, len(self._cells))
        self.budget = budget or Budget.for_density(self.density)
        self._guidance = self._extra = compute_guidance(
            self.graph, passable, guidance or Guidance.for_density(self.density), seed=0
        )
        self.costs = CostFields(self.graph, self._extra + TICK_COST, memory_bytes=FIELD_MEMORY_BYTES)
        self._dead_ends = find_dead_ends(self.graph)
        if not let_out:
            self._dead_ends.depth[:] = 0
        self._window = build_window(kinematics, self.budget.window_ticks)
        ticks, sequences = self._window.ticks, self._window.sequences
        self._seed = seed
        self._unhurried_share = unhurried_share
        self._tick = 0
        self._since = np.zeros(vehicles, np.int64)
        self._goal = np.full(vehicles, -1, np.int32)
        self._count = np.zeros(vehicles, np.int32)
        self._cost = np.zeros((vehicles, sequences), np.int64)
        self._path = np.zeros((vehicles, sequences, ticks), np.int32)
        self._end = np.zeros((vehicles, sequences), np.int32)
        self._first = np.zeros((vehicles, sequences), np.int8)
        self._choice = np.zeros(vehicles, np.int32)
        self._waits = np.zeros(vehicles, np.int32)
        self._plan_path = np.zeros((vehicles, ticks), np.int32)
        self._plan_end = np.zeros(vehicles, np.int32)
        self._taken = np.full((ticks + 1, self.graph.cells), NO_VEHICLE, np.int32)
        self._fresh = True
        # a vehicle without a goal moves only for others; of equal sequences the one with early progress is better
        self._shape = np.array([TICK_COST // 2, 1], np.int64)
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

        state (V,) int32; goal (V,) cell or -1; next_goal (V,) cell that follows the goal, -1 where unknown; held (V,)
        may not move;
        unhurried (V,) goes after all others, as vehicles do that only drive to where they will wait.
        """
        graph, window, budget = self.graph, self._window, self.budget
        vehicles = len(state)
        self.costs.next_tick()
        cell = (state // graph.facings).astype(np.int32)
        goal = self._let_out(cell, goal.astype(np.int32))
        both = goal if next_goal is None else np.concatenate([goal, next_goal])
        rows = self.costs.rows(both.astype(np.int32))
        goal_row = np.ascontiguousarray(rows[:vehicles])
        next_row, next_base = self._next_fields(goal, rows[vehicles:])
        held = np.zeros(vehicles, np.bool_) if held is None else held
        list_candidates(
            state, goal, goal_row, next_row, next_base, held,
            self.costs.fields, graph.successor, self._extra, graph.facings, graph.wait, TICK_COST,
            window.action, window.depth, window.after_subtree, window.ticks, self._shape,
            self._count, self._cost, self._path, self._end, self._first,
        )  # fmt: skip
        carry_over(
            self._plan_path, self._plan_end, self._fresh, cell, state,
            self._count, self._path, self._end, self._choice, self._waits,
        )  # fmt: skip
        rank, overdue, leaving = self._rank(state, cell, goal, goal_row, unhurried)
        weight = weights_by_rank(rank, leaving, self.density)
        if unhurried is not None and self._unhurried_share > 1:
            weight[unhurried] = weight[unhurried] // self._unhurried_share + 1
        self.tries = plan_window(
            rank, overdue, weight,
            cell, self._taken, self._count, self._cost, self._path, self._choice,
            budget.passes, budget.tries_by_rank, budget.tries_each,
            min(budget.tries_per_vehicle * vehicles, budget.most_tries),
            budget.most_depth, budget.taken_by_rank, budget.most_taken, budget.most_failures, self._ties(),
        )  # fmt: skip
        every = np.arange(vehicles)
        self._plan_path[:] = self._path[every, self._choice]
        self._plan_end[:] = self._end[every, self._choice]
        self._fresh = False
        self._tick += 1
        return self._first[every, self._choice]

    def set_surcharge(self, surcharge: NDArray[np.int32]) -> None:
        """From now on actions cost so much besides, (S, A) int32 in 1/TICK_COST tick; the plan is kept."""
        self._extra = self._guidance + surcharge
        self.costs = CostFields(self.graph, self._extra + TICK_COST, memory_bytes=FIELD_MEMORY_BYTES)

    def warm_up(self, state: NDArray[np.int32], goal: NDArray[np.int32]) -> None:
        """Fills the fields of all cells if they fit into memory, plans once and forgets it: kernels are compiled and
        fields known before the clock runs.
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
        """(V,) priced ticks to each goal on an empty floor; 0 without a goal."""
        row = self.costs.rows(goal.astype(np.int32))
        return np.where(goal >= 0, self.costs.fields[np.maximum(row, 0), state] / TICK_COST, 0.0)

    def _next_fields(
        self, goal: NDArray[np.int32], next_row: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Rows of the next goals (-1: unknown), and what they cost from the goals: the mean over the facings there."""
        base = np.zeros(len(goal), np.int64)
        if len(next_row) == 0:
            return np.full(len(goal), -1, np.int32), base
        known = np.flatnonzero((next_row >= 0) & (goal >= 0))
        facings = self.graph.facings
        at_goal = goal[known, None] * facings + np.arange(facings)
        base[known] = self.costs.fields[next_row[known, None], at_goal].sum(axis=1, dtype=np.int64) // facings
        return np.ascontiguousarray(next_row), base

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
        """Goals, with the mouth as the goal of vehicles that idle in a dead end that another vehicle wants to enter."""
        mouth = self._dead_ends.mouth
        wanted = np.zeros(len(mouth), np.bool_)
        entered = mouth[goal[goal >= 0]]
        wanted[entered[entered >= 0]] = True
        idle = (goal < 0) & (self._dead_ends.depth[cell] > 0)
        return np.where(idle & wanted[mouth[cell]], mouth[cell], goal).astype(np.int32)

    def _ties(self) -> np.uint64:
        return np.uint64((self._seed * 1_000_003 + self._tick) * 1_048_583 % 2**63)
