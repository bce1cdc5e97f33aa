"""Check that a freshly charged vehicle can reach a charger from every place of the factory.

Otherwise a vehicle would run empty on every such trip, and be fetched by hand each time. The check uses the least
energy that a trip takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .fleet import Battery
    from .scenario import Scenario
    from .transport import Trip


def charger_out_of_reach(scenario: Scenario) -> str | None:
    """Describe the trip that takes most energy if it exceeds a charged battery; None if all trips are possible."""
    if scenario.fleet is None or (battery := scenario.fleet.agvs.battery) is None:
        return None
    trip = max(scenario.transport.trips_to_chargers(scenario), key=lambda trip: _energy_j(trip, battery), default=None)
    holds_j = battery.target * battery.capacity_j
    if trip is None or _energy_j(trip, battery) <= holds_j:
        return None
    needed_j = _energy_j(trip, battery) / battery.target
    return (
        f"a vehicle charged to {battery.target:g} of {battery.capacity_j:g}J cannot get from {trip.place!r} to a "
        f"charger: the trip takes {_energy_j(trip, battery):.4g}J; give it more than {needed_j:.4g}J, or put a charger "
        "nearer"
    )


def _energy_j(trip: Trip, battery: Battery) -> float:
    return trip.length_m * battery.drive_empty_j_per_m + trip.time_s * battery.idle_w
