"""A job: one part on its way through its routing; the manager of its operations and transports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..events import BY_HAND, Event
from ..negotiation.contract import ContractPhase
from ..negotiation.tasks import Task
from .agent import ShopAgent
from .order import Order
from .tasks import STORE, Operation, TaskKind, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..negotiation.contractor import Contractor
    from ..world import World
    from .depot import Storage
    from .lot import Lot
    from .workplace import Workplace


class Carrier(Protocol):
    """A vehicle, as the parts that it carries know it."""

    @property
    def unique_id(self) -> int: ...

    def part_ready(self) -> None:
        """The part that it waits for can be taken."""
        ...

    def lose(self, part: Job) -> None:
        """A part that it carries, or is taking, is needed no longer: it drops it, and what it was to do with it."""
        ...


class Job(ShopAgent):
    """A part that has itself made.

        source -> [call station -> call AGV -> wait, be processed]* -> call AGV -> sink

    Attributes:
        stage: index of the operation that comes next, or is in work.
        place: index of the place where the part is, or was before the vehicle took it.
        target: who has been won for what comes next: a station, a storage, the sink; None while nobody has.
        ready: the part stands where a vehicle can take it.
        carrier: the vehicle that has it on board, or is taking it; None while it is in no vehicle's hands.
        lot: the parts that it was ordered with, which are called for together; None for a part of its own.
        asked: index of the operation that was called for last; the number of operations means the way out.
    """

    present = True  # until all that was asked for is called off

    def __init__(self, model: World, order: Order) -> None:
        super().__init__(model)
        self.order = order
        self.name = order.name
        self.stage = 0
        self.place = order.place
        self.released_s = model.now_s
        self.target: Workplace | Storage | None = None
        self.operation: Operation | None = None
        self.transport: Transport | None = None
        self.ready_at_s = 0.0
        self.ready = False
        self.asked = -1
        self.lot: Lot | None = None
        self.carrier: Carrier | None = None
        self._bound_for: int | None = None  # where it is being carried to
        self._has_left = False
        self._look_ahead = model.spec.negotiation.look_ahead

    # -- what happens to the part -----------------------------------------------------------------------------

    def release(self) -> None:
        """The order enters the factory."""
        self.model.log.event(
            self.model.now_s,
            Event.RELEASED,
            self.model.places[self.place].unique_id,
            self.unique_id,
            self.order.product_index,
            self.order.due_s,
        )
        self.ready, self.ready_at_s = True, self.model.now_s
        self._call_next(self.stage)

    def may_leave(self, vehicle: Carrier) -> bool:
        """It stands ready and is certainly expected where it is to go; if not, `vehicle` is told when."""
        if not (self.ready and self._is_expected(vehicle.part_ready)):
            return False
        self.carrier = vehicle
        return True

    def _is_expected(self, then: Callable[[], None]) -> bool:
        """Whoever has won the next operation certainly holds its promise, and now for good, as the part sets out."""
        if self.target is not None and self.operation is not None:
            if not self.model.net.sure(self.operation, then):
                return False
            self.operation.contract.begun = True
        return True

    def is_handed_over(self, then: Callable[[], None]) -> bool:
        """Whether it can be taken now; if it must be taken off its machine first, `then` is called when it is."""
        return self.model.places[self.place].hands_over(self, then)

    def loaded(self, vehicle: Carrier) -> None:
        """A vehicle has taken the part."""
        self.ready = False
        origin = self.model.places[self.place]
        origin.part_leaves(self)
        self.model.log.event(self.model.now_s, Event.LOADED, vehicle.unique_id, self.unique_id, origin.unique_id)
        origin.part_left(self)
        transport, self.transport = self.transport, None
        self._bound_for = None if transport is None else transport.destination
        if self._look_ahead == "departure" and transport is not None:
            self._set_out(transport.destination)

    def _set_out(self, place: int) -> None:
        """On the way to an operation: call for what comes after it."""
        station, operation = self.target, self.operation
        if station is None or station.place != place or operation is None or operation.name == STORE:
            return
        routing = self.order.routing
        if self.stage + 1 < len(routing) and station.slot in routing[self.stage + 1].eligible:
            return  # a station keeps one promise for each job
        way_s = self.model.approach_s(self.place, place)
        self._foresee(self.model.now_s + way_s + routing[self.stage].work_s[station.slot])

    def unloaded(self, vehicle: Carrier, place: int) -> None:
        """A vehicle has handed the part over."""
        self.carrier = None
        destination = self.model.places[place]
        self.model.log.event(self.model.now_s, Event.UNLOADED, vehicle.unique_id, self.unique_id, destination.unique_id)
        self._arrive(place)

    def work_begins(self, ready_at_s: float) -> None:
        """A machine has begun: the part is expected to be ready at `ready_at_s`."""
        if self._look_ahead != "none":
            self._foresee(ready_at_s)

    def processed(self) -> None:
        """An operation is finished: see who does the next one, while the part is still on the machine."""
        self.stage += 1
        if self.asked < self.stage:
            self._call_next(self.stage)

    def stands_ready(self) -> None:
        """The part lies in an output buffer or a storage."""
        self.ready, self.ready_at_s = True, self.model.now_s
        if self.transport is not None:
            if self.transport.contract.live:
                self.transport.contract.contractor.part_ready()  # type: ignore[union-attr]  # the pool of transports holds AGVs
            self.model.net.hurry(self.transport)
        elif self.target is not None:
            self._call_transport()
        elif self.operation is None:
            self._call_next(self.stage)
        else:
            self.model.net.hurry(self.operation)

    def give_way(self) -> bool:
        """The part blocks a station and no other can take it: have it stored until one can; whether it will be."""
        operation = self.operation
        if operation is None or operation.contract.phase is not ContractPhase.POSTPONED or operation.name == STORE:
            return False
        storages = self.model.storages_with_room()
        if len(storages):
            self.model.net.cancel(operation)
            self.operation = Operation(manager=self, job=self, name=STORE, eligible=storages, step=self.stage)
            self.model.net.announce(self.operation)
        return len(storages) > 0

    @property
    def is_being_stored(self) -> bool:
        """It is to go to a storage, or asks for one."""
        return self.operation is not None and self.operation.name == STORE

    def left_behind(self, vehicle: Contractor, task: Transport) -> None:
        """`vehicle`, which leaves, was taking the part or had it on board: then it lies ready where it was loaded.

        What was called ahead for the time after this transport is taken back; the station that expects it still does.
        """
        self.carrier = None
        if self.ready:
            return
        if self.asked > self.stage:
            destination = self.model.places[task.destination]
            self._fall_back(destination.promised[self.unique_id])
            self.target = destination  # type: ignore[assignment]  # stations alone promise anything
        elif self.transport is not None:
            self.model.net.cancel(self.transport)
            self.transport = None
        self.set_down(vehicle, task.origin)
        if self._destination == task.destination and (self.target is not None or self.operation is None):
            self.transport = task

    def set_down(self, by: Contractor, place: int) -> None:
        """Lie ready at a place, beside its buffers: `by`, which had the part, leaves."""
        origin = self.model.places[place]
        self.model.log.event(self.model.now_s, Event.SET_DOWN, by.unique_id, self.unique_id, origin.unique_id)
        self.place = place
        self._bound_for = None
        self.ready, self.ready_at_s = True, self.model.now_s

    def remove(self) -> None:
        """The part is taken out of the factory by hand, wherever it is, and counts as scrapped.

        After the end of the trial, and for a part that has left, only Mesa forgets it.
        """
        if not self._has_left and not self.model.ended:
            self._take_out()
            return
        super().remove()

    def _take_out(self) -> None:
        vehicle, place = self.carrier, self.model.places[self.place]
        where = place.unique_id if vehicle is None or self.ready else vehicle.unique_id
        awaited = self.operation
        if self.asked > self.stage and self._bound_for is not None:
            awaited = self.model.places[self._bound_for].promised[self.unique_id]
        if vehicle is not None:
            vehicle.lose(self)
            if self.transport is not None and self.transport.manager is self.lot:
                self.transport = None  # the others of its share are carried all the same
        elif self.lot is not None:
            self.lot.leave_out(self)
        if where == place.unique_id:
            place.take_out(self)
        for task in (awaited, self.operation, self.transport):
            if task is not None:
                self.model.net.annul(task)
        self.leave(Event.SCRAPPED, where, BY_HAND)
        self.model.stir()

    def leave(self, event: Event, where: int, value: float = 0.0) -> None:
        """The part leaves the factory: finished or scrapped at the agent `where`."""
        self._has_left = True
        self.model.log.event(self.model.now_s, event, where, self.unique_id, value=value)
        self._call_off()
        if self.lot is not None:
            self.lot.left(self)
        self.remove()
        self.model.workload.left(self)

    # -- what the negotiations say ----------------------------------------------------------------------------

    def engaged(self, task: Task, contractor: Contractor) -> None:
        if task.kind is TaskKind.OPERATION:
            self.target = contractor  # type: ignore[assignment]  # the pool of operations holds stations and storages
            place = self.place
            taken = self.ready and self.carrier is not None  # to where it was to go before
            if not taken and (self.ready or self._look_ahead != "none"):
                self._call_transport()
            if self.lot is not None:
                self.lot.call_from(place)

    def done(self, task: Task, contractor: Contractor) -> None:
        """The part itself has told already, by what happened to it."""

    def failed(self, task: Task, contractor: Contractor) -> None:
        if not isinstance(task, Operation):
            return
        if task is not self.operation and not contractor.present:
            self._fall_back(task)
        if task is self.operation:
            self.target = None
            ahead = self._bound_for is not None  # of what it is on its way to
            if self.carrier is None or ahead:  # else it is brought there all the same, and goes on from there
                self._stay()
            if task.name == STORE and not contractor.present:
                self.model.net.cancel(task)
                self._call_next(self.stage)

    def _stay(self) -> None:
        """It does not go where it was to go."""
        if self.lot is not None and (self.transport is None or self.transport.manager is self.lot):
            self.lot.leave_out(self)
        elif self.transport is not None and not self.transport.contract.begun:
            self.model.net.cancel(self.transport)
            self.transport = None

    def _fall_back(self, operation: Operation) -> None:
        """What was called for the time after `operation` is not needed yet: that is not done, and comes first."""
        self._call_off()
        self.operation, self.transport, self.target = operation, None, None
        self.asked = self.stage

    def _call_off(self) -> None:
        """Ask for nothing more."""
        for task in (self.operation, self.transport):
            if task is not None and task.contract.phase is not ContractPhase.CLOSED:
                self.model.net.cancel(task)

    def postponed(self, task: Task) -> None:
        """No contractor can take the task now; a part that no storage takes asks for a station again."""
        if task is self.operation:
            if self.is_being_stored:
                self.model.net.cancel(task)
                self._call_next(self.stage)
                return
            self.model.places[self.place].part_waits(self)
            self.model.suspect_jam()
            if self.lot is not None:
                self.lot.call_from(self.place)

    @property
    def undecided(self) -> bool:
        """It stands ready, and it is being negotiated where it goes."""
        calling = (ContractPhase.OPEN, ContractPhase.CALLED, ContractPhase.AWARDED)
        return (
            self.ready
            and self.target is None
            and self.operation is not None
            and self.operation.contract.phase in calling
        )

    # -- calls ------------------------------------------------------------------------------------------------

    def _foresee(self, ready_at_s: float) -> None:
        """Call for what comes after the operation in work, or ahead, as if it were done."""
        if self.asked <= self.stage:
            self.ready_at_s = ready_at_s
            self._call_next(self.stage + 1)

    def _call_next(self, number: int) -> None:
        """Call for proposals for operation `number`; after the last, only the way out remains."""
        self.asked = number
        self.target = None
        if number == len(self.order.routing):
            self.operation = None
            if self.ready or self._look_ahead != "none":
                self._call_transport()
            return
        step = self.order.routing[number]
        time_uniform, scrap_uniform = self.order.uniforms[number].tolist()
        self.operation = Operation(
            manager=self,
            job=self,
            name=step.name,
            eligible=step.eligible,
            uniform=time_uniform,
            scrap_uniform=scrap_uniform,
            step=number,
        )
        self.model.net.announce(self.operation)

    @property
    def _destination(self) -> int:
        return self.model.sink.place if self.target is None else self.target.place

    def _call_transport(self) -> None:
        origin = self.place if self._bound_for is None else self._bound_for
        destination = self._destination
        if destination == origin or self.model.moves_itself(destination):
            go_on = self._call_transport
            if self.ready and self._is_expected(go_on) and self.is_handed_over(go_on):
                self._move(destination)
            return
        if self.ready and self.lot is not None and self.model.net.mechanisms[TaskKind.TRANSPORT].splits:
            self.lot.carry(self, destination)
            return
        self.transport = Transport(manager=self, job=self, origin=origin, destination=destination)
        self.model.net.announce(self.transport)

    def _move(self, place: int) -> None:
        """Go to a place without a vehicle."""
        origin, destination = self.model.places[self.place], self.model.places[place]
        self.ready = False
        origin.part_leaves(self)
        self.model.log.event(self.model.now_s, Event.MOVED, destination.unique_id, self.unique_id, origin.unique_id)
        origin.part_left(self)
        self._arrive(place)

    def _arrive(self, place: int) -> None:
        self.place = place
        self._bound_for = None
        self.model.places[place].receive(self)

    def __repr__(self) -> str:
        return f"Job({self.name}, operation {self.stage})"
