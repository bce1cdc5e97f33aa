"""A place: where parts enter, wait, are worked on, and leave; it is told what happens to the parts that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .job import Job
    from .tasks import Operation


class Place:
    """What a part meets where it is; by itself a place has room for any number of parts, and nothing happens there.

    Attributes:
        place: its index in the scenario.
        promised: the operations that are to be done here, by the id of the job.
    """

    unique_id: int
    name: str
    place: int
    promised: dict[int, Operation]

    def receive(self, job: Job) -> None:
        """A part has been brought."""
        raise NotImplementedError(f"{self.name} takes no parts")

    def hands_over(self, job: Job, then: Callable[[], None]) -> bool:
        """Whether a part can be taken as it lies here; if not, `then` is called when it can."""
        return True

    def part_leaves(self, job: Job) -> None:
        """A part is about to be gone."""

    def part_left(self, job: Job) -> None:
        """A part is gone."""

    def part_waits(self, job: Job) -> None:
        """No station can take this part yet."""

    def take_out(self, job: Job) -> None:
        """A part leaves the factory from here, by hand."""
