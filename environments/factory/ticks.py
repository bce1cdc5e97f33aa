"""The passing of time in a factory: instant by instant, and on a floor tick by tick.

A step is one tick, the time in which a vehicle crosses a cell. Step k lasts from k ticks to k + 1 ticks:

    1. all vehicles set out by the orders given until k ticks
    2. events fire in the order of their times; after each instant negotiations run until settled
    3. at k + 1 ticks vehicles are in their next cells: those that have reached a dock act, then due events fire

Agents are woken, not polled: the method `step` of an agent is called only if its class defines one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...agents.events import Event
from ...agents.shop.ticks import SAME_TICK
from .copies import CopyableModel

if TYPE_CHECKING:
    import mesa

    from ...agents.shop.agv import AGV
    from ...agents.shop.fleet import Fleet
    from ..log import EventLog
    from ..motion.grid import GridTraffic
    from ..scenario import Scenario

NO_TICK = -1
LOOK_TICKS = 64  # interval of checks for batteries and for standstills of a part of the fleet


class Ticks(CopyableModel):
    """A model in which vehicles move and events fire.

    Attributes:
        tick: number of completed ticks.
        tick_s: seconds; inf without a floor.
    """

    spec: Scenario
    log: EventLog
    fleet: Fleet
    tick = 0
    tick_s: float
    _grid: GridTraffic | None  # None without a floor
    _vehicles: list[AGV]  # (V,) by number, including those that have left
    _stepping: list[mesa.Agent]  # agents with their own `step`
    _has_batteries: bool
    _begun = NO_TICK  # the last tick whose motion has begun
    _standing_still = False
    _trace_is_due = False  # whether a vehicle has joined or left since the last row

    def _settle(self) -> None:
        """Negotiate until nothing is due at this instant."""
        raise NotImplementedError

    @property
    def _over(self) -> bool:
        """Whether this trial is over."""
        raise NotImplementedError

    def _advance(self) -> None:
        """Run one step."""
        if self._grid is None:
            next_s = self.clock.next_s()
            if next_s < math.inf:
                self._fire_until(next_s)
        else:
            self._set_out(self._grid)
            end_s = (self.tick + 1) * self.tick_s
            self._fire_before(end_s)
            if not self._over:
                self.tick += 1
                self.clock.advance(end_s)
                self._arrive(self._grid)
                self._fire_until(end_s)
        for agent in self._stepping:
            agent.step()
        if self._stepping:
            self._settle()

    def _fire_until(self, time_s: float) -> None:
        """Fire all events due at `time_s` or before."""
        while (due_s := self.clock.next_s()) <= time_s and not self._over:
            self._fire_at(due_s)
        if not self._over and self.clock.now_s < time_s:
            self.clock.advance(time_s)

    def _fire_before(self, time_s: float) -> None:
        while (due_s := self.clock.next_s()) < time_s and not self._over:
            self._fire_at(due_s)

    def _fire_at(self, due_s: float) -> None:
        """Fire all events of one instant, and run the negotiations that follow."""
        self.clock.fire_due(due_s)
        self._settle()

    def _set_out(self, traffic: GridTraffic) -> None:
        """Begin the motion of the tick, with the orders given so far."""
        if self._begun == self.tick:
            return
        self._begun = self.tick
        self._fire_before((self.tick + SAME_TICK) * self.tick_s)
        if not traffic.settled and not self._over:
            traffic.begin_tick()

    def _arrive(self, traffic: GridTraffic) -> None:
        """End the motion of the last tick."""
        if not traffic.under_way:
            return
        arrived = traffic.end_tick()
        if (traffic.moved or self._trace_is_due) and self.spec.record.trace:
            self.log.trace(self.tick, traffic.node)
            self._trace_is_due = False
        if not self._standing_still and (traffic.moved == 0 or self.tick % LOOK_TICKS == 0):
            self._report_standstill(traffic)
        if len(arrived):
            self._standing_still = False
            for vehicle in arrived.tolist():
                if self.fleet.present[vehicle]:
                    self._vehicles[vehicle].arrived()
        looks_at_batteries = self.tick % LOOK_TICKS == 0 and self._has_batteries
        if looks_at_batteries:
            for vehicle in np.flatnonzero(self.fleet.present & (self.fleet.energy_j() <= 0.0)).tolist():
                self._vehicles[vehicle].ran_empty()
        if len(arrived) or looks_at_batteries:
            self._fire_at(self.now_s)

    def vehicle_arrived(self, vehicle: int) -> None:
        """Handle a vehicle's arrival at the place that it was sent to; called by the traffic."""
        self._vehicles[vehicle].arrived()

    def vehicle_admitted(self, vehicle: int) -> None:
        """Handle the admission of a vehicle that waited for a dock; called by the traffic."""
        self._vehicles[vehicle].admitted()

    def vehicle_stands_there(self, vehicle: int) -> None:
        """Handle a vehicle that was sent to the dock on which it stands; called by the traffic."""
        self.clock.schedule(0.0, self._stands, vehicle)

    def _stands(self, vehicle: int) -> None:
        """Report a vehicle that was sent to the dock on which it stands, unless it has been sent on."""
        if self._grid is not None and self.fleet.present[vehicle] and self._grid.take_arrival(vehicle):
            self._vehicles[vehicle].arrived()

    def _report_standstill(self, traffic: GridTraffic) -> None:
        for cycle in traffic.standstill():
            self._standing_still = True
            for vehicle in cycle:
                self.log.event(self.now_s, Event.STANDSTILL, self._vehicles[vehicle].unique_id, value=len(cycle))

    def _next_tick(self, traffic: GridTraffic) -> float:
        """The end of the next tick in which something can happen; inf if there is none."""
        next_s = self.clock.next_s()
        if not traffic.settled or self._stepping:
            return self.tick + 1
        if next_s == math.inf:
            return math.inf
        tick = max(math.ceil(next_s / self.tick_s), self.tick + 1)
        while tick * self.tick_s < next_s:
            tick += 1
        while tick > self.tick + 1 and (tick - 1) * self.tick_s >= next_s:
            tick -= 1
        return tick
