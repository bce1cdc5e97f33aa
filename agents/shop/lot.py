"""A lot: the parts of one order, which call together for the vehicles that carry them on.

    parts at a place, each with a station that expects it
        |  carry                                              one call for proposals for all that go the same way
       lot  -- cfp: 5 parts from the source to the mill -->   vehicles: 3 parts in 60 s, 2 in 45 s, ...
        |   <-- accept-proposal to several, each its share    each share is a contract of its own

A station finishes parts one by one; there they are called for one by one, or wait a while for the others (`lot_wait`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..events import Event
from .agent import ShopAgent
from .tasks import Transport

if TYPE_CHECKING:
    from ..negotiation.contractor import Contractor
    from ..negotiation.tasks import Task
    from ..negotiation.world import Due
    from ..world import World
    from .job import Job


class Lot(ShopAgent):
    """Manager of the transports of its parts that stand ready at one place, to one other place.

    Attributes:
        parts: those that are in the factory.
        wait_s: how long those that could go wait for others that are still to come the same way.
    """

    present = True  # until all that was asked for is called off

    def __init__(self, model: World, *, name: str, wait_s: float) -> None:
        super().__init__(model)
        self.name = name
        self.wait_s = wait_s
        self.parts: list[Job] = []
        self._ways: dict[Job, int] = {}  # parts that are to be called for, and where they go
        self._waits: dict[int, Due] = {}  # places at which parts wait for others, and until when
        self._carried: dict[Job, int] = {}  # the number of the operation that each was last called for to get to

    def carry(self, part: Job, destination: int) -> None:
        """`part` is to be carried to a place; the call goes out when the others at its place know where they go."""
        place = part.place
        if self.wait_s and place not in self._waits and not any(other.place == place for other in self._ways):
            self._waits[place] = self.model.clock.schedule(self.wait_s, self.hurry, place)
        self._ways[part] = destination
        self.call_from(place)
        if place in self._waits:
            self.model.places[place].part_waits(part)

    def call_from(self, place: int) -> None:
        """Call for the parts at `place`, one call for each way, unless one of them may yet come to go that way."""
        if any(part.place == place and part.undecided for part in self.parts):
            return
        if place in self._waits and self._others_come(place):
            return
        self._stop_waiting(place)
        going: dict[int, list[Job]] = {}
        for part, destination in self._ways.items():
            if part.place == place:
                going.setdefault(destination, []).append(part)
        for destination, parts in going.items():
            transport = Transport(
                manager=self,
                job=parts[0],
                lot=tuple(parts),
                origin=place,
                destination=destination,
            )
            for part in parts:
                del self._ways[part]
                self._carried[part] = part.stage
                part.transport = transport
            self.model.net.announce(transport)

    def _others_come(self, place: int) -> bool:
        """Whether parts are still to be called for that have as many operations to go as those that wait here."""
        stage = max((part.stage for part in self._ways if part.place == place), default=-1)
        return any(
            part.stage <= stage and self._carried.get(part, -1) < stage for part in self.parts if part not in self._ways
        )

    def hurry(self, place: int) -> None:
        """Wait no more: it has been long enough, or the parts there are in the way of others."""
        self._stop_waiting(place)
        self.call_from(place)

    def _stop_waiting(self, place: int) -> None:
        if place in self._waits:
            self._waits.pop(place).cancel()

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
            transport.contract.conversation,
        )
        if not transport.keep([other for other in transport.cargo if other is not part]):
            self.model.net.cancel(transport)
        elif not transport.contract.begun:
            self.model.net.recall(transport)  # nobody has promised to carry just these
        elif transport.contract.live:
            transport.contract.contractor.part_ready()  # type: ignore[union-attr]  # the AGV loads: it need not wait for this one

    def left(self, part: Job) -> None:
        """`part` has left the factory; the lot ends with its last one."""
        self.parts.remove(part)
        for place in list(self._waits):
            self.call_from(place)
        if not self.parts:
            self.remove()

    def remove(self) -> None:
        """All its parts are taken out of the factory by hand; the lot ends with the last one."""
        if not self.parts or self.model.ended:
            super().remove()
        for part in list(self.parts):
            part.remove()

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
