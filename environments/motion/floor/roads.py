"""The roads of a floor: the moves allowed now, and the travel times and routes from place to place.

Docks are to be avoided (vehicles stand there while they are loaded), broken-down vehicles to be shunned, closed cells
never to be entered. Travel times ignore other vehicles and breakdowns but include turning and the lower speed of a
loaded vehicle: they are the whole ticks that a vehicle takes on an empty floor.

A vehicle *stands* in a cell or, if vehicles turn in place, in a cell with a facing. Dimensions: C cells, P places, F
fields, L stands: C without turning, 5 C with turning; the first C for a cell with unknown facing (all facings in which
a vehicle can arrive in the cell are equally likely), then C + 4 * cell + facing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ....agents.shop.traffic import Travel
from ...config.errors import LayoutError
from ..fields import AVOID, DETOUR, PASS, SHUN, UNREACHABLE, Potentials, detours_to, lengths_to
from ..graph import Graph
from ..ids import NO_CELL
from ..kernels.landing import NOWHERE
from ..topology import Topology
from .turns import Turns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from ...layout import Layout

_FIELD_BYTES = 512 * 2**20


class Roads:
    """The moves and distances of one floor.

    Args:
        layout: the floor.
        places: names of the places in the scenario's order.
        tick_s: time in which an empty vehicle crosses a cell.
        loaded_pace: cells that a loaded vehicle crosses in a tick, at most 1.
        turn_ticks: ticks for a quarter turn; 0: vehicles drive in any direction.

    Attributes:
        closed: cells that no vehicle may enter, in the order of closing.
        is_dock: (C,) bool.
        docks_of: (P,) cells of each place's docks.
        graph: the allowed moves.
        topology: the same as arrays for kernels.
        fields: potentials by goal cell.
        turns: times with turning, for vehicles without and with a load; None if vehicles need not turn.
    """

    def __init__(
        self,
        layout: Layout,
        places: Sequence[str],
        *,
        tick_s: float,
        loaded_pace: Fraction = Fraction(1),
        turn_ticks: int = 0,
    ) -> None:
        cells = layout.size
        self.layout = layout
        self.places = tuple(places)
        self.closed: list[int] = []
        self.docks_of = [tuple(layout.docks.get(name, ())) for name in self.places]
        self.is_dock = np.zeros(cells, np.bool_)
        self.is_dock[sorted({cell for docks in layout.docks.values() for cell in docks})] = True
        self._avoid = np.where(self.is_dock, AVOID, PASS).astype(np.uint8)
        self._tick_s = tick_s
        self._paces = (Fraction(1), loaded_pace)  # empty, loaded
        self._turn_ticks = turn_ticks
        self.graph = Graph.of(layout.neighbours)
        self.fields = Potentials(self.graph, avoid=self._avoid, memory_bytes=_FIELD_BYTES)
        self._use(self.graph)

    # --- distances -----------------------------------------------------------------------------------------------

    def docks(self, place: int) -> tuple[int, ...]:
        """Cells of the place's docks; LayoutError if it has none."""
        docks = self.docks_of[place]
        if not docks:
            raise LayoutError(
                f"{self.places[place]!r} has no dock on the floor; draw a symbol for it and explain it in the legend"
            )
        return docks

    def travel_times_s(self, place: int, *, loaded: bool = False) -> NDArray[np.float64]:
        """(L,) seconds to the nearest dock of the place; inf if unreachable. Read only."""
        return self.travel((place,), loaded=loaded).travel_times_s[place]

    def landing(self, place: int, *, loaded: bool = False) -> NDArray[np.int32]:
        """(L,) the stand in which a vehicle reaches that dock; undefined if unreachable. Read only."""
        return self.travel((place,), loaded=loaded).landing[place]

    def travel(self, places: Iterable[int], *, loaded: bool = False) -> Travel:
        """The same for all places as tables (P, L), in which the rows of `places` are filled. Read only."""
        known, travel = self._travel[loaded]
        for place in places:
            if place not in known:
                measure = self._drive_straight if self._calm is None else self._drive_turning
                travel.travel_times_s[place], travel.landing[place] = measure(self.docks_of[place], loaded)
                known.add(place)
        return travel

    def _no_travel(self) -> tuple[set[int], Travel]:
        """Empty tables; a row takes memory once it is filled."""
        shape = len(self.places), self.layout.size * (5 if self._turn_ticks else 1)
        return set(), Travel(np.empty(shape), np.empty(shape, np.int32))

    def _drive_straight(self, docks: tuple[int, ...], loaded: bool) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        if not docks:
            return np.full(self.layout.size, np.inf), np.zeros(self.layout.size, np.int32)
        detours = np.array([detours_to(self.graph, dock, self._avoid) for dock in docks])  # (D, C)
        lengths = detours.min(axis=0) % DETOUR
        pace = self._paces[loaded]
        ticks = -(-lengths * pace.denominator // pace.numerator)
        landing = np.array(docks, np.int32)[detours.argmin(axis=0)]
        return np.where(lengths == UNREACHABLE, np.inf, ticks * self._tick_s), landing

    def _drive_turning(self, docks: tuple[int, ...], loaded: bool) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        assert self._calm is not None
        if not docks:
            return np.full(5 * self.layout.size, np.inf), np.zeros(5 * self.layout.size, np.int32)
        entered = np.zeros((self.layout.size, 4), np.bool_)  # a vehicle that comes by a move E, S, W, N faces so
        for facing, reached in enumerate(self.graph.neighbours.T):
            entered[reached[reached != NO_CELL], facing] = True
        entered[~entered.any(axis=1)] = True
        drive = self._calm[loaded].drive_to(docks, entered)
        return drive.ticks * self._tick_s, np.where(drive.landing == NOWHERE, 0, drive.landing).astype(np.int32)

    def reaches_all(self) -> NDArray[np.bool_]:
        """(C,) cells from which every place with a dock can be reached."""
        reaches = np.ones(self.layout.size, np.bool_)
        for place, docks in enumerate(self.docks_of):
            if docks:
                reaches &= np.isfinite(self.travel_times_s(place)[: self.layout.size])
        return reaches

    def potential(self, cell: int, goal: int) -> int:
        """Distance from a cell to a goal, with detours round docks; UNREACHABLE if there is no path."""
        row = self.fields.acquire(goal)  # may replace the table
        value = int(self.fields.fields[row, cell])
        self.fields.release(goal)
        return value

    def detour(self, cell: int, dock: int) -> int:
        """How good the path from a cell to a dock is: first by the worst cell on it, then by its length; see
        `detours_to`.

        Unlike potentials, these values can be compared between docks.
        """
        if dock not in self._detours:
            self._detours[dock] = detours_to(self.graph, dock, self.fields.avoid)
        return self._detours[dock].item(cell)

    def route(self, cell: int, goal: int) -> list[int]:
        """Cells of the route from a cell to a goal, both included; empty if there is no route or none is needed."""
        row = self.fields.acquire(goal)
        field = self.fields.fields[row]
        cells = [cell]
        while cell != goal and field[cell] != UNREACHABLE:
            exits = [to for to in self.topology.neighbours[cell].tolist() if to != NO_CELL]
            cell = min(exits, key=field.__getitem__, default=cell)
            if field[cell] >= field[cells[-1]]:
                break
            cells.append(cell)
        self.fields.release(goal)
        return cells if cell == goal and len(cells) > 1 else []

    # --- obstacles -----------------------------------------------------------------------------------------------

    def shun(self, cells: Iterable[int]) -> None:
        """Let vehicles pass these cells only where no other path exists; replaces the cells set before."""
        avoid = self._avoid.copy()
        avoid[sorted(cells)] = SHUN
        self._detours.clear()
        self.fields.change(avoid=avoid)
        self._set_turns(avoid)

    def close(self, cells: Collection[int], *, standing: NDArray[np.int32], goals: NDArray[np.int32]) -> None:
        """Close these cells: no vehicle enters them from now on.

        Args:
            cells: floor cells without dock, parking or vehicle.
            standing: (V,) int32, cells of vehicles: every dock must stay reachable from them and from all other docks.
            goals: (V,) int32, cells to which vehicles drive.

        Raises:
            LayoutError: a cell is not free floor, or a place would become unreachable; nothing is closed.
        """
        owner = {dock: name for name, docks in self.layout.docks.items() for dock in docks}
        for cell in cells:
            reason = None
            if not 0 <= cell < self.layout.size or not self.layout.passable[cell]:
                reason = "it is a wall"
            elif cell in owner:
                reason = f"it is a dock of {owner[cell]!r}"
            elif cell in self.layout.parking:
                reason = "it is a parking cell"
            elif cell in standing or cell in goals:
                reason = "a vehicle stands there or is driving to it"
            if reason is not None:
                raise LayoutError(f"{self.spell(cell)} cannot be closed: {reason}; choose a free floor cell")
        before = list(self.closed)
        self.closed += [cell for cell in cells if cell not in self.closed]
        self._use(self._open_moves())
        starts = np.union1d(standing, np.flatnonzero(self.is_dock)).astype(np.int32)
        for dock, name in owner.items():
            lengths = lengths_to(self.graph, np.array([dock], np.int32), self._avoid)
            if (lengths[starts] == UNREACHABLE).any():
                self.closed = before
                self._use(self._open_moves())
                raise LayoutError(
                    f"{', '.join(map(self.spell, cells))} cannot be closed: {name!r} could not be reached any more; "
                    "choose a cell that vehicles can drive round"
                )

    def open(self, cells: Collection[int]) -> None:
        """Open these cells again."""
        self.closed = [cell for cell in self.closed if cell not in cells]
        self._use(self._open_moves())

    def spell(self, cell: int) -> str:
        """A cell in words."""
        row, column = divmod(cell, self.layout.width)
        return f"row {row}, column {column}"

    def _open_moves(self) -> Graph:
        neighbours = np.array(self.layout.neighbours, np.int32)
        neighbours[np.isin(neighbours, self.closed)] = NO_CELL
        return Graph.of(neighbours)

    def _use(self, graph: Graph) -> None:
        self.graph = graph
        self.fields.change(graph=graph)
        empty = self._no_travel()
        self._travel = (empty, empty if self._paces[0] == self._paces[1] else self._no_travel())  # empty, loaded
        self._detours: dict[int, NDArray[np.int64]] = {}  # by dock, (C,)
        self.topology = Topology.of(graph)
        self._facing_graph = Graph.of(graph.neighbours, "differential") if self._turn_ticks else None
        self._calm = self._build_turns(self._avoid)
        self._set_turns(self.fields.avoid)

    def _set_turns(self, avoid: NDArray[np.uint8]) -> None:
        calm = np.array_equal(avoid, self._avoid)
        self.turns = self._calm if calm else self._build_turns(avoid)

    def _build_turns(self, avoid: NDArray[np.uint8]) -> tuple[Turns, Turns] | None:
        if self._facing_graph is None:
            return None
        empty, loaded = (
            Turns(self._facing_graph, avoid, turn_ticks=self._turn_ticks, pace=pace) for pace in self._paces
        )
        return empty, empty if self._paces[0] == self._paces[1] else loaded
