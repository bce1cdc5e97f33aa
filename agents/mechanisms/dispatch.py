"""Dispatch rules: no bargaining, one order of tasks and one order of contractors. Baselines for comparisons.

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
    """The task that is first by `urgency` goes to the contractor that is first by `preference`, and so on."""

    joint = True
    splits = True

    def clear(self, market: Market) -> Iterator[Award]:
        if market.cost.size == 0:
            return
        for row in np.lexsort((-market.age_s, self.urgency(market))).tolist():
            while (usable := market.offers()[row]).any():
                rank = self.preference(market, row)
                yield row, int(np.where(usable, rank, np.inf).argmin())

    def urgency(self, market: Market) -> NDArray[np.float64]:
        """(K,) least first; the older one where equal."""
        return -market.age_s

    def preference(self, market: Market, row: int) -> NDArray[np.float64]:
        """(N,) least first."""
        return market.cost[row]


class FirstInFirstOut(_Rule):
    """The oldest task to the contractor that has been idle longest, or has least to do."""

    kinds = VEHICLE_RULE

    def preference(self, market: Market, row: int) -> NDArray[np.float64]:
        rank = np.empty(len(market.slots))
        rank[np.lexsort((market.idle_since_s[row], market.load[row]))] = np.arange(len(rank))
        return rank


class Nearest(_Rule):
    """The pair of a task and an idle contractor that are nearest to each other (Egbelu and Tanchoco 1984)."""

    kinds = VEHICLE_RULE

    def clear(self, market: Market) -> Iterator[Award]:
        while (usable := market.offers()).any():
            yield divmod(int(np.where(usable, market.approach_s, np.inf).argmin()), usable.shape[1])


class EarliestDueDate(_Rule):
    """The job that is due first, to the best offer (Jackson 1955)."""

    def urgency(self, market: Market) -> NDArray[np.float64]:
        return np.array([_due_s(task) for task in market.tasks])


class ShortestProcessingTime(_Rule):
    """The operation that takes least time, to the best offer (Smith 1956); other tasks by the time they take."""

    def urgency(self, market: Market) -> NDArray[np.float64]:
        return np.array([_work_s(task, market.cost[row]) for row, task in enumerate(market.tasks)])


class MostWorkRemaining(_Rule):
    """The job with most work before it, to the best offer (Conway, Maxwell and Miller 1967)."""

    def urgency(self, market: Market) -> NDArray[np.float64]:
        return np.array([-_remaining_s(task) for task in market.tasks])


class LeastLoaded(_Rule):
    """The oldest task to the contractor that has fewest, of equals to the best offer."""

    def preference(self, market: Market, row: int) -> NDArray[np.float64]:
        rank = np.empty(len(market.slots))
        rank[np.lexsort((market.cost[row], market.load[row]))] = np.arange(len(rank))
        return rank


class Random(Mechanism):
    """Any task to any contractor that can do it, drawn from the stream "mechanism"."""

    joint = True
    splits = True
    kinds = VEHICLE_RULE

    def clear(self, market: Market) -> Iterator[Award]:
        for row in market.rng.permutation(len(market.tasks)).tolist():
            while len(able := np.flatnonzero(market.offers()[row])):
                yield row, int(market.rng.choice(able))


def _due_s(task: Task) -> float:
    """When the job of a task is to be finished; inf if it has no due date, or there is no job."""
    return task.about.order.due_s if isinstance(task, ShopTask) and task.about is not None else np.inf


def _work_s(task: Task, cost: NDArray[np.float64]) -> float:
    """Expected work of an operation where it is quickest; the best offer for any other task."""
    if isinstance(task, Operation) and task.about is not None and task.step < len(task.about.order.routing):
        work_s = task.about.order.routing[task.step].work_s
        if work_s:
            return min(work_s.values())
    return float(cost.min())


def _remaining_s(task: Task) -> float:
    """Expected work of the job of a task, its next operation included."""
    if not isinstance(task, ShopTask) or task.about is None or task.about.stage >= len(task.about.order.routing):
        return 0.0
    step = task.about.order.routing[task.about.stage]
    return min(step.work_s.values(), default=0.0) + step.tail_s
