"""The fleet as arrays: state, plan and battery energy of all vehicles.

Each agent reads and writes its row; negotiation and motion use whole columns. V counts all vehicles that are or were in
the factory: a row is kept when its vehicle leaves, and a vehicle that joins gets the next row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..events import VehicleState

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..negotiation.world import Clock
    from .handling import HandlingTimes
    from .specs import VehicleSpec
    from .traffic import Traffic


class Fleet:
    """V vehicles.

    Attributes:
        present: (V,) bool, in the factory.
        state: (V,) int8, `VehicleState`.
        load: (V,) int64, number of parts on board.
        tasks: (V,) int64, number of transports that it has won and not yet done.
        open: (V,) bool, takes transports: not down, not off shift, and without a charging task.
        next_at_s: (V,) float64, when the first planned stop will be reached; meaningless for idle vehicles.
        free_at_s: (V,) float64, when the plan will be completed; in the past for idle vehicles.
        free_node: (V,) int32, its stand (`Traffic.stand`) at that time; meaningless for idle vehicles.
        waits: (V,) bool, waits idle for a part that is not ready, under a contract made ahead.
        idle_since_s: (V,) float64, since when it is idle or waits; inf while it works.
        handling: the times to load and unload parts.
    """

    def __init__(self, spec: VehicleSpec, traffic: Traffic, clock: Clock, handling: HandlingTimes) -> None:
        self.spec = spec
        self.traffic = traffic
        self.handling = handling
        self._clock = clock
        self._create_rows(spec.count)

    def _create_rows(self, count: int) -> None:
        """Create the rows of `count` idle vehicles."""
        spec = self.spec
        self.present = np.ones(count, np.bool_)
        self.state = np.full(count, VehicleState.IDLE, np.int8)
        self.load = np.zeros(count, np.int64)
        self.tasks = np.zeros(count, np.int64)
        self.open = np.ones(count, np.bool_)
        self.waits = np.zeros(count, np.bool_)
        self.next_at_s = np.zeros(count)
        self.free_at_s = np.zeros(count)
        self.free_node = np.zeros(count, np.int32)
        self.idle_since_s = np.full(count, self._clock.now_s)
        # energy at the last settlement, and the time and odometer reading of the latter
        start_j = spec.battery.capacity_j * spec.battery.start if spec.battery is not None else np.inf
        self._energy_j = np.full(count, start_j)
        self._settled_s = np.full(count, self._clock.now_s)
        self._settled_m = np.zeros(count)

    def takes_more(self, vehicles: NDArray[np.intp], queue_limit: int) -> NDArray[np.bool_]:
        """(N,) bool, whether each of N vehicles may take a transport besides those that it has."""
        return self.open[vehicles] & ((self.tasks[vehicles] < queue_limit) | self.waits[vehicles])

    def join(self) -> None:
        """Add an idle vehicle with the initial battery level."""
        rows: dict[str, NDArray[Any]] = {
            n: column for n, column in vars(self).items() if isinstance(column, np.ndarray)
        }
        self._create_rows(1)
        for name, column in rows.items():
            setattr(self, name, np.concatenate([column, getattr(self, name)]))

    def leave(self, vehicle: int) -> None:
        """Clear the row of a vehicle that has left."""
        self.present[vehicle] = self.open[vehicle] = self.waits[vehicle] = False
        self.state[vehicle] = VehicleState.IDLE
        self.load[vehicle] = self.tasks[vehicle] = 0
        self.idle_since_s[vehicle] = np.inf

    def energy_j(self) -> NDArray[np.float64]:
        """(V,) float64, remaining energy of each battery in joules, at least 0; inf without batteries."""
        battery = self.spec.battery
        if battery is None:
            return self._energy_j.copy()
        drain = np.where(self.load > 0, battery.drive_loaded_j_per_m, battery.drive_empty_j_per_m)
        driven_j = (self.traffic.odometer_m - self._settled_m) * drain
        return np.maximum(self._energy_j - driven_j - (self._clock.now_s - self._settled_s) * battery.idle_w, 0.0)

    def energy_of_j(self, vehicle: int) -> float:
        """Remaining energy of one battery in joules, at least 0; inf without batteries."""
        battery = self.spec.battery
        if battery is None:
            return float("inf")
        drain = battery.drive_loaded_j_per_m if self.load[vehicle] > 0 else battery.drive_empty_j_per_m
        driven_j = (self.traffic.distance_m(vehicle) - self._settled_m[vehicle]) * drain
        idle_j = (self._clock.now_s - self._settled_s[vehicle]) * battery.idle_w
        return max(float(self._energy_j[vehicle] - driven_j - idle_j), 0.0)

    def settle_energy(self, vehicle: int, energy_j: float | None = None) -> None:
        """Record the remaining energy before the consumption rate changes, or set it to `energy_j` after charging."""
        if self.spec.battery is not None:
            self._energy_j[vehicle] = self.energy_of_j(vehicle) if energy_j is None else energy_j
            self._settled_s[vehicle] = self._clock.now_s
            self._settled_m[vehicle] = self.traffic.distance_m(vehicle)

    def battery_of(self, vehicle: int) -> float:
        """Level of one battery, 0..1; 1 without batteries."""
        battery = self.spec.battery
        return 1.0 if battery is None else self.energy_of_j(vehicle) / battery.capacity_j
