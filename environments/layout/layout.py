"""The floor: the cells that vehicles may enter, the directions of travel, and the docks of places.

A floor is a drawing with one symbol per cell and a legend that names the places:

    ##########        #       wall or rack
    #S.>>>>.A#        . or    floor (a space is floor too)
    #..#PP#..#        > v < ^ one-way floor: left only along the arrow, never entered against it
    #C.<<<<.I#        → ↓ ← ↑ the same, but also left to either side, as to docks beside an aisle
    ##########        P       parking
                      other   a dock of the place that the legend gives: {S: smt, A: assembly, C: charger_1, I: source}

The same symbol in several cells means several docks of one place. Rows and columns are counted from 0, row 0 on top;
cell index = row * width + column. `checks` verifies that vehicles can serve all places of a floor.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..config.errors import LayoutError
from .map_text import MOST_CELLS, PASSABLE, MapTextError, read_map_text
from .moves import ANY_DIRECTION, grid_moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

WALL = "#"
FLOOR = "."
PARKING = "P"
ARROWS = ">v<^"  # position = direction
AISLE_ARROWS = "→↓←↑"  # the same for cells that are also left to either side
RESERVED = WALL + FLOOR + " " + PARKING + ARROWS + AISLE_ARROWS
MEANINGS = f"{WALL} wall, {FLOOR} floor, {PARKING} parking, {' '.join(ARROWS + AISLE_ARROWS)} one-way"


@dataclass(frozen=True, eq=False)
class Layout:
    """A grid floor; C = height * width cells, D docks, K parking cells.

    `symbols` only keeps the drawn symbols of the places, so that `to_ascii` uses them again.
    """

    height: int
    width: int
    passable: NDArray[np.bool_]  # (C,)
    neighbours: NDArray[np.int32]  # (C, 4) cell reached by moving E, S, W, N; NO_CELL where no move is allowed
    docks: Mapping[str, tuple[int, ...]]  # place name -> cells that vehicles stand on to serve it, ascending
    parking: NDArray[np.int32]  # (K,) ascending
    cell_size_m: float
    one_way: NDArray[np.int8]  # (C,) ANY_DIRECTION, else 0..3 (E, S, W, N): the direction in which the cell is left
    sideways: NDArray[np.bool_]  # (C,) one-way cells that are also left to either side
    symbols: Mapping[str, str] = field(default_factory=dict)  # place name -> symbol
    through_parking: bool = True  # whether `neighbours` lead through parking cells; see `bays`

    @property
    def size(self) -> int:
        """Number of cells C."""
        return self.height * self.width

    def cell(self, row: int, column: int) -> int:
        """Index of the cell in that row and column; LayoutError outside the floor."""
        if not (0 <= row < self.height and 0 <= column < self.width):
            raise LayoutError(
                f"row {row}, column {column} is outside the floor; "
                f"rows are 0..{self.height - 1}, columns 0..{self.width - 1}"
            )
        return row * self.width + column

    def row_column(self, cell: int) -> tuple[int, int]:
        """Row and column of a cell index."""
        return divmod(int(cell), self.width)

    @classmethod
    def from_ascii(cls, art: str, legend: Mapping[str, str] | None = None, *, cell_size_m: float = 1.0) -> Layout:
        """Read a drawn floor. `legend` maps a symbol to the place whose dock it marks.

        Raises LayoutError for an empty or ragged drawing, a symbol without a meaning, a legend entry that is not drawn.
        """
        legend = dict(legend or {})
        _check_legend(legend)
        rows = _rows(art)
        height, width = len(rows), len(rows[0])
        _check_size(height, width)
        grid = np.array([list(row) for row in rows], dtype="<U1").reshape(height * width)
        _check_symbols(rows, legend)
        docks = {name: tuple(np.flatnonzero(grid == symbol).tolist()) for symbol, name in legend.items()}
        for symbol, name in legend.items():
            if not docks[name]:
                raise LayoutError(f"the legend says {symbol!r} is {name!r}, but no cell of the drawing is {symbol!r}")
        one_way = np.full(height * width, ANY_DIRECTION, dtype=np.int8)
        for direction, arrows in enumerate(zip(ARROWS, AISLE_ARROWS, strict=True)):
            one_way[np.isin(grid, arrows)] = direction
        return cls.of_cells(
            (height, width),
            passable=grid != WALL,
            one_way=one_way,
            sideways=np.isin(grid, list(AISLE_ARROWS)),
            docks=docks,
            parking=np.flatnonzero(grid == PARKING),
            cell_size_m=cell_size_m,
            symbols={name: symbol for symbol, name in legend.items()},
        )

    @classmethod
    def from_map(
        cls,
        text: str,
        *,
        docks: Mapping[str, Iterable[Sequence[int]]] | None = None,
        parking: Iterable[Sequence[int]] = (),
        cell_size_m: float = 1.0,
    ) -> Layout:
        """Read a MovingAI `.map` (Sturtevant 2012); docks and parking are given as (row, column), counted from 0.

        Raises LayoutError for a text that is not a map (see `map_text`), a dock in a wall or outside.
        """
        try:
            floor = cls.from_map_rows(read_map_text(text), cell_size_m=cell_size_m)
        except MapTextError as error:
            raise LayoutError(str(error) if error.line is None else f"line {error.line}: {error}") from None
        return floor.with_places(docks or {}, parking)

    @classmethod
    def from_map_rows(cls, rows: Sequence[str], *, cell_size_m: float = 1.0) -> Layout:
        """The floor of a MovingAI map, without docks, from the rows that `read_map_text` gives."""
        shape = (len(rows), len(rows[0]))
        grid = np.array([list(row) for row in rows], dtype="<U1").ravel()
        return cls._two_way(shape, np.isin(grid, list(PASSABLE)), cell_size_m)

    @classmethod
    def plain(cls, height: int, width: int, *, cell_size_m: float = 1.0) -> Layout:
        """A floor of that many rows and columns without walls, docks and parking; LayoutError if it is too large."""
        _check_size(height, width)
        return cls._two_way((height, width), np.ones(height * width, np.bool_), cell_size_m)

    def with_places(
        self, docks: Mapping[str, Iterable[Sequence[int]]], parking: Iterable[Sequence[int]] = ()
    ) -> Layout:
        """The same floor with docks and parking at the given (row, column) pairs; LayoutError if one is in a wall."""
        owner: dict[int, str] = {}
        cells = {name: tuple(sorted(self._place(name, at, owner) for at in places)) for name, places in docks.items()}
        for name, taken in cells.items():
            if not taken:
                raise LayoutError(f"place {name!r} has no dock; give at least one [row, column]")
        park = sorted(self._place("parking", at, owner) for at in parking)
        return self.of_cells(
            (self.height, self.width),
            passable=self.passable,
            one_way=self.one_way,
            sideways=self.sideways,
            docks=cells,
            parking=np.array(park, dtype=np.int32),
            cell_size_m=self.cell_size_m,
            symbols={},
        )

    def to_ascii(self) -> str:
        """The floor as a drawing that `from_ascii` reads again with `legend`; one line per row, no newline at the end.

        An arrow below a dock or parking cell is not drawn (a drawing has one symbol per cell).
        """
        return self.drawn({name: symbol for symbol, name in self.legend.items()})

    def drawn(self, symbols: Mapping[str, str]) -> str:
        """The same drawing with these symbols of places."""
        grid = np.where(self.passable, FLOOR, WALL)
        for arrows, turns_off in ((ARROWS, False), (AISLE_ARROWS, True)):
            for direction, arrow in enumerate(arrows):
                grid[(self.one_way == direction) & (self.sideways == turns_off)] = arrow
        grid[self.parking] = PARKING
        for name, cells in self.docks.items():
            grid[list(cells)] = symbols[name]
        return "\n".join("".join(row) for row in grid.reshape(self.height, self.width))

    @property
    def legend(self) -> dict[str, str]:
        """Symbol -> place, for `from_ascii`; places that were never drawn get free letters in their order."""
        free = (letter for letter in _letters() if letter not in RESERVED and letter not in self.symbols.values())
        return {self.symbols[name] if name in self.symbols else next(free): name for name in self.docks}

    def _place(self, name: str, at: Sequence[int], owner: dict[int, str]) -> int:
        row, column = at
        cell = self.cell(row, column)
        if not self.passable[cell]:
            raise LayoutError(f"{name!r} is placed at row {row}, column {column}, which is a wall; choose a floor cell")
        if cell in owner:
            raise LayoutError(
                f"row {row}, column {column} is given to both {owner[cell]!r} and {name!r}; a cell serves one place"
            )
        owner[cell] = name
        return cell

    @classmethod
    def _two_way(cls, shape: tuple[int, int], passable: NDArray[np.bool_], cell_size_m: float) -> Layout:
        return cls.of_cells(
            shape,
            passable=passable,
            one_way=np.full(passable.size, ANY_DIRECTION, dtype=np.int8),
            sideways=np.zeros(passable.size, np.bool_),
            docks={},
            parking=np.empty(0, dtype=np.int32),
            cell_size_m=cell_size_m,
            symbols={},
        )

    @classmethod
    def of_cells(
        cls,
        shape: tuple[int, int],
        *,
        passable: NDArray[np.bool_],
        one_way: NDArray[np.int8],
        sideways: NDArray[np.bool_],
        docks: Mapping[str, tuple[int, ...]],
        parking: NDArray,
        cell_size_m: float,
        symbols: Mapping[str, str],
    ) -> Layout:
        """The floor of (height, width) with these cells, each as the attribute of that name; nothing is checked."""
        return cls(
            height=shape[0],
            width=shape[1],
            passable=passable,
            neighbours=grid_moves(shape, passable, one_way, sideways),
            docks=dict(docks),
            parking=parking.astype(np.int32),
            cell_size_m=cell_size_m,
            one_way=one_way,
            sideways=sideways,
            symbols=dict(symbols),
        )


def _rows(art: str) -> list[str]:
    rows = art.splitlines()
    width = max((len(row) for row in rows if row.strip()), default=0)
    while rows and not rows[-1].strip() and len(rows[-1]) != width:  # a row of spaces as wide as the others is floor
        rows.pop()
    while rows and not rows[0].strip() and len(rows[0]) != width:
        rows.pop(0)
    if not width:
        raise LayoutError("the drawing is empty; draw at least one row of cells")
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise LayoutError(
                f"row {number} has {len(row)} cells, row 0 has {len(rows[0])}; "
                "all rows must be equally long (write '.' for floor at the end of a row)"
            )
    return rows


def _check_size(height: int, width: int) -> None:
    if height * width > MOST_CELLS:
        raise LayoutError(
            f"{height} rows of {width} cells are {height * width} cells; at most {MOST_CELLS} fit into memory"
        )


def _check_legend(legend: Mapping[str, str]) -> None:
    seen: dict[str, str] = {}
    for symbol, name in legend.items():
        if len(symbol) != 1:
            raise LayoutError(f"legend symbol {symbol!r} must be a single character")
        if symbol in RESERVED:
            raise LayoutError(f"legend symbol {symbol!r} is taken ({MEANINGS}); choose another")
        if name in seen:
            raise LayoutError(
                f"legend gives {name!r} two symbols, {seen[name]!r} and {symbol!r}; draw all its docks with one"
            )
        seen[name] = symbol


def _check_symbols(rows: Sequence[str], legend: Mapping[str, str]) -> None:
    known = {*RESERVED, *legend}
    if set().union(*rows) <= known:
        return
    places = (
        (row, column) for row, line in enumerate(rows) for column, symbol in enumerate(line) if symbol not in known
    )
    row, column = next(places)
    explained = f"the legend explains {', '.join(sorted(legend))}" if legend else "the legend is empty"
    raise LayoutError(
        f"symbol {rows[row][column]!r} at row {row}, column {column} has no meaning; {MEANINGS}; {explained}"
    )


def _letters() -> Iterable[str]:
    yield from string.ascii_uppercase + string.ascii_lowercase + string.digits
    yield from (chr(code) for code in range(0x3B1, 0xD800) if chr(code).isprintable())
