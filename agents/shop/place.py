"""Where a part can be: a place, where it enters, waits, is processed or leaves, or a vehicle that carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from .job import Job
    from .tasks import Operation


class Place:
    """A place of parts, whose hooks are called when something happens to one.

    The base class has room for any number of parts, and does nothing with them.

    Attributes:
        place: its index in the scenario.
        promised: the operations that are to be done here, by job id.
    """

    unique_id: int
    name: str
    place: int
    promised: dict[int, Operation]

    def receive(self, job: Job) -> None:
        """Receive a part that has been brought."""
        raise NotImplementedError(f"{self.name} takes no parts")

    def hands_over(self, job: Job, then: Callable[[], None]) -> bool:
        """Whether a part can be fetched now; if not, `then` is called when it can."""
        return True

    def part_leaves(self, job: Job) -> None:
        """Called when a part is about to leave the place."""

    def part_left(self, job: Job) -> None:
        """Called when a part has left the place."""

    def part_waits(self, job: Job) -> None:
        """Called when no station can take this part yet."""

    def take_out(self, job: Job) -> None:
        """Take a part out of the factory by hand."""


class Carrier(Protocol):
    """A vehicle, as seen by the parts that it carries."""

    @property
    def unique_id(self) -> int: ...

    def part_ready(self) -> None:
        """The part that the vehicle waits for is ready for pickup."""
        ...

    def lose(self, part: Job) -> None:
        """Drop a part that leaves the factory by hand, with every transport that carries nothing else."""
        ...
