"""Traffic on a floor: PIBT moves the vehicles, docks admit them one by one, the idle stand where they block nobody.

A vehicle always has a goal cell: a dock (it was sent and admitted), or a spot where it waits for its turn or has
nothing to do. Who drives to a dock goes before who only makes room; who is at its goal gives way to all; who leaves a
dead end goes before all, because nobody can get past.

Orders (`send`, `park`, `hold`) are events and cost Python time; a tick is a few kernels over arrays and costs none.

Dimensions: V vehicles, C cells, P places, F fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import LayoutError
from .distance import AVOID, NO_CELL, PASS, SHUN, UNREACHABLE, FieldCache
from .docks import DockBook
from .floor import AT_GOAL, tick_floor
from .pibt import NOBODY, rank_moves, tick_salt
from .spots import FLOOR, NEVER, PARKING, dead_ends, grade, nearest_spot
from .standstill import waiting_cycles
from .traffic import NO_PLACE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ..layout import Layout

QUIET_TICKS = 30
"""A floor on which nothing has moved for so long, though somebody wants to, stands still."""
BARREN_CROSSINGS = 20
"""So does one on which nobody reaches a dock for so many times height + width ticks, though vehicles still move."""
_NOBODY_ARRIVED = np.empty(0, np.int32)
_FIELD_BYTES = 512 * 2**20


class GridTraffic:
    """Vehicles on the cells of a layout, one cell a tick (a `Traffic`).

    Args:
        layout: the floor.
        places: names of the places in the scenario's order; each needs a dock before somebody is sent there.
        vehicles: number of vehicles V.
        speed_m_per_s: every vehicle's speed.
        start_cells: (V,) different floor cells, or None: parking first, then wherever nobody is blocked.
        seed: breaks ties between equally good cells; no other randomness.
        on_admission: called with a vehicle that waited for a dock and may now drive to it.
    """

    def __init__(
        self,
        layout: Layout,
        places: Sequence[str],
        *,
        vehicles: int,
        speed_m_per_s: float,
        start_cells: NDArray[np.int32] | None = None,
        seed: int = 0,
        on_admission: Callable[[int], object] = lambda vehicle: None,
    ) -> None:
        self.layout = layout
        self._on_admission = on_admission
        self.places = tuple(places)
        self.vehicles = vehicles
        self.tick_s = layout.cell_size_m / speed_m_per_s
        self.ticks = 0  # steps in which something could change; settled ticks do not count
        self.moved = 0  # vehicles that changed their cell in the last step

        self._seed = seed & 0xFFFFFFFF
        self._docks_of = [tuple(layout.docks.get(name, ())) for name in self.places]
        docks = np.array(sorted({cell for cells in layout.docks.values() for cell in cells}), np.int32)
        cells = layout.passable.shape[0]
        self._neighbours = np.ascontiguousarray(layout.neighbours, np.int32)
        self._is_dock = np.zeros(cells, np.bool_)
        self._is_dock[docks] = True
        self._avoid = np.where(self._is_dock, AVOID, PASS).astype(np.uint8)
        self._fields = FieldCache(self._neighbours, capacity=max(_FIELD_BYTES // (2 * cells), 64), avoid=self._avoid)
        self._lengths = FieldCache(self._neighbours, capacity=1, avoid=self._avoid)
        self._travel_rows: list[NDArray[np.float64] | None] = [None] * len(self.places)
        self._find_dead_ends()
        self._grades = grade(
            layout.width, layout.passable, layout.one_way, self._way_out, docks, np.asarray(layout.parking, np.int32)
        )
        self._queue = np.empty(cells, np.int32)
        self._seen = np.zeros(cells, np.int32)
        self._stamp = 0
        room = int(np.count_nonzero(self._grades < NEVER))
        if vehicles > room:
            raise LayoutError(
                f"{vehicles} vehicles need as many cells that are not docks, the floor has {room}; "
                "use fewer vehicles or a larger floor"
            )

        self._taken = np.zeros(cells, np.bool_)  # (C,) spots given to a vehicle
        self.node = self._place_vehicles(start_cells)  # (V,) int32, cells
        self._now = np.full(cells, NOBODY, np.int32)
        self._after = np.full(cells, NOBODY, np.int32)
        self._now[self.node] = np.arange(vehicles)
        self._order = np.arange(vehicles, dtype=np.int32)
        self._held = np.zeros(vehicles, np.bool_)
        self._relaxed = np.ones(vehicles, np.bool_)  # heads for a spot, not for a dock
        self._pending = np.zeros(vehicles, np.bool_)  # to be reported when it reaches its dock
        self._moves = np.zeros(vehicles, np.int64)
        self._target = self.node.copy()
        self._rank = np.full(vehicles, AT_GOAL, np.int8)
        self._best = np.full(vehicles, UNREACHABLE, np.uint16)  # nearest that it came to its goal
        self._since = np.zeros(vehicles, np.int32)  # tick in which it did
        self._choices = np.empty((vehicles, 5), np.int32)
        self._scratch = np.empty((2, vehicles), np.int32)
        self._goal = np.full(vehicles, NO_CELL, np.int32)
        self._row = np.zeros(vehicles, np.int32)
        self._broken: set[int] = set()
        self._obstacles_changed = False
        self._still = False
        self._quiet_ticks = 0
        self._last_arrival = 0  # tick
        self._barren_ticks = BARREN_CROSSINGS * (layout.height + layout.width)
        self._book = DockBook(self._docks_of, vehicles, nearest=self._nearest_dock, admit=self._drive_to_dock)
        for vehicle in range(vehicles):
            self._take_spot(vehicle, int(self.node[vehicle]))
        for vehicle in np.flatnonzero(self._is_dock[self.node]).tolist():
            self.park(vehicle)

    # --- where and how far ---------------------------------------------------------------------------------------

    @property
    def odometer_m(self) -> NDArray[np.float64]:
        """(V,) metres driven so far."""
        return np.multiply(self._moves, self.layout.cell_size_m, dtype=np.float64)

    def distance_m(self, vehicle: int) -> float:
        """Metres driven so far."""
        return float(self._moves[vehicle]) * self.layout.cell_size_m

    def node_of(self, place: int) -> int:
        """The first dock of the place; LayoutError if it has none."""
        return self._docks(place)[0]

    def travel_s(self, nodes: NDArray[np.int32], place: int) -> NDArray[np.float64]:
        """(n,) seconds from cells to the nearest dock of the place when nobody is in the way; inf if unreachable."""
        row = self._travel_rows[place]
        if row is None:
            row = self._travel_row(place)
        return row[nodes]

    def travel_between_s(self, origin: int, destination: int) -> float:
        """Seconds from the first dock of a place to the nearest dock of another; inf if unreachable."""
        row = self._travel_rows[destination]
        if row is None:
            row = self._travel_row(destination)
        return float(row[self._docks(origin)[0]])

    # --- orders --------------------------------------------------------------------------------------------------

    def send(self, vehicle: int, place: int) -> None:
        """Drive to a dock of the place, first come, first served; replaces any earlier order.

        A vehicle that stands on a dock of the place, admitted to it, arrives in the next step. One that is already on
        its way there, or in line, keeps its turn. LayoutError if the place has no dock or cannot be reached.
        """
        self._docks(place)
        if not self.travel_s(self.node[vehicle : vehicle + 1], place)[0] < np.inf:
            row, column = divmod(int(self.node[vehicle]), self.layout.width)
            raise LayoutError(
                f"vehicle {vehicle} at row {row}, column {column} cannot reach {self.places[place]!r}; "
                "open a wall or turn an arrow"
            )
        self._still = False
        if not self._pending.any():
            self._last_arrival = self.ticks  # nobody was expected anywhere
        if self._book.place[vehicle] == place:
            if self._goal[vehicle] == self.node[vehicle] and not self._relaxed[vehicle]:
                self._pending[vehicle] = True
            return
        self._book.leave(vehicle)
        self._book.ask(vehicle, place)
        if self._book.dock[vehicle] == NO_CELL:
            self._wait_near(vehicle, place)

    def waits_for_dock(self, vehicle: int) -> bool:
        """It was sent to a place whose docks are all taken, and stands in line for one."""
        return self._book.place[vehicle] != NO_PLACE and self._book.dock[vehicle] == NO_CELL

    def park(self, vehicle: int) -> None:
        """Nothing to do: go to the nearest free parking cell, or to a cell where the vehicle blocks nobody."""
        self._still = False
        self._book.leave(vehicle)
        own = self._spot(vehicle)
        if own != NO_CELL and self._grades[own] == PARKING:
            return
        spot = self._search(self._neighbours, int(self.node[vehicle]), vehicle, PARKING)
        self._take_spot(vehicle, spot)

    def hold(self, vehicle: int, held: bool) -> None:
        """Stay and do not be pushed, or be free again.

        Who is held away from its dock has broken down: its dock goes to the next in line (it keeps its turn), and the
        others drive round it where they can.
        """
        if bool(self._held[vehicle]) == held:
            return
        self._still = False
        self._held[vehicle] = held
        if held:
            if self._relaxed[vehicle] or self._goal[vehicle] != self.node[vehicle]:
                self._broken.add(vehicle)
                self._obstacles_changed = True
                self._book.suspend(vehicle)
                if not self._relaxed[vehicle]:
                    self._wait_near(vehicle, self._book.place[vehicle])
        elif vehicle in self._broken:
            self._broken.remove(vehicle)
            self._obstacles_changed = True
            self._book.resume(vehicle)

    def change_moves(self, neighbours: NDArray[np.int32]) -> None:
        """Aisles were closed or opened: from now on these moves are allowed, and all distances follow.

        Args:
            neighbours: (C, 4) int32, cell reached by moving E, S, W, N, or NO_CELL; vehicles that stand in a cell that
                can no longer be entered may leave it if a move leads out.
        """
        self._neighbours = np.ascontiguousarray(neighbours, np.int32)
        self._fields.set_moves(self._neighbours)
        self._lengths.set_moves(self._neighbours)
        self._travel_rows = [None] * len(self.places)
        self._find_dead_ends()
        self._best[:] = UNREACHABLE
        self._still = False

    # --- ticks ---------------------------------------------------------------------------------------------------

    @property
    def settled(self) -> bool:
        """True: everybody is held or where it wants to be; further steps change nothing, to the bit."""
        return self._still

    def step(self) -> NDArray[np.int32]:
        """One tick; the vehicles that reached their dock in it, ascending."""
        if self._still:
            self.moved = 0
            return _NOBODY_ARRIVED
        if self._obstacles_changed:
            self._see_obstacles()
        self.moved, arrivals, restless, reordered = tick_floor(
            self.node,
            self._goal,
            self._row,
            self._fields.fields,
            self._neighbours,
            self._way_out,
            self._dead_end,
            self._wanted,
            self._held,
            self._relaxed,
            self._pending,
            self._seed,
            self.ticks,
            self._order,
            self._best,
            self._since,
            self._rank,
            self._choices,
            self._now,
            self._after,
            self._target,
            self._moves,
            self._scratch,
        )
        self._now, self._after = self._after, self._now
        self.ticks += 1
        self._quiet_ticks = 0 if self.moved or arrivals else self._quiet_ticks + 1
        if arrivals:
            self._last_arrival = self.ticks
        self._still = restless == 0 and self.moved == 0 and arrivals == 0 and not reordered
        return self._scratch[0, :arrivals].copy() if arrivals else _NOBODY_ARRIVED

    def standstill(self) -> list[list[int]]:
        """Cycles of vehicles that wait for each other; empty while the floor is in order.

        Looked for once nothing has moved for QUIET_TICKS though somebody wants to, or nobody has reached a dock for
        very long though somebody is on its way (BARREN_CROSSINGS).
        """
        if self._still:
            return []
        quiet = self._quiet_ticks >= QUIET_TICKS
        if not quiet and (self.ticks - self._last_arrival <= self._barren_ticks or not self._pending.any()):
            return []
        salt = tick_salt(self._seed, self.ticks)
        rank_moves(self.node, self._row, self._fields.fields, self._neighbours, self._now, salt, self._choices)
        cycles = waiting_cycles(self.node, self._goal, self._choices, self._held, self._now)
        # Where vehicles move, longer cycles may be on the point of turning.
        return cycles if quiet else [cycle for cycle in cycles if len(cycle) == 2]

    # --- inside --------------------------------------------------------------------------------------------------

    def _find_dead_ends(self) -> None:
        self._way_out, self._dead_end = dead_ends(self._neighbours, self._fields.entries)  # (C,), (C,)
        self._wanted = np.zeros(int(self._dead_end.max(initial=-1)) + 1, np.bool_)

    def _docks(self, place: int) -> tuple[int, ...]:
        docks = self._docks_of[place]
        if not docks:
            raise LayoutError(
                f"{self.places[place]!r} has no dock on the floor; draw a symbol for it and explain it in the legend"
            )
        return docks

    def _travel_row(self, place: int) -> NDArray[np.float64]:
        docks = self._docks_of[place]
        if docks:
            lengths = self._lengths.lengths_to(np.array(docks, np.int32))
            row = np.where(lengths == UNREACHABLE, np.inf, lengths * self.tick_s)
        else:
            row = np.full(self._is_dock.shape[0], np.inf)
        self._travel_rows[place] = row
        return row

    def _place_vehicles(self, start_cells: NDArray[np.int32] | None) -> NDArray[np.int32]:
        if start_cells is None:
            best_first = np.argsort(self._grades, kind="stable")
            return best_first[: self.vehicles].astype(np.int32)
        start = np.asarray(start_cells, np.int32)
        if start.shape != (self.vehicles,):
            raise LayoutError(f"{start.size} start cells for {self.vehicles} vehicles; give one for each")
        for vehicle, cell in enumerate(start.tolist()):
            if not 0 <= cell < self._grades.size or not self.layout.passable[cell]:
                raise LayoutError(
                    f"vehicle {vehicle} would start in cell {cell}, which is no floor; choose a floor cell"
                )
        if np.unique(start).size < start.size:
            raise LayoutError("two vehicles would start in the same cell; give each a cell of its own")
        return start.copy()

    def _nearest_dock(self, vehicle: int, docks: list[int]) -> int:
        here = int(self.node[vehicle])
        lengths = []
        for dock in docks:
            row = self._fields.acquire(dock)  # may replace the table
            lengths.append((int(self._fields.fields[row, here]), dock))
            self._fields.release(dock)
        return min(lengths)[1]

    def _drive_to_dock(self, vehicle: int, dock: int) -> None:
        self._free_spot(vehicle)
        self._relaxed[vehicle] = False
        self._pending[vehicle] = True
        self._set_goal(vehicle, dock)
        self._on_admission(vehicle)

    def _wait_near(self, vehicle: int, place: int) -> None:
        dock = self._docks_of[place][0]
        spot = self._search(self._fields.entries, dock, vehicle, FLOOR)
        here = int(self.node[vehicle])
        row = self._fields.acquire(spot)
        reachable = self._fields.fields[row, here] != UNREACHABLE
        self._fields.release(spot)
        if not reachable:
            spot = self._search(self._neighbours, here, vehicle, FLOOR)
        self._take_spot(vehicle, spot)

    def _search(self, moves: NDArray[np.int32], start: int, vehicle: int, good_enough: int) -> int:
        own = self._spot(vehicle)
        if own != NO_CELL:
            self._taken[own] = False
        self._stamp += 1
        spot = nearest_spot(moves, start, self._grades, self._taken, good_enough, self._queue, self._seen, self._stamp)
        if own != NO_CELL:
            self._taken[own] = True
        # Cut off from every free spot: better to stay, pushed about by those who pass, than to fail.
        return int(spot) if spot != NO_CELL else int(self.node[vehicle])

    def _take_spot(self, vehicle: int, spot: int) -> None:
        self._free_spot(vehicle)
        self._taken[spot] = True
        self._relaxed[vehicle] = True
        self._pending[vehicle] = False
        self._set_goal(vehicle, spot)

    def _spot(self, vehicle: int) -> int:
        return int(self._goal[vehicle]) if self._relaxed[vehicle] else NO_CELL

    def _free_spot(self, vehicle: int) -> None:
        own = self._spot(vehicle)
        if own != NO_CELL:
            self._taken[own] = False

    def _set_goal(self, vehicle: int, goal: int) -> None:
        old = int(self._goal[vehicle])
        self._row[vehicle] = self._fields.acquire(goal)
        if old != NO_CELL:
            self._fields.release(old)
        self._goal[vehicle] = goal
        self._best[vehicle] = UNREACHABLE

    def _see_obstacles(self) -> None:
        avoid = self._avoid.copy()
        avoid[self.node[sorted(self._broken)]] = SHUN
        self._fields.set_avoid(avoid)
        self._obstacles_changed = False
