"""Dispatch rules as baselines for comparison: one order of tasks, one order of contractors, no bargaining.

A vehicle dispatching rule (Egbelu and Tanchoco 1984) chooses vehicles, never stations: `Nearest`, `FirstInFirstOut` and
`Random` are for transports, unless they are given for another kind of task by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..negotiation.mechanism import Mechanism
from ..shop.tasks import Operation, ShopTask, TaskKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..negotiation.market import Award, Market
    from ..negotiation.tasks import Task

VEHICLE_RULE = (TaskKind.TRANSPORT,)


class _Rule(Mechanism):
    """Award tasks in the order of `urgency`, each to the contractor that is first by `preference`."""

    batch_clearing = True
    divides_tasks = True

    def clear(self, market: Market) -> Iterator[Award]:
        if market.cost.size == 0:
            return
        for row in np.lexsort((-market.age_s, self.urgency(market))).tolist():
            while (usable := market.offers()[row]).any():
                rank = self.preference(market, row)
                yield row, int(np.where(usable, rank, np.inf).argmin())

    def urgency(self, market: Market) -> NDArray[np.float64]:
        """(K,) float64, sort key of the tasks, lowest first; ties go to the older task."""
        return -market.age_s

    def preference(self, market: Market, row: int) -> NDArray[np.float64]:
        """(N,) float64, sort key of the contractors, lowest first."""
        return market.cost[row]


class FirstInFirstOut(_Rule):
    """The oldest task first, to the contractor with the fewest tasks; ties go to the one that has been idle longest."""

    kinds = VEHICLE_RULE

    def preference(self, market: Market, row: int) -> NDArray[np.float64]:
        rank = np.empty(len(market.slots))
        rank[np.lexsort((market.idle_since_s[row], market.load[row]))] = np.arange(len(rank))
        return rank


class Nearest(_Rule):
    """The nearest pair of a task and an idle contractor first (Egbelu and Tanchoco 1984)."""

    kinds = VEHICLE_RULE

    def clear(self, market: Market) -> Iterator[Award]:
        while market.cost.size:
            approach_s = np.where(market.offers(), market.approach_s, np.inf)
            row, column = divmod(int(approach_s.argmin()), approach_s.shape[1])
            if approach_s.item(row, column) == np.inf:
                return
            yield row, column


class EarliestDueDate(_Rule):
    """The job with the earliest due date first, to the best offer (Jackson 1955)."""

    def urgency(self, market: Market) -> NDArray[np.float64]:
        return np.array([_due_s(task) for task in market.tasks])


class ShortestProcessingTime(_Rule):
    """The shortest operation first, to the best offer (Smith 1956); other tasks by their best offer."""

    def urgency(self, market: Market) -> NDArray[np.float64]:
        return np.array([_work_s(task, market.cost[row]) for row, task in enumerate(market.tasks)])


class MostWorkRemaining(_Rule):
    """The job with the most work remaining first, to the best offer (Conway, Maxwell and Miller 1967)."""

    def urgency(self, market: Market) -> NDArray[np.float64]:
        return np.array([-_remaining_s(task) for task in market.tasks])


class LeastLoaded(_Rule):
    """The oldest task first, to the contractor with the fewest tasks; ties go to the best offer."""

    def preference(self, market: Market, row: int) -> NDArray[np.float64]:
        rank = np.empty(len(market.slots))
        rank[np.lexsort((market.cost[row], market.load[row]))] = np.arange(len(rank))
        return rank


class Random(Mechanism):
    """A random task first, to a random contractor that can do it, drawn from the stream "mechanism"."""

    batch_clearing = True
    divides_tasks = True
    kinds = VEHICLE_RULE

    def clear(self, market: Market) -> Iterator[Award]:
        for row in market.rng.permutation(len(market.tasks)).tolist():
            while len(able := np.flatnonzero(market.offers()[row])):
                yield row, int(market.rng.choice(able))


def _due_s(task: Task) -> float:
    """Due date of the job of a task; inf if it has none, or there is no job."""
    return task.about.order.due_s if isinstance(task, ShopTask) and task.about is not None else np.inf


def _work_s(task: Task, cost: NDArray[np.float64]) -> float:
    """Expected processing time of an operation at its fastest station; the best offer for any other task."""
    if isinstance(task, Operation) and task.about is not None and task.step < len(task.about.order.routing):
        work_s = task.about.order.routing[task.step].work_s
        if work_s:
            return min(work_s.values())
    return float(cost.min())


def _remaining_s(task: Task) -> float:
    """Expected remaining processing time of the job of a task, including its next operation."""
    if not isinstance(task, ShopTask) or task.about is None or task.about.stage >= len(task.about.order.routing):
        return 0.0
    step = task.about.order.routing[task.about.stage]
    return min(step.work_s.values(), default=0.0) + step.tail_s
