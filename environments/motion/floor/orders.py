"""Orders to vehicles: each vehicle has a goal cell, a dock that it is admitted to or a spot where it waits or rests.

Dimensions: V vehicles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ....agents.shop.traffic import NO_PLACE
from ...config.errors import LayoutError
from ..fields import UNREACHABLE
from ..ids import NO_CELL
from .docks import DockBook
from .parking import FLOOR, NEVER, PARKING, SpotBook

if TYPE_CHECKING:
    from collections.abc import Callable

    from .roads import Roads
    from .roster import Roster


class Orders:
    """The current order of each vehicle.

    Args:
        roster: the vehicles.
        roads: the floor.
        spots: where vehicles wait or rest.
        on_admission, on_standing: of `GridTraffic`.

    Attributes:
        broken: vehicles that are held away from a dock.
        still: whether all vehicles are held or at their goal; any order resets it.
        arriving: whether some vehicle is at its dock at the end of the tick under way.
        obstacles_changed: whether `broken` has changed since the planner was last told.
    """

    def __init__(
        self,
        roster: Roster,
        roads: Roads,
        spots: SpotBook,
        *,
        on_admission: Callable[[int], object],
        on_standing: Callable[[int], object],
    ) -> None:
        self._roster = roster
        self._roads = roads
        self._spots = spots
        self._on_admission = on_admission
        self._on_standing = on_standing
        self.broken: set[int] = set()
        self.still = False
        self.arriving = False
        self.obstacles_changed = False
        vehicles = len(roster.row)
        self.book = DockBook(roads.docks_of, vehicles, nearest=self._nearest_dock, admit=self._drive_to_dock)
        for vehicle, cell in enumerate(roster.node.tolist()):
            self._take_spot(vehicle, cell)
        for vehicle in np.flatnonzero(roads.is_dock[roster.node]).tolist():
            self.park(vehicle)

    def send(self, vehicle: int, place: int) -> None:
        """See `GridTraffic.send`."""
        self._roads.docks(place)
        here = self._roster.cell(vehicle)
        if not self._roads.travel_times_s(place)[here] < np.inf:
            raise LayoutError(
                f"vehicle {vehicle} at {self._roads.spell(here)} cannot reach {self._roads.places[place]!r}; "
                "open a wall or turn an arrow"
            )
        self.still = False
        if self.book.place[vehicle] == place:
            fleet, row = self._roster.fleet, self._roster.row[vehicle]
            if fleet.goal[row] == here and not fleet.relaxed[row]:
                self._expect(vehicle)
            return
        self.book.leave(vehicle)
        self.book.ask(vehicle, place)
        if self.book.dock[vehicle] == NO_CELL:
            self._wait_near(vehicle, place)

    def park(self, vehicle: int) -> None:
        """See `GridTraffic.park`."""
        self.still = False
        self.book.leave(vehicle)
        own = self._spot(vehicle)
        if own != NO_CELL and self._spots.grades[own] == PARKING:
            return
        self._take_spot(vehicle, self._spots.nearest(self._roster.cell(vehicle), PARKING, own=own))

    def hold(self, vehicle: int, held: bool) -> None:
        """See `GridTraffic.hold`."""
        fleet, row = self._roster.fleet, self._roster.row[vehicle]
        if bool(fleet.held[row]) == held:
            return
        self.still = False
        fleet.held[row] = held
        if held:
            if fleet.relaxed[row] or fleet.goal[row] != fleet.cell[row]:
                self.broken.add(vehicle)
                self.obstacles_changed = True
                self.book.suspend(vehicle)
                if not fleet.relaxed[row]:
                    self._wait_near(vehicle, self.book.place[vehicle])
        elif vehicle in self.broken:
            self.broken.remove(vehicle)
            self.obstacles_changed = True
            self.book.resume(vehicle)

    def waits_for_dock(self, vehicle: int) -> bool:
        """Whether the vehicle was sent to a place whose docks are all taken, and queues for one."""
        return self.book.place[vehicle] != NO_PLACE and self.book.dock[vehicle] == NO_CELL

    def join(self, vehicle: int) -> None:
        """Let a vehicle that has joined the roster wait in its cell if that is a free spot, else nearby."""
        self.still = False
        self.book.join()
        node = self._roster.cell(vehicle)
        free = not self._spots.taken[node] and self._spots.grades[node] < NEVER
        self._take_spot(vehicle, node if free else self._spots.nearest(node, PARKING))

    def leave(self, vehicle: int) -> None:
        """Give the dock, spot and queue position of the vehicle to others; it is still in the roster."""
        self.still = False
        self.book.leave(vehicle)
        self._free_spot(vehicle)
        self._roads.fields.release(int(self._roster.fleet.goal[self._roster.row[vehicle]]))
        if vehicle in self.broken:
            self.broken.remove(vehicle)
            self.obstacles_changed = True

    def take_arrival(self, vehicle: int) -> bool:
        """See `GridTraffic.take_arrival`."""
        fleet, row = self._roster.fleet, self._roster.row[vehicle]
        there = bool(fleet.pending[row]) and fleet.goal[row] == fleet.cell[row] == self._roster.node[vehicle]
        if there:
            fleet.pending[row] = False
        return there

    def _nearest_dock(self, vehicle: int, docks: list[int]) -> int:
        here, inertia = self._roster.cell(vehicle), self._roster.inertia
        if inertia is None or self._roads.turns is None:
            return min((self._roads.detour(here, dock), dock) for dock in docks)[1]
        row = self._roster.row.item(vehicle)
        slow = inertia.pace.item(row) < inertia.whole
        state = 4 * here + inertia.facing.item(row)
        return min((self._roads.turns[slow].cost(state, dock), dock) for dock in docks)[1]

    def _drive_to_dock(self, vehicle: int, dock: int) -> None:
        self._free_spot(vehicle)
        self._roster.fleet.relaxed[self._roster.row[vehicle]] = False
        self._set_goal(vehicle, dock)
        self._expect(vehicle)
        self._on_admission(vehicle)

    def _expect(self, vehicle: int) -> None:
        """Report the vehicle when it reaches its goal."""
        fleet, row = self._roster.fleet, self._roster.row[vehicle]
        fleet.pending[row] = True
        if fleet.goal[row] == fleet.cell[row]:
            self.arriving = True
            if self._roster.node[vehicle] == fleet.cell[row]:
                self._on_standing(vehicle)

    def _wait_near(self, vehicle: int, place: int) -> None:
        own, here = self._spot(vehicle), self._roster.cell(vehicle)
        spot = self._spots.nearest_before(self._roads.docks_of[place][0], FLOOR, own=own)
        if spot == NO_CELL or self._roads.potential(here, spot) == UNREACHABLE:
            spot = self._spots.nearest(here, FLOOR, own=own)
        self._take_spot(vehicle, spot)

    def _take_spot(self, vehicle: int, spot: int) -> None:
        if spot == NO_CELL:
            # No free spot can be reached: the vehicle stays, and passing vehicles may push it, because an error would
            # be worse.
            spot = self._roster.cell(vehicle)
        self._free_spot(vehicle)
        self._spots.taken[spot] = True
        fleet, row = self._roster.fleet, self._roster.row[vehicle]
        fleet.relaxed[row] = True
        fleet.pending[row] = False
        self._set_goal(vehicle, spot)

    def _spot(self, vehicle: int) -> int:
        fleet, row = self._roster.fleet, self._roster.row[vehicle]
        return int(fleet.goal[row]) if fleet.relaxed[row] else NO_CELL

    def _free_spot(self, vehicle: int) -> None:
        own = self._spot(vehicle)
        if own != NO_CELL:
            self._spots.taken[own] = False

    def _set_goal(self, vehicle: int, goal: int) -> None:
        fleet, fields, row = self._roster.fleet, self._roads.fields, self._roster.row[vehicle]
        old = int(fleet.goal[row])
        fleet.row[row] = fields.acquire(goal)
        if old != NO_CELL:
            fields.release(old)
        fleet.goal[row] = goal
        fleet.best[row] = UNREACHABLE
        if self._roster.inertia is not None:
            self._roster.inertia.stop(row)
