"""Contractors that have become available, and what they have not been asked for since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .messages import NOBODY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import IntEnum

    from .contractor import Contractor, Pool
    from .tasks import Task


class Availability:
    """Node-available announcements (Smith 1980) until tasks are offered to those that made them."""

    def __init__(self, pools: Mapping[IntEnum, Pool]) -> None:
        self._pools = pools
        self._ready: dict[IntEnum, dict[int, Contractor]] = {kind: {} for kind in pools}
        self._latest = dict.fromkeys(pools, NOBODY)  # conversations that were open at the latest announcement

    def announced(self, kind: IntEnum, contractor: Contractor, conversations: int) -> None:
        """`contractor` has said so, when so many conversations had been opened."""
        self._pools[kind].announced[contractor.slot] = self._latest[kind] = conversations

    def ready(self, kind: IntEnum, contractor: Contractor) -> None:
        """`contractor` is to be offered tasks of a kind."""
        self._ready[kind][contractor.slot] = contractor

    def take(self, kind: IntEnum) -> dict[int, Contractor]:
        """By slot, the contractors that are to be offered tasks of a kind: from now on none is."""
        taken = self._ready[kind]
        if taken:
            self._ready[kind] = {}
        return taken

    def missed_by(self, task: Task) -> list[Contractor]:
        """Those that became available after `task` was called: they are asked for it, as they were for what waited."""
        if self._latest[task.kind] <= task.contract.conversation:
            return []
        pool = self._pools[task.kind]
        able = pool.all if task.eligible is None else task.eligible
        slots = able[pool.announced[able] > task.contract.conversation].tolist()
        return [pool.members[slot] for slot in slots]

    def drop(self, contractor: Contractor) -> None:
        """`contractor` has left."""
        self._ready[contractor.kind].pop(contractor.slot, None)

    def clear(self, kind: IntEnum) -> None:
        """No contractor is to be offered tasks of a kind."""
        self._ready[kind].clear()
