"""Traffic on a floor: a planner moves the vehicles, docks admit them one by one, the idle stand out of the way.

A vehicle always has a goal cell: a dock (it was sent and admitted), or a spot where it waits for its turn or has
nothing to do. Who drives to a dock goes before who only makes room; who is at its goal gives way to all; who leaves a
dead end goes before all, because nobody can get past.

A tick has a beginning and an end. At its beginning all vehicles set out by the orders that they have; at its end they
are in their next cells, and those that have reached their dock are reported. An order that is given in between counts
from the end on:

    begin_tick        send(v, A)            end_tick, begin_tick      end_tick
    |-----------------------------------------|-------------------------|
    v drives on by its last order             v is in its next cell,    v is a cell nearer to A
                                              and sets out for A

So `node`, `odometer_m` and `facing` say what was the case at the end of the last tick, while orders, `stand` and travel
times start where vehicles will be at the end of the tick under way.

Orders (`send`, `park`, `hold`) are events and cost Python time; a tick is a few kernels over arrays and costs none.

Vehicles have numbers that they keep. The kernels see those on the floor only, a row each: a vehicle that leaves takes
its row with it, one that joins gets the last.

Dimensions: V vehicles that are or were there, R rows, C cells, P places, F fields.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ...agents.shop.traffic import NO_NODE, NO_PLACE
from ..config.errors import LayoutError
from .fields import UNREACHABLE
from .floor.docks import DockBook
from .floor.inertia import Inertia
from .floor.parking import NEVER
from .floor.planners import LookaheadFloorPlanner, PibtPlanner
from .floor.roads import Roads
from .floor.spot_book import FLOOR, PARKING, SpotBook
from .floor.standstill import waiting_cycles
from .ids import NO_CELL, NO_VEHICLE
from .kernels.pibt import rank_moves
from .kernels.tick import AT_GOAL
from .kernels.ties import tick_salt
from .vehicles import Vehicles

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from ..layout import Layout
    from .floor.planners import Planner, PlannerClass, PlannerName
    from .graph import KinematicsName

QUIET_TICKS = 30
"""A floor on which nothing has moved for so long, though somebody wants to, stands still (times the longest move)."""
BARREN_CROSSINGS = 20
"""So does one on which nobody reaches a dock for so many times height + width ticks, though vehicles still move."""
NO_ROW = -1
FINEST_PACE = 10**6
"""A loaded vehicle drives a whole number of such parts of a cell a tick."""
_NOBODY_ARRIVED = np.empty(0, np.intp)


class Observer(Protocol):
    """Sees the traffic of a floor."""

    def tick_begins(self) -> None:
        """The vehicles are about to set out."""
        ...

    def tick_ended(self, before: NDArray[np.int32], after: NDArray[np.int32]) -> None:
        """They are in their next cells: (V,) where each vehicle was and is, NO_NODE once it has left; read only."""
        ...


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
        planner: "pibt", or "lookahead" (every vehicle a cell or a quarter turn a tick), see `planners`; or a class of
            your own.
        improvement, time_per_tick_s: of `planners.LookaheadFloorPlanner`.
        start_cells: (V,) different floor cells, or None: parking first, then wherever nobody is blocked.
        seed: breaks ties between equally good cells; no other randomness.
        on_admission: called with a vehicle that waited for a dock and may now drive to it.
        on_standing: called with a vehicle that was sent to a dock and stands on it, for `take_arrival`; else it is
            reported at the end of the next tick.
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
        planner: PlannerName | PlannerClass = "pibt",
        improvement: int | None = None,
        time_per_tick_s: float | None = None,
        start_cells: NDArray[np.int32] | None = None,
        seed: int = 0,
        on_admission: Callable[[int], object] = lambda vehicle: None,
        on_standing: Callable[[int], object] = lambda vehicle: None,
    ) -> None:
        self.layout = layout
        self._on_admission = on_admission
        self._on_standing = on_standing
        self.places = tuple(places)
        self.vehicles = vehicles
        self.tick_s = layout.cell_size_m / speed_m_per_s
        self.ticks = 0  # steps in which something could change; settled ticks do not count
        self.moved = 0  # vehicles that change their cell in the tick under way, or did in the last one

        self._seed = seed & 0xFFFFFFFF
        pace = _pace(speed_m_per_s, loaded_speed_m_per_s)
        self._progress = (pace.denominator, pace.numerator)  # a tick, empty and loaded
        self._turn_ticks = 0
        if kinematics == "differential":
            self._turn_ticks = 1 if turn_s is None else max(math.ceil(turn_s / self.tick_s - 1e-9), 1)
        self._roads = Roads(
            layout,
            self.places,
            tick_s=self.tick_s,
            loaded_pace=pace,
            turn_ticks=self._turn_ticks,
        )
        self._spots = SpotBook(self._roads)
        self._fleet = Vehicles.at(self._place_vehicles(start_cells))
        self._fleet.rank[:] = AT_GOAL
        self._row = np.arange(vehicles)  # (V,) of each vehicle
        self._vehicle = self._row.copy()  # (R,) of each row
        self.node = self._fleet.cell.copy()  # (V,) int32, cells
        slow = pace < 1
        self._inertia = Inertia.standing(vehicles, whole=pace.denominator) if slow or self._turn_ticks else None
        self._facing = np.zeros(vehicles, np.int8)
        if planner == "lookahead" and (slow or self._turn_ticks > 1):
            raise LayoutError(
                "the planner lookahead moves every vehicle a cell or a quarter turn a tick; "
                "leave loaded_speed and turn out, or take the planner pibt"
            )
        self._planner: Planner = (
            PibtPlanner(self._fleet, self._roads, self._inertia, turn_ticks=self._turn_ticks, seed=self._seed)
            if planner == "pibt"
            else planner(self._fleet, self._roads, self._inertia, seed=self._seed)
            if not isinstance(planner, str)
            else LookaheadFloorPlanner(
                self._fleet,
                self._roads,
                self._inertia,
                improvement=improvement,
                time_per_tick_s=time_per_tick_s,
                seed=self._seed,
            )
        )
        self._clear_s = np.zeros(vehicles)
        self._broken: set[int] = set()
        self._obstacles_changed = False
        self._under_way = False  # a tick has begun
        self._observers: list[Observer] = []
        self._arriving = False  # somebody is at its dock at the end of the tick under way
        self._still = False
        self._quiet_ticks = 0
        self._last_arrival = 0  # tick
        longest_move_ticks = math.ceil(1 / pace) + 2 * self._turn_ticks
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
        driven = self._fleet.moves - (self._fleet.cell != self.node[self._vehicle])
        return np.multiply(self._by_vehicle(driven, 0), self.layout.cell_size_m, dtype=np.float64)

    @property
    def goals(self) -> NDArray[np.int32]:
        """(V,) int32, the cell that each vehicle drives to; NO_CELL where it is there already."""
        goal = self._fleet.goal
        return self._by_vehicle(np.where(goal == self.node[self._vehicle], NO_CELL, goal), NO_CELL)

    def distance_m(self, vehicle: int) -> float:
        """Metres driven so far."""
        fleet, row = self._fleet, self._row.item(vehicle)
        driven = fleet.moves.item(row) - (fleet.cell.item(row) != self.node.item(vehicle))
        return driven * self.layout.cell_size_m

    def node_of(self, place: int) -> int:
        """The first dock of the place; LayoutError if it has none."""
        return self._roads.docks(place)[0]

    @property
    def facing(self) -> NDArray[np.int8] | None:
        """(V,) int8, where each vehicle faces, 0..3 for E, S, W, N; None where vehicles need not turn."""
        return self._facing if self._turn_ticks else None

    @property
    def stand(self) -> NDArray[np.int32]:
        """(V,) int32, where and how each vehicle stands at the end of the tick under way: its entry of `ways_s`."""
        if self._inertia is None or not self._turn_ticks:
            return self._by_vehicle(self._fleet.cell, NO_NODE)
        return self._by_vehicle(self.layout.size + 4 * self._fleet.cell + self._inertia.facing, NO_NODE)

    @property
    def clear_s(self) -> NDArray[np.float64]:
        """(V,) zeros: all vehicles stand where they can set out at the end of the tick under way."""
        return self._clear_s

    def travel_s(self, nodes: NDArray[np.int32], place: int) -> NDArray[np.float64]:
        """(n,) seconds from cells to the nearest dock of the place when nobody is in the way; inf if unreachable."""
        return self._roads.ways_s(place)[nodes]

    def ways_s(self, place: int, *, loaded: bool = False) -> NDArray[np.float64]:
        """(L,) the same from every way to stand (`Roads`), with a load or without; not to be written to."""
        return self._roads.ways_s(place, loaded=loaded)

    def landing(self, place: int, *, loaded: bool = False) -> NDArray[np.int32]:
        """(L,) how a vehicle then stands at the place: its entry of `ways_s`; not to be written to."""
        return self._roads.landing(place, loaded=loaded)

    def travel_between_s(self, origin: int, destination: int, *, loaded: bool = False) -> float:
        """Seconds from the first dock of a place to the nearest dock of another; inf if unreachable."""
        return self._roads.ways_s(destination, loaded=loaded).item(self._roads.docks(origin)[0])

    def route(self, vehicle: int) -> list[int]:
        """The way of a vehicle to its goal, from the cell where it is; empty if it is there, or there is none."""
        return self._roads.route(int(self.node[vehicle]), int(self._fleet.goal[self._row[vehicle]]))

    def free_node(self) -> int:
        """The best cell for one more vehicle: parking first, then where it blocks no other.

        Raises:
            LayoutError: there is none from which all docks can be reached.
        """
        free = self._spots.free()
        free = free[self._reaches_all()[free] & ~self._is_taken(free)]
        if not len(free):
            raise LayoutError(
                f"there is no room for one more vehicle than the {len(self._vehicle)} on the floor; "
                "remove one, or use a larger floor"
            )
        return int(free[0])

    def free_dock(self, place: int) -> int:
        """The first dock of a place on which no vehicle stands; its first dock where there is none."""
        docks = np.array(self._roads.docks(place))
        free = docks[~self._is_taken(docks)]
        return int(free[0] if len(free) else docks[0])

    # --- orders --------------------------------------------------------------------------------------------------

    def join(self, node: int) -> int:
        """One more vehicle, at a cell, with nothing to do yet; its number.

        Raises:
            LayoutError: the cell is no free floor, or not all docks can be reached from it.
        """
        reason = None
        if not 0 <= node < self.layout.size or not self.layout.passable[node]:
            reason = "it is no floor"
        elif node in self._roads.closed:
            reason = "it is closed"
        elif self._is_taken(np.array([node])).any():
            reason = "a vehicle stands there or is about to"
        elif not self._reaches_all()[node]:
            reason = "not all docks can be reached from there"
        if reason is not None:
            raise LayoutError(f"no vehicle can join at {self._roads.spell(node)}: {reason}; choose a free floor cell")
        vehicle, self.vehicles = self.vehicles, self.vehicles + 1
        self._fleet = self._fleet.with_one_at(node)
        self._fleet.rank[-1] = AT_GOAL
        self._inertia = None if self._inertia is None else self._inertia.with_one()
        self.node = np.append(self.node, np.int32(node))
        self._facing = np.append(self._facing, np.int8(0))
        self._clear_s = np.append(self._clear_s, 0.0)
        self._row = np.append(self._row, NO_ROW)
        self._book.join()
        self._list_rows(np.append(self._vehicle, vehicle))
        free = not self._spots.taken[node] and self._spots.grades[node] < NEVER
        self._take_spot(vehicle, node if free else self._spots.nearest(node, PARKING))
        return vehicle

    def leave(self, vehicle: int) -> None:
        """The vehicle is taken off the floor: its cell, its dock or spot, and its turn go to others."""
        row = self._row[vehicle]
        self._book.leave(vehicle)
        self._free_spot(vehicle)
        self._roads.fields.release(int(self._fleet.goal[row]))
        if vehicle in self._broken:
            self._broken.remove(vehicle)
            self._obstacles_changed = True
        self._fleet = self._fleet.without(row)
        self._inertia = None if self._inertia is None else self._inertia.without(row)
        self.node[vehicle] = NO_NODE
        self._row[vehicle] = NO_ROW
        self._list_rows(np.delete(self._vehicle, row))

    def send(self, vehicle: int, place: int) -> None:
        """Drive to a dock of the place, first come, first served; replaces any earlier order.

        A vehicle that stands on a dock of the place, admitted to it, is there at once (`on_standing`). One that is
        already on its way there, or in line, keeps its turn. LayoutError if the place has no dock or cannot be reached.
        """
        self._roads.docks(place)
        here = self._cell(vehicle)
        if not self._roads.ways_s(place)[here] < np.inf:
            raise LayoutError(
                f"vehicle {vehicle} at {self._roads.spell(here)} cannot reach {self.places[place]!r}; "
                "open a wall or turn an arrow"
            )
        self._still = False
        if not self._fleet.pending.any():
            self._last_arrival = self.ticks  # nobody was expected anywhere
        if self._book.place[vehicle] == place:
            row = self._row[vehicle]
            if self._fleet.goal[row] == here and not self._fleet.relaxed[row]:
                self._expect(vehicle)
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
        here = self._cell(vehicle)
        self._take_spot(vehicle, self._spots.nearest(here, PARKING, own=own))

    def carry(self, vehicle: int, loaded: bool) -> None:
        """From now on it drives with a load, or empty."""
        if self._inertia is not None:
            self._inertia.pace[self._row[vehicle]] = self._progress[loaded]

    def hold(self, vehicle: int, held: bool) -> None:
        """Stay and do not be pushed, or be free again; a move under way is finished.

        Who is held away from its dock has broken down: its dock goes to the next in line (it keeps its turn), and the
        others drive round it where they can.
        """
        fleet, row = self._fleet, self._row[vehicle]
        if bool(fleet.held[row]) == held:
            return
        self._still = False
        fleet.held[row] = held
        if held:
            if fleet.relaxed[row] or fleet.goal[row] != fleet.cell[row]:
                self._broken.add(vehicle)
                self._obstacles_changed = True
                self._book.suspend(vehicle)
                if not fleet.relaxed[row]:
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
        self._roads.close(cells, standing=self._fleet.cell, goals=self._fleet.goal)
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
        """True: everybody is held or where it wants to be; further ticks change nothing, to the bit."""
        return self._still and not self._under_way

    @property
    def under_way(self) -> bool:
        """A tick has begun and not ended."""
        return self._under_way

    def step(self) -> NDArray[np.intp]:
        """A whole tick; the vehicles that have reached their dock in it, ascending."""
        self.begin_tick()
        return self.end_tick()

    def subscribe(self, observer: Observer) -> None:
        """From now on `observer` sees every tick in which vehicles may move."""
        self._observers.append(observer)

    def begin_tick(self) -> None:
        """All vehicles set out by the orders that they have."""
        if self._still or not len(self._vehicle):
            self._still, self.moved = True, 0
            return
        self._under_way = True
        for observer in self._observers:
            observer.tick_begins()
        if self._obstacles_changed:
            self._roads.shun(self._fleet.cell[self._row[sorted(self._broken)]].tolist())
            self._planner.reprice()
            self._obstacles_changed = False
        self.moved, arrivals, restless, reordered = self._planner.tick(self.ticks)
        self.ticks += 1
        self._quiet_ticks = 0 if self.moved or arrivals else self._quiet_ticks + 1
        if arrivals:
            self._last_arrival = self.ticks
        self._arriving = arrivals > 0
        self._still = restless == 0 and self.moved == 0 and arrivals == 0 and not reordered

    def end_tick(self) -> NDArray[np.intp]:
        """All vehicles are in their next cells; those that are at the dock that they were sent to, ascending."""
        if not self._under_way:
            return _NOBODY_ARRIVED
        self._under_way = False
        fleet = self._fleet
        before = self.node.copy() if self._observers else self.node
        if self.moved:
            self.node[self._vehicle] = fleet.cell
        for observer in self._observers:
            observer.tick_ended(before, self.node)
        if self._turn_ticks and self._inertia is not None:
            self._facing[self._vehicle] = self._inertia.facing
        if not self._arriving:
            return _NOBODY_ARRIVED
        arrived = np.flatnonzero(fleet.pending & (fleet.cell == fleet.goal))
        fleet.pending[arrived] = False
        return self._vehicle[arrived]

    def take_arrival(self, vehicle: int) -> bool:
        """Whether the vehicle stands on the dock that it was sent to, and was not reported yet: now it is."""
        fleet, row = self._fleet, self._row[vehicle]
        there = bool(fleet.pending[row]) and fleet.goal[row] == fleet.cell[row] == self.node[vehicle]
        if there:
            fleet.pending[row] = False
        return there

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
        now = np.full(self.layout.size, NO_VEHICLE, np.int32)
        now[fleet.cell] = np.arange(len(fleet.cell))
        rank_moves(fleet, roads.fields.fields, roads.ways.neighbours, now, tick_salt(self._seed, self.ticks))
        rows = waiting_cycles(fleet.cell, fleet.goal, fleet.choices, fleet.held, now)
        cycles = [self._vehicle[cycle].tolist() for cycle in rows]
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

    def _list_rows(self, vehicles: NDArray[np.intp]) -> None:
        """These vehicles, (R,), are in the rows of the fleet now."""
        self._vehicle = vehicles
        self._row[vehicles] = np.arange(len(vehicles))
        self._planner.adopt(self._fleet, self._inertia)
        self._still = False

    def _by_vehicle(self, values: NDArray[Any], absent: int) -> NDArray[Any]:
        """(V,) of (R,) values: those themselves while no vehicle has left."""
        if len(self._vehicle) == self.vehicles:
            return values
        spread = np.full(self.vehicles, absent, values.dtype)
        spread[self._vehicle] = values
        return spread

    def _cell(self, vehicle: int) -> int:
        """Where a vehicle will be at the end of the tick under way."""
        return int(self._fleet.cell[self._row[vehicle]])

    def _is_taken(self, cells: NDArray[np.integer]) -> NDArray[np.bool_]:
        """(N,) whether a vehicle is in each cell, or will be at the end of the tick under way."""
        return np.isin(cells, self._fleet.cell) | np.isin(cells, self.node)

    def _reaches_all(self) -> NDArray[np.bool_]:
        """(C,) cells from which every place with a dock can be reached."""
        reaches = np.ones(self.layout.size, np.bool_)
        for place, docks in enumerate(self._roads.docks_of):
            if docks:
                reaches &= np.isfinite(self._roads.ways_s(place)[: self.layout.size])
        return reaches

    def _look_anew(self) -> None:
        self._spots.regrade()
        self._planner.renew()
        self._fleet.best[:] = UNREACHABLE
        self._still = False

    def _nearest_dock(self, vehicle: int, docks: list[int]) -> int:
        here = self._cell(vehicle)
        if self._inertia is None or self._roads.turns is None:
            return min((self._roads.detour(here, dock), dock) for dock in docks)[1]
        row = self._row.item(vehicle)
        slow = self._inertia.pace.item(row) < self._inertia.whole
        state = 4 * here + self._inertia.facing.item(row)
        return min((self._roads.turns[slow].cost(state, dock), dock) for dock in docks)[1]

    def _drive_to_dock(self, vehicle: int, dock: int) -> None:
        self._free_spot(vehicle)
        self._fleet.relaxed[self._row[vehicle]] = False
        self._set_goal(vehicle, dock)
        self._expect(vehicle)
        self._on_admission(vehicle)

    def _expect(self, vehicle: int) -> None:
        """It is to be reported when it is at its goal."""
        fleet, row = self._fleet, self._row[vehicle]
        fleet.pending[row] = True
        if fleet.goal[row] == fleet.cell[row]:
            self._arriving = True
            if self.node[vehicle] == fleet.cell[row]:
                self._on_standing(vehicle)

    def _wait_near(self, vehicle: int, place: int) -> None:
        own, here = self._spot(vehicle), self._cell(vehicle)
        spot = self._spots.nearest_before(self._roads.docks_of[place][0], FLOOR, own=own)
        if spot == NO_CELL or self._roads.potential(here, spot) == UNREACHABLE:
            spot = self._spots.nearest(here, FLOOR, own=own)
        self._take_spot(vehicle, spot)

    def _take_spot(self, vehicle: int, spot: int) -> None:
        if (
            spot == NO_CELL
        ):  # cut off from every free spot: better to stay, pushed about by those who pass, than to fail
            spot = self._cell(vehicle)
        self._free_spot(vehicle)
        self._spots.taken[spot] = True
        row = self._row[vehicle]
        self._fleet.relaxed[row] = True
        self._fleet.pending[row] = False
        self._set_goal(vehicle, spot)

    def _spot(self, vehicle: int) -> int:
        row = self._row[vehicle]
        return int(self._fleet.goal[row]) if self._fleet.relaxed[row] else NO_CELL

    def _free_spot(self, vehicle: int) -> None:
        own = self._spot(vehicle)
        if own != NO_CELL:
            self._spots.taken[own] = False

    def _set_goal(self, vehicle: int, goal: int) -> None:
        fields = self._roads.fields
        row = self._row[vehicle]
        old = int(self._fleet.goal[row])
        self._fleet.row[row] = fields.acquire(goal)
        if old != NO_CELL:
            fields.release(old)
        self._fleet.goal[row] = goal
        self._fleet.best[row] = UNREACHABLE
        if self._inertia is not None:
            self._inertia.stop(row)


def _pace(speed_m_per_s: float, loaded_speed_m_per_s: float | None) -> Fraction:
    """Cells a tick with a load."""
    if loaded_speed_m_per_s is None:
        return Fraction(1)
    pace = Fraction(loaded_speed_m_per_s / speed_m_per_s).limit_denominator(FINEST_PACE)
    return max(pace, Fraction(1, FINEST_PACE))
