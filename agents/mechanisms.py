"""How open calls are cleared: who wins what, given the offers.

A mechanism is one small class. `clear` is a generator of awards (row, column) of the market; after each award the
winner is asked anew for the rows that are still open, because what it has just won changes what the rest costs it.
A class of your own is named `my_module:Name` in the scenario.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from .tasks import TaskKind
from .what_if import WhatIf

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..environments.factory import Factory
    from .job import Job
    from .machine import Machine
    from .messages import Bids
    from .station import Station
    from .tasks import Task

Award = tuple[int, int]
AGEING = 0.05  # seconds of cost that a second of waiting is worth: much more is first come first served, none starves


class Market:
    """The calls that are cleared together (K rows) and the offers for them (N columns: contractors).

    Attributes:
        tasks: the K tasks.
        slots: (N,) intp, pool slot of each column.
        cost: (K, N) float64, seconds; inf where there is no offer, or the row is closed.
        reason: (K, N) int8, why there is none.
        approach_s: (K, N) float64, time to get to where the task begins.
        load: (K, N) int64, tasks that the contractor has already.
        idle_since_s: (K, N) float64.
        age_s: (K,) float64, since when each task has been asked for.
        rng: the generator of the stream "mechanism", for mechanisms that draw.
    """

    def __init__(
        self, kind: TaskKind, tasks: Sequence[Task], slots: NDArray[np.intp], *, now_s: float, rng: np.random.Generator
    ) -> None:
        shape = (len(tasks), len(slots))
        self.kind = kind
        self.tasks = tasks
        self.slots = slots
        self.rng = rng
        self.cost = np.full(shape, np.inf)
        self.reason = np.zeros(shape, np.int8)
        self.approach_s = np.zeros(shape)
        self.load = np.zeros(shape, np.int64)
        self.idle_since_s = np.full(shape, np.inf)
        self.age_s = np.array([now_s - task.requested_at_s for task in tasks])

    def put(self, row: int, columns: NDArray[np.intp] | slice | int, bids: Bids) -> None:
        """Enter answers to the call of `row`."""
        self.cost[row, columns] = bids.cost
        self.reason[row, columns] = bids.reason
        self.approach_s[row, columns] = bids.approach_s
        self.load[row, columns] = bids.load
        self.idle_since_s[row, columns] = bids.idle_since_s

    def withdraw(self, row: int) -> None:
        """The task of `row` is placed: no offer for it counts any more."""
        self.cost[row] = np.inf

    def offers(self) -> NDArray[np.bool_]:
        """(K, N) which offers a dispatch rule may use: vehicles, robots and chargers only when they have nothing to do."""
        made = np.isfinite(self.cost)
        return made if self.kind is TaskKind.OPERATION else made & (self.load == 0)


class Mechanism(Protocol):
    """Decides the awards.

    Attributes:
        joint: all calls of one instant are cleared together; otherwise each as soon as its answers are in.
    """

    joint: bool

    def clear(self, market: Market) -> Iterator[Award]:
        """Yield awards; the market is brought up to date after each."""
        ...


@runtime_checkable
class Planner(Protocol):
    """A mechanism that has intentions: it may leave a call open though somebody offers, and it feeds machines.

    Calls that it leaves open are cleared again together with the next ones.
    """

    def attach(self, model: Factory) -> None:
        """Work for this factory; its agents do not exist yet."""
        ...

    def next_part(self, station: Station, machine: Machine) -> Job | None:
        """Which part of the input buffer goes on `machine`, which is free; None to wait for another one.

        It then has to see to it that `station.feed` is called again.
        """
        ...


class ContractNet:
    """Each call is a contract net of its own: the best offer wins (Smith 1980; FIPA SC00029H).

    Where several tasks meet one contractor that has become free, it takes the cheapest, but every second of waiting
    makes a task a little cheaper, so that none waits for ever.
    """

    joint = False

    def clear(self, market: Market) -> Iterator[Award]:
        while True:
            score = market.cost - AGEING * market.age_s[:, None]
            if score.size == 0:
                return
            best = int(score.argmin())
            row, column = divmod(best, score.shape[1])
            if score[row, column] == np.inf:
                return
            yield row, column


class Nearest:
    """Central dispatch: the idle contractor that is nearest to a task (nearest vehicle, Egbelu and Tanchoco 1984)."""

    joint = True

    def clear(self, market: Market) -> Iterator[Award]:
        while (usable := market.offers()).any():
            yield divmod(int(np.where(usable, market.approach_s, np.inf).argmin()), usable.shape[1])


class FirstInFirstOut:
    """Central dispatch: the oldest task to the contractor that has been idle longest, or has least to do."""

    joint = True

    def clear(self, market: Market) -> Iterator[Award]:
        for row in np.argsort(-market.age_s, kind="stable").tolist():
            usable = market.offers()[row]
            if usable.any():
                rank = np.lexsort((market.idle_since_s[row], market.load[row], ~usable))
                yield row, int(rank[0])


class Random:
    """The zero line for comparisons: any task to any contractor that can do it, drawn from the stream "mechanism"."""

    joint = True

    def clear(self, market: Market) -> Iterator[Award]:
        for row in market.rng.permutation(len(market.tasks)).tolist():
            able = np.flatnonzero(market.offers()[row])
            if len(able):
                yield row, int(market.rng.choice(able))


MECHANISMS: dict[str, type[Mechanism]] = {
    "contract_net": ContractNet,
    "nearest": Nearest,
    "fifo": FirstInFirstOut,
    "random": Random,
    "what_if": WhatIf,
}
