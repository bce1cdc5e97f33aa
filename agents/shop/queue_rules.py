"""Which waiting part a station takes next: the queue rules, one function and one line in `QUEUE_RULES` each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

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
        """The waiting parts in the order of their arrival; at least one."""
        ...

    def expected_work_s(self, job: Part) -> float:
        """Expected processing time of a waiting part."""
        ...


class QueueRule(Protocol):
    """Chooses one of the waiting parts."""

    def __call__(self, queue: Queue[Part], /) -> Part: ...


def first_in_first_out(queue: Queue[Part]) -> Part:
    """The part that came first."""
    return queue.input[0]


def shortest_processing_time(queue: Queue[Part]) -> Part:
    """The part with the least expected work; of equal ones the first."""
    return min(queue.input, key=queue.expected_work_s)


def earliest_due_date(queue: Queue[Part]) -> Part:
    """The part that is due first; of equal ones the first."""
    return min(queue.input, key=lambda part: part.order.due_s)


QUEUE_RULES: dict[str, QueueRule] = {
    "fifo": first_in_first_out,
    "spt": shortest_processing_time,
    "edd": earliest_due_date,
}
