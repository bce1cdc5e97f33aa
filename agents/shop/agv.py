"""An AGV, contractor of transports: it carries parts, and charges, parks and breaks down as every `vehicle` does.

          won a transport                at the dock             at the dock
IDLE -----------------------> EMPTY ------------> HANDLING ... LOADED ... HANDLING --> IDLE, or the next task
 |  battery low                                                                         | battery low
 +-----> EMPTY --> CHARGING --> IDLE                                                    +--> EMPTY --> CHARGING
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..events import VehicleState
from ..negotiation.messages import Bids, Call, Proposal, Refusal
from ..negotiation.tasks import Task
from .offers import transport_offers
from .plan import Plan, Stop
from .tasks import TaskKind, Transport
from .ticks import arrival_s
from .vehicle import Vehicle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..world import World
    from .job import Job


class AGV(Vehicle):
    """A vehicle that carries parts.

    Attributes:
        plan: the stops of the transports that it has won.
    """

    announces = True

    def __init__(self, model: World, *, name: str, vehicle: int) -> None:
        self.plan = Plan(model.fleet)
        super().__init__(model, name=name, vehicle=vehicle)

    @property
    def has_stops(self) -> bool:
        return bool(self.plan)

    # -- contractor of transports -----------------------------------------------------------------------------

    def bid(self, call: Call) -> Proposal | Refusal:
        """Offer the seconds until the part would be delivered, after all stops already planned."""
        return self.model.net.pools[TaskKind.TRANSPORT].answer(AGV, call, self.slot)

    @classmethod
    def bids(cls, call: Call, members: list[Any], slots: NDArray[np.intp]) -> Bids:
        """The offers of N vehicles at once: rest of the plan, empty trip, loading, loaded trip, unloading.

        For a lot, each vehicle offers to take as many parts as it can carry.
        """
        return AGV.bids_for_each((call,), members, slots).row(0)

    @classmethod
    def bids_for_each(cls, calls: Sequence[Call], members: list[Any], slots: NDArray[np.intp]) -> Bids:
        model: World = members[0].model
        fleet, traffic, spec, terms = model.fleet, model.traffic, model.fleet.spec, model.net.terms
        leveled = terms.commitment == "leveled" and model.queue_limit == 1
        if len(calls) > 1 and not leveled and not fleet.takes_more(slots, model.queue_limit).any():
            return Bids.refusals(len(calls), fleet.tasks[slots], fleet.idle_since_s[slots])
        tasks: list[Any] = [call.task for call in calls]
        origins, destinations, ready_at_s, is_ahead = zip(*(task.particulars for task in tasks), strict=True)
        parts = np.array([min(task.size, spec.capacity) if task.lot else 1 for task in tasks])
        ahead = np.array(is_ahead) | (model.planner is not None)
        travel_times_s, landing = traffic.travel(origins)
        bids = Bids.empty(len(calls), len(slots))
        transport_offers(
            slots,
            model.now_s,
            np.array(origins),
            np.array(destinations),
            np.array(ready_at_s),
            parts * np.array([fleet.handling.mean_s(task.about, loads=True) for task in tasks]),
            parts * np.array([fleet.handling.mean_s(task.about, loads=False) for task in tasks]),
            ahead,
            traffic.tick_s,
            model.queue_limit,
            terms.penalty_s if leveled else np.inf,
            travel_times_s,
            landing,
            traffic.travel(destinations, loaded=True).travel_times_s,
            traffic.stand,
            traffic.clear_s,
            fleet.open,
            fleet.tasks,
            fleet.load,
            fleet.state,
            fleet.free_at_s,
            fleet.free_node,
            fleet.idle_since_s,
            fleet.waits,
            bids.cost,
            bids.reason,
            bids.approach_s,
            bids.load,
            bids.idle_since_s,
        )
        if any(task.lot for task in tasks):
            bids.parts = np.repeat(parts[:, None], len(slots), axis=1)
        return bids

    def foresee(self, tasks: Sequence[Task]) -> list[float] | None:
        """Seconds until it would arrive at each of these transports, done in this order after its present plan."""
        model, fleet, traffic, v = self.model, self.model.fleet, self.model.traffic, self.vehicle
        planned = fleet.tasks.item(v)
        if not fleet.open[v] or planned + len(tasks) > model.queue_limit:
            return None
        time_s = max(fleet.free_at_s.item(v) if planned else traffic.clear_s.item(v), model.now_s)
        node = fleet.free_node.item(v) if planned else traffic.stand.item(v)
        delays_s: list[float] = []
        for task in tasks:
            assert isinstance(task, Transport)
            time_s = arrival_s(time_s, traffic.travel_times_s(task.origin).item(node), traffic.tick_s)
            delays_s.append(time_s - model.now_s)
            node = traffic.landing(task.origin).item(node)
            part = task.cargo[0]
            loaded_s = max(time_s, task.ready_at_s) + fleet.handling.mean_s(part, loads=True)
            travel_s = traffic.travel_times_s(task.destination, loaded=True).item(node)
            time_s = arrival_s(loaded_s, travel_s, traffic.tick_s) + fleet.handling.mean_s(part, loads=False)
            node = traffic.landing(task.destination, loaded=True).item(node)
        return delays_s

    def accept(self, task: Task) -> bool:
        assert isinstance(task, Transport)
        if task in self.plan:
            return True
        fleet, v = self.model.fleet, self.vehicle
        if not fleet.open[v] or (fleet.tasks[v] >= self.model.queue_limit and not self._leave_for(task)):
            return False
        begins = not self.plan or (fleet.waits.item(v) and not task.ahead)
        self.plan.insert(task, self.load)
        fleet.tasks[v] += 1
        fleet.idle_since_s[v] = np.inf
        if begins and not self.down:
            self.plan.defer()
            self._next()
        else:
            self._forecast()
        return True

    def _leave_for(self, better: Transport) -> bool:
        """Leave a contract that was not begun: made ahead, for a part that is ready; leveled, for a better one."""
        task = self.plan.stops[-1].task
        net = self.model.net
        waits = self.model.fleet.waits.item(self.vehicle) and not better.ahead
        leveled = net.terms.commitment == "leveled" and self.model.queue_limit == 1 and not task.contract.begun
        if not (waits or leveled):
            return False
        self._drop(task)
        net.fail(task, self)
        return True

    def let_go(self, task: Task) -> None:
        assert isinstance(task, Transport)
        for part in task.cargo:
            self.take_off(part, task)

    def lose(self, part: Job) -> None:
        """Drop a part that leaves the factory by hand, with every transport that carries nothing else."""
        for task in [task for task, parts in self.plan.cargo.items() if part in parts]:
            self.take_off(part, task)
            if task not in self.plan:
                self.model.net.annul(task)

    def take_off(self, part: Job, task: Transport) -> None:
        """Remove `part`, which is taken out of the factory, from the plan and from the load."""
        stop = next((stop for stop in self.plan.stops if stop.task is task and stop.part is part), None)
        if stop is None:
            return
        fleet, v = self.model.fleet, self.vehicle
        under_way = self.plan.next is stop
        self.plan.drop_part(stop)
        if not stop.pick_up:
            fleet.settle_energy(v)
            fleet.load[v] -= 1
            self.model.traffic.carry(v, bool(fleet.load[v]))
        if task not in self.plan:
            fleet.tasks[v] -= 1
        if under_way:
            self.activity.abandon()
            if not self.down:
                self._next()
        elif self.plan:
            self._forecast()
            if self.state is VehicleState.LOADED:
                self.admitted()
            if task not in self.plan:
                self._announce()

    def release(self, task: Task) -> bool:
        """Drop a transport whose part is not on board yet."""
        if task.contract.begun or task not in self.plan:
            return False
        under_way = self.plan.next.task is task
        self._drop(task)
        if under_way and not self.down:
            self._next()
        elif self.plan:
            self._forecast()
        if self.plan:
            self._announce()
        return True

    def _drop(self, task: Task) -> None:
        self.plan.drop(task)
        self.model.fleet.tasks[self.vehicle] -= 1

    def _forecast(self) -> None:
        """Update the estimated time and node at which the plan will be completed."""
        model, fleet, v = self.model, self.model.fleet, self.vehicle
        traffic = model.traffic
        clear_s, stand = max(traffic.clear_s.item(v), model.now_s), traffic.stand.item(v)
        fleet.next_at_s[v], fleet.free_at_s[v], fleet.free_node[v] = self.plan.forecast(clear_s, stand, self.load)

    # -- driving and handling ---------------------------------------------------------------------------------

    def _go(self) -> None:
        """Drive to the next stop."""
        self._drive(self.plan.next.place)
        self._forecast()

    def arrived(self) -> None:
        """Start charging or handling, on arrival at the dock that it was sent to."""
        if self.down:
            return
        self.model.traffic.hold(self.vehicle, True)
        if self._driving_to_charger:
            self._charge()
            return
        stop = self.plan.next
        if not stop.pick_up or self._may_load(stop):
            self._handle(stop)

    def _may_load(self, stop: Stop) -> bool:
        """Whether the part can be loaded; checked directly with the part, which may have another contractor by now."""
        task, part = stop.task, stop.part
        if not self.model.net.may_begin(task, self):
            self._drop(task)
            self.model.net.fail(task, self)
            self._next()
            if self.plan:
                self._announce()
        elif part not in task.cargo:
            self.plan.drop_part(stop)
            self._go_on(stop)
        elif part.may_leave(self):
            task.contract.begun = True
            if part.is_handed_over(self.part_ready):
                return True
            self._enter(VehicleState.WAITING)
        elif part.ready or task.contract.begun:
            self._enter(VehicleState.WAITING)
        elif self.plan.defer():
            self._next()
        elif self.charge is not None:
            self._give_back()
            self._next()
        else:
            self._await_part()
        return False

    def _await_part(self) -> None:
        """Wait for a part away from the dock, because another vehicle may have to deliver that very part."""
        model, v = self.model, self.vehicle
        self._enter(VehicleState.WAITING)
        model.fleet.waits[v] = True
        model.fleet.idle_since_s[v] = model.now_s
        if model.has_floor:
            model.traffic.hold(v, False)
            model.traffic.park(v)
        if model.net.planner is None:
            model.net.available(self, TaskKind.TRANSPORT)

    def part_ready(self) -> None:
        """Called when a part that it may be waiting for is ready for pickup, or may leave."""
        if self.state is not VehicleState.WAITING or self.down:
            return
        if self.model.fleet.waits[self.vehicle]:
            self.plan.defer()
            self._next()
        elif not self.model.traffic.waits_for_dock(self.vehicle):
            self.arrived()

    def _handle(self, stop: Stop) -> None:
        duration_s = self.model.fleet.handling.draw_s(stop.part, loads=stop.pick_up)
        self._run(VehicleState.HANDLING, duration_s, self._handled)

    def _handled(self) -> None:
        """Complete a stop: the part has been loaded or unloaded."""
        model, fleet, v = self.model, self.model.fleet, self.vehicle
        stop = self.plan.pop()
        fleet.settle_energy(v)
        if stop.pick_up:
            fleet.load[v] += 1
            model.traffic.carry(v, True)
            stop.part.loaded(self)
        else:
            fleet.load[v] -= 1
            model.traffic.carry(v, bool(fleet.load[v]))
            stop.part.unloaded(self, stop.place)
            if stop.task not in self.plan:
                model.net.done(stop.task, self)
                if self.present:
                    fleet.tasks[v] -= 1
                    self._look_for_charger()
                    self._announce()
        if self.present:  # the vehicle may be removed as a consequence of the handover
            self._go_on(stop)

    def _go_on(self, made: Stop) -> None:
        """Handle the next part of the same share at once, before leaving the dock; otherwise continue with the plan."""
        if self.plan.continues(made):
            self.arrived()
        else:
            self._next()

    def _next(self) -> None:
        """Continue with the plan; without one, charge or rest."""
        model, fleet, v = self.model, self.model.fleet, self.vehicle
        model.traffic.hold(v, False)
        fleet.waits[v] = False
        if self.plan:
            fleet.idle_since_s[v] = np.inf
            self._go()
            return
        if self.failures is not None:
            self.failures.work_ends()
        if self._go_charging():
            return
        fleet.idle_since_s[v] = model.now_s
        self._enter(VehicleState.OFF if self.off else VehicleState.IDLE)
        model.traffic.park(v)
        self._watch_battery()
        self._announce()

    def _give_back(self) -> None:
        """Give back all transports that were not begun, for other vehicles to do."""
        for task in self.plan.not_begun:
            if not task.contract.begun:
                self._drop(task)
                self.model.net.fail(task, self)

    def _give_all_back(self) -> None:
        """Give back all transports; a part on board is set down where it was loaded, and waits there for a vehicle."""
        net = self.model.net
        for task, parts in self.plan.cargo.items():
            self.plan.drop(task)
            held = [part for part in parts if part.carrier is self and (part.ready or part.transport is not task)]
            for part in held:
                part.left_behind(self, task)
            if task.keep([part for part in parts if part.transport is task]):
                net.give_back(task, self)
            else:
                net.annul(task)
            for part in held:
                if part.transport is None:
                    part.mark_ready()
