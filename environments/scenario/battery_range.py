"""Whether a vehicle that has just been charged could get from every place of the factory to a charger.

One that could not would run empty on every such way, and be fetched by hand each time. What is counted is the least
that the way takes: the shortest, without a load, without turns, with no vehicle in front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..layout import NO_CELL
from .transport import Grid, Matrix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..layout import Layout
    from . import Battery, Scenario


class Way(NamedTuple):
    """The way from a place to its nearest charger."""

    place: str
    length_m: float
    time_s: float

    def energy_j(self, battery: Battery) -> float:
        """What it takes."""
        return self.length_m * battery.drive_empty_j_per_m + self.time_s * battery.idle_w


def way_too_far(scenario: Scenario) -> str | None:
    """The way that takes most, if a charged battery does not hold so much; None where all ways can be driven."""
    if scenario.fleet is None or (battery := scenario.fleet.agvs.battery) is None:
        return None
    way = max(_ways(scenario), key=lambda way: way.energy_j(battery), default=None)
    holds_j = battery.target * battery.capacity_j
    if way is None or way.energy_j(battery) <= holds_j:
        return None
    needed_j = way.energy_j(battery) / battery.target
    return (
        f"a vehicle charged to {battery.target:g} of {battery.capacity_j:g}J cannot get from {way.place!r} to a "
        f"charger: the way takes {way.energy_j(battery):.4g}J; give it more than {needed_j:.4g}J, or put a charger "
        "nearer"
    )


def _ways(scenario: Scenario) -> Iterator[Way]:
    """From every place from which a charger can be reached."""
    assert scenario.fleet is not None
    speed_m_per_s = scenario.fleet.agvs.speed_m_per_s
    places = scenario.places
    chargers = [places.index(name) for name in scenario.chargers]
    if isinstance(scenario.transport, Matrix):
        for place, row_s in zip(places, scenario.travel_matrix_s(), strict=True):
            time_s = float(row_s[chargers].min())
            yield Way(place, time_s * speed_m_per_s, time_s)
    elif isinstance(scenario.transport, Grid):
        layout = scenario.build_layout()
        cells = _cells_to([dock for name in scenario.chargers for dock in layout.docks[name]], layout)
        for place in places:
            length_m = float(cells[list(layout.docks[place])].min()) * layout.cell_size_m
            yield Way(place, length_m, length_m / speed_m_per_s)


def _cells_to(goals: list[int], layout: Layout) -> NDArray[np.float64]:
    """(C,) number of moves from each cell to the nearest goal; inf where there is no way."""
    moves = layout.neighbours  # (C, 4)
    cells = np.full(layout.size, np.inf)
    front = np.zeros(layout.size, np.bool_)
    front[goals] = True
    step = 0
    while front.any():
        cells[front] = step
        step += 1
        front = (front[moves] & (moves != NO_CELL)).any(axis=1) & np.isinf(cells)
    return cells
