"""An AGV carries parts, charges, parks and breaks down: contractor of transports, manager of its own charging.

          won a transport                at the dock             at the dock
IDLE -----------------------> EMPTY ------------> HANDLING ... LOADED ... HANDLING --> IDLE, or the next task
 |  battery low                                                                         | battery low
 +-----> EMPTY --> CHARGING --> IDLE                                                    +--> EMPTY --> CHARGING
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .activity import Activity
from .contractor import Contractor
from .events import Event, VehicleState
from .failures import Failures
from .messages import Bids, Call, Proposal, Refusal
from .offers import transport_offers
from .plan import Plan, Stop
from .shift import Shift
from .tasks import Charge, Task, TaskKind, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ..environments.clock import Event as Due
    from ..environments.factory import Factory
    from .charger import Charger

RESCUE_S = 900.0  # an AGV whose battery ran empty is fetched and charged by hand


class AGV(Contractor):
    """A vehicle. Where it is and what is left in its battery is read from the arrays that the planner moves.

    Attributes:
        plan: the stops of the transports that it has won.
        activity: handling or charging, at a dock.
        charge: the charging that it has asked for.
    """

    def __init__(self, model: Factory, *, name: str, vehicle: int) -> None:
        super().__init__(model, name=name)
        self.vehicle = vehicle
        self.spec = model.fleet.spec
        self.plan = Plan(self.spec, model.traffic)
        self.activity = Activity(model.clock)
        self.charge: Charge | None = None
        self.charger: Charger | None = None
        self.down = False
        self.off = False
        self._driving_to_charger = False
        self._low: Due | None = None
        self._stranded = False
        self.failures = Failures.of(
            model,
            self.spec.breakdown,
            stream=f"breakdowns/{name}",
            break_down=self.break_down,
            repair=self.repair,
        )
        Shift(model, self.spec.shift, ends=self._shift_ends, begins=self._shift_begins)
        self._watch_battery()

    # -- what the arrays say ----------------------------------------------------------------------------------

    @property
    def node(self) -> int:
        """The cell (or, without a floor, the place) where it is."""
        return int(self.model.traffic.node[self.vehicle])

    @property
    def position(self) -> tuple[int, int]:
        """Column and row of its cell, as Mesa counts (x, y)."""
        layout = self.model.layout
        if layout is None:
            return (self.node, 0)
        row, column = layout.row_column(self.node)
        return (column, row)

    @property
    def battery(self) -> float:
        """Level, 0..1."""
        return self.model.fleet.battery_of(self.vehicle)

    @property
    def state(self) -> VehicleState:
        """What it does."""
        return VehicleState(self.model.fleet.state.item(self.vehicle))

    @property
    def load(self) -> int:
        """Parts on board."""
        return self.model.fleet.load.item(self.vehicle)

    # -- contractor of transports -----------------------------------------------------------------------------

    def bid(self, call: Call) -> Proposal | Refusal:
        """Seconds until the part would be delivered, after all that is planned already."""
        return self.model.net.pools[TaskKind.TRANSPORT].answer(AGV, call, self.slot)

    @classmethod
    def bids(cls, call: Call, members: list[Any], slots: NDArray[np.intp]) -> Bids:
        """The offers of N vehicles at once: what is left of the plan, way, loading, way, unloading.

        Of a lot, each offers to take as many parts as it can carry.
        """
        task = call.task
        assert isinstance(task, Transport)
        model: Factory = members[0].model
        fleet, traffic, spec, terms, now_s = model.fleet, model.traffic, model.fleet.spec, model.net.terms, model.now_s
        leg_s = traffic.travel_between_s(task.origin, task.destination, loaded=True)
        parts = min(task.size, spec.capacity)
        leveled = terms.commitment == "leveled" and model.queue_limit == 1
        return Bids(
            *transport_offers(
                slots,
                now_s,
                task.ready_at_s,
                parts * spec.load_s + leg_s + parts * spec.unload_s - now_s,
                model.queue_limit,
                terms.penalty_s if leveled else np.inf,
                traffic.ways_s(task.origin),
                traffic.stand,
                fleet.open,
                fleet.tasks,
                fleet.load,
                fleet.state,
                fleet.free_at_s,
                fleet.free_node,
                fleet.idle_since_s,
                fleet.waits & (not task.ahead and model.net.planner is None),
            ),
            parts=np.full(len(slots), parts) if task.parts else None,
        )

    def foresee(self, tasks: Sequence[Task]) -> list[float] | None:
        """Seconds until it would be at each of these transports, done in this order after all that is planned."""
        model, fleet, traffic, v = self.model, self.model.fleet, self.model.traffic, self.vehicle
        planned = fleet.tasks.item(v)
        if not fleet.open[v] or planned + len(tasks) > model.queue_limit:
            return None
        time_s = max(fleet.free_at_s.item(v), model.now_s) if planned else model.now_s
        node = fleet.free_node.item(v) if planned else traffic.node.item(v)
        delays_s = []
        for task in tasks:
            assert isinstance(task, Transport)
            time_s += traffic.ways_s(task.origin).item(node)
            delays_s.append(time_s - model.now_s)
            leg_s = traffic.travel_between_s(task.origin, task.destination)
            time_s = max(time_s, task.ready_at_s) + self.spec.load_s + leg_s + self.spec.unload_s
            node = traffic.node_of(task.destination)
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
        """Leave a contract that is not begun: made ahead, for a part that stands ready; leveled, for a better one."""
        task = self.plan.stops[-1].task
        net = self.model.net
        waits = self.model.fleet.waits.item(self.vehicle) and not better.ahead
        leveled = net.terms.commitment == "leveled" and self.model.queue_limit == 1 and not task.begun
        if not (waits or leveled):
            return False
        self._drop(task)
        net.fail(task, self)
        return True

    def release(self, task: Task) -> bool:
        """Drop a transport whose part is not on board yet."""
        if task.begun or task not in self.plan:
            return False
        under_way = self.plan.next.task is task
        self._drop(task)
        if under_way and not self.down:
            self._next()
        elif self.plan:
            self._forecast()
        return True

    def _drop(self, task: Task) -> None:
        self.plan.drop(task)
        self.model.fleet.tasks[self.vehicle] -= 1

    def _forecast(self) -> None:
        """When and where all that is planned will be done."""
        model, v = self.model, self.vehicle
        way_s = 0.0
        if not self.activity.under_way:
            ways_s = model.traffic.ways_s(self.plan.next.place, loaded=self.load > 0)
            way_s = ways_s.item(model.traffic.stand.item(v))
        duration_s, place = self.plan.duration_s(way_s)
        model.fleet.free_at_s[v] = model.now_s + duration_s
        model.fleet.free_node[v] = model.traffic.node_of(place)

    # -- driving and handling ---------------------------------------------------------------------------------

    def _go(self) -> None:
        """Drive to the next stop."""
        self._drive(self.plan.next.place)
        self._forecast()

    def _drive(self, place: int) -> None:
        if self.failures is not None:
            self.failures.work_begins()
        self.model.traffic.send(self.vehicle, place)
        self.admitted()

    def admitted(self) -> None:
        """It drives to a dock, or waits near by for its turn."""
        if self.down or self.activity.under_way:
            return
        if self.model.traffic.waits_for_dock(self.vehicle):
            self._enter(VehicleState.WAITING)
        else:
            self._enter(VehicleState.LOADED if self.load else VehicleState.EMPTY)

    def arrived(self) -> None:
        """At the dock that it was sent to."""
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
        """Asks at the part itself: it may belong to another vehicle by now, or not be allowed to leave yet."""
        task, part = stop.task, stop.part
        if not self.model.net.stands(task, self):
            self._drop(task)
            self.model.net.fail(task, self)
            self._next()
        elif part not in task.cargo:
            self.plan.leave_out(stop)
            self._go_on(stop)
        elif part.may_leave(self):
            task.begun = True
            return True
        elif part.ready or task.begun:
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
        """Wait, as nothing else can be done, but not at the dock: others may bring the very part that it waits for."""
        model, v = self.model, self.vehicle
        self._enter(VehicleState.WAITING)
        model.fleet.waits[v] = True
        model.fleet.idle_since_s[v] = model.now_s
        if model.layout is not None:
            model.traffic.hold(v, False)
            model.traffic.park(v)
        if model.net.planner is None:
            model.net.available(self, TaskKind.TRANSPORT)

    def part_ready(self) -> None:
        """A part that it may have been waiting for stands ready, or may leave."""
        if self.state is not VehicleState.WAITING or self.down:
            return
        if self.model.fleet.waits[self.vehicle]:
            self.plan.defer()
            self._next()
        elif not self.model.traffic.waits_for_dock(self.vehicle):
            self.arrived()

    def _handle(self, stop: Stop) -> None:
        self._run(VehicleState.HANDLING, self.spec.load_s if stop.pick_up else self.spec.unload_s, self._handled)

    def _handled(self) -> None:
        """The part has changed over."""
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
                fleet.tasks[v] -= 1
                model.net.done(stop.task, self)
                self._look_for_charger()
                if fleet.open[v]:
                    model.net.available(self, TaskKind.TRANSPORT)
        self._go_on(stop)

    def _go_on(self, made: Stop) -> None:
        """The next part of the same share is handled at once, before the dock is left to others."""
        if self.plan.goes_on_with(made):
            self.arrived()
        else:
            self._next()

    def _next(self) -> None:
        """Go on with the plan; with none, charge or rest."""
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
        if fleet.open[v]:
            model.net.available(self, TaskKind.TRANSPORT)

    # -- battery ----------------------------------------------------------------------------------------------

    def _watch_battery(self) -> None:
        """An idle vehicle wakes when its battery has run down to the threshold."""
        battery = self.spec.battery
        if self._low is not None:
            self._low.cancel()
            self._low = None
        if battery is None:
            return
        above_j = self.model.fleet.energy_of_j(self.vehicle) - battery.threshold * battery.capacity_j
        if above_j <= 0.0:
            self._look_for_charger()
        elif battery.idle_w > 0.0:
            self._low = self.model.clock.schedule(above_j / battery.idle_w, self._watch_battery)

    def _look_for_charger(self) -> None:
        """Ask for charging where the battery is low; no transports are taken from now on."""
        battery = self.spec.battery
        if battery is None or self.charge is not None or self.battery > battery.threshold:
            return
        self.model.fleet.open[self.vehicle] = False
        self.charge = Charge(manager=self, agv=self)
        self.model.net.announce(self.charge)

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """A charger is reserved."""
        self.charger = contractor  # type: ignore[assignment]  # the pool of charging holds chargers
        self._go_charging()

    def _go_charging(self) -> bool:
        """Set off, where nothing else is to be done and the charger certainly expects it."""
        if self.charger is None or self.plan or self.down:
            return False
        assert self.charge is not None
        if not self.model.net.sure(self.charge, self._go_charging):
            return False
        self.charge.begun = True
        self._drive_to_charger()
        return True

    def failed(self, task: Task, contractor: Contractor) -> None:
        """The charger failed: it is asked for anew."""
        self.charger = None

    def postponed(self, task: Task) -> None:
        """All chargers are taken; the first that is free will call."""

    def done(self, task: Task, contractor: Contractor) -> None:
        """Charged: ready for work."""
        self.charge = self.charger = None
        self._open()
        self._next()

    def _drive_to_charger(self) -> None:
        assert self.charger is not None
        self.model.fleet.idle_since_s[self.vehicle] = np.inf
        self._driving_to_charger = True
        self._drive(self.charger.place)

    def _charge(self) -> None:
        battery = self.spec.battery
        assert battery is not None
        self._driving_to_charger = False
        fleet, v = self.model.fleet, self.vehicle
        fleet.settle_energy(v)
        self._log_battery()
        missing_j = max(battery.target * battery.capacity_j - fleet.energy_of_j(v), 0.0)
        self._run(VehicleState.CHARGING, missing_j / battery.charge_w, self._charged)

    def _charged(self) -> None:
        battery, charge = self.spec.battery, self.charge
        assert battery is not None
        assert charge is not None
        assert self.charger is not None
        fleet, v = self.model.fleet, self.vehicle
        target_j = battery.target * battery.capacity_j
        gained_j = max(target_j - fleet.energy_of_j(v), 0.0)
        fleet.settle_energy(v, fleet.energy_of_j(v) + gained_j)
        self.model.log.event(
            self.model.now_s, Event.ENERGY, self.unique_id, other=self.charger.unique_id, value=gained_j
        )
        self._log_battery()
        charger, self.charger = self.charger, None
        charger.finished(charge)

    def ran_empty(self) -> None:
        """The battery is empty on the way: it stands where it is until it is fetched."""
        battery = self.spec.battery
        if self.down or battery is None or self.state in (VehicleState.CHARGING, VehicleState.HANDLING):
            return
        self._stranded = True
        self.break_down()
        self.model.clock.schedule(RESCUE_S, self._rescued)

    def _rescued(self) -> None:
        battery = self.spec.battery
        assert battery is not None
        self.model.fleet.settle_energy(self.vehicle, battery.target * battery.capacity_j)
        self._log_battery()
        self._stranded = False
        self.repair()

    def _log_battery(self) -> None:
        self.model.log.event(self.model.now_s, Event.BATTERY, self.unique_id, value=self.battery)

    # -- breakdowns -------------------------------------------------------------------------------------------

    def _run(self, state: VehicleState, duration_s: float, then: Callable[[], None]) -> None:
        """Be in `state` for `duration_s`, breakdowns not counted, then go on with `then`."""
        self._enter(state)
        self.activity.begin(duration_s, then)

    def break_down(self) -> None:
        """Stop where it is; transports that have not begun are given back."""
        model, v = self.model, self.vehicle
        self.down = True
        model.fleet.open[v] = False
        self.activity.interrupt()
        model.traffic.hold(v, True)
        model.log.event(model.now_s, Event.BROKE_DOWN, self.unique_id)
        model.log.event(model.now_s, Event.VEHICLE_STATE, self.unique_id, value=VehicleState.DOWN)
        self._give_back()

    def _give_back(self) -> None:
        """Have others do what was not begun."""
        for task in self.plan.not_begun:
            if not task.begun:
                self._drop(task)
                self.model.net.fail(task, self)

    def repair(self) -> None:
        """Go on, unless it goes on already, or cannot with an empty battery: it may be down for two reasons at once."""
        if self._stranded or not self.down:
            return
        model, v = self.model, self.vehicle
        self.down = False
        self._open()
        model.log.event(model.now_s, Event.REPAIRED, self.unique_id)
        model.log.event(model.now_s, Event.VEHICLE_STATE, self.unique_id, value=self.state)
        if self.activity.under_way:
            self.activity.go_on()
        elif self._driving_to_charger:
            model.traffic.hold(v, False)
            self._drive_to_charger()
        else:
            self._next()

    def _open(self) -> None:
        """Take transports again, where nothing stands against it."""
        self.model.fleet.open[self.vehicle] = self.charge is None and not self.down and not self.off

    def _shift_ends(self) -> None:
        """Do what was promised, and nothing new."""
        self.off = True
        self._open()
        if self.state is VehicleState.IDLE:
            self._enter(VehicleState.OFF)

    def _shift_begins(self) -> None:
        self.off = False
        self._open()
        if self.state is VehicleState.OFF:
            self.model.fleet.idle_since_s[self.vehicle] = self.model.now_s
            self._enter(VehicleState.IDLE)
        if self.model.fleet.open[self.vehicle]:
            self.model.net.available(self, TaskKind.TRANSPORT)

    def _enter(self, state: VehicleState) -> None:
        if self.model.fleet.state.item(self.vehicle) != state:
            self.model.fleet.state[self.vehicle] = state
            self.model.log.event(self.model.now_s, Event.VEHICLE_STATE, self.unique_id, value=state)
