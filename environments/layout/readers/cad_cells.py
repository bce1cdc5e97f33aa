"""Puts the shapes of a CAD drawing on cells, and notes what fell between them or is too small."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..layout import AISLE_ARROWS, FLOOR, PARKING, WALL
from ..moves import STEPS
from .drawing import FloorFileError, place_symbols
from .raster import covered, crossed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .raster import Cell, Point

STRAIGHT = 0.1  # a one-way line may deviate from a row or column by this share of its length


@dataclass
class Shape:
    """Something that is drawn: a point, a line, or an outline, in drawing units; y up."""

    layer: str
    meaning: str
    points: list[Point]
    closed: bool = False
    solid: bool = False
    name: str | None = None  # of a dock
    is_text: bool = False

    @property
    def kind(self) -> str:
        """What a draughtsman calls it."""
        return "outline" if self.closed else "line" if len(self.points) > 1 else "text" if self.is_text else "point"


class CadCells:
    """The cells of a floor; rows and columns count from 0 without the ring of wall that `drawing` adds.

    Args:
        height, width: rows and columns.
        corner: the upper left corner of the cells, in drawing units; y up.
        side: of a cell, in drawing units.
    """

    def __init__(self, height: int, width: int, corner: Point, side: float) -> None:
        self._notes: dict[tuple[str, str, str], list[Shape]] = {}  # kind, layer and what is noted -> shapes
        self._height, self._width = height, width
        self._corner, self._side = corner, side
        self._symbols: dict[Cell, str] = {}  # of cells that are not plain floor
        self._docks: dict[Cell, str] = {}

    def draw(self, shapes: Sequence[Shape]) -> None:
        """Put shapes on the cells: floor, then one-way lines, walls and racks, then parking and docks."""
        by_meaning: dict[str, list[Shape]] = defaultdict(list)
        for shape in shapes:
            by_meaning[shape.meaning].append(shape)
        self._floor(by_meaning["floor"])
        self._one_way(by_meaning["one_way"])
        for shape in (*by_meaning["wall"], *by_meaning["rack"]):
            for cell in self._cells(shape, filled=shape.solid or (shape.closed and shape.meaning == "rack")):
                self._symbols[cell] = WALL
        for shape in by_meaning["parking"]:
            if not shape.is_text:
                for cell in self._spots(shape, "parking"):
                    self._symbols[cell] = PARKING
        for shape in _named(by_meaning["dock"], self._side):
            self._dock(shape)

    def drawing(self) -> tuple[str, dict[str, str]]:
        """The drawing in a ring of wall, and its legend."""
        symbols = place_symbols(dict.fromkeys(self._docks.values()))
        cells = self._symbols | {cell: symbols[name] for cell, name in self._docks.items()}
        rows = [
            "".join([WALL, *(cells.get((row, column), FLOOR) for column in range(self._width)), WALL])
            for row in range(self._height)
        ]
        ring = WALL * (self._width + 2)
        return "\n".join([ring, *rows, ring]), {symbol: name for name, symbol in symbols.items()}

    @property
    def notes(self) -> list[str]:
        """What fell between cells, and what was left out: one line for all shapes of a layer."""
        told = []
        for (kind, layer, what), shapes in self._notes.items():
            count = f"{len(shapes)} {kind}s" if len(shapes) > 1 else f"1 {kind}"
            (x, y), first = shapes[0].points[0], "the first " if len(shapes) > 1 else ""
            told.append(f"{count} on layer {layer} ({first}at x {x:g}, y {y:g}): {what}")
        return told

    def _floor(self, shapes: Iterable[Shape]) -> None:
        """If there are aisles, all else is wall."""
        aisles: set[Cell] = set()
        for shape in shapes:
            aisles.update(self._cells(shape, filled=shape.closed))
        if aisles:
            self._symbols = {
                (row, column): WALL
                for row in range(self._height)
                for column in range(self._width)
                if (row, column) not in aisles
            }

    def _one_way(self, shapes: Iterable[Shape]) -> None:
        directions: dict[Cell, set[int]] = defaultdict(set)
        for shape in shapes:
            for start, end in zip(shape.points, shape.points[1:], strict=False):
                direction = _direction(start, end)
                if direction is None:
                    self._note(shape, "left out, neither along a row nor along a column")
                    continue
                for cell in crossed([self._at(start), self._at(end)], self._height, self._width).cells:
                    directions[cell].add(direction)
        for cell, found in directions.items():
            if len(found) == 1 and cell not in self._symbols:  # where lines cross, all directions are open
                self._symbols[cell] = AISLE_ARROWS[found.pop()]

    def _cells(self, shape: Shape, *, filled: bool) -> list[Cell]:
        """The cells that a line crosses or an outline covers; with notes about what does not fit."""
        points = [self._at(point) for point in shape.points]
        if filled:
            cells = covered(points, self._height, self._width)
            if cells:
                return cells
            if shape.meaning == "floor":
                self._note(shape, "left out, narrower than a cell: covers the centre of none")
                return []
            self._note(shape, "covers the centre of no cell, takes those that it crosses")
        line = crossed(points, self._height, self._width)
        if line.between:
            self._note(shape, "runs between cells, takes those to its right or below it")
        return line.cells

    def _spots(self, shape: Shape, what: str) -> list[Cell]:
        """The cells of parking or a dock, which must be floor."""
        points = [self._at(point) for point in shape.points]
        cells = covered(points, self._height, self._width) if shape.closed else []
        if not cells:
            x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
            cells = [(min(max(int(y), 0), self._height - 1), min(max(int(x), 0), self._width - 1))]
        for row, column in cells:
            if self._symbols.get((row, column)) == WALL:
                x, y = shape.points[0]
                raise FloorFileError(
                    f"{what} (layer {shape.layer}, x {x:g}, y {y:g}) falls into a wall at "
                    f"row {row + 1}, column {column + 1}; move it onto the floor, or set a smaller cell_size"
                )
        return cells

    def _dock(self, shape: Shape) -> None:
        if shape.name is None:
            self._note(shape, "left out, a dock without a name: write a text into it, or name its layer docks-PLACE")
            return
        for cell in self._spots(shape, f"the dock of {shape.name!r}"):
            other = self._docks.setdefault(cell, shape.name)
            if other != shape.name:
                raise FloorFileError(
                    f"the docks of {other!r} and {shape.name!r} fall into one cell, row {cell[0] + 1}, column "
                    f"{cell[1] + 1}; move one, or set a smaller cell_size"
                )

    def _at(self, point: Point) -> Point:
        """A point in cells, y down."""
        return (point[0] - self._corner[0]) / self._side, (self._corner[1] - point[1]) / self._side

    def _note(self, shape: Shape, what: str) -> None:
        self._notes.setdefault((shape.kind, shape.layer, what), []).append(shape)


def _direction(start: Point, end: Point) -> int | None:
    """The direction of a line with y up, as in `moves`; None if it is too far from a row or a column."""
    right, up = end[0] - start[0], end[1] - start[1]
    if min(abs(right), abs(up)) > STRAIGHT * max(abs(right), abs(up)):
        return None
    step = (0, 1 if right > 0 else -1) if abs(right) > abs(up) else (-1 if up > 0 else 1, 0)
    return STEPS.index(step)


def _named(docks: Sequence[Shape], side: float) -> list[Shape]:
    """The docks, each with the name in the nearest text within a cell of it; other texts are docks themselves."""
    texts = [shape for shape in docks if shape.is_text]
    for shape in docks:
        if shape.is_text or shape.name is not None or not texts:
            continue
        text = min(texts, key=lambda text: _apart(shape, text))
        if _apart(shape, text) <= side:
            shape.name = text.name
            texts.remove(text)
    return [shape for shape in docks if not shape.is_text or shape in texts]


def _apart(shape: Shape, text: Shape) -> float:
    """Distance of a text from the rectangle around a shape."""
    ((x, y),) = text.points
    across, up = zip(*shape.points, strict=True)
    return max(min(across) - x, x - max(across), min(up) - y, y - max(up), 0.0)
