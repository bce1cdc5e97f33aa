"""The static floor plan of a scenario: positions of places and robots.

A place has docks (cells that vehicles stand on) and a body, the rectangle with its name. The body lies on the wall
behind the docks, as wide as the wall allows without touching the next one:

    ###[ body ]###
    .....DD.......      D docks
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..environments.layout import Layout
    from ..environments.scenario import Scenario

SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))  # row, column: north, south, west, east
WIDEST = 3  # most cells by which a body extends beyond its docks, on each side
SPACING = 5  # cells between places without a floor


@dataclass(frozen=True, slots=True)
class Body:
    """The rectangle with the name of a place, in cells; `wall`: it lies on a wall, else on open floor."""

    x: float
    y: float
    w: float
    h: float
    wall: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A source, sink, station, storage or charger.

    Attributes:
        cells: the cells of its docks.
        machines: number, of a station; slots: number, of a charger; 0 for other places.
        input, output: capacities of the buffers of a station; None if unlimited, and for other places.
    """

    name: str
    kind: str
    cells: tuple[int, ...]
    body: Body
    machines: int
    slots: int
    input: int | None
    output: int | None


@dataclass(frozen=True, slots=True)
class RobotSpot:
    """The position of a robot, and the centres of the docks of the stations that it reaches; (x, y) in cells."""

    name: str
    x: float
    y: float
    reaches: tuple[str, ...]
    ends: tuple[tuple[float, float], ...]


class FloorPlan:
    """The floor of a scenario; without a floor, its places in rows on an empty one.

    Attributes:
        width, height: cells.
        layout: None without a floor.
        docks: cells of every place of the scenario, by name.
        places: the places with docks, in the order of the scenario.
        robots: the robots in the order of the scenario.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.layout: Layout | None = scenario.build_layout() if scenario.transport.on_floor else None
        if self.layout is None:
            self.docks, self.height, self.width = _free_places(scenario.places)
        else:
            self.docks = {name: list(self.layout.docks.get(name, ())) for name in scenario.places}
            self.height, self.width = self.layout.height, self.layout.width
        bodies = self._bodies()
        self.places = [self._place(name, body) for name, body in bodies.items()]
        self.robots = [self._robot(name) for name in scenario.robots]

    def is_wall(self, cell: int) -> bool:
        return self.layout is not None and not self.layout.passable[cell]

    def middle(self, cells: list[int]) -> tuple[float, float]:
        """(x, y) of the centre of some cells."""
        rows, columns = np.divmod(np.array(cells), self.width)
        return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5

    def kind_of(self, name: str) -> str:
        """source, sink, station, storage or charger."""
        spec = self.scenario
        if name in spec.stations:
            return "station"
        if name in spec.storage:
            return "storage"
        if name in spec.chargers:
            return "charger"
        return "source" if name in spec.all_sources else "sink"

    def _place(self, name: str, body: Body) -> Place:
        station, charger = self.scenario.stations.get(name), self.scenario.chargers.get(name)
        return Place(
            name,
            self.kind_of(name),
            tuple(self.docks[name]),
            body,
            machines=station.machines if station is not None else 0,
            slots=charger.slots if charger is not None else 0,
            input=station.input_capacity if station is not None else None,
            output=station.output_capacity if station is not None else None,
        )

    def _robot(self, name: str) -> RobotSpot:
        """A robot, beside the docks of the station that it reaches, or midway between those of several."""
        stations = tuple(station for station in self.scenario.robots[name].stations if self.docks[station])
        spots = [self._beside(self.docks[station]) for station in stations] or [(0.0, 0.0)]
        x, y = (sum(at) / len(spots) for at in zip(*spots, strict=True))
        return RobotSpot(name, x, y, stations, tuple(self.middle(self.docks[station]) for station in stations))

    def _beside(self, cells: list[int]) -> tuple[float, float]:
        """Centre of a wall cell next to the docks; their own centre, slightly shifted, if there is none."""
        taken = {cell for docks in self.docks.values() for cell in docks}
        for cell in (cells[-1], cells[0]):
            row, column = divmod(cell, self.width)
            for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                beside = (row + down) * self.width + column + right
                if self._wall(row + down, column + right) and beside not in taken:
                    return column + right + 0.5, row + down + 0.5
        x, y = self.middle(cells)
        return x + 0.75, y - 0.75

    # -- bodies -----------------------------------------------------------------------------------------------

    def _bodies(self) -> dict[str, Body]:
        """The body, with the name, of each place."""
        sides = {name: self._side(cells) for name, cells in self.docks.items() if cells}
        taken = {cell for cells in self.docks.values() for cell in cells}
        return {name: self._body(self.docks[name], side, taken) for name, side in sides.items()}

    def _body(self, cells: list[int], side: tuple[int, int] | None, taken: set[int]) -> Body:
        rows, columns = np.divmod(np.array(cells), self.width)
        top, bottom, left, right = int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())
        if side is None:
            return Body(left - 1.0, top - 1.05, right - left + 3.0, 0.85, wall=False)
        if side[0]:
            row = top + side[0]
            before, after = (self._room(row, at, step, taken, down=False) for at, step in ((left, -1), (right, 1)))
            return Body(left - before, float(row), right - left + 1 + before + after, 1.0, wall=True)
        column = left + side[1]
        before, after = (self._room(at, column, step, taken, down=True) for at, step in ((top, -1), (bottom, 1)))
        return Body(float(column), top - before, 1.0, bottom - top + 1 + before + after, wall=True)

    def _side(self, cells: list[int]) -> tuple[int, int] | None:
        """The direction in which there is only wall behind the docks, with open floor in front if possible."""
        if self.layout is None:
            return None
        at = [divmod(cell, self.width) for cell in cells]
        behind = [
            side
            for side in SIDES
            if len({place[0 if side[0] else 1] for place in at}) == 1
            and all(self._wall(row + side[0], column + side[1]) for row, column in at)
        ]
        for side in behind:
            if not any(self._wall(row - side[0], column - side[1]) for row, column in at):
                return side
        return behind[0] if behind else None

    def _wall(self, row: int, column: int) -> bool:
        if not (0 <= row < self.height and 0 <= column < self.width):
            return self.layout is not None  # the margin round the floor serves as a wall
        return self.is_wall(row * self.width + column)

    def _room(self, row: int, column: int, step: int, taken: set[int], *, down: bool) -> float:
        """Cells of wall beyond a body, along its row or `down` its column; halved if another body follows."""
        aside = 1 if down else self.width
        docks = {cell + side * aside for cell in taken for side in (-1, 1)}
        for gap in range(1, 2 * WIDEST + 2):
            at = (row + gap * step, column) if down else (row, column + gap * step)
            inside = 0 <= at[0] < self.height if down else 0 <= at[1] < self.width
            if not (inside and self._wall(*at)):
                return float(min(gap - 1, WIDEST))
            if at[0] * self.width + at[1] in docks:
                return min((gap - 1) / 2, WIDEST)
        return float(WIDEST)


def _free_places(names: tuple[str, ...]) -> tuple[dict[str, list[int]], int, int]:
    """Cells for places without a floor: row by row on an empty one."""
    columns = math.ceil(math.sqrt(len(names) * 1.6))
    rows = math.ceil(len(names) / columns)
    width = columns * SPACING + 1
    cells = {
        name: [(SPACING // 2 + 1 + (index // columns) * SPACING) * width + SPACING // 2 + (index % columns) * SPACING]
        for index, name in enumerate(names)
    }
    return cells, rows * SPACING + 1, width
