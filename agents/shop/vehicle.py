"""A vehicle, which drives, charges, breaks down and works shifts; its subclass adds the purpose of its trips.

IDLE --battery low--> EMPTY --at the charger--> CHARGING --charged--> IDLE
any state --breakdown, or battery empty--> DOWN --repaired, or rescued--> as before
IDLE --end of shift--> OFF --start of shift--> IDLE
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..events import Event, VehicleState
from ..negotiation.tasks import Task
from .activity import Activity
from .agent import ShopContractor
from .charger import Charge
from .failures import Failures
from .shift import Shift
from .tasks import TaskKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..negotiation.contractor import Contractor
    from ..negotiation.world import Due
    from ..world import World
    from .charger import Charger

RESCUE_S = 900.0  # time to rescue a vehicle with an empty battery, and charge it by hand
ROUNDING = 1e-9  # tolerance for a battery level


class Vehicle(ShopContractor):
    """A vehicle, manager of its own charging; it reads its position from the traffic, its battery from the fleet.

    A subclass defines its other work (`has_stops`, `_next`, `_give_back`), and starts charging when it has arrived at a
    charger (`_charge`).

    Attributes:
        activity: handling or charging, at a dock.
        charge: the charging task that it has announced.
        charger: the charger that has won it.
        down: it is broken, or its battery is empty.
        off: its operators are off shift.
    """

    def __init__(self, model: World, *, name: str, vehicle: int) -> None:
        super().__init__(model, name=name)
        self.vehicle = vehicle
        self.spec = model.fleet.spec
        self.activity = Activity(model.clock)
        self.charge: Charge | None = None
        self.charger: Charger | None = None
        self.down = False
        self.off = False
        self._driving_to_charger = False
        self._low: Due | None = None
        self._rescue: Due | None = None
        self._stranded = False
        self.failures = Failures.of(
            model,
            self.spec.breakdown,
            stream=f"breakdowns/{name}",
            break_down=self.break_down,
            repair=self.repair,
        )
        self.shift = Shift(
            model.clock, model.spec.shifts, self.spec.shift, ends=self._shift_ends, begins=self._shift_begins
        )
        self._watch_battery()

    @property
    def has_stops(self) -> bool:
        """Whether it has stops to make before it may charge or rest."""
        raise NotImplementedError

    def _next(self) -> None:
        """Continue with the next stop, with charging, or with rest."""
        raise NotImplementedError

    def _give_back(self) -> None:
        """Give back all tasks that were not begun, for other vehicles to do."""
        raise NotImplementedError

    def _give_all_back(self) -> None:
        """Give back all unfinished tasks, for other vehicles to do: the vehicle leaves."""
        raise NotImplementedError

    # -- readings from the arrays -----------------------------------------------------------------------------

    @property
    def node(self) -> int:
        """The cell where it is; without a floor, the place."""
        return int(self.model.traffic.node[self.vehicle])

    @property
    def position(self) -> tuple[int, int]:
        """Column and row of its cell, as Mesa counts (x, y)."""
        return self.model.position_of(self.node)

    @property
    def battery(self) -> float:
        """Battery level, 0..1."""
        return self.model.fleet.battery_of(self.vehicle)

    @property
    def state(self) -> VehicleState:
        """Present state of the vehicle."""
        return VehicleState(self.model.fleet.state.item(self.vehicle))

    @property
    def load(self) -> int:
        """Number of parts on board."""
        return self.model.fleet.load.item(self.vehicle)

    # -- driving and state ------------------------------------------------------------------------------------

    def _drive(self, place: int) -> None:
        if self.failures is not None:
            self.failures.work_begins()
        self.model.traffic.send(self.vehicle, place)
        self.admitted()

    def admitted(self) -> None:
        """Update the state on the way to a dock: driving, or waiting nearby for its turn."""
        if self.down or self.activity.under_way:
            return
        if self.model.traffic.waits_for_dock(self.vehicle):
            self._enter(VehicleState.WAITING)
        else:
            self._enter(VehicleState.LOADED if self.load else VehicleState.EMPTY)

    def _run(self, state: VehicleState, duration_s: float, then: Callable[[], None]) -> None:
        """Be in `state` for `duration_s`, not counting breakdowns, then call `then`."""
        self._enter(state)
        self.activity.begin(duration_s, then)

    def _open(self) -> None:
        """Take transports again, unless it is to charge, is down or is off shift."""
        self.model.fleet.open[self.vehicle] = self.charge is None and not self.down and not self.off
        self._announce()

    def _announce(self) -> None:
        """Announce that the vehicle may take a transport, for tasks that wait for one."""
        if self.model.fleet.open[self.vehicle]:
            self.model.net.available(self, TaskKind.TRANSPORT)

    def _enter(self, state: VehicleState) -> None:
        if self.model.fleet.state.item(self.vehicle) != state:
            self.model.fleet.state[self.vehicle] = state
            self.model.log.event(self.model.now_s, Event.VEHICLE_STATE, self.unique_id, value=state)

    # -- battery ----------------------------------------------------------------------------------------------

    @property
    def _battery_is_low(self) -> bool:
        """Whether the level is at or below the threshold, within the rounding error."""
        battery = self.spec.battery
        return battery is not None and self.battery <= battery.threshold + ROUNDING

    def _watch_battery(self) -> None:
        """Request charging if the battery is low; otherwise schedule the time at which it is, for an idle vehicle."""
        battery = self.spec.battery
        if self._low is not None:
            self._low.cancel()
            self._low = None
        if battery is None:
            return
        if self._battery_is_low:
            self._look_for_charger()
        elif battery.idle_w > 0.0:
            above_j = (self.battery - battery.threshold) * battery.capacity_j
            self._low = self.model.clock.schedule(above_j / battery.idle_w, self._watch_battery)

    def _look_for_charger(self) -> None:
        """Announce a charging task if the battery is low; no transports are taken from then on."""
        if self.charge is not None or not self._battery_is_low:
            return
        self.model.fleet.open[self.vehicle] = False
        self.charge = Charge(manager=self, agv=self)
        self.model.net.announce(self.charge)

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """Set off to the charger that is reserved, if nothing else is to be done."""
        self.charger = contractor  # type: ignore[assignment]  # the pool of charging holds chargers
        self._go_charging()

    def _go_charging(self) -> bool:
        """Set off if nothing else is to be done and the charger certainly holds the task; whether it has."""
        if self.charger is None or self.has_stops or self.down:
            return False
        assert self.charge is not None
        if not self.model.net.is_confirmed(self.charge, self._go_charging):
            return False
        self.charge.contract.begun = True
        self._drive_to_charger()
        return True

    def failed(self, task: Task, contractor: Contractor) -> None:
        """Stop charging: the charger failed, and the task is re-announced."""
        self._stop_charging()
        self.charger = None
        if self._driving_to_charger or self.state is VehicleState.CHARGING:
            self._driving_to_charger = False
            if not self.down:
                self._next()

    def postponed(self, task: Task) -> None:
        """Do nothing: all chargers are occupied, and the first that becomes available is offered the task."""

    def done(self, task: Task, contractor: Contractor) -> None:
        """Return to work, charged."""
        self.charge = self.charger = None
        self._next()
        self._open()

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

    def _stop_charging(self) -> None:
        """Interrupt charging, and keep the energy charged so far."""
        if self.state is not VehicleState.CHARGING or not self.activity.under_way:
            return
        battery = self.spec.battery
        assert battery is not None
        self.activity.abandon()
        self._add_energy(battery.target * battery.capacity_j - self.activity.left_s * battery.charge_w)

    def _add_energy(self, level_j: float) -> None:
        """Record that the charger has filled the battery up to `level_j` joules."""
        assert self.charger is not None
        fleet, v = self.model.fleet, self.vehicle
        gained_j = max(level_j - fleet.energy_of_j(v), 0.0)
        fleet.settle_energy(v, fleet.energy_of_j(v) + gained_j)
        self.model.log.event(
            self.model.now_s, Event.ENERGY, self.unique_id, other=self.charger.unique_id, value=gained_j
        )
        self._log_battery()

    def _charged(self) -> None:
        battery, charge = self.spec.battery, self.charge
        assert battery is not None
        assert charge is not None
        assert self.charger is not None
        self._add_energy(battery.target * battery.capacity_j)
        charger, self.charger = self.charger, None
        charger.finished(charge)

    def ran_empty(self) -> None:
        """Stop with an empty battery, until the vehicle is rescued."""
        battery = self.spec.battery
        if self.down or battery is None or self.state in (VehicleState.CHARGING, VehicleState.HANDLING):
            return
        self._stranded = True
        self.break_down()
        self._rescue = self.model.clock.schedule(RESCUE_S, self._rescued)

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

    def break_down(self) -> None:
        """Stop in place; transports that were not begun are given back."""
        if not self.present:
            return
        model, v = self.model, self.vehicle
        self.down = True
        model.fleet.open[v] = False
        self.activity.interrupt()
        model.traffic.hold(v, True)
        model.log.event(model.now_s, Event.BROKE_DOWN, self.unique_id)
        model.log.event(model.now_s, Event.VEHICLE_STATE, self.unique_id, value=VehicleState.DOWN)
        self._give_back()

    def repair(self) -> None:
        """Resume after a repair; no effect if the vehicle is already running or its battery is empty."""
        if self._stranded or not self.down or not self.present:
            return
        model, v = self.model, self.vehicle
        self.down = False
        model.log.event(model.now_s, Event.REPAIRED, self.unique_id)
        model.log.event(model.now_s, Event.VEHICLE_STATE, self.unique_id, value=self.state)
        if self.activity.under_way:
            self.activity.resume()
        elif self._driving_to_charger:
            model.traffic.hold(v, False)
            self._drive_to_charger()
        else:
            self._next()
        self._open()

    # -- leaving ----------------------------------------------------------------------------------------------

    def _hand_back(self) -> None:
        """Stop in place, and give back all its tasks, its cell, its dock and its position in the queue."""
        model, v = self.model, self.vehicle
        self._stop_charging()
        self.activity.abandon()
        self.shift.stop()
        if self.failures is not None:
            self.failures.stop()
        for due in (self._low, self._rescue):
            if due is not None:
                due.cancel()
        self._give_all_back()
        if self.charge is not None:
            model.net.annul(self.charge)
            self.charge = self.charger = None
        self._log_battery()
        model.traffic.leave(v)
        model.fleet.leave(v)

    def _shift_ends(self) -> None:
        """Finish the tasks in hand, and take no new ones."""
        self.off = True
        self._open()
        if self.state is VehicleState.IDLE:
            self._enter(VehicleState.OFF)

    def _shift_begins(self) -> None:
        self.off = False
        if self.state is VehicleState.OFF:
            self.model.fleet.idle_since_s[self.vehicle] = self.model.now_s
            self._enter(VehicleState.IDLE)
        self._open()
