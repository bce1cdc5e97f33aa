"""Blocks of racks: rows of rack locations, each with a dock, along straight aisles.

A block of `rows: 4, columns: 6, aisle: 2` at its top left cell `at`. Rack rows 1 and 2 share an aisle, as do 3 and 4, 5
and 6, …; rows 2 and 3 stand back to back. The aisles are open at their left and right ends, nowhere else:

    ######     row 1: R/1/1 … R/1/6, each one cell of rack
    dddddd     their docks, each in front of its rack cell
    ......     the aisle: `aisle` cells from docks to docks, in which vehicles pass those that stand at docks
    ......
    dddddd     the docks of row 2
    ######     row 2: R/2/1 … R/2/6
    ######     row 3
    dddddd
    ......
    ......
    dddddd
    ######     row 4

Two rows take aisle + 4 cells; a last row without a partner takes aisle + 2, with its aisle open at the bottom too.

`one_way`: the aisles are driven in one direction, the first to the right, the second to the left, and so on. Vehicles
turn off to the docks on either side, and none drives back, in the docks neither.

`turned`: the same with aisles from top to bottom: row 1 is the left one, column 1 of each row is at the top, and the
first one-way aisle is driven downwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from pydantic import Field

from ..config.errors import LayoutError
from ..config.section import Count, Positive, Section
from .moves import EAST, NORTH, SOUTH, WEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from .layout import Layout

MOST_LOCATIONS = 100_000  # of all blocks of a floor
DIRECTIONS = (EAST, WEST), (SOUTH, NORTH)  # of one-way aisles, the odd and the even ones; turned blocks second
RACK, DOCK, AISLE = "rack", "dock", "aisle"


class BlockError(LayoutError):
    """Raised for a block that does not fit on its floor; `number` counts the blocks of the floor from 0."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(problem)
        self.number = number


class Line(NamedTuple):
    """One row of cells of a block."""

    kind: str  # RACK, DOCK or AISLE
    rack_row: int  # of racks and docks, from 1; 0 of an aisle
    aisle: int  # number of the aisle that it belongs to, from 0


class Block(Section):
    """A block of rack locations, each one a place with the name `rack/row/column` and one dock."""

    rack: Annotated[str, Field(min_length=1)]
    rows: Positive
    columns: Positive
    at: Annotated[tuple[Count, Count], Field(strict=False)]  # row, column of the top left cell, from 0
    aisle: Positive = 2  # cells between the docks of two rows
    one_way: bool = False
    turned: bool = False
    capacity: Positive = 1  # parts of a location

    @property
    def depth(self) -> int:
        """Cells across all racks, docks and aisles."""
        return self.rows * 2 + (self.rows + 1) // 2 * self.aisle

    @property
    def height(self) -> int:
        """Rows of cells."""
        return self.columns if self.turned else self.depth

    @property
    def width(self) -> int:
        """Columns of cells."""
        return self.depth if self.turned else self.columns

    @property
    def names(self) -> tuple[str, ...]:
        """The places: rack/1/1, rack/1/2, …, row by row."""
        columns = range(1, self.columns + 1)
        return tuple(f"{self.rack}/{row}/{column}" for row in range(1, self.rows + 1) for column in columns)

    def lines(self) -> Iterator[Line]:
        """Its rows of cells from top to bottom; its columns from left to right if it is turned."""
        for aisle, row in enumerate(range(1, self.rows + 1, 2)):
            yield Line(RACK, row, aisle)
            yield Line(DOCK, row, aisle)
            yield from [Line(AISLE, 0, aisle)] * self.aisle
            if row < self.rows:
                yield Line(DOCK, row + 1, aisle)
                yield Line(RACK, row + 1, aisle)


def with_blocks(layout: Layout, blocks: Sequence[Block]) -> Layout:
    """The floor with blocks of racks on it.

    Racks and docks need plain floor; an aisle may lie on arrows, which stay, unless the block is one-way itself.

    Raises BlockError, naming row and column, for a block outside the floor, or over something else.
    """
    if not blocks:
        return layout
    if problem := too_many(blocks):
        raise LayoutError(problem)
    passable, one_way, sideways = layout.passable.copy(), layout.one_way.copy(), layout.sideways.copy()
    docks = dict(layout.docks)
    ground = _Ground(layout)
    for number, block in enumerate(blocks):
        if any(block.rack == other.rack for other in blocks[:number]):
            raise BlockError(number, f"two blocks are called {block.rack!r}; each location needs a name of its own")
        if named := next((name for name in block.names if name in docks), None):
            raise BlockError(number, f"{named!r} has a dock on the drawing too; call the rack otherwise")
        names = iter(block.names)
        for line, cells in zip(block.lines(), _cells(layout, number, block), strict=True):
            ground.check_free(number, block, line, cells)
            if line.kind == RACK:
                passable[cells] = False
            elif block.one_way:
                one_way[cells] = DIRECTIONS[block.turned][line.aisle % 2]
                sideways[cells] = True
            if line.kind == DOCK:
                docks |= {next(names): (cell,) for cell in cells.tolist()}
        ground.add(_cells(layout, number, block), f"the block {block.rack!r}")
    return layout.of_cells(
        (layout.height, layout.width),
        passable=passable,
        one_way=one_way,
        sideways=sideways,
        docks=docks,
        parking=layout.parking,
        cell_size_m=layout.cell_size_m,
        symbols=layout.symbols,
    )


def _cells(layout: Layout, number: int, block: Block) -> NDArray[np.intp]:
    """(depth, columns) the cells of a block."""
    top, left = block.at
    if top + block.height > layout.height or left + block.width > layout.width:
        raise BlockError(
            number,
            f"the block {block.rack!r} takes rows {top}..{top + block.height - 1} and columns {left}.."
            f"{left + block.width - 1}, but the floor has rows 0..{layout.height - 1} and columns 0.."
            f"{layout.width - 1}; move the block (at), make it smaller, or the floor larger",
        )
    rows, columns = np.arange(top, top + block.height), np.arange(left, left + block.width)
    cells = rows[:, None] * layout.width + columns
    return cells.T if block.turned else cells


def too_many(blocks: Sequence[Block]) -> str | None:
    """Why so many locations are refused; None if they are few enough."""
    count = sum(block.rows * block.columns for block in blocks)
    if count <= MOST_LOCATIONS:
        return None
    return f"the blocks have {count} locations; at most {MOST_LOCATIONS} fit into memory: make them smaller"


class _Ground:
    """What is on the cells that are not plain floor."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._things = [""]
        self._on = np.zeros(layout.size, np.int32)  # (C,) index of the thing on a cell; 0: plain floor
        self.add(np.flatnonzero(~layout.passable), "a wall")
        self.add(np.flatnonzero(layout.one_way >= 0), "an arrow")
        self.add(layout.parking, "parking")
        for name, cells in layout.docks.items():
            self.add(np.array(cells), f"the dock of {name!r}")

    def add(self, cells: NDArray[np.integer], thing: str) -> None:
        self._on[cells] = len(self._things)
        self._things.append(thing)

    def check_free(self, number: int, block: Block, line: Line, cells: NDArray[np.intp]) -> None:
        """Raise BlockError where a row of cells of a block lies on something else."""
        arrow = self._things.index("an arrow")
        on = self._on[cells]
        allowed = (on == 0) | ((on == arrow) & (line.kind == AISLE) & (not block.one_way))
        if allowed.all():
            return
        cell = int(cells[~allowed][0])
        row, column = self._layout.row_column(cell)
        cure = "move the block (at), or clear the cell"
        if self._on[cell] == arrow and line.kind == AISLE:
            cure = "leave out one_way, or the arrow"
        article = "an" if line.kind == AISLE else "a"
        raise BlockError(
            number,
            f"the block {block.rack!r} needs row {row}, column {column} for {article} {line.kind}, but "
            f"{self._things[self._on[cell]]} is there; {cure}",
        )
