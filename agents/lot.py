"""A lot: the parts of one order, which call together for the vehicles that carry them on.

    parts at a place, each with a station that expects it
        |  carry                                              one call for proposals for all that go the same way
       lot  -- cfp: 5 parts from the source to the mill -->   vehicles: 3 parts in 60 s, 2 in 45 s, ...
        |   <-- accept-proposal to several, each its share    each share is a contract of its own

From where parts leave one by one, as they are finished, they are called for one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from .events import Event
from .tasks import LIVE, Transport

if TYPE_CHECKING:
    from ..environments.factory import Factory
    from .contractor import Contractor
    from .job import Job
    from .tasks import Task


class Lot(mesa.Agent):
    """Manager of the transports of its parts that stand ready at one place, to one other place.

    Attributes:
        parts: those that are in the factory.
    """

    model: Factory  # pyright: ignore[reportIncompatibleVariableOverride]  # Mesa knows no models of its users

    def __init__(self, model: Factory, *, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.parts: list[Job] = []
        self._ways: dict[Job, int] = {}  # parts that are to be called for, and where they go

    def carry(self, part: Job, destination: int) -> None:
        """`part` is to be carried to a place; the call goes out when the others at its place know where they go."""
        self._ways[part] = destination
        self.call_from(part.place)

    def call_from(self, place: int) -> None:
        """Call for the parts at `place`, one call for each way, unless one of them may yet come to go that way."""
        if any(part.place == place and part.undecided for part in self.parts):
            return
        going: dict[int, list[Job]] = {}
        for part, destination in self._ways.items():
            if part.place == place:
                going.setdefault(destination, []).append(part)
        for destination, parts in going.items():
            transport = Transport(
                manager=self,
                job=parts[0],
                parts=tuple(parts),
                origin=place,
                destination=destination,
                ready_at_s=self.model.now_s,
            )
            for part in parts:
                del self._ways[part]
                part.transport = transport
            self.model.net.announce(transport)

    def leave_out(self, part: Job) -> None:
        """`part` does not go where it was to go; the others of its share do."""
        self._ways.pop(part, None)
        transport, part.transport = part.transport, None
        if transport is None:
            return
        self.model.log.event(
            self.model.now_s,
            Event.LOT_LEFT_OUT,
            self.unique_id,
            part.unique_id,
            transport.id,
            transport.conversation,
        )
        transport.parts = tuple(other for other in transport.parts if other is not part)
        if not transport.parts:
            self.model.net.cancel(transport)
            return
        transport.job = transport.parts[0]
        if not transport.begun:
            self.model.net.recall(transport)  # nobody has promised to carry just these
        elif transport.phase in LIVE:
            transport.contractor.part_ready()  # type: ignore[union-attr]  # the AGV loads: it need not wait for this one

    def left(self, part: Job) -> None:
        """`part` has left the factory; the lot ends with its last one."""
        self.parts.remove(part)
        if not self.parts:
            self.remove()

    # -- what the negotiations say ----------------------------------------------------------------------------

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """A vehicle comes for its share."""

    def done(self, task: Task, contractor: Contractor) -> None:
        """The parts themselves have told already, by what happened to them."""

    def failed(self, task: Task, contractor: Contractor) -> None:
        """A share is free again; it is called anew alone, the others go on."""

    def postponed(self, task: Task) -> None:
        """All vehicles are busy; the first that is free will call."""

    def __repr__(self) -> str:
        return f"Lot({self.name}, {len(self.parts)} parts)"
