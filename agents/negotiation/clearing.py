"""Clearing: the mechanism of each kind of task chooses winners from a market, which observers see first."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from .market import Market

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from enum import IntEnum

    import numpy as np
    from numpy.typing import NDArray

    from .contractor import Pool
    from .market import Award
    from .mechanism import Mechanism
    from .tasks import Task
    from .world import EngineWorld


class Observer(Protocol):
    """A passive observer of negotiations; it changes nothing."""

    def before_clearing(self, market: Market) -> None:
        """Called when the offers for some calls are in, before the mechanism clears them."""
        ...


class Clearing:
    """The clearing of all markets of a run; their tasks come by priority, and those of the highest are awarded first.

    Attributes:
        mechanisms: one for each kind of task; looked up at each clearing, so they may be replaced during a run.
        observers: see every market before it is cleared.
    """

    def __init__(self, world: EngineWorld) -> None:
        self._world = world
        self._rng = world.stream("mechanism")
        self.mechanisms: Mapping[IntEnum, Mechanism] = {}
        self.observers: list[Observer] = []

    def market(self, pool: Pool, tasks: Sequence[Task], slots: NDArray[np.intp]) -> Market:
        """Return a market for `tasks` and the contractors in `slots`, without offers."""
        return Market(pool.kind, tasks, slots, now_s=self._world.now_s, rng=self._rng, members=pool.members)

    def awards(self, market: Market) -> Iterator[Award]:
        """Have the mechanism choose winners, one by one: it sees the effect of each award before the next choice."""
        for observer in self.observers:
            observer.before_clearing(market)
        mechanism = self.mechanisms[market.kind]
        if len(market.tasks) > 1 and market.tasks[0].priority != market.tasks[-1].priority:
            return _by_priority(mechanism, market)
        return mechanism.clear(market)


def _by_priority(mechanism: Mechanism, market: Market) -> Iterator[Award]:
    """Clear the tasks of the highest priority first, then those of the next, given the awards so far."""
    begin = 0
    for _, tasks in groupby(market.tasks, key=lambda task: task.priority):
        end = begin + len(list(tasks))
        rows = market.rows(begin, end)
        for row, column in mechanism.clear(rows):
            yield begin + row, column
            rows.follow(market, begin)
        begin = end
