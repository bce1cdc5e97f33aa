"""Reads the two MovingAI formats: grid maps (`.map`) and start-goal scenarios (`.scen`).

Source: Sturtevant, "Benchmarks for grid-based pathfinding", IEEE TCIAIG 4(2), 2012. Cells are numbered row * width +
column, and moves are ordered E, S, W, N everywhere, which is also the order of the League of Robot Runners'
orientations.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..config.errors import InstanceError
from ..layout import Layout
from ..layout.map_text import MapTextError, read_map_text
from .documents import read_text


def read_map(path: str | Path) -> Layout:
    """The floor of a MovingAI map, without docks; InstanceError with file and line if the text is not a map."""
    path = Path(path)
    try:
        return Layout.from_map_rows(read_map_text(read_text(path)))
    except MapTextError as error:
        place = path if error.line is None else f"{path}:{error.line}"
        raise InstanceError(f"{place}: {error}") from None


def connected_regions(floor: Layout) -> NDArray[np.int32]:
    """(C,) number of the connected region of each cell, 0 for walls: no path leads from one region to another."""
    found: NDArray[np.int32] = ndimage.label(floor.passable.reshape(floor.height, floor.width))[0]  # pyright: ignore
    return found.ravel()


@dataclass(frozen=True)
class StartGoals:
    """The N rows of a `.scen` file."""

    map_name: str
    starts: NDArray[np.int32]  # (N,) cell index
    goals: NDArray[np.int32]  # (N,) cell index


def read_scen(path: str | Path, floor: Layout) -> StartGoals:
    """Read a MovingAI scenario for `floor`.

    The file has tab-separated rows of bucket, map, width, height, start x and y, goal x and y, length; x is the column.
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
        if (width, height) != (floor.width, floor.height):
            raise InstanceError(
                f"{path}:{number}: made for a map of {width} x {height} cells, "
                f"the map has {floor.width} x {floor.height}"
            )
        if name not in ("", words[1]):
            raise InstanceError(f"{path}:{number}: is for the map {words[1]}, the rows above are for {name}")
        name = words[1]
        pair = []
        for x, y in ((start_x, start_y), (goal_x, goal_y)):
            if not (0 <= x < width and 0 <= y < height) or not floor.passable[y * width + x]:
                raise InstanceError(f"{path}:{number}: cell x={x}, y={y} is not a passable cell of the map")
            pair.append(y * width + x)
        cells.append((pair[0], pair[1]))
    if not cells:
        raise InstanceError(f"{path}: has no rows below the line 'version'")
    table = np.array(cells, dtype=np.int32)
    return StartGoals(name, table[:, 0].copy(), table[:, 1].copy())
