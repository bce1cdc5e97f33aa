"""The task rules of the League of Robot Runners: the goals of robots, and the completion of tasks.

2023: robot k's j-th goal is tasks[(j * V + k) mod N]. 2024 and later: a fixed number of tasks is open; any open task
may be given to any robot, and to another one until its first errand is done; errands are done in order, at most one per
robot and step; each finished task reveals the next one. A step is: move, then new assignments, then errands are checked
at the new cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..config.errors import InstanceError
from ..layout import NO_CELL
from .lorr import NO_TASK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .lorr import Delays, Problem


class DealtGoals:
    """The rules of 2023. Public arrays: goal, next_goal (V,) int32 cell; next_goal is unknown, so NO_CELL."""

    def __init__(self, problem: Problem) -> None:
        self._errands = problem.errands
        self._robots = np.arange(len(problem.starts))
        self._turn = np.zeros(len(problem.starts), np.int64)
        self.next_goal = np.full(len(problem.starts), NO_CELL, np.int32)
        self.goal = self._deal()
        self.finished = 0

    def _deal(self) -> NDArray[np.int32]:
        return self._errands[(self._turn * len(self._robots) + self._robots) % len(self._errands)]

    def arrive(self, cell: NDArray[np.int32]) -> NDArray[np.intp]:
        """Count the robots that stand on their goals and deal them the next; return these robots."""
        there = np.flatnonzero(cell == self.goal)
        self.finished += len(there)
        self._turn[there] += 1
        self.goal = self._deal()
        return there


class OpenTasks:
    """The rules of 2024.

    task (V,) int32 task of each robot or NO_TASK; done (V,) its errands done; goal, next_goal (V,) cell; lengths (N,)
    cost of each task from its first errand on, -1 until it is first computed.
    """

    def __init__(self, problem: Problem) -> None:
        vehicles = len(problem.starts)
        self._errands, self._first = problem.errands, problem.first_errand
        self._robots_of_task: dict[int, int] = {}
        self._problem = problem
        self.task = np.full(vehicles, NO_TASK, np.int32)
        self.done = np.zeros(vehicles, np.int32)
        self.goal = np.full(vehicles, NO_CELL, np.int32)
        self.next_goal = np.full(vehicles, NO_CELL, np.int32)
        self.finished = 0
        self.lengths = np.full(problem.tasks, -1, np.int64)
        self.unbegun: dict[int, None] = dict.fromkeys(range(min(problem.revealed, problem.tasks)))
        self.revealed = len(self.unbegun)
        self.events: list[list[int]] = []

    def give(self, robot: int, task: int) -> None:
        """Give an open task (or NO_TASK) to a robot; its previous robot and the robot's previous task are freed."""
        if task == self.task[robot]:
            return
        if self.done[robot] > 0:
            raise InstanceError(
                f"robot {robot} has begun task {self.task[robot]} and must finish it before task {task}"
            )
        if task != NO_TASK and task not in self.unbegun:
            raise InstanceError(f"task {task} is not open: it is begun, finished or not yet revealed")
        if self.task[robot] != NO_TASK:
            self._robots_of_task.pop(int(self.task[robot]), None)
        if task != NO_TASK:
            before = self._robots_of_task.pop(task, None)
            if before is not None:
                self._set(before, NO_TASK)
            self._robots_of_task[task] = robot
        self._set(robot, task)

    def _set(self, robot: int, task: int) -> None:
        self.task[robot] = task
        self.done[robot] = 0
        self._aim(robot)

    def _aim(self, robot: int) -> None:
        task = int(self.task[robot])
        if task == NO_TASK:
            self.goal[robot] = self.next_goal[robot] = NO_CELL
            return
        at, last = self._first[task] + self.done[robot], self._first[task + 1]
        self.goal[robot] = self._errands[at]
        self.next_goal[robot] = self._errands[at + 1] if at + 1 < last else NO_CELL

    def first_cells(self, tasks: NDArray[np.int64]) -> NDArray[np.int32]:
        """The cell of the first errand of each task."""
        return self._errands[self._first[tasks]]

    def legs(self, tasks: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.int32]]:
        """(index into `tasks`, cell, next cell) of each leg between two errands of a task."""
        number = self._first[tasks + 1] - self._first[tasks] - 1
        index = np.repeat(np.arange(len(tasks)), number)
        place = np.arange(len(index)) - np.repeat(np.cumsum(number) - number, number)
        at = self._first[tasks][index] + place
        return index, self._errands[at], self._errands[at + 1]

    def errands(self, task: int) -> NDArray[np.int32]:
        """The cells of a task, in order."""
        return self._errands[self._first[task] : self._first[task + 1]]

    def arrive(self, cell: NDArray[np.int32], step: int) -> NDArray[np.intp]:
        """Do the errands of robots that stand on them (one each); return the robots whose task is finished."""
        free = self.plan_arrival(cell, step)
        self.finish(len(free))
        return free

    def finish(self, tasks: int) -> None:
        """Count finished tasks, and reveal as many new ones."""
        self.finished += tasks
        for task in range(self.revealed, min(self.revealed + tasks, self._problem.tasks)):
            self.unbegun[task] = None
            self.revealed += 1

    def plan_arrival(self, cell: NDArray[np.int32], step: int) -> NDArray[np.intp]:
        """Do the same as `arrive` for robots that will be there only later; nothing is counted or revealed yet."""
        free: list[int] = []
        for robot in np.flatnonzero(cell == self.goal).tolist():
            task = int(self.task[robot])
            self.done[robot] += 1
            self.unbegun.pop(task, None)
            self.events.append([step, robot, task, int(self.done[robot])])
            if self.done[robot] < len(self.errands(task)):
                self._aim(robot)
                continue
            del self._robots_of_task[task]
            self._set(robot, NO_TASK)
            free.append(robot)
        return np.array(free, np.intp)


class DelayDraws:
    """The delays of 2026, tick by tick: robots become delayed by the event model, for a drawn number of ticks.

    The draws come from a NumPy generator with the file's seed, so they have the distribution of the competition's
    simulator, not its values.
    """

    def __init__(self, delays: Delays, vehicles: int) -> None:
        self._delays = delays
        self._draws = np.random.default_rng(delays.seed)
        self._left = np.zeros(vehicles, np.int64)  # ticks

    def tick(self) -> NDArray[np.bool_]:
        """(V,) bool, robots that are delayed in the next tick."""
        delays, draws = self._delays, self._draws
        self._left = np.maximum(self._left - 1, 0)
        free = np.flatnonzero(self._left == 0)
        if delays.event == "bernoulli":
            struck = free[draws.random(len(free)) < delays.probability]
        else:
            number = min(len(free), draws.poisson(delays.probability * len(self._left)))
            struck = draws.choice(free, number, replace=False)
        shortest, longest = delays.shortest_ticks, delays.longest_ticks
        if delays.duration == "uniform":
            self._left[struck] = draws.integers(shortest, longest, len(struck), endpoint=True)
        else:
            span = longest - shortest
            drawn = draws.normal(shortest + delays.mean_ratio * span, delays.std_ratio * span, len(struck))
            self._left[struck] = np.clip(np.rint(drawn), shortest, longest)
        return self._left > 0
