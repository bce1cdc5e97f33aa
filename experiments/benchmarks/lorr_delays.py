"""League of Robot Runners 2026: actions take several ticks and robots are delayed; plans are carried out in order.

Every `ticks_per_action` ticks one more step is planned, from where the robots will be when all actions planned so far
are done. A robot that is two actions behind is planned to wait, so that no robot falls behind without limit. An errand
counts when the robot is there.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from ...environments.instances.lorr import Problem
from ...environments.instances.lorr_rules import DelayDraws, OpenTasks
from ...environments.motion.graph import WAIT
from ...environments.motion.lifelong.assignment import assign_tasks
from ...environments.motion.lifelong.execution import StagedExecution
from ...environments.motion.overlaps import find_overlaps
from ...environments.motion.planners.lookahead import STATES_PER_STEP, LookaheadPlanner

if TYPE_CHECKING:
    pass

MOST_REPLANS = 5  # of a step, to resolve circular waits
NEVER = np.iinfo(np.int64).max


class DelayedPlay:
    """Plays a problem of 2026 for a number of ticks.

    After `play`: finished tasks, `corners` (T + 1, V, 2), `cpu_s`, `worst_s` of one tick, `delayed_ticks` in all.
    """

    def __init__(self, problem: Problem, *, seed: int = 0) -> None:
        began = time.process_time()
        self._problem = problem
        self._planner = LookaheadPlanner(
            problem.floor.neighbours,
            problem.floor.passable,
            "differential",
            vehicles=len(problem.starts),
            seed=seed,
            states_per_tick=STATES_PER_STEP,
        )
        self._tasks = OpenTasks(problem)
        self._execution = StagedExecution(
            problem.floor.neighbours, problem.starts, ticks_per_action=problem.ticks_per_action
        )
        self._draws = None if problem.delays is None else DelayDraws(problem.delays, len(problem.starts))
        self._planner.warm_up(self._execution.planned, self._tasks.goal)
        # (cells entered by then, task finished) of the errands that each robot is going to do
        self._coming: list[deque[tuple[int, bool]]] = [deque() for _ in problem.starts]
        self._due = np.full(len(problem.starts), NEVER)
        self.prepare_s = time.process_time() - began
        self.cpu_s = self.worst_s = 0.0
        self.delayed_ticks = 0
        self.corners = np.zeros((1, len(problem.starts), 2))

    @property
    def finished(self) -> int:
        """Tasks whose last errand is done."""
        return self._tasks.finished

    def play(self, ticks: int) -> None:
        """Plans, assigns and drives for the given number of ticks."""
        width = self._problem.floor.width
        corners = [self._execution.corners(width)]
        none_held = np.zeros(len(self._problem.starts), np.bool_)
        for tick in range(ticks):
            began = time.process_time()
            if tick % self._problem.ticks_per_action == 0:
                self._plan_step(tick)
            delayed = none_held if self._draws is None else self._draws.tick()
            self._execution.tick(delayed)
            self._count_errands()
            spent = time.process_time() - began
            self.cpu_s += spent
            self.worst_s = max(self.worst_s, spent)
            self.delayed_ticks += int(delayed.sum())
            corners.append(self._execution.corners(width))
        self.corners = np.array(corners)

    def overlaps(self) -> int:
        """How many pairs of robots overlapped, by the independent check."""
        return len(find_overlaps(self.corners))

    def _plan_step(self, tick: int) -> None:
        planner, tasks, execution = self._planner, self._tasks, self._execution
        state = execution.planned
        assign_tasks(tasks, state, planner.costs)
        held = execution.behind
        for _ in range(MOST_REPLANS):
            action = planner.plan(state, tasks.goal, next_goal=tasks.next_goal, held=held)
            planned = planner.move(state, action)
            rings = execution.rings(planned)
            if not rings.any():
                break
            held = held | rings
        else:
            action, planned = np.full(len(state), WAIT, np.int8), state
        execution.stage(action, planned)
        there = np.flatnonzero(planned // 4 == tasks.goal)
        free = set(tasks.plan_arrival(planned // 4, tick).tolist())
        for robot in there.tolist():
            self._coming[robot].append((int(execution.planned_moves[robot]), robot in free))
            self._due[robot] = self._coming[robot][0][0]

    def _count_errands(self) -> None:
        """Does the errands at cells that robots have entered by now."""
        finished = 0
        for robot in np.flatnonzero(self._execution.moves >= self._due).tolist():
            coming = self._coming[robot]
            while coming and coming[0][0] <= self._execution.moves[robot]:
                finished += coming.popleft()[1]
            self._due[robot] = coming[0][0] if coming else NEVER
        self._tasks.finish(finished)
