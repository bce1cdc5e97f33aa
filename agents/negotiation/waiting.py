"""Tasks that all contractors were too busy to take: which of them one that becomes available is offered."""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import merge
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from .tasks import Task

Entry = tuple[float, int, "Task"]  # since when it is asked for, its number, the task
Offer = tuple[float, int, "Task", "Sequence[int]"]  # the same, and who may do it


class WaitingTasks:
    """Waiting tasks in groups of those that are alike (`Task.alike`), each group in the order of age."""

    def __init__(self) -> None:
        self._groups: dict[object, list[Entry]] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def __iter__(self) -> Iterator[Task]:
        """All of them, the oldest first."""
        return (task for _, _, task in merge(*self._groups.values()))

    def add(self, task: Task) -> None:
        """`task` waits from now on."""
        insort(self._groups.setdefault(task.alike, []), (task.contract.requested_at_s, task.id, task))

    def discard(self, task: Task) -> None:
        """`task` waits no more, if it did."""
        group = self._groups.get(task.alike, [])
        at = bisect_left(group, (task.contract.requested_at_s, task.id))
        if at < len(group) and group[at][2] is task:
            del group[at]
            if not group:
                del self._groups[task.alike]

    def clear(self) -> None:
        """Nothing waits."""
        self._groups.clear()

    def window(self, slots: Sequence[int], size: int, without: Collection[int]) -> list[Task]:
        """The `size` oldest tasks for each of `slots` that it may do, and the oldest of every other group.

        A vehicle may be near to where a younger task begins, and of tasks that are alike the oldest is the first.
        Tasks whose numbers are in `without` do not count.
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
    """The tasks of a group, and which of `slots` may do them: of tasks that are alike the same."""
    eligible = group[0][2].eligible
    able = slots if eligible is None else [slot for slot in slots if slot in eligible]
    if able:
        yield from ((age_s, number, task, able) for age_s, number, task in group if number not in without)
