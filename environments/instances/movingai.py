"""Reads the two MovingAI formats: grid maps (`.map`) and start-goal scenarios (`.scen`).

Source: Sturtevant, "Benchmarks for grid-based pathfinding", IEEE TCIAIG 4(2), 2012. Cells are numbered row * width +
column
and moves are ordered E, S, W, N everywhere, which is also the order of the League of Robot Runners' orientations.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..errors import InstanceError
from .documents import read_text

NO_CELL = -1
PASSABLE = frozenset(".GSE")
BLOCKED = frozenset("@OTW")
CELLS = PASSABLE | BLOCKED
_HEADER = ("type", "height", "width")


@dataclass(frozen=True)
class GridMap:
    """A floor of height x width cells. C = height * width."""

    height: int
    width: int
    passable: NDArray[np.bool_]  # (C,)
    symbols: str  # (C,) the characters of the file, row by row

    @property
    def cells(self) -> int:
        return self.height * self.width

    def neighbours(self) -> NDArray[np.int32]:
        """(C, 4) cell reached by moving E, S, W, N; NO_CELL at walls, borders, and for blocked cells themselves."""
        floor = self.passable.reshape(self.height, self.width)
        index = np.arange(self.cells, dtype=np.int32).reshape(self.height, self.width)
        reached = np.full((self.height, self.width, 4), NO_CELL, dtype=np.int32)
        sideways = floor[:, :-1] & floor[:, 1:]
        upright = floor[:-1] & floor[1:]
        reached[:, :-1, 0][sideways] = index[:, 1:][sideways]
        reached[:, 1:, 2][sideways] = index[:, :-1][sideways]
        reached[:-1, :, 1][upright] = index[1:][upright]
        reached[1:, :, 3][upright] = index[:-1][upright]
        return reached.reshape(self.cells, 4)

    def regions(self) -> NDArray[np.int32]:
        """(C,) number of the connected region of each cell, 0 for blocked cells: of two regions none leads to the
        other.
        """
        found: NDArray[np.int32] = ndimage.label(self.passable.reshape(self.height, self.width))[0]  # pyright: ignore
        return found.ravel()


def read_map(path: str | Path) -> GridMap:
    """A MovingAI map: header by key in any order, the line `map`, then `height` rows.

    What follows is ignored, unless it is one more row.
    """
    path = Path(path)
    lines = read_text(path).splitlines()
    header: dict[str, str] = {}
    first_row = 0
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if words == ["map"]:
            first_row = number
            break
        if not words:
            continue
        if len(words) != 2 or words[0] not in _HEADER:
            raise InstanceError(
                f"{path}:{number}: {line.strip()!r} is no header line; "
                "allowed are 'type T', 'height H', 'width W', 'map'"
            )
        if words[0] in header:
            raise InstanceError(f"{path}:{number}: the header gives {words[0]} twice; keep one")
        header[words[0]] = words[1]
    else:
        raise InstanceError(f"{path}: no line 'map'; a MovingAI map has a header, the line 'map', then its rows")
    height, width = (_positive(path, header, key) for key in ("height", "width"))
    rows = lines[first_row : first_row + height]
    if len(rows) < height:
        raise InstanceError(f"{path}: the header says {height} rows, the file has {len(rows)}")
    for number, row in enumerate(rows, start=first_row + 1):
        if len(row) != width:
            raise InstanceError(f"{path}:{number}: the row has {len(row)} cells, the header says {width}")
        odd = next((symbol for symbol in row if symbol not in PASSABLE and symbol not in BLOCKED), None)
        if odd is not None:
            raise InstanceError(
                f"{path}:{number}: unknown cell {odd!r}; passable are {' '.join(sorted(PASSABLE))}, "
                f"blocked are {' '.join(sorted(BLOCKED))}"
            )
    below = lines[first_row + height :]
    if below and len(below[0]) == width and CELLS.issuperset(below[0]):
        raise InstanceError(f"{path}:{first_row + height + 1}: one row more than the {height} that the header says")
    symbols = "".join(rows)
    passable = np.fromiter((symbol in PASSABLE for symbol in symbols), dtype=np.bool_, count=height * width)
    return GridMap(height, width, passable, symbols)


def _positive(path: Path, header: dict[str, str], key: str) -> int:
    text = header.get(key)
    if text is None:
        raise InstanceError(f"{path}: the header lacks '{key}'")
    if not text.isdecimal() or int(text) == 0:
        raise InstanceError(f"{path}: {key} is {text!r}; it must be a whole number above 0")
    return int(text)


@dataclass(frozen=True)
class StartGoals:
    """The rows of a `.scen` file. N rows."""

    map_name: str
    starts: NDArray[np.int32]  # (N,) cell index
    goals: NDArray[np.int32]  # (N,) cell index


def read_scen(path: str | Path, grid: GridMap) -> StartGoals:
    """A MovingAI scenario for `grid`: TSV of bucket, map, width, height, start x, start y, goal x, goal y,
    length; x = column.
    """
    path = Path(path)
    lines = read_text(path).splitlines()
    if not lines or not lines[0].startswith("version"):
        raise InstanceError(f"{path}:1: a scenario begins with the line 'version 1'")
    name = ""
    cells: list[tuple[int, int]] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        words = line.split("\t") if "\t" in line else line.split()
        if len(words) != 9:
            raise InstanceError(f"{path}:{number}: {len(words)} columns; a scenario row has 9, split by tabs")
        try:
            width, height, start_x, start_y, goal_x, goal_y = (int(word) for word in words[2:8])
        except ValueError:
            raise InstanceError(f"{path}:{number}: columns 3 to 8 must be whole numbers") from None
        if (width, height) != (grid.width, grid.height):
            raise InstanceError(
                f"{path}:{number}: made for a map of {width} x {height} cells, the map has {grid.width} x {grid.height}"
            )
        if name not in ("", words[1]):
            raise InstanceError(f"{path}:{number}: is for the map {words[1]}, the rows above are for {name}")
        name = words[1]
        pair = []
        for x, y in ((start_x, start_y), (goal_x, goal_y)):
            if not (0 <= x < width and 0 <= y < height) or not grid.passable[y * width + x]:
                raise InstanceError(f"{path}:{number}: cell x={x}, y={y} is not a passable cell of the map")
            pair.append(y * width + x)
        cells.append((pair[0], pair[1]))
    if not cells:
        raise InstanceError(f"{path}: has no rows below the line 'version'")
    table = np.array(cells, dtype=np.int32)
    return StartGoals(name, table[:, 0].copy(), table[:, 1].copy())
