"""Queue rules, which select the next part of a station: one function and one line in `QUEUE_RULES` each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .order import Order


class QueuedPart(Protocol):
    """A waiting part, as a queue rule sees it."""

    @property
    def order(self) -> Order: ...


Part = TypeVar("Part", bound=QueuedPart)


class Queue(Protocol[Part]):
    """A station, as a queue rule sees it."""

    @property
    def input(self) -> Sequence[Part]:
        """The waiting parts in order of arrival; at least one."""
        ...

    def expected_work_s(self, job: Part) -> float:
        """Expected processing time of a waiting part."""
        ...


class MostUrgent(Generic[Part]):
    """The waiting parts of the highest priority as a queue: a rule selects one of them."""

    def __init__(self, queue: Queue[Part]) -> None:
        self._queue = queue
        highest = max(part.order.priority for part in queue.input)
        self.input = [part for part in queue.input if part.order.priority == highest]

    def expected_work_s(self, job: Part) -> float:
        """Expected processing time of a waiting part."""
        return self._queue.expected_work_s(job)


class QueueRule(Protocol):
    """A function that selects one of the waiting parts."""

    def __call__(self, queue: Queue[Part], /) -> Part: ...


def first_in_first_out(queue: Queue[Part]) -> Part:
    """The part that arrived first."""
    return queue.input[0]


def shortest_processing_time(queue: Queue[Part]) -> Part:
    """The part with the shortest expected processing time; ties go to the earlier arrival."""
    return min(queue.input, key=queue.expected_work_s)


def earliest_due_date(queue: Queue[Part]) -> Part:
    """The part with the earliest due date; ties go to the earlier arrival."""
    return min(queue.input, key=lambda part: part.order.due_s)


QUEUE_RULES: dict[str, QueueRule] = {
    "fifo": first_in_first_out,
    "spt": shortest_processing_time,
    "edd": earliest_due_date,
}
