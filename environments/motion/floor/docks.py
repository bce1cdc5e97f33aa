"""Who may drive to which dock: one vehicle a dock, first come, first served.

A vehicle that asks for a place gets the nearest free dock of it, or waits in the place's line. A dock is its
vehicle's from admission until the vehicle is sent elsewhere. A vehicle that breaks down on its way gives the dock
back and stands first in line, passed over until it runs again.

Dimensions: V vehicles, P places.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ....agents.shop.traffic import NO_PLACE
from ..ids import NO_CELL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class DockBook:
    """The admissions to all docks.

    Args:
        docks: (P,) cells of each place's docks; places without a dock have none.
        vehicles: number of vehicles V.
        nearest: (vehicle, free docks) -> the dock that it should take.
        admit: (vehicle, dock), called whenever a vehicle gets a dock.
    """

    def __init__(
        self,
        docks: Sequence[tuple[int, ...]],
        vehicles: int,
        *,
        nearest: Callable[[int, list[int]], int],
        admit: Callable[[int, int], None],
    ) -> None:
        self.dock = [NO_CELL] * vehicles  # (V,) admitted to this cell
        self.place = [NO_PLACE] * vehicles  # (V,) admitted to, or in the line of, this place
        self._nearest = nearest
        self._admit = admit
        self._free = [list(cells) for cells in docks]
        self._line: list[deque[int]] = [deque() for _ in docks]
        self._absent = [False] * vehicles

    def ask(self, vehicle: int, place: int) -> None:
        """Join the line of a place (keeping one's turn if one is in it); `admit` is called when it is one's turn."""
        if self.place[vehicle] == place:
            return
        self.leave(vehicle)
        self.place[vehicle] = place
        self._line[place].append(vehicle)
        self._serve(place)

    def leave(self, vehicle: int) -> None:
        """Give back the dock or the turn, if any; the next in line is admitted."""
        place = self.place[vehicle]
        if place == NO_PLACE:
            return
        self.place[vehicle] = NO_PLACE
        if self.dock[vehicle] == NO_CELL:
            self._line[place].remove(vehicle)
        else:
            self._free[place].append(self.dock[vehicle])
            self.dock[vehicle] = NO_CELL
            self._serve(place)

    def join(self) -> None:
        """One more vehicle, that has asked for nothing yet."""
        self.dock.append(NO_CELL)
        self.place.append(NO_PLACE)
        self._absent.append(False)

    def suspend(self, vehicle: int) -> None:
        """The vehicle cannot come for now: its dock goes to the next, its turn is kept."""
        self._absent[vehicle] = True
        place = self.place[vehicle]
        if self.dock[vehicle] != NO_CELL:
            self._free[place].append(self.dock[vehicle])
            self.dock[vehicle] = NO_CELL
            self._line[place].appendleft(vehicle)
            self._serve(place)

    def resume(self, vehicle: int) -> None:
        """The vehicle can come again."""
        if self._absent[vehicle]:
            self._absent[vehicle] = False
            if self.place[vehicle] != NO_PLACE:
                self._serve(self.place[vehicle])

    def line(self, place: int) -> list[int]:
        """Vehicles that wait for a dock of the place, first come first."""
        return list(self._line[place])

    def _serve(self, place: int) -> None:
        free, line = self._free[place], self._line[place]
        while free and line:
            vehicle = next((v for v in line if not self._absent[v]), None)
            if vehicle is None:
                return
            line.remove(vehicle)
            dock = free[0] if len(free) == 1 else self._nearest(vehicle, sorted(free))
            free.remove(dock)
            self.dock[vehicle] = dock
            self._admit(vehicle, dock)
