"""Places without processing: sources, sinks, and storages where parts wait for a station."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import RemovalError
from ..negotiation.messages import Call, Proposal, Reason, Refusal
from ..negotiation.tasks import Task
from .agent import ShopAgent, ShopContractor
from .place import Place
from .tasks import STORE, Operation

if TYPE_CHECKING:
    from ..world import World
    from .job import Job


class Source(ShopAgent, Place):
    """The place where orders enter; it has room for any number of waiting parts."""

    def __init__(self, model: World, *, name: str, place: int) -> None:
        super().__init__(model)
        self.name = name
        self.place = place

    def remove(self) -> None:
        """Deregister from Mesa, after the end of the trial only: a factory needs its sources and sinks.

        Raises:
            RemovalError: the trial has not ended.
        """
        if not self.model.ended:
            raise RemovalError(
                f"{self.name!r} cannot be removed: a factory needs its sources and sinks; remove stations, storages, "
                "robots, vehicles, chargers or parts, or end the trial with remove_all_agents()"
            )
        super().remove()


class Sink(Source):
    """The place where finished parts leave the factory."""


class Storage(ShopContractor, Place):
    """A storage for parts that would block a station while no other station can take them.

    Attributes:
        capacity: maximum number of parts; None for any number.
        parts: the parts that are here, by id.
        reserved: tasks whose parts have a reserved place and are not here yet, by id.
    """

    announces = True

    def __init__(self, model: World, *, name: str, place: int, capacity: int | None) -> None:
        super().__init__(model, name=name)
        self.place = place
        self.capacity = capacity
        self.parts: dict[int, Job] = {}
        self.reserved: dict[int, Operation] = {}

    @property
    def has_room(self) -> bool:
        """Whether a place is free for another part."""
        return self.capacity is None or len(self.parts) + len(self.reserved) < self.capacity

    def bid(self, call: Call) -> Proposal | Refusal:
        task = call.task
        if not isinstance(task, Operation) or task.name != STORE or task.job is None:
            return Refusal(Reason.NOT_ELIGIBLE)
        if not self.has_room:
            return Refusal(Reason.BUSY)
        approach_s = self.model.traffic.travel_between_s(task.job.place, self.place, loaded=True)
        return Proposal(approach_s, approach_s, len(self.parts))

    def accept(self, task: Task) -> bool:
        assert isinstance(task, Operation)
        if task.id not in self.reserved:
            if not self.has_room:
                return False
            self.reserved[task.id] = task
        return True

    def release(self, task: Task) -> bool:
        if task.contract.begun or self.reserved.pop(task.id, None) is None:
            return False
        self.model.relieve_stations()
        return True

    def receive(self, job: Job) -> None:
        """Store a part, which then asks for a station again."""
        self.parts[job.unique_id] = job
        if not self.present:
            job.mark_ready()
            return
        task = job.operation
        assert task is not None
        del self.reserved[task.id]
        self.model.net.done(task, self)
        job.target = None
        job.operation = None
        job.mark_ready()

    def let_go(self, task: Task) -> None:
        if self.reserved.pop(task.id, None) is not None:
            self.model.relieve_stations()

    def take_out(self, job: Job) -> None:
        """Take a part out of the factory."""
        self.part_left(job)

    def _hand_back(self) -> None:
        """Give back the reservations; stored parts stay until they are fetched."""
        for task in list(self.reserved.values()):
            del self.reserved[task.id]
            self.model.net.give_back(task, self)

    def part_left(self, job: Job) -> None:
        """Remove a part; there is room for one that blocks a station."""
        if self.parts.pop(job.unique_id, None) is not None:  # otherwise it was set down beside the storage
            self.model.relieve_stations()
