"""Contractors that have become available, and the tasks that have not been offered to them since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .messages import NOBODY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import IntEnum

    from .contractor import Contractor, Pool
    from .tasks import Task


class Availability:
    """Node-available announcements (Smith 1980), kept until tasks are offered to the contractors that made them."""

    def __init__(self, pools: Mapping[IntEnum, Pool]) -> None:
        self._pools = pools
        self._ready: dict[IntEnum, dict[int, Contractor]] = {kind: {} for kind in pools}
        self._latest = dict.fromkeys(pools, NOBODY)  # conversations opened before the latest announcement

    def announced(self, kind: IntEnum, contractor: Contractor, conversations: int) -> None:
        """Record that `contractor` announces itself after `conversations` conversations have been opened."""
        self._pools[kind].announced[contractor.slot] = self._latest[kind] = conversations

    def ready(self, kind: IntEnum, contractor: Contractor) -> None:
        """Mark `contractor` as due to be offered tasks of a kind."""
        self._ready[kind][contractor.slot] = contractor

    def take(self, kind: IntEnum) -> dict[int, Contractor]:
        """Remove and return, by slot, the contractors that are due to be offered tasks of a kind."""
        taken = self._ready[kind]
        if taken:
            self._ready[kind] = {}
        return taken

    def missed_by(self, task: Task) -> list[Contractor]:
        """Contractors that became available after `task` was called; it is offered to them like the waiting tasks."""
        if self._latest[task.kind] <= task.contract.conversation:
            return []
        pool = self._pools[task.kind]
        able = pool.all if task.eligible is None else task.eligible
        slots = able[pool.announced[able] > task.contract.conversation].tolist()
        return [pool.members[slot] for slot in slots]

    def drop(self, contractor: Contractor) -> None:
        """Forget `contractor`, which has left."""
        self._ready[contractor.kind].pop(contractor.slot, None)

    def clear(self, kind: IntEnum) -> None:
        """Forget all contractors for a kind of task."""
        self._ready[kind].clear()
