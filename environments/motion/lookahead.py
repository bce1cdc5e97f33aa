"""The planner object around the windowed kernels: holds tables, the last plan and the budget, and turns goals into actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .kinematics import build_window
from .turning import TICK_COST, CostFields
from .windowed import NO_VEHICLE, carry_over, list_candidates, plan_window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .kinematics import Kinematics


@dataclass(frozen=True)
class Budget:
    """How far the planner looks and how much it tries; counted in tried sequences, so that results do not depend on the machine."""

    window_ticks: int = 4
    tries_by_rank: int = 100  # per vehicle in the priority pass; 0 leaves the pass out
    tries_each: int = 200  # per vehicle and improvement pass
    tries_per_vehicle: int = 1000  # times V is the limit of a tick
    passes: int = 20
    most_depth: int = 12  # vehicles in one repair
    taken_by_rank: int = 1  # vehicles that one sequence may displace, in the priority pass
    most_taken: int = 1  # the same, in improvement passes
    failures_by_rank: int = 1  # how often a vehicle may fail to give way before it counts as immovable, in the priority pass
    most_failures: int = 1  # the same, in improvement passes


class LookaheadPlanner:
    """Plans V vehicles on the states of `kinematics`; deterministic in its inputs and `seed`."""

    def __init__(
        self,
        kinematics: Kinematics,
        fields: CostFields,
        extra: NDArray[np.int32],
        *,
        vehicles: int,
        seed: int = 0,
        budget: Budget | None = None,
    ) -> None:
        self.budget = budget or Budget()
        self._kinematics = kinematics
        self._costs = fields
        self._extra = np.ascontiguousarray(extra, dtype=np.int32)
        self._window = build_window(kinematics.name, self.budget.window_ticks)
        ticks, sequences = self._window.ticks, self._window.sequences
        self._seed = seed
        self._tick = 0
        self._count = np.zeros(vehicles, np.int32)
        self._cost = np.zeros((vehicles, sequences), np.int64)
        self._path = np.zeros((vehicles, sequences, ticks), np.int32)
        self._end = np.zeros((vehicles, sequences), np.int32)
        self._first = np.zeros((vehicles, sequences), np.int8)
        self._choice = np.zeros(vehicles, np.int32)
        self._waits = np.zeros(vehicles, np.int32)
        self._plan_path = np.zeros((vehicles, ticks), np.int32)
        self._plan_end = np.zeros(vehicles, np.int32)
        self._taken = np.full((ticks + 1, kinematics.cells), NO_VEHICLE, np.int32)
        self._fresh = True
        self._shape = np.array([8, 1], np.int64)
        self.tries = 0

    def plan(
        self,
        state: NDArray[np.int32],
        goal: NDArray[np.int32],
        *,
        next_goal: NDArray[np.int32] | None = None,
        rank: NDArray[np.int32] | None = None,
        weight: NDArray[np.int64] | None = None,
        held: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int8]:
        """(V,) action of each vehicle in this tick.

        state (V,) int32; goal, next_goal (V,) cell or -1; rank (V,) lower is served first; weight (V,) > 0 in the sum of costs.
        """
        kinematics, window = self._kinematics, self._window
        vehicles = len(state)
        cell = (state // kinematics.facings).astype(np.int32)
        both = goal if next_goal is None else np.concatenate([goal, next_goal])
        rows = self._costs.rows(both.astype(np.int32))
        goal_row = rows[:vehicles]
        next_row = np.full(vehicles, -1, np.int32)
        next_base = np.zeros(vehicles, np.int64)
        if next_goal is not None:
            next_row = rows[vehicles:]
            known = (next_row >= 0) & (goal >= 0)
            for facing in range(kinematics.facings):
                at_goal = goal[known] * kinematics.facings + facing
                next_base[known] += self._costs.fields[next_row[known], at_goal]
            next_base //= kinematics.facings
        list_candidates(
            state, goal, goal_row, next_row, next_base, np.zeros(vehicles, np.bool_) if held is None else held,
            self._costs.fields, kinematics.successor, self._extra, kinematics.facings, kinematics.wait, TICK_COST,
            window.action, window.depth, window.after_subtree, window.ticks, self._shape,
            self._count, self._cost, self._path, self._end, self._first,
        )  # fmt: skip
        carry_over(
            self._plan_path, self._plan_end, self._fresh, cell, state,
            self._count, self._path, self._end, self._choice, self._waits,
        )  # fmt: skip
        budget = self.budget
        self.tries = plan_window(
            np.arange(vehicles) if rank is None else rank,
            np.ones(vehicles, np.int64) if weight is None else weight,
            cell, self._taken, self._count, self._cost, self._path, self._choice,
            budget.passes, budget.tries_by_rank, budget.tries_each, budget.tries_per_vehicle * vehicles,
            budget.most_depth, budget.taken_by_rank, budget.most_taken, budget.failures_by_rank, budget.most_failures, np.uint64((self._seed * 1_000_003 + self._tick) * 1_048_583),
        )  # fmt: skip
        every = np.arange(vehicles)
        self._plan_path[:] = self._path[every, self._choice]
        self._plan_end[:] = self._end[every, self._choice]
        self._fresh = False
        self._tick += 1
        return self._first[every, self._choice]
