"""Traffic on a floor: a planner moves the vehicles, docks admit them one by one, the idle stand out of the way.

A vehicle always has a goal cell: a dock (it was sent and admitted), or a spot where it waits for its turn or has
nothing to do. Who drives to a dock goes before who only makes room; who is at its goal gives way to all; who leaves a
dead end goes before all, because nobody can get past.

Orders (`send`, `park`, `hold`) are events and cost Python time; a tick is a few kernels over arrays and costs none.

Dimensions: V vehicles, C cells, P places, F fields.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..errors import LayoutError
from .distance import NO_CELL, UNREACHABLE
from .docks import DockBook
from .floor import AT_GOAL
from .inertia import WHOLE_CELL, Inertia
from .pibt import rank_moves, tick_salt
from .planners import LookaheadFloorPlanner, PibtPlanner
from .roads import Roads
from .spot_book import FLOOR, PARKING, SpotBook
from .standstill import waiting_cycles
from .traffic import NO_PLACE
from .vehicles import NOBODY, Vehicles

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from ..layout import Layout
    from .kinematics import KinematicsName
    from .planners import Planner, PlannerName

QUIET_TICKS = 30
"""A floor on which nothing has moved for so long, though somebody wants to, stands still (times the longest move)."""
BARREN_CROSSINGS = 20
"""So does one on which nobody reaches a dock for so many times height + width ticks, though vehicles still move."""
_NOBODY_ARRIVED = np.empty(0, np.int32)


class GridTraffic:
    """Vehicles on the cells of a layout, at most one cell a tick (a `Traffic`).

    Args:
        layout: the floor.
        places: names of the places in the scenario's order; each needs a dock before somebody is sent there.
        vehicles: number of vehicles V.
        speed_m_per_s: every vehicle's speed; a tick is the time in which it crosses a cell.
        loaded_speed_m_per_s: its speed with a load, not above the other; None: the same.
        kinematics: "omni" drives into any direction, "differential" turns in place first.
        turn_s: time for a quarter turn, rounded up to whole ticks; None: one tick.
        planner: "pibt", or "lookahead" (every vehicle a cell or a quarter turn a tick), see `planners`.
        improvement, time_per_tick_s: of `planners.LookaheadFloorPlanner`.
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
        loaded_speed_m_per_s: float | None = None,
        kinematics: KinematicsName = "omni",
        turn_s: float | None = None,
        planner: PlannerName = "pibt",
        improvement: int | None = None,
        time_per_tick_s: float | None = None,
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
        pace = 1.0 if loaded_speed_m_per_s is None else loaded_speed_m_per_s / speed_m_per_s
        self._pace = (WHOLE_CELL, round(WHOLE_CELL * pace))  # empty, loaded
        self._turn_ticks = 0
        if kinematics == "differential":
            self._turn_ticks = 1 if turn_s is None else max(math.ceil(turn_s / self.tick_s - 1e-9), 1)
        self._roads = Roads(
            layout,
            self.places,
            tick_s=self.tick_s,
            loaded_ticks=1.0 / pace,
            turn_ticks=self._turn_ticks,
        )
        self._spots = SpotBook(self._roads)
        self._fleet = Vehicles.at(self._place_vehicles(start_cells))
        self._fleet.rank[:] = AT_GOAL
        self.node = self._fleet.cell  # (V,) int32, cells
        self._inertia = Inertia.standing(vehicles) if pace < 1.0 or self._turn_ticks else None
        if planner == "lookahead" and (pace < 1.0 or self._turn_ticks > 1):
            raise LayoutError(
                "the planner lookahead moves every vehicle a cell or a quarter turn a tick; "
                "leave loaded_speed and turn out, or take the planner pibt"
            )
        self._planner: Planner = (
            PibtPlanner(self._fleet, self._roads, self._inertia, turn_ticks=self._turn_ticks, seed=self._seed)
            if planner == "pibt"
            else LookaheadFloorPlanner(
                self._fleet,
                self._roads,
                self._inertia,
                improvement=improvement,
                time_per_tick_s=time_per_tick_s,
                seed=self._seed,
            )
        )
        self._broken: set[int] = set()
        self._obstacles_changed = False
        self._still = False
        self._quiet_ticks = 0
        self._last_arrival = 0  # tick
        longest_move_ticks = math.ceil(1.0 / pace) + 2 * self._turn_ticks
        self._still_ticks = QUIET_TICKS * longest_move_ticks
        self._barren_ticks = BARREN_CROSSINGS * longest_move_ticks * (layout.height + layout.width)
        self._book = DockBook(self._roads.docks_of, vehicles, nearest=self._nearest_dock, admit=self._drive_to_dock)
        for vehicle in range(vehicles):
            self._take_spot(vehicle, int(self.node[vehicle]))
        for vehicle in np.flatnonzero(self._roads.is_dock[self.node]).tolist():
            self.park(vehicle)

    # --- where and how far ---------------------------------------------------------------------------------------

    @property
    def odometer_m(self) -> NDArray[np.float64]:
        """(V,) metres driven so far."""
        return np.multiply(self._fleet.moves, self.layout.cell_size_m, dtype=np.float64)

    @property
    def goals(self) -> NDArray[np.int32]:
        """(V,) int32, the cell that each vehicle drives to; NO_CELL where it is there already."""
        return np.where(self._fleet.goal == self.node, NO_CELL, self._fleet.goal)

    def distance_m(self, vehicle: int) -> float:
        """Metres driven so far."""
        return float(self._fleet.moves[vehicle]) * self.layout.cell_size_m

    def node_of(self, place: int) -> int:
        """The first dock of the place; LayoutError if it has none."""
        return self._roads.docks(place)[0]

    @property
    def facing(self) -> NDArray[np.int8] | None:
        """(V,) int8, where each vehicle faces, 0..3 for E, S, W, N; None where vehicles need not turn."""
        return self._inertia.facing if self._inertia is not None and self._turn_ticks else None

    @property
    def stand(self) -> NDArray[np.int32]:
        """(V,) int32, where and how each vehicle stands: its entry of `ways_s`. Read only."""
        if self._inertia is None or not self._turn_ticks:
            return self.node
        return self.layout.size + 4 * self.node + self._inertia.facing

    def travel_s(self, nodes: NDArray[np.int32], place: int) -> NDArray[np.float64]:
        """(n,) seconds from cells to the nearest dock of the place when nobody is in the way; inf if unreachable."""
        return self._roads.ways_s(place)[nodes]

    def ways_s(self, place: int, *, loaded: bool = False) -> NDArray[np.float64]:
        """The same from every cell, with a load or without, (C,) or (5 C,) float64; not to be written to.

        Where vehicles turn in place: first for who faces as those do who come to the cell, (C,), then for each facing,
        at C + 4 * cell + facing.
        """
        return self._roads.ways_s(place, loaded=loaded)

    def travel_between_s(self, origin: int, destination: int, *, loaded: bool = False) -> float:
        """Seconds from the first dock of a place to the nearest dock of another; inf if unreachable."""
        return self._roads.ways_s(destination, loaded=loaded).item(self._roads.docks(origin)[0])

    def route(self, vehicle: int) -> list[int]:
        """The way of a vehicle to its goal, from the cell where it is; empty if it is there, or there is none."""
        return self._roads.route(int(self.node[vehicle]), int(self._fleet.goal[vehicle]))

    # --- orders --------------------------------------------------------------------------------------------------

    def send(self, vehicle: int, place: int) -> None:
        """Drive to a dock of the place, first come, first served; replaces any earlier order.

        A vehicle that stands on a dock of the place, admitted to it, arrives in the next step. One that is already on
        its way there, or in line, keeps its turn. LayoutError if the place has no dock or cannot be reached.
        """
        self._roads.docks(place)
        here = int(self.node[vehicle])
        if not self._roads.ways_s(place)[here] < np.inf:
            raise LayoutError(
                f"vehicle {vehicle} at {self._roads.spell(here)} cannot reach {self.places[place]!r}; "
                "open a wall or turn an arrow"
            )
        self._still = False
        if not self._fleet.pending.any():
            self._last_arrival = self.ticks  # nobody was expected anywhere
        if self._book.place[vehicle] == place:
            if self._fleet.goal[vehicle] == here and not self._fleet.relaxed[vehicle]:
                self._fleet.pending[vehicle] = True
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
        if own != NO_CELL and self._spots.grades[own] == PARKING:
            return
        here = int(self.node[vehicle])
        self._take_spot(vehicle, self._spots.nearest(here, PARKING, own=own))

    def carry(self, vehicle: int, loaded: bool) -> None:
        """From now on it drives with a load, or empty."""
        if self._inertia is not None:
            self._inertia.pace[vehicle] = self._pace[loaded]

    def hold(self, vehicle: int, held: bool) -> None:
        """Stay and do not be pushed, or be free again.

        Who is held away from its dock has broken down: its dock goes to the next in line (it keeps its turn), and the
        others drive round it where they can.
        """
        fleet = self._fleet
        if bool(fleet.held[vehicle]) == held:
            return
        self._still = False
        fleet.held[vehicle] = held
        if held:
            if fleet.relaxed[vehicle] or fleet.goal[vehicle] != self.node[vehicle]:
                self._broken.add(vehicle)
                self._obstacles_changed = True
                self._book.suspend(vehicle)
                if not fleet.relaxed[vehicle]:
                    self._wait_near(vehicle, self._book.place[vehicle])
        elif vehicle in self._broken:
            self._broken.remove(vehicle)
            self._obstacles_changed = True
            self._book.resume(vehicle)

    def close(self, cells: Collection[int]) -> None:
        """Nobody enters these cells until `open`; who drives through them takes another way.

        Raises:
            LayoutError: a cell is a wall, a dock or a parking cell, somebody stands on it or is going to, or some place
                could not be reached any more. Nothing is closed then.
        """
        self._roads.close(cells, standing=self.node, goals=self._fleet.goal)
        self._look_anew()

    def open(self, cells: Collection[int]) -> None:
        """Closed cells may be entered again; nothing happens to others."""
        self._roads.open(cells)
        self._look_anew()

    @property
    def closed(self) -> list[int]:
        """Cells that nobody may enter, in the order of closing."""
        return list(self._roads.closed)

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
            self._roads.shun(self.node[sorted(self._broken)].tolist())
            self._planner.reprice()
            self._obstacles_changed = False
        self.moved, arrivals, restless, reordered = self._planner.tick(self.ticks)
        self.ticks += 1
        self._quiet_ticks = 0 if self.moved or arrivals else self._quiet_ticks + 1
        if arrivals:
            self._last_arrival = self.ticks
        self._still = restless == 0 and self.moved == 0 and arrivals == 0 and not reordered
        return self._fleet.scratch[0, :arrivals].copy() if arrivals else _NOBODY_ARRIVED

    def standstill(self) -> list[list[int]]:
        """Cycles of vehicles that wait for each other; empty while the floor is in order.

        Looked for once nothing has moved for QUIET_TICKS though somebody wants to, or nobody has reached a dock for
        very long though somebody is on its way (BARREN_CROSSINGS).
        """
        if self._still:
            return []
        quiet = self._quiet_ticks >= self._still_ticks
        fleet, roads = self._fleet, self._roads
        if not quiet and (self.ticks - self._last_arrival <= self._barren_ticks or not fleet.pending.any()):
            return []
        now = np.full(self.layout.size, NOBODY, np.int32)
        now[self.node] = np.arange(self.vehicles)
        rank_moves(fleet, roads.fields.fields, roads.ways.neighbours, now, tick_salt(self._seed, self.ticks))
        cycles = waiting_cycles(self.node, fleet.goal, fleet.choices, fleet.held, now)
        # Where vehicles move, longer cycles may be on the point of turning.
        return cycles if quiet else [cycle for cycle in cycles if len(cycle) == 2]

    # --- inside --------------------------------------------------------------------------------------------------

    def _place_vehicles(self, start_cells: NDArray[np.int32] | None) -> NDArray[np.int32]:
        room = self._spots.room
        if self.vehicles > room:
            raise LayoutError(
                f"{self.vehicles} vehicles need as many cells that are not docks, the floor has {room}; "
                "use fewer vehicles or a larger floor"
            )
        if start_cells is None:
            return self._spots.best(self.vehicles)
        start = np.asarray(start_cells, np.int32)
        if start.shape != (self.vehicles,):
            raise LayoutError(f"{start.size} start cells for {self.vehicles} vehicles; give one for each")
        for vehicle, cell in enumerate(start.tolist()):
            if not 0 <= cell < self.layout.size or not self.layout.passable[cell]:
                raise LayoutError(
                    f"vehicle {vehicle} would start in cell {cell}, which is no floor; choose a floor cell"
                )
        if np.unique(start).size < start.size:
            raise LayoutError("two vehicles would start in the same cell; give each a cell of its own")
        return start.copy()

    def _look_anew(self) -> None:
        self._spots.regrade()
        self._planner.renew()
        self._fleet.best[:] = UNREACHABLE
        self._still = False

    def _nearest_dock(self, vehicle: int, docks: list[int]) -> int:
        here = int(self.node[vehicle])
        return min((self._roads.potential(here, dock), dock) for dock in docks)[1]

    def _drive_to_dock(self, vehicle: int, dock: int) -> None:
        self._free_spot(vehicle)
        self._fleet.relaxed[vehicle] = False
        self._fleet.pending[vehicle] = True
        self._set_goal(vehicle, dock)
        self._on_admission(vehicle)

    def _wait_near(self, vehicle: int, place: int) -> None:
        own, here = self._spot(vehicle), int(self.node[vehicle])
        spot = self._spots.nearest_before(self._roads.docks_of[place][0], FLOOR, own=own)
        if spot == NO_CELL or self._roads.potential(here, spot) == UNREACHABLE:
            spot = self._spots.nearest(here, FLOOR, own=own)
        self._take_spot(vehicle, spot)

    def _take_spot(self, vehicle: int, spot: int) -> None:
        if (
            spot == NO_CELL
        ):  # cut off from every free spot: better to stay, pushed about by those who pass, than to fail
            spot = int(self.node[vehicle])
        self._free_spot(vehicle)
        self._spots.taken[spot] = True
        self._fleet.relaxed[vehicle] = True
        self._fleet.pending[vehicle] = False
        self._set_goal(vehicle, spot)

    def _spot(self, vehicle: int) -> int:
        return int(self._fleet.goal[vehicle]) if self._fleet.relaxed[vehicle] else NO_CELL

    def _free_spot(self, vehicle: int) -> None:
        own = self._spot(vehicle)
        if own != NO_CELL:
            self._spots.taken[own] = False

    def _set_goal(self, vehicle: int, goal: int) -> None:
        fields = self._roads.fields
        old = int(self._fleet.goal[vehicle])
        self._fleet.row[vehicle] = fields.acquire(goal)
        if old != NO_CELL:
            fields.release(old)
        self._fleet.goal[vehicle] = goal
        self._fleet.best[vehicle] = UNREACHABLE
        if self._inertia is not None:
            self._inertia.stop(vehicle)
