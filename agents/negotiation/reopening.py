"""Reopening: selects contracts that were not begun and are to be taken back for a better offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .messages import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from enum import IntEnum

    from .contractor import Contractor, Pool
    from .tasks import Task
    from .terms import Terms
    from .world import EngineWorld


class Reopening:
    """A record of the tasks held by contractors, which selects those to be re-announced.

    `Terms.reopen` sets the occasions, `reopen_gain_s` the minimum gain, `reopen_limit` the maximum number of times.
    """

    def __init__(self, world: EngineWorld, *, terms: Terms, pools: Mapping[IntEnum, Pool]) -> None:
        self._world = world
        self._terms = terms
        self._pools = pools
        self._placed: dict[IntEnum, dict[int, Task]] = {kind: {} for kind in pools}
        self.when_disturbed = terms.reopen in ("disturbed", "always")
        self.when_available = terms.reopen in ("available", "always")
        self._never = terms.reopen == "never"

    def placed(self, task: Task) -> None:
        """Record that a contractor has won `task`."""
        if not self._never:
            self._placed[task.kind][task.id] = task

    def ended(self, task: Task) -> None:
        """Forget `task`, which is done or was given back."""
        self._placed[task.kind].pop(task.id, None)

    def disturbed(self, kind: IntEnum, contractor: Contractor | None) -> Iterator[Task]:
        """The tasks of `contractor` (None: of all) whose estimated completion may not hold any more."""
        if self.when_disturbed:
            for task in self._not_begun(kind):
                contract = task.contract
                if contractor in (None, contract.contractor) and contract.reopened < self._terms.reopen_limit:
                    contract.reopened += 1
                    yield task

    def better_with(self, ready: Iterable[Contractor], kind: IntEnum) -> Iterator[Task]:
        """For each available contractor, the task that gains most from it, if one gains enough.

        Heap and Pagnucco (2012) re-auction all tasks not yet begun at every completion; here the announcement that a
        contractor is available carries its offers, and only a task that would be completed sooner by `reopen_gain_s` is
        re-announced, at most `reopen_limit` times.
        """
        terms, now_s, pool = self._terms, self._world.now_s, self._pools[kind]
        placed = self._not_begun(kind)
        for contractor in ready:
            best_gain_s, best = terms.reopen_gain_s, None
            slots = np.array([contractor.slot], np.intp)
            for task in placed:
                contract = task.contract
                fits = task.eligible is None or contractor.slot in task.eligible
                if fits and contract.contractor is not contractor and contract.reopened < terms.reopen_limit:
                    offer = pool.bids(Call(contract.conversation, task, now_s), slots)
                    gain_s = contract.promised_s - now_s - float(offer.cost[0])
                    if gain_s >= best_gain_s:
                        best_gain_s, best = gain_s, task
            if best is not None:
                best.contract.reopened += 1
                yield best

    def _not_begun(self, kind: IntEnum) -> list[Task]:
        """The awarded tasks that were not begun, in the order of award."""
        self._placed[kind] = {
            number: task
            for number, task in self._placed[kind].items()
            if task.contract.live and not task.contract.begun
        }
        return list(self._placed[kind].values())
