"""A round: calls that are cleared together, and the answers received so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .channel import EVERYBODY
from .contract import ContractPhase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .channel import Which
    from .contractor import Pool
    from .delivery import Receipts
    from .market import Award, Market
    from .messages import Call
    from .tasks import Task


class Round:
    """K calls to N contractors.

    Attributes:
        number: number of calls sent for each task; 1 for a plain contract net.
        outstanding: number of answers to the latest calls that are still missing.
        winners: (K,) the columns that each task was awarded to: one, or one for each share of it.
        offered: (K, N) bool, the contractors that have made an offer in an earlier call; None before the second.
        best_s: (K,) the best offers of the call before the latest, in seconds.
        finalists: the (row, column) pairs asked for a definite offer in the latest call.
    """

    __slots__ = (
        "best_s",
        "calls",
        "closed",
        "finalists",
        "market",
        "number",
        "offered",
        "outstanding",
        "pool",
        "receipts",
        "winners",
    )

    def __init__(self, pool: Pool, calls: list[Call], market: Market, receipts: Receipts) -> None:
        self.pool = pool
        self.calls = calls
        self.market = market
        self.receipts = receipts
        self.winners: list[list[int]] = [[] for _ in calls]
        self.outstanding = 0
        self.number = 1
        self.closed = False
        self.offered: NDArray[np.bool_] | None = None
        self.best_s: NDArray[np.float64] | None = None
        self.finalists: list[Award] = []

    @property
    def offers(self) -> NDArray[np.bool_]:
        """(K, N) bool, the contractors that have made an offer, in the latest call or before."""
        now = self.market.cost < np.inf
        return now if self.offered is None else now | self.offered

    def waits_for(self, call: Call) -> bool:
        """Whether the task still waits for the outcome of this call, and is neither cancelled nor called again."""
        contract = call.task.contract
        return contract.phase is ContractPhase.CALLED and contract.conversation == call.conversation

    def expect(self, asked: Sequence[tuple[int, Which]]) -> None:
        """Count the answers to expect to calls sent to some columns of some rows."""
        count = len(self.market.slots)
        self.receipts.ask()
        self.outstanding = sum(count if isinstance(columns, slice) else len(columns) for _, columns in asked)


def named(task: Task, slots: NDArray[np.intp], pool: Pool) -> Which:
    """The columns of `slots` that are eligible for `task` according to the directory."""
    eligible = task.eligible
    if eligible is None or eligible is slots or eligible is pool.all:
        return EVERYBODY
    columns = np.flatnonzero(np.isin(slots, eligible))
    return EVERYBODY if len(columns) == len(slots) else columns


def part_of(columns: Which, which: Which) -> Which:
    """The subset `which` of `columns`."""
    if isinstance(which, slice):
        return columns
    return which if isinstance(columns, slice) else columns[which]
