"""Tasks that all contractors were too busy to take, and their selection for a contractor that becomes available."""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import merge
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from .tasks import Task

Entry = tuple[float, int, "Task"]  # time of the first announcement, task id, the task
Offer = tuple[float, int, "Task", "Sequence[int]"]  # the same, and the slots that may do it


class WaitingTasks:
    """Waiting tasks in groups of like tasks (`Task.alike`), each group ordered by age, oldest first."""

    def __init__(self) -> None:
        self._groups: dict[object, list[Entry]] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def __iter__(self) -> Iterator[Task]:
        """All waiting tasks, oldest first."""
        return (task for _, _, task in merge(*self._groups.values()))

    def add(self, task: Task) -> None:
        """Add `task`."""
        insort(self._groups.setdefault(task.alike, []), (task.contract.requested_at_s, task.id, task))

    def discard(self, task: Task) -> None:
        """Remove `task` if it is waiting."""
        group = self._groups.get(task.alike, [])
        at = bisect_left(group, (task.contract.requested_at_s, task.id))
        if at < len(group) and group[at][2] is task:
            del group[at]
            if not group:
                del self._groups[task.alike]

    def clear(self) -> None:
        """Remove all tasks."""
        self._groups.clear()

    def window(self, slots: Sequence[int], size: int, without: Collection[int]) -> list[Task]:
        """The `size` oldest tasks that each of `slots` may do, and the oldest task of every other group.

        Every group is represented because a vehicle may be near the place where a younger task begins; among like tasks
        the oldest comes first. Tasks whose ids are in `without` are skipped.
        """
        first: set[int] = set()
        groups: list[Iterator[Offer]] = []
        for group in self._groups.values():
            offers = _offers(group, slots, without)
            head = next(offers, None)
            if head is not None:
                first.add(head[1])
                groups.append(chain([head], offers))
        left = dict.fromkeys(slots, size)
        chosen: list[Task] = []
        for _, number, task, able in merge(*groups, key=itemgetter(0, 1)):
            if number in first or any(left[slot] for slot in able):
                chosen.append(task)
                first.discard(number)
                for slot in able:
                    left[slot] = max(left[slot] - 1, 0)
            if not first and not any(left.values()):
                break
        return chosen


def _offers(group: list[Entry], slots: Sequence[int], without: Collection[int]) -> Iterator[Offer]:
    """The tasks of a group, and the slots that may do them, which are the same for like tasks."""
    eligible = group[0][2].eligible
    able = slots if eligible is None else [slot for slot in slots if slot in eligible]
    if able:
        yield from ((age_s, number, task, able) for age_s, number, task in group if number not in without)
