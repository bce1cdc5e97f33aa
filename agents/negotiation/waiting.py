"""Tasks that all contractors were too busy to take, and their selection for a contractor that becomes available."""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import merge
from typing import TYPE_CHECKING

from .contract import ContractPhase

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from .tasks import Task

Entry = tuple[int, float, int, "Task"]  # priority, the highest first; time of the first announcement; id; the task


def by_priority(tasks: Iterable[Task]) -> list[Task]:
    """The tasks of the highest priority first, otherwise in the given order."""
    return sorted(tasks, key=lambda task: -task.priority)


class _Group:
    """Like tasks (`Task.alike`), which the same contractors may do, by priority and then by age, oldest first.

    Attributes:
        slots: the pool slots of these contractors; None for all.
    """

    __slots__ = ("entries", "slots")

    def __init__(self, task: Task) -> None:
        self.entries: list[Entry] = []
        self.slots = None if task.eligible is None else frozenset(task.eligible.tolist())

    def able(self, slots: Sequence[int]) -> Sequence[int]:
        """Those of `slots` that may do the tasks."""
        return slots if self.slots is None else [slot for slot in slots if slot in self.slots]


class WaitingTasks:
    """Waiting tasks in groups of like tasks, each group ordered by priority and then by age, oldest first."""

    def __init__(self) -> None:
        self._groups: dict[object, _Group] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def __iter__(self) -> Iterator[Task]:
        """All waiting tasks, by priority and then by age, oldest first."""
        return (task for *_, task in merge(*(group.entries for group in self._groups.values())))

    def add(self, task: Task) -> None:
        """Add `task`."""
        group = self._groups.get(task.alike)
        if group is None:
            group = self._groups[task.alike] = _Group(task)
        insort(group.entries, _entry(task))

    def discard(self, task: Task) -> None:
        """Remove `task` if it is waiting."""
        group = self._groups.get(task.alike)
        if group is None:
            return
        entries = group.entries
        at = bisect_left(entries, _entry(task))
        if at < len(entries) and entries[at][-1] is task:
            del entries[at]
            if not entries:
                del self._groups[task.alike]

    def clear(self) -> None:
        """Remove all tasks."""
        self._groups.clear()

    def windows(self, slots: Sequence[int], size: int) -> Iterator[list[Task]]:
        """The window of the tasks that come first, then the next, as long as that may help.

        The next window follows if the contractors took no task of a window, since they may take later tasks, or all
        of it, since they may take more.
        """
        offered: set[int] = set()
        while window := self.window(slots, size, offered):
            yield window
            won = sum(task.contract.phase is not ContractPhase.POSTPONED for task in window)
            if 0 < won < len(window):
                return
            offered.update(task.id for task in window)

    def window(self, slots: Sequence[int], size: int, without: Collection[int]) -> list[Task]:
        """The first `size` tasks that each of `slots` may do, and the first task of every other group.

        Every group is represented because a vehicle may be near the place where a later task begins; among like tasks
        the one of the highest priority comes first, then the oldest. Tasks whose ids are in `without` are skipped.
        """
        heads: list[Entry] = []
        able: dict[object, Sequence[int]] = {}
        queues: list[Iterable[Entry]] = []
        for alike, group in self._groups.items():
            able_slots = group.able(slots)
            if not able_slots:
                continue
            queue = [entry for entry in group.entries if entry[2] not in without] if without else group.entries
            if queue:
                heads.append(queue[0])
                queues.append(queue)
                able[alike] = able_slots
        chosen: list[Task] = []
        taken: set[int] = set()
        left = dict.fromkeys(slots, size)
        for *_, number, task in merge(*queues):
            fitting = able[task.alike] if len(slots) > 1 else slots
            if any(left[slot] for slot in fitting):
                chosen.append(task)
                taken.add(number)
                for slot in fitting:
                    left[slot] = max(left[slot] - 1, 0)
                if not any(left.values()):
                    break
        return by_priority([*chosen, *(task for *_, number, task in sorted(heads) if number not in taken)])


def _entry(task: Task) -> Entry:
    return (-task.priority, task.contract.requested_at_s, task.id, task)
