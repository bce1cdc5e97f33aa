"""The market: calls for proposals that are cleared together, and the offers received for them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .messages import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import IntEnum

    from numpy.typing import NDArray

    from .contractor import Contractor
    from .messages import Bids
    from .tasks import Task

Award = tuple[int, int]
AGEING = 0.02  # seconds of delay that one second of waiting outweighs; a much larger value is first come first served


class Market:
    """Calls that are cleared together (K rows, one per task) and the offers for them (N columns, one per contractor).

    Attributes:
        tasks: the K tasks.
        slots: (N,) intp, pool slot of each column.
        cost: (K, N) float64, seconds; inf where there is no offer, or the row is closed. For a divisible task: seconds
            per part of the share that the offer would get.
        reason: (K, N) int8, `Reason` for making no offer.
        approach_s: (K, N) float64, time until the task can begin at its place, the plan of the contractor included.
        load: (K, N) int64, number of tasks that the contractor already has.
        idle_since_s: (K, N) float64, time since which the contractor has been idle; inf while it works.
        left: (K,) number of parts of each task that are not yet awarded; 1 for an indivisible task.
        age_s: (K,) float64, time since each task was first announced.
        premium_s: (K,) float64, seconds of delay that this age outweighs.
        rng: generator of the stream "mechanism", for randomised mechanisms.
    """

    def __init__(
        self,
        kind: IntEnum,
        tasks: Sequence[Task],
        slots: NDArray[np.intp],
        *,
        now_s: float,
        rng: np.random.Generator,
        members: Sequence[Contractor] = (),
    ) -> None:
        self.kind = kind
        self.tasks = tasks
        self.slots = slots
        self.rng = rng
        self.now_s = now_s
        self.left = [task.size for task in tasks]
        self._lots: dict[int, _Lot] = {}
        self._members = members

    # the columns are created on first access: the usual market, with a single call, adopts the arrays of the answers

    @cached_property
    def cost(self) -> NDArray[np.float64]:
        return np.full(self._shape, np.inf)

    @cached_property
    def reason(self) -> NDArray[np.int8]:
        return np.zeros(self._shape, np.int8)

    @cached_property
    def approach_s(self) -> NDArray[np.float64]:
        return np.zeros(self._shape)

    @cached_property
    def load(self) -> NDArray[np.int64]:
        return np.zeros(self._shape, np.int64)

    @cached_property
    def idle_since_s(self) -> NDArray[np.float64]:
        return np.full(self._shape, np.inf)

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.tasks), len(self.slots)

    @property
    def age_s(self) -> NDArray[np.float64]:
        return np.array([self.now_s - task.contract.requested_at_s for task in self.tasks])

    @property
    def premium_s(self) -> NDArray[np.float64]:
        return AGEING * self.age_s

    @property
    def score_s(self) -> NDArray[np.float64]:
        """(K, N) float64, what mechanisms compare when several tasks meet several contractors; lower is better.

        The delay to the contractor less the premium for age, so that no task waits forever; inf where there is no
        offer. For transports the delay is `approach_s`, the time until the vehicle is at the part, because the loaded
        travel time is the same for every vehicle; for other tasks it is the cost.
        """
        delay_s = self.approach_s if self.tasks and self.tasks[0].compared_by_approach else self.cost
        return np.where(self.cost < np.inf, delay_s - self.premium_s[:, None], np.inf)

    def foresee(self, column: int, rows: Sequence[int]) -> list[float] | None:
        """Seconds until a contractor would arrive at each of some tasks, done in this order after its present plan.

        None if it does not take so many tasks, or gives no forecast.
        """
        if not self._members:
            return None
        return self._members[int(self.slots[column])].foresee([self.tasks[row] for row in rows])

    def exclude(self, row: int) -> None:
        """Mark all columns of `row` as not eligible until they answer: the call goes only to some of them."""
        self.reason[row] = Reason.NOT_ELIGIBLE

    def put(self, row: int, columns: NDArray[np.intp] | slice, bids: Bids) -> None:
        """Enter answers to the call of `row`."""
        if self.tasks[row].lot:
            self._put_lot(row, columns, bids)
            return
        if len(self.tasks) == 1 and len(bids.cost) == len(self.slots):  # the usual case: nothing to copy
            self.cost, self.reason = bids.cost[None], bids.reason[None]
            self.approach_s, self.load = bids.approach_s[None], bids.load[None]
            self.idle_since_s = bids.idle_since_s[None]
            return
        self.cost[row, columns] = bids.cost
        self.reason[row, columns] = bids.reason
        self.approach_s[row, columns] = bids.approach_s
        self.load[row, columns] = bids.load
        self.idle_since_s[row, columns] = bids.idle_since_s

    def put_rows(self, rows: Sequence[int], columns: NDArray[np.intp], bids: Bids) -> None:
        """Enter answers to the calls of several rows, (K, N) columns."""
        if len(rows) == len(self.tasks) and len(columns) == len(self.slots):
            self.cost, self.reason, self.approach_s = bids.cost, bids.reason, bids.approach_s
            self.load, self.idle_since_s = bids.load, bids.idle_since_s
        else:
            at = np.array(rows)[:, None], columns
            self.cost[at], self.reason[at], self.approach_s[at] = bids.cost, bids.reason, bids.approach_s
            self.load[at], self.idle_since_s[at] = bids.load, bids.idle_since_s
        for number, row in enumerate(rows):
            if self.tasks[row].lot:
                self._put_lot(row, columns, bids.row(number))

    def _put_lot(self, row: int, columns: NDArray[np.intp] | slice, bids: Bids) -> None:
        lot = self._lots.get(row)
        if lot is None:
            n = len(self.slots)
            lot = self._lots[row] = _Lot(np.full(n, np.inf), np.ones(n, np.int64))
        lot.cost[columns] = bids.cost
        lot.parts[columns] = 1 if bids.parts is None else bids.parts
        self.cost[row, columns] = bids.cost
        self.reason[row, columns] = bids.reason
        self.approach_s[row, columns] = bids.approach_s
        self.load[row, columns] = bids.load
        self.idle_since_s[row, columns] = bids.idle_since_s
        self._price(row)

    def _price(self, row: int) -> None:
        """Update the cost per part of every open offer, given the number of parts that are left."""
        lot = self._lots.get(row)
        if lot is not None:
            share = np.minimum(lot.parts, self.left[row])
            self.cost[row] = np.where(self.cost[row] < np.inf, lot.cost / share, np.inf)

    def offer(self, row: int, column: int) -> tuple[float, int]:
        """Total cost of an offer in seconds, and the number of the remaining parts that it covers."""
        lot = self._lots.get(row)
        if lot is None:
            return self.cost.item(row, column), 1
        return lot.cost.item(column), min(lot.parts.item(column), self.left[row])

    def take(self, row: int, column: int) -> None:
        """Accept an offer: close the row or, while parts are left, only the winner's offer for it."""
        self.left[row] -= self.offer(row, column)[1]
        if self.left[row] <= 0:
            self.withdraw(row)
        else:
            self.cost[row, column] = np.inf
            self._price(row)

    def count_left(self, row: int) -> None:
        """Update the number of parts left: the manager may have dropped some since the call."""
        if self.left[row] != self.tasks[row].size:
            self.left[row] = self.tasks[row].size
            self._price(row)

    def withdraw(self, row: int) -> None:
        """Close `row`: no offer for its task counts any more."""
        self.cost[row] = np.inf

    def rows(self, begin: int, end: int) -> Market:
        """Neighbouring rows as a market of their own, for a mechanism to read; `follow` shows it later changes."""
        members = self._members
        part = Market(self.kind, self.tasks[begin:end], self.slots, now_s=self.now_s, rng=self.rng, members=members)
        part.follow(self, begin)
        return part

    def follow(self, whole: Market, begin: int) -> None:
        """Take over the present offers of the market that this one is a part of, from row `begin` on."""
        rows = slice(begin, begin + len(self.tasks))
        self.cost, self.reason, self.approach_s = whole.cost[rows], whole.reason[rows], whole.approach_s[rows]
        self.load, self.idle_since_s, self.left = whole.load[rows], whole.idle_since_s[rows], whole.left[rows]

    def offers(self) -> NDArray[np.bool_]:
        """(K, N) bool, the offers a central rule may use: vehicles, robots and chargers count only while idle."""
        made = self.cost < np.inf
        return made if self.tasks and self.tasks[0].queued else made & (self.load == 0)


class _Lot(NamedTuple):
    """The offers for a divisible task: the total cost of each and its number of parts, (N,) each."""

    cost: NDArray[np.float64]
    parts: NDArray[np.int64]
