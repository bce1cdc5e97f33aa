"""A lot: the parts of one order, whose transports are announced together.

    parts at a place, each with a station that expects it
        |  carry                                              one call for proposals for all parts with one destination
       lot  -- cfp: 5 parts from the source to the mill -->   vehicles: 3 parts in 60 s, 2 in 45 s, ...
        |   <-- accept-proposal to several, each its share    each share is a separate contract

A station finishes parts one by one; their transports are announced one by one, or (`lot_wait`) after a wait for the
other parts.
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
    """Manager of the transports of those of its parts that are ready for pickup at one place, to one other place.

    Attributes:
        parts: its parts that are in the factory.
        wait_s: how long parts that could go wait for others that are still to come on the same path.
    """

    present = True  # until all its tasks are cancelled

    def __init__(self, model: World, *, name: str, wait_s: float) -> None:
        super().__init__(model)
        self.name = name
        self.wait_s = wait_s
        self.parts: list[Job] = []
        self._destinations: dict[Job, int] = {}  # parts whose transport is to be announced, and their destinations
        self._waits: dict[int, Due] = {}  # places at which parts wait for others, and the end of the wait
        self._carried: dict[
            Job, int
        ] = {}  # for each part, the rank of the step that its latest announced transport leads to

    def carry(self, part: Job, destination: int) -> None:
        """Have `part` carried to a place; the call is sent once the destinations of the others there are known."""
        place = part.place
        if self.wait_s and place not in self._waits and not any(other.place == place for other in self._destinations):
            self._waits[place] = self.model.clock.schedule(self.wait_s, self.end_wait, place)
        self._destinations[part] = destination
        self.call_from(place)
        if place in self._waits:
            self.model.places[place].part_waits(part)

    def call_from(self, place: int) -> None:
        """Announce transports for the parts at `place`, one per destination, unless another part may still join."""
        if any(part.place == place and part.undecided for part in self.parts):
            return
        if place in self._waits and self._others_come(place):
            return
        self._stop_waiting(place)
        going: dict[int, list[Job]] = {}
        for part, destination in self._destinations.items():
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
                del self._destinations[part]
                self._carried[part] = part.progress.rank
                part.transport = transport
            self.model.net.announce(transport)

    def _others_come(self, place: int) -> bool:
        """Whether other parts have still to be called for at the step of those that wait here, or before it."""
        rank = max((part.progress.rank for part in self._destinations if part.place == place), default=-1)
        return any(
            part.progress.rank <= rank and self._carried.get(part, -1) < rank
            for part in self.parts
            if part not in self._destinations
        )

    def end_wait(self, place: int) -> None:
        """End the wait at `place`: its time is up, or the parts there block others."""
        self._stop_waiting(place)
        self.call_from(place)

    def _stop_waiting(self, place: int) -> None:
        if place in self._waits:
            self._waits.pop(place).cancel()

    def drop_part(self, part: Job) -> None:
        """Drop `part` from its transport; the other parts of its share are carried as planned."""
        self._destinations.pop(part, None)
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
            self.model.net.recall(transport)  # no vehicle has offered to carry just these
        elif transport.contract.live:
            transport.contract.contractor.part_ready()  # type: ignore[union-attr]  # the AGV is loading: it need not wait for this part

    def left(self, part: Job) -> None:
        """Forget `part`, which has left the factory; the lot ends with its last part."""
        self.parts.remove(part)
        for place in list(self._waits):
            self.call_from(place)
        if not self.parts:
            self.remove()

    def remove(self) -> None:
        """Take all its parts out of the factory by hand; the lot ends with the last one."""
        if not self.parts or self.model.ended:
            super().remove()
        for part in list(self.parts):
            part.remove()

    # -- manager of transports --------------------------------------------------------------------------------

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: a vehicle comes for its share."""

    def done(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: the parts have already reacted to being unloaded."""

    def failed(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: the share alone is re-announced, and the others continue."""

    def postponed(self, task: Task) -> None:
        """Do nothing: all vehicles are busy, and the first that becomes available is offered the transport."""

    def __repr__(self) -> str:
        return f"Lot({self.name}, {len(self.parts)} parts)"
