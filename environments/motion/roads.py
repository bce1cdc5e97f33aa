"""The roads of a floor: which moves are allowed now, how far it is from place to place, and which way leads there.

Docks are to be avoided (vehicles stand there while they are loaded), broken-down vehicles to be shunned, closed cells
not to be entered; travel times count neither vehicles nor breakdowns, but they do count turning, and what is slower
with a load.

Dimensions: C cells, P places, F fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import LayoutError
from .distance import AVOID, NO_CELL, PASS, SHUN, UNREACHABLE, FieldCache
from .spots import dead_ends
from .turns import Turns
from .vehicles import Ways

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from ..layout import Layout

_FIELD_BYTES = 512 * 2**20


class Roads:
    """The moves and distances of one floor.

    Args:
        layout: the floor.
        places: names of the places in the scenario's order.
        tick_s: time in which an empty vehicle crosses a cell.
        loaded_ticks: ticks in which a loaded one does.
        turn_ticks: ticks for a quarter turn; 0: vehicles drive into any direction.

    Attributes:
        closed: cells that nobody may enter, in the order of closing.
        is_dock: (C,) bool.
        docks_of: (P,) cells of each place's docks.
        ways: the moves that are allowed, as kernels take them.
        fields: potentials by goal cell.
        turns: the same with turning; None where vehicles need not turn.
    """

    def __init__(
        self,
        layout: Layout,
        places: Sequence[str],
        *,
        tick_s: float,
        loaded_ticks: float = 1.0,
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
        self._loaded_ticks = loaded_ticks
        self._turn_ticks = turn_ticks
        neighbours = np.ascontiguousarray(layout.neighbours, np.int32)
        self.fields = FieldCache(neighbours, capacity=max(_FIELD_BYTES // (2 * cells), 64), avoid=self._avoid)
        self._lengths = FieldCache(neighbours, capacity=1, avoid=self._avoid)
        self._use(neighbours)

    # --- how far -------------------------------------------------------------------------------------------------

    def docks(self, place: int) -> tuple[int, ...]:
        """Cells of the place's docks; LayoutError if it has none."""
        docks = self.docks_of[place]
        if not docks:
            raise LayoutError(
                f"{self.places[place]!r} has no dock on the floor; draw a symbol for it and explain it in the legend"
            )
        return docks

    def ways_s(self, place: int, *, loaded: bool = False) -> NDArray[np.float64]:
        """Seconds from every cell to the nearest dock of the place; inf if unreachable. Read only.

        (C,), or (5 C,) for vehicles that turn in place: first for who faces as those do who come to the cell, any way
        as likely as the others, then for each facing, at C + 4 * cell + facing.
        """
        row = self._ways_s.get((place, loaded))
        if row is None:
            row = self._ways_s[place, loaded] = self._measure_s(place, self._loaded_ticks if loaded else 1.0)
        return row

    def _measure_s(self, place: int, ticks_per_cell: float) -> NDArray[np.float64]:
        docks = self.docks_of[place]
        if not docks:
            return np.full(self.layout.size * (1 if self.turns is None else 5), np.inf)
        if self.turns is None:
            lengths = self._lengths.lengths_to(np.array(docks, np.int32))
            return np.where(lengths == UNREACHABLE, np.inf, lengths * (ticks_per_cell * self._tick_s))
        facing_s = self.turns.ticks_to(docks, ticks_per_cell=ticks_per_cell) * self._tick_s
        entered = self.fields.entries != NO_CELL  # (C, 4): coming by a move E, S, W, N, one faces so
        entered[~entered.any(axis=1)] = True
        mean_s = np.where(entered, facing_s, 0.0).sum(axis=1) / entered.sum(axis=1)
        return np.concatenate([mean_s, facing_s.ravel()])

    def potential(self, cell: int, goal: int) -> int:
        """How far the goal is from a cell, detours round docks included; UNREACHABLE if there is no way."""
        row = self.fields.acquire(goal)  # may replace the table
        value = int(self.fields.fields[row, cell])
        self.fields.release(goal)
        return value

    def route(self, cell: int, goal: int) -> list[int]:
        """Cells of the way from a cell to a goal, both included; empty if there is none, or none is needed."""
        row = self.fields.acquire(goal)
        field = self.fields.fields[row]
        cells = [cell]
        while cell != goal and field[cell] != UNREACHABLE:
            exits = [to for to in self.ways.neighbours[cell].tolist() if to != NO_CELL]
            cell = min(exits, key=field.__getitem__, default=cell)
            if field[cell] >= field[cells[-1]]:
                break
            cells.append(cell)
        self.fields.release(goal)
        return cells if cell == goal and len(cells) > 1 else []

    # --- what is in the way --------------------------------------------------------------------------------------

    def shun(self, cells: Iterable[int]) -> None:
        """Only who has no other way drives through these cells; replaces those before."""
        avoid = self._avoid.copy()
        avoid[sorted(cells)] = SHUN
        self.fields.set_avoid(avoid)
        self._set_turns(avoid)

    def close(self, cells: Collection[int], *, standing: NDArray[np.int32], goals: NDArray[np.int32]) -> None:
        """Nobody enters these cells from now on.

        Args:
            cells: floor cells without dock, parking or vehicle.
            standing: (V,) int32, cells of vehicles: every dock must be in reach of them, and of all other docks.
            goals: (V,) int32, cells to which vehicles drive.

        Raises:
            LayoutError: a cell is no free floor, or a place could not be reached any more; nothing is closed.
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
                reason = "a vehicle stands there or is on its way to it"
            if reason is not None:
                raise LayoutError(f"{self.spell(cell)} cannot be closed: {reason}; choose a free floor cell")
        before = list(self.closed)
        self.closed += [cell for cell in cells if cell not in self.closed]
        self._use(self._open_moves())
        starts = np.union1d(standing, np.flatnonzero(self.is_dock)).astype(np.int32)
        for dock, name in owner.items():
            lengths = self._lengths.lengths_to(np.array([dock], np.int32))
            if (lengths[starts] == UNREACHABLE).any():
                self.closed = before
                self._use(self._open_moves())
                raise LayoutError(
                    f"{', '.join(map(self.spell, cells))} cannot be closed: {name!r} could not be reached any more; "
                    "choose a cell that vehicles can drive round"
                )

    def open(self, cells: Collection[int]) -> None:
        """These cells may be entered again."""
        self.closed = [cell for cell in self.closed if cell not in cells]
        self._use(self._open_moves())

    def spell(self, cell: int) -> str:
        """A cell in words."""
        row, column = divmod(cell, self.layout.width)
        return f"row {row}, column {column}"

    def _open_moves(self) -> NDArray[np.int32]:
        neighbours = np.array(self.layout.neighbours, np.int32)
        neighbours[np.isin(neighbours, self.closed)] = NO_CELL
        return neighbours

    def _use(self, neighbours: NDArray[np.int32]) -> None:
        self.fields.set_moves(neighbours)
        self._lengths.set_moves(neighbours)
        self._ways_s: dict[tuple[int, bool], NDArray[np.float64]] = {}
        way_out, dead_end = dead_ends(neighbours, self.fields.entries)
        self.ways = Ways(neighbours, way_out, dead_end, np.zeros(int(dead_end.max(initial=-1)) + 1, np.bool_))
        self._set_turns(self.fields.avoid)

    def _set_turns(self, avoid: NDArray[np.uint8]) -> None:
        self.turns = None
        if self._turn_ticks:
            self.turns = Turns(self.ways.neighbours, avoid, turn_ticks=self._turn_ticks)
