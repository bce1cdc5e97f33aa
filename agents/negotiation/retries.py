"""Retries: waiting tasks that the clock has called again, where no announcement can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .contract import ContractPhase
from .messages import PROPOSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import IntEnum

    import numpy as np
    from numpy.typing import NDArray

    from .contractor import Pool
    from .delivery import Delivery
    from .tasks import Task
    from .terms import Terms
    from .world import EngineWorld


class Retries:
    """The retries that are scheduled, and those that are due; `wake` is called when one becomes due."""

    def __init__(
        self,
        world: EngineWorld,
        *,
        delivery: Delivery,
        terms: Terms,
        pools: Mapping[IntEnum, Pool],
        wake: Callable[[], None],
    ) -> None:
        self._world = world
        self._delivery = delivery
        self._terms = terms
        self._pools = pools
        self._wake = wake
        self._due: dict[IntEnum, list[tuple[Task, int]]] = {kind: [] for kind in pools}

    def schedule(self, task: Task, reasons: NDArray[np.int8]) -> None:
        """Schedule a retry of a task that no contractor took, unless the contractors will announce themselves."""
        if not self._waits_for_announcement(task.kind, reasons):
            pause_s = self._terms.retry_s * self._delivery.back_off(task.contract.calls, reasons)
            self._world.clock.schedule(pause_s, self._retry, task, task.contract.conversation)

    def take(self, kind: IntEnum) -> list[Task]:
        """Remove and return the tasks whose retry is due, and that have not been called since it was scheduled."""
        due, self._due[kind] = self._due[kind], []
        return [task for task, conversation in due if task.contract.conversation == conversation]

    def clear(self, kind: IntEnum) -> None:
        """Forget the retries that are due."""
        self._due[kind].clear()

    def _waits_for_announcement(self, kind: IntEnum, reasons: NDArray[np.int8]) -> bool:
        """Whether every contractor has refused, and will certainly announce itself when it may take the task.

        Not where a contract may be left for a better one (leveled commitment): there a change of costs is enough.
        """
        if self._delivery.offers_bind or self._terms.commitment == "leveled" or not self._pools[kind].announces:
            return False
        return len(reasons) > 0 and bool((reasons != PROPOSES).all())

    def _retry(self, task: Task, conversation: int) -> None:
        """Mark a postponed task as due, unless it has been called since, or nothing can have changed."""
        contract = task.contract
        if contract.phase is ContractPhase.POSTPONED and contract.conversation == conversation and not contract.asleep:
            self._due[task.kind].append((task, conversation))
            self._wake()
