"""Traffic on a floor: a planner moves the vehicles, docks admit them one by one, idle vehicles park out of the way.

A vehicle always has a goal cell: a dock (it was sent and admitted), or a spot where it waits for its turn or rests.
Vehicles that drive to a dock go before vehicles that only make room; vehicles at their goal give way to all; a vehicle
that leaves a dead end goes before all others, because none can pass it.

A tick has a beginning and an end. At its beginning all vehicles set out by their current orders; at its end they are in
their next cells, and those that have reached their dock are reported. An order given in between takes effect at the
end:

    begin_tick        send(v, A)            end_tick, begin_tick      end_tick
    |-----------------------------------------|-------------------------|
    v drives on by its last order             v is in its next cell,    v is a cell nearer to A
                                              and sets out for A

So `node`, `odometer_m` and `facing` describe the end of the last tick, while orders, `stand` and travel times start
where vehicles will be at the end of the tick under way.

Orders (`send`, `park`, `hold`) are events and run in Python; a tick is a few kernels over arrays.

Dimensions: V vehicles that are or were on the floor, C cells, P places, L stands (`Roads`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...agents.shop.traffic import NO_NODE
from ..config.errors import LayoutError
from .fields import UNREACHABLE
from .floor.inertia import Inertia, pace_of
from .floor.orders import Orders
from .floor.parking import SpotBook
from .floor.planners import build_planner
from .floor.roads import Roads
from .floor.roster import Roster
from .floor.standstill import StandstillWatch
from .ids import NO_CELL

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from ...agents.shop.traffic import Travel
    from ..layout import Layout
    from .floor.planners import PlannerClass, PlannerName
    from .graph import KinematicsName
    from .observer import TickObserver

_NO_ARRIVALS = np.empty(0, np.intp)


class GridTraffic:
    """Vehicles on the cells of a layout, at most one cell per tick (a `Traffic`).

    Args:
        layout: the floor.
        places: names of the places in the scenario's order; each needs a dock before a vehicle is sent there.
        vehicles: number of vehicles V.
        speed_m_per_s: every vehicle's speed; a tick is the time in which it crosses a cell.
        loaded_speed_m_per_s: its speed with a load, at most `speed_m_per_s`; None: the same.
        kinematics: "omni" drives in any direction, "differential" turns in place first.
        turn_s: time for a quarter turn, rounded up to whole ticks; None: one tick.
        planner: "pibt", or "lookahead" (every vehicle moves a cell or turns a quarter per tick), see `planners`; or a
            class of your own.
        improvement, time_per_tick_s: of `planners.LookaheadFloorPlanner`.
        start_cells: (V,) different floor cells, or None: parking cells first, then others that block no vehicle.
        seed: breaks ties between equally good cells; no other randomness.
        on_admission: called with a vehicle that waited for a dock and may now drive to it.
        on_standing: called with a vehicle that was sent to a dock and stands on it already, for `take_arrival`;
            otherwise the vehicle is reported at the end of the next tick.
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
        self.places = tuple(places)
        self.tick_s = layout.cell_size_m / speed_m_per_s
        self.ticks = 0  # steps in which something could change; settled ticks do not count
        self.moved = 0  # vehicles that changed their cell in the tick under way or, between ticks, in the last one

        self._seed = seed & 0xFFFFFFFF
        pace = pace_of(speed_m_per_s, loaded_speed_m_per_s)
        self._progress = (pace.denominator, pace.numerator)  # per tick, empty and loaded
        self._turn_ticks = 0
        if kinematics == "differential":
            self._turn_ticks = 1 if turn_s is None else max(math.ceil(turn_s / self.tick_s - 1e-9), 1)
        if planner == "lookahead" and (pace < 1 or self._turn_ticks > 1):
            raise LayoutError(
                "the planner lookahead moves every vehicle a cell or a quarter turn a tick; "
                "leave loaded_speed and turn out, or take the planner pibt"
            )
        self._roads = Roads(layout, self.places, tick_s=self.tick_s, loaded_pace=pace, turn_ticks=self._turn_ticks)
        self._spots = SpotBook(self._roads)
        takes_longer = pace < 1 or self._turn_ticks > 0
        self._roster = Roster(
            self._spots.start_cells(vehicles, start_cells),
            Inertia.standing(vehicles, whole=pace.denominator) if takes_longer else None,
        )
        self._planner = build_planner(
            planner,
            self._roster.fleet,
            self._roads,
            self._roster.inertia,
            turn_ticks=self._turn_ticks,
            improvement=improvement,
            time_per_tick_s=time_per_tick_s,
            seed=self._seed,
        )
        self._clear_s = np.zeros(vehicles)
        self._under_way = False  # a tick has begun
        self._observers: list[TickObserver] = []
        self._watch = StandstillWatch(layout, longest_move_ticks=math.ceil(1 / pace) + 2 * self._turn_ticks)
        self._orders = Orders(
            self._roster, self._roads, self._spots, on_admission=on_admission, on_standing=on_standing
        )

    # --- positions and distances ---------------------------------------------------------------------------------

    @property
    def vehicles(self) -> int:
        """Number of vehicles that are or were on the floor."""
        return len(self._roster.row)

    @property
    def node(self) -> NDArray[np.int32]:
        """(V,) int32, cells of the vehicles at the end of the last tick; NO_NODE once it has left."""
        return self._roster.node

    @property
    def odometer_m(self) -> NDArray[np.float64]:
        """(V,) metres driven so far."""
        roster = self._roster
        driven = roster.fleet.moves - (roster.fleet.cell != roster.node[roster.vehicle])
        return np.multiply(roster.by_vehicle(driven, 0), self.layout.cell_size_m, dtype=np.float64)

    @property
    def goals(self) -> NDArray[np.int32]:
        """(V,) int32, the cell that each vehicle drives to; NO_CELL if it is there already."""
        roster = self._roster
        goal = roster.fleet.goal
        return roster.by_vehicle(np.where(goal == roster.node[roster.vehicle], NO_CELL, goal), NO_CELL)

    def distance_m(self, vehicle: int) -> float:
        """Metres driven so far."""
        fleet, row = self._roster.fleet, self._roster.row.item(vehicle)
        driven = fleet.moves.item(row) - (fleet.cell.item(row) != self._roster.node.item(vehicle))
        return driven * self.layout.cell_size_m

    def node_of(self, place: int) -> int:
        """The first dock of the place; LayoutError if it has none."""
        return self._roads.docks(place)[0]

    @property
    def facing(self) -> NDArray[np.int8] | None:
        """(V,) int8, direction that each vehicle faces, 0..3 for E, S, W, N; None if vehicles need not turn."""
        return self._roster.facing if self._turn_ticks else None

    @property
    def stand(self) -> NDArray[np.int32]:
        """(V,) int32, the stand of each vehicle at the end of the tick under way: its index in `travel_times_s`."""
        roster = self._roster
        if roster.inertia is None or not self._turn_ticks:
            return roster.by_vehicle(roster.fleet.cell, NO_NODE)
        return roster.by_vehicle(self.layout.size + 4 * roster.fleet.cell + roster.inertia.facing, NO_NODE)

    @property
    def clear_s(self) -> NDArray[np.float64]:
        """(V,) zeros: every vehicle can set out from a cell at the end of the tick under way."""
        return self._clear_s

    def travel_s(self, nodes: NDArray[np.int32], place: int) -> NDArray[np.float64]:
        """(n,) seconds from cells to the nearest dock of the place on an empty floor; inf if unreachable."""
        return self._roads.travel_times_s(place)[nodes]

    def travel_times_s(self, place: int, *, loaded: bool = False) -> NDArray[np.float64]:
        """(L,) the same from every stand (`Roads`), with or without a load; read only."""
        return self._roads.travel_times_s(place, loaded=loaded)

    def landing(self, place: int, *, loaded: bool = False) -> NDArray[np.int32]:
        """(L,) the stand in which a vehicle reaches the place, as an index in `travel_times_s`; read only."""
        return self._roads.landing(place, loaded=loaded)

    def travel(self, places: Iterable[int], *, loaded: bool = False) -> Travel:
        """Tables (P, L) of `travel_times_s` and `landing`, in which the rows of `places` are filled; read only."""
        return self._roads.travel(places, loaded=loaded)

    def travel_between_s(self, origin: int, destination: int, *, loaded: bool = False) -> float:
        """Seconds from the first dock of a place to the nearest dock of another; inf if unreachable."""
        return self._roads.travel_times_s(destination, loaded=loaded).item(self._roads.docks(origin)[0])

    def route(self, vehicle: int) -> list[int]:
        """The route of a vehicle from its cell to its goal; empty if it is there, or no route exists."""
        return self._roads.route(int(self.node[vehicle]), int(self._roster.fleet.goal[self._roster.row[vehicle]]))

    def free_node(self) -> int:
        """The best cell for one more vehicle: parking first, then cells where it blocks no other vehicle.

        Raises:
            LayoutError: no free cell reaches all docks.
        """
        free = self._spots.free()
        free = free[self._roads.reaches_all()[free] & ~self._roster.is_taken(free)]
        if not len(free):
            raise LayoutError(
                f"there is no room for one more vehicle than the {len(self._roster.vehicle)} on the floor; "
                "remove one, or use a larger floor"
            )
        return int(free[0])

    def free_dock(self, place: int) -> int:
        """The first dock of a place on which no vehicle stands; its first dock if all are occupied."""
        docks = np.array(self._roads.docks(place))
        free = docks[~self._roster.is_taken(docks)]
        return int(free[0] if len(free) else docks[0])

    # --- orders --------------------------------------------------------------------------------------------------

    def join(self, node: int) -> int:
        """Add an idle vehicle in a cell; return its number.

        Raises:
            LayoutError: the cell is not free floor, or not all docks can be reached from it.
        """
        reason = None
        if not 0 <= node < self.layout.size or not self.layout.passable[node]:
            reason = "it is not a floor cell"
        elif node in self._roads.closed:
            reason = "it is closed"
        elif self._roster.is_taken(np.array([node])).any():
            reason = "a vehicle stands there or is about to"
        elif not self._roads.reaches_all()[node]:
            reason = "not all docks can be reached from there"
        if reason is not None:
            raise LayoutError(f"no vehicle can join at {self._roads.spell(node)}: {reason}; choose a free floor cell")
        vehicle = self._roster.join(node)
        self._clear_s = np.append(self._clear_s, 0.0)
        self._planner.adopt(self._roster.fleet, self._roster.inertia)
        self._orders.join(vehicle)
        return vehicle

    def leave(self, vehicle: int) -> None:
        """Remove the vehicle from the floor: its cell, dock or spot, and queue position go to others."""
        self._orders.leave(vehicle)
        self._roster.leave(vehicle)
        self._planner.adopt(self._roster.fleet, self._roster.inertia)

    def send(self, vehicle: int, place: int) -> None:
        """Drive to a dock of the place, first come, first served; replaces any earlier order.

        A vehicle that stands on a dock of the place and is admitted to it has arrived at once (`on_standing`). A
        vehicle that is already on its path there, or in the queue, keeps its turn. LayoutError if the place has no dock
        or is unreachable.
        """
        expected = self._roster.fleet.pending.any()
        self._orders.send(vehicle, place)
        if not expected:
            self._watch.last_arrival = self.ticks

    def waits_for_dock(self, vehicle: int) -> bool:
        """Whether the vehicle was sent to a place whose docks are all taken, and queues for one."""
        return self._orders.waits_for_dock(vehicle)

    def park(self, vehicle: int) -> None:
        """Go idle: drive to the nearest free parking cell, or to a cell where the vehicle blocks no other."""
        self._orders.park(vehicle)

    def carry(self, vehicle: int, loaded: bool) -> None:
        """Record whether the vehicle carries a load from now on."""
        if self._roster.inertia is not None:
            self._roster.inertia.pace[self._roster.row[vehicle]] = self._progress[loaded]

    def hold(self, vehicle: int, held: bool) -> None:
        """Hold the vehicle in its cell, where none pushes it, or release it; a move under way is finished.

        A vehicle that is held away from its dock has broken down: its dock goes to the next vehicle in the queue (it
        keeps its turn), and other vehicles drive round it where they can.
        """
        self._orders.hold(vehicle, held)

    def close(self, cells: Collection[int]) -> None:
        """Close cells until `open`: no vehicle enters them; vehicles whose path crosses them are rerouted.

        Raises:
            LayoutError: a cell is a wall, a dock, a parking cell or occupied, a vehicle is about to enter it, or some
                place would become unreachable. Nothing is closed then.
        """
        self._roads.close(cells, standing=self._roster.fleet.cell, goals=self._roster.fleet.goal)
        self._adapt_to_roads()

    def open(self, cells: Collection[int]) -> None:
        """Open closed cells again; other cells are ignored."""
        self._roads.open(cells)
        self._adapt_to_roads()

    @property
    def closed(self) -> list[int]:
        """Cells that no vehicle may enter, in the order of closing."""
        return list(self._roads.closed)

    # --- ticks ---------------------------------------------------------------------------------------------------

    @property
    def settled(self) -> bool:
        """Whether all vehicles are held or at their goal, so that further ticks change nothing, bit by bit."""
        return self._orders.still and not self._under_way

    @property
    def under_way(self) -> bool:
        """Whether a tick has begun and not ended."""
        return self._under_way

    def step(self) -> NDArray[np.intp]:
        """Run a whole tick; return the vehicles that have reached their dock in it, ascending."""
        self.begin_tick()
        return self.end_tick()

    def subscribe(self, observer: TickObserver) -> None:
        """Show `observer` every tick in which vehicles may move from now on."""
        self._observers.append(observer)

    def begin_tick(self) -> None:
        """Let all vehicles set out by their current orders."""
        orders, roster = self._orders, self._roster
        if orders.still or not len(roster.vehicle):
            orders.still, self.moved = True, 0
            return
        self._under_way = True
        for observer in self._observers:
            observer.tick_begins()
        if orders.obstacles_changed:
            self._roads.shun(roster.fleet.cell[roster.row[sorted(orders.broken)]].tolist())
            self._planner.reprice()
            orders.obstacles_changed = False
        self.moved, arrivals, restless, reordered = self._planner.tick(self.ticks)
        self.ticks += 1
        self._watch.note(self.ticks, self.moved, arrivals)
        orders.arriving = arrivals > 0
        orders.still = restless == 0 and self.moved == 0 and arrivals == 0 and not reordered

    def end_tick(self) -> NDArray[np.intp]:
        """Put all vehicles in their next cells; return those that have arrived at their dock, ascending."""
        if not self._under_way:
            return _NO_ARRIVALS
        self._under_way = False
        roster = self._roster
        fleet = roster.fleet
        before = roster.node.copy() if self._observers else roster.node
        if self.moved:
            roster.node[roster.vehicle] = fleet.cell
        for observer in self._observers:
            observer.tick_ended(before, roster.node)
        if self._turn_ticks and roster.inertia is not None:
            roster.facing[roster.vehicle] = roster.inertia.facing
        if not self._orders.arriving:
            return _NO_ARRIVALS
        arrived = np.flatnonzero(fleet.pending & (fleet.cell == fleet.goal))
        fleet.pending[arrived] = False
        return roster.vehicle[arrived]

    def take_arrival(self, vehicle: int) -> bool:
        """Whether the vehicle has arrived at its dock without being reported yet; marks it as reported."""
        return self._orders.take_arrival(vehicle)

    def standstill(self) -> list[list[int]]:
        """Cycles of vehicles that wait for each other; empty while traffic flows.

        The search begins once no vehicle has moved for long although one wants to, or none has reached a dock for very
        long although one is on its path (see `StandstillWatch`).
        """
        if self._orders.still:
            return []
        return self._watch.cycles(self._roster, self._roads, self.ticks, seed=self._seed)

    def _adapt_to_roads(self) -> None:
        """Adapt to changed moves."""
        self._spots.regrade()
        self._planner.renew()
        self._roster.fleet.best[:] = UNREACHABLE
        self._orders.still = False
