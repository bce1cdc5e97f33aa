"""A job: one part and its progress through the routing; manager of its operations and transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..events import BY_HAND, Event
from ..negotiation.contract import ContractPhase
from ..negotiation.tasks import Task
from .agent import ShopAgent
from .order import Order
from .progress import Progress
from .tasks import STORE, Operation, TaskKind, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..negotiation.contractor import Contractor
    from ..world import World
    from .depot import Storage
    from .lot import Lot
    from .place import Carrier
    from .workplace import Workplace


class Job(ShopAgent):
    """A part that organises its own production.

        source -> [call station -> call AGV -> wait, be processed]* -> call AGV -> sink

    Attributes:
        progress: how far it has come in its routing.
        place: index of the place where the part is, or was before the vehicle took it.
        target: the station or storage that has won the next operation; None until one has.
        operation, transport: the latest tasks that it has announced.
        ready: the part is ready for pickup by a vehicle.
        ready_at_s: when it is or was expected to be ready.
        carrier: the vehicle that has it on board, or is taking it; None otherwise.
        lot: the lot that it was ordered in, whose transports are announced together; None for a single part.
    """

    present = True  # until all its tasks are cancelled

    def __init__(self, model: World, order: Order) -> None:
        super().__init__(model)
        self.order = order
        self.name = order.name
        self.progress = Progress(order)
        self.place = order.place
        self.released_s = model.now_s
        self.target: Workplace | Storage | None = None
        self.operation: Operation | None = None
        self.transport: Transport | None = None
        self.ready_at_s = 0.0
        self.ready = False
        self.lot: Lot | None = None
        self.carrier: Carrier | None = None
        self._bound_for: int | None = None  # the place that it is being carried to
        self._has_left = False
        self._look_ahead = model.spec.negotiation.look_ahead

    @property
    def stage(self) -> int:
        """Index of the operation that comes next, or is in work; after the last, the number of operations."""
        return self.progress.stage

    # -- events of the part -----------------------------------------------------------------------------------

    def release(self) -> None:
        """Release the order into the factory."""
        self.model.log.event(
            self.model.now_s,
            Event.RELEASED,
            self.model.places[self.place].unique_id,
            self.unique_id,
            self.order.product_index,
            self.order.due_s,
        )
        if self.model.orders_differ:
            end, order = self.model.places[self.order.end].unique_id, self.order
            self.model.log.event(self.model.now_s, Event.ORDERED, end, self.unique_id, order.stream, order.priority)
        self.ready, self.ready_at_s = True, self.model.now_s
        self._call_next(self.stage)

    def may_leave(self, vehicle: Carrier) -> bool:
        """Whether it is ready for pickup and certainly expected at its destination; if not, `vehicle` is told later."""
        if not (self.ready and self._is_expected(vehicle.part_ready)):
            return False
        self.carrier = vehicle
        return True

    def _is_expected(self, then: Callable[[], None]) -> bool:
        """Whether the winner of the next operation certainly holds it; it is then bound for good: the part sets out."""
        if self.target is not None and self.operation is not None:
            if not self.model.net.is_confirmed(self.operation, then):
                return False
            self.operation.contract.begun = True
        return True

    def is_handed_over(self, then: Callable[[], None]) -> bool:
        """Whether it can be fetched now; if it must be unloaded from its machine first, `then` is called afterwards."""
        return self.model.places[self.place].hands_over(self, then)

    def loaded(self, vehicle: Carrier) -> None:
        """Record that a vehicle has loaded the part."""
        self.ready = False
        origin = self.model.places[self.place]
        origin.part_leaves(self)
        self.model.log.event(self.model.now_s, Event.LOADED, vehicle.unique_id, self.unique_id, origin.unique_id)
        origin.part_left(self)
        transport, self.transport = self.transport, None
        self._bound_for = None if transport is None else transport.destination
        if self._look_ahead == "departure" and transport is not None:
            self._call_on_departure(transport.destination)

    def _call_on_departure(self, place: int) -> None:
        """Announce the operation after the one that the part is being carried to."""
        station, operation = self.target, self.operation
        if station is None or station.place != place or operation is None or operation.name == STORE:
            return
        routing = self.order.routing
        following = routing[self.stage].following
        if following < len(routing) and station.slot in routing[following].eligible:
            return  # a station holds one promised operation for each job
        travel_s = self.model.approach_s(self.place, place)
        self._call_ahead(self.model.now_s + travel_s + routing[self.stage].work_s[station.slot])

    def unloaded(self, vehicle: Carrier, place: int) -> None:
        """Record that a vehicle has unloaded the part at a place."""
        self.carrier = None
        destination = self.model.places[place]
        self.model.log.event(self.model.now_s, Event.UNLOADED, vehicle.unique_id, self.unique_id, destination.unique_id)
        self._arrive(place)

    def work_begins(self, ready_at_s: float) -> None:
        """Called when a machine has begun; the part is expected to be ready at `ready_at_s`."""
        if self._look_ahead != "none":
            self._call_ahead(ready_at_s)

    def result_of(self, task: Operation) -> int:
        """Index of the step that follows an operation that is done, by its result; SCRAP if the part is scrap."""
        step = self.order.routing[task.step]
        if not step.results:
            return step.following
        number, following = self.progress.result(task.step, task.result_uniform)
        where = self.model.places[self.place].unique_id
        self.model.log.event(self.model.now_s, Event.RESULT, where, self.unique_id, task.step, number)
        return following

    def processed(self, following: int) -> None:
        """Announce the following operation when one is finished, while the part is still on the machine."""
        ahead = self.progress.ahead
        self.progress.go_on(following)
        if not ahead:
            self._call_next(following)

    def mark_ready(self) -> None:
        """Mark the part as ready for pickup: it is in an output buffer or a storage."""
        self.ready, self.ready_at_s = True, self.model.now_s
        if self.transport is not None:
            if self.transport.contract.live:
                self.transport.contract.contractor.part_ready()  # type: ignore[union-attr]  # the pool of transports holds AGVs
            self.model.net.reannounce(self.transport)
        elif self.target is not None:
            self._call_transport()
        elif self.operation is None:
            self._call_next(self.stage)
        else:
            self.model.net.reannounce(self.operation)

    def request_storage(self) -> bool:
        """Ask for storage, because the part blocks a station and no other can take it; whether a storage has room."""
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
        """Whether it is to go to a storage, or asks for one."""
        return self.operation is not None and self.operation.name == STORE

    def left_behind(self, vehicle: Contractor, task: Transport) -> None:
        """Set the part down where it was loaded: `vehicle`, which had it or was loading it, leaves the factory.

        Tasks announced ahead for the time after this transport are cancelled; the operation at its
        destination stays promised.
        """
        self.carrier = None
        if self.ready:
            return
        if self.progress.ahead:
            destination = self.model.places[task.destination]
            self._revert_to(destination.promised[self.unique_id])
            self.target = destination  # type: ignore[assignment]  # only stations have promised operations
        elif self.transport is not None:
            self.model.net.cancel(self.transport)
            self.transport = None
        self.set_down(vehicle, task.origin)
        if self._destination == task.destination and (self.target is not None or self.operation is None):
            self.transport = task

    def set_down(self, by: Contractor, place: int) -> None:
        """Set the part down at a place, ready for pickup beside its buffers, because its holder `by` leaves."""
        origin = self.model.places[place]
        self.model.log.event(self.model.now_s, Event.SET_DOWN, by.unique_id, self.unique_id, origin.unique_id)
        self.place = place
        self._bound_for = None
        self.ready, self.ready_at_s = True, self.model.now_s

    def remove(self) -> None:
        """Take the part out of the factory by hand, wherever it is; it counts as scrapped.

        After the end of the trial, and for a part that has left, it is only deregistered from Mesa.
        """
        if not self._has_left and not self.model.ended:
            self._take_out()
            return
        super().remove()

    def _take_out(self) -> None:
        vehicle, place = self.carrier, self.model.places[self.place]
        where = place.unique_id if vehicle is None or self.ready else vehicle.unique_id
        awaited = self.operation
        if self.progress.ahead and self._bound_for is not None:
            awaited = self.model.places[self._bound_for].promised[self.unique_id]
        if vehicle is not None:
            vehicle.lose(self)
            if self.transport is not None and self.transport.manager is self.lot:
                self.transport = None  # the other parts of its share are still carried
        elif self.lot is not None:
            self.lot.drop_part(self)
        if where == place.unique_id:
            place.take_out(self)
        for task in (awaited, self.operation, self.transport):
            if task is not None:
                self.model.net.annul(task)
        self.leave(Event.SCRAPPED, where, BY_HAND)
        self.model.schedule_settle()

    def leave(self, event: Event, where: int, value: float = 0.0) -> None:
        """Leave the factory, finished or scrapped at the agent `where`."""
        self._has_left = True
        self.model.log.event(self.model.now_s, event, where, self.unique_id, value=value)
        self._cancel_tasks()
        if self.lot is not None:
            self.lot.left(self)
        self.remove()
        self.model.workload.left(self)

    # -- manager of operations and transports -----------------------------------------------------------------

    def engaged(self, task: Task, contractor: Contractor) -> None:
        if task.kind is TaskKind.OPERATION:
            self.target = contractor  # type: ignore[assignment]  # the pool of operations holds stations and storages
            place = self.place
            taken = self.ready and self.carrier is not None  # a vehicle is taking it to its previous destination
            if not taken and (self.ready or self._look_ahead != "none"):
                self._call_transport()
            if self.lot is not None:
                self.lot.call_from(place)

    def done(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: the part has already reacted to being processed or unloaded."""

    def failed(self, task: Task, contractor: Contractor) -> None:
        if not isinstance(task, Operation):
            return
        if task is not self.operation and not contractor.present:
            self._revert_to(task)
        if task is self.operation:
            self.target = None
            ahead = self._bound_for is not None  # on board: a transport announced now is for after this trip
            if self.carrier is None or ahead:  # otherwise it is still brought there, and continues from there
                self._cancel_transport()
            if task.name == STORE and not contractor.present:
                self.model.net.cancel(task)
                self._call_next(self.stage)

    def _cancel_transport(self) -> None:
        """Cancel the transport to the previous target, unless it has begun."""
        if self.lot is not None and (self.transport is None or self.transport.manager is self.lot):
            self.lot.drop_part(self)
        elif self.transport is not None and not self.transport.contract.begun:
            self.model.net.cancel(self.transport)
            self.transport = None

    def _revert_to(self, operation: Operation) -> None:
        """Cancel all tasks for the time after `operation`, which is not done and comes first."""
        self._cancel_tasks()
        self.operation, self.transport, self.target = operation, None, None
        self.progress.announced = self.stage

    def _cancel_tasks(self) -> None:
        """Cancel its open tasks."""
        for task in (self.operation, self.transport):
            if task is not None and task.contract.phase is not ContractPhase.CLOSED:
                self.model.net.cancel(task)

    def postponed(self, task: Task) -> None:
        """Wait, since no contractor can take the task now; a part that no storage takes asks for a station again."""
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
        """Whether it is ready for pickup while its next station is still being negotiated."""
        calling = (ContractPhase.OPEN, ContractPhase.CALLED, ContractPhase.AWARDED)
        return (
            self.ready
            and self.target is None
            and self.operation is not None
            and self.operation.contract.phase in calling
        )

    # -- calls ------------------------------------------------------------------------------------------------

    def _call_ahead(self, ready_at_s: float) -> None:
        """Announce the operation after the one that is in work or next, before that is done, unless it is uncertain."""
        step = self.order.routing[self.stage]
        if not self.progress.ahead and not step.results:
            self.ready_at_s = ready_at_s
            self._call_next(step.following)

    def _call_next(self, number: int) -> None:
        """Announce operation `number`; after the last, only the transport to the place where it leaves."""
        self.progress.announced = number
        self.target = None
        if number == len(self.order.routing):
            self.operation = None
            if self.ready or self._look_ahead != "none":
                self._call_transport()
            return
        step = self.order.routing[number]
        time_uniform, scrap_uniform, result_uniform = self.progress.draws(number)
        self.operation = Operation(
            manager=self,
            job=self,
            name=step.name,
            eligible=step.eligible,
            uniform=time_uniform,
            scrap_uniform=scrap_uniform,
            result_uniform=result_uniform,
            step=number,
        )
        self.model.net.announce(self.operation)

    @property
    def _destination(self) -> int:
        return self.order.end if self.target is None else self.target.place

    def _call_transport(self) -> None:
        origin = self.place if self._bound_for is None else self._bound_for
        destination = self._destination
        if destination == origin or self.model.moves_itself(destination):
            again = self._call_transport
            if self.ready and self._is_expected(again) and self.is_handed_over(again):
                self._move(destination)
            return
        if self.ready and self.lot is not None and self.model.net.mechanisms[TaskKind.TRANSPORT].divides_tasks:
            self.lot.carry(self, destination)
            return
        self.transport = Transport(manager=self, job=self, origin=origin, destination=destination)
        self.model.net.announce(self.transport)

    def _move(self, place: int) -> None:
        """Move to a place without a vehicle."""
        origin, destination = self.model.places[self.place], self.model.places[place]
        self.ready = False
        origin.part_leaves(self)
        self.model.log.event(self.model.now_s, Event.MOVED, destination.unique_id, self.unique_id, origin.unique_id)
        if self.model.orders_differ and self.target is origin:
            self.target.part_stays(self)  # type: ignore[union-attr]  # a storage does not store its own parts
            return
        origin.part_left(self)
        self._arrive(place)

    def _arrive(self, place: int) -> None:
        self.place = place
        self._bound_for = None
        if place == self.order.end and self.operation is None and self.stage == len(self.order.routing):
            self.leave(Event.FINISHED, self.model.places[place].unique_id)
        else:
            self.model.places[place].receive(self)

    def __repr__(self) -> str:
        return f"Job({self.name}, operation {self.stage})"
