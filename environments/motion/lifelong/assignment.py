"""Assignment of tasks: the bids of all free vehicles for all open tasks form one array, cleared in one batch.

A bid is the vehicle's cost to the first errand plus a share of the task's own length, so that of two tasks equally near
the shorter one is done first. Vehicles whose task has not begun bid again every tick, which re-opens the contract at no
cost. Clearing by the Hungarian method is exact; sequential single-item clearing (cheapest bid first) is used where the
array is too large for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..costs import TICK_COST
from ..kernels.bids import clear_in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..costs import CostFields

NO_BID = -1


def clear_bids(bids: NDArray[np.int64], *, exact_up_to: int = 400_000) -> NDArray[np.int64]:
    """(B,) column won by each row of bids (B, N), each column at most once; NO_BID for rows without a column.

    Exact (least total) while B * N is at most `exact_up_to`, else cheapest bid first.
    """
    won = np.full(len(bids), NO_BID, np.int64)
    if bids.size == 0:
        return won
    if bids.size <= exact_up_to:
        rows, columns = linear_sum_assignment(bids)
        won[rows] = columns
        return won
    clear_in_order(bids, np.argsort(bids, axis=None, kind="stable"), won)
    return won


class Tasks(Protocol):
    """The interface of a set of tasks for the assignment; V vehicles."""

    task: NDArray[np.int32]  # (V,) or -1
    done: NDArray[np.int32]  # (V,) errands done of that task
    unbegun: dict[int, None]  # tasks that may be given to any vehicle
    lengths: NDArray[np.int64]  # (N,) cost of each task from its first errand on, -1 if not yet known

    def first_cells(self, tasks: NDArray[np.int64]) -> NDArray[np.int32]: ...

    def legs(self, tasks: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.int32]]: ...

    def give(self, robot: int, task: int) -> None: ...


def assign_tasks(tasks: Tasks, state: NDArray[np.int32], costs: CostFields, *, length_share: float = 1.0) -> None:
    """Let all vehicles that have not begun a task bid for all tasks not yet begun, and assign the tasks.

    state (V,) of the kinematics of `costs`. At equal cost a vehicle keeps its task (its bid for it is lowered by half a
    tick).
    """
    bidders = np.flatnonzero(tasks.done == 0)
    offered = np.fromiter(tasks.unbegun, np.int64, len(tasks.unbegun))
    if len(bidders) == 0 or len(offered) == 0:
        return
    unknown = offered[tasks.lengths[offered] < 0]
    index, origins, goals = tasks.legs(unknown)
    tasks.lengths[unknown] = np.bincount(index, weights=costs.legs(origins, goals), minlength=len(unknown))
    bids = costs.bids(state[bidders], tasks.first_cells(offered))
    bids += (length_share * tasks.lengths[offered]).astype(np.int64)
    bids[tasks.task[bidders][:, None] == offered[None, :]] -= TICK_COST // 2
    won = clear_bids(bids)
    new = np.where(won >= 0, offered[won], -1)
    changed = np.flatnonzero(new != tasks.task[bidders])
    for index in changed.tolist():
        tasks.give(int(bidders[index]), -1)
    for index in changed.tolist():
        tasks.give(int(bidders[index]), int(new[index]))
