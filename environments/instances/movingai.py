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

from ..config.errors import InstanceError
from ..layout.map_text import PASSABLE, MapTextError, read_map_text
from .documents import read_text

NO_CELL = -1


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
    """A MovingAI map (see `map_text`); InstanceError with file and line where it is none."""
    path = Path(path)
    try:
        rows = read_map_text(read_text(path))
    except MapTextError as error:
        place = path if error.line is None else f"{path}:{error.line}"
        raise InstanceError(f"{place}: {error}") from None
    symbols = "".join(rows)
    passable = np.fromiter((symbol in PASSABLE for symbol in symbols), dtype=np.bool_, count=len(symbols))
    return GridMap(len(rows), len(rows[0]), passable, symbols)


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
