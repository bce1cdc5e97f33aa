"""Admission to docks: one vehicle per dock, first come, first served.

A vehicle that asks for a place gets the nearest free dock of it, or joins the place's queue. A dock belongs to the
admitted vehicle until the vehicle is sent elsewhere. A vehicle that breaks down on its path gives the dock back and
becomes first in the queue, passed over until it runs again.

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
        self.dock = [NO_CELL] * vehicles  # (V,) the dock that the vehicle is admitted to
        self.place = [NO_PLACE] * vehicles  # (V,) the place that it is admitted to or queues for
        self._nearest = nearest
        self._admit = admit
        self._free = [list(cells) for cells in docks]
        self._line: list[deque[int]] = [deque() for _ in docks]
        self._absent = [False] * vehicles

    def ask(self, vehicle: int, place: int) -> None:
        """Join the queue of a place, or keep the position in it; `admit` is called on the vehicle's turn."""
        if self.place[vehicle] == place:
            return
        self.leave(vehicle)
        self.place[vehicle] = place
        self._line[place].append(vehicle)
        self._serve(place)

    def leave(self, vehicle: int) -> None:
        """Give back the dock or the position in the queue, if any; the next vehicle in the queue is admitted."""
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
        """Add a vehicle that has not asked for a place yet."""
        self.dock.append(NO_CELL)
        self.place.append(NO_PLACE)
        self._absent.append(False)

    def suspend(self, vehicle: int) -> None:
        """Pass the vehicle over until `resume`: its dock goes to the next vehicle, its queue position is kept."""
        self._absent[vehicle] = True
        place = self.place[vehicle]
        if self.dock[vehicle] != NO_CELL:
            self._free[place].append(self.dock[vehicle])
            self.dock[vehicle] = NO_CELL
            self._line[place].appendleft(vehicle)
            self._serve(place)

    def resume(self, vehicle: int) -> None:
        """Consider the vehicle for docks again."""
        if self._absent[vehicle]:
            self._absent[vehicle] = False
            if self.place[vehicle] != NO_PLACE:
                self._serve(self.place[vehicle])

    def line(self, place: int) -> list[int]:
        """Vehicles that wait for a dock of the place, in order of arrival."""
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
