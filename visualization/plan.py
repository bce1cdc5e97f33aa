"""What of a factory never changes while one watches: the floor, its places, who reaches what. Sent once, drawn often.

A place has docks (cells that vehicles stand on) and a body, the rectangle with its name. The body lies on the wall
behind the docks, as wide as the wall allows without touching the next one:

    ###[ body ]###
    .....DD.......      D docks
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.events import AgentKind, Event

if TYPE_CHECKING:
    from ..environments.layout import Layout
    from ..environments.log import EventLog
    from ..environments.scenario import Scenario

SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))  # row, column: north, south, west, east
WIDEST = 3  # cells by which a body may be longer than its docks, on each side
SPACING = 5  # cells between places that have no floor


class Plan:
    """The fixed part of the picture.

    Attributes:
        width, height: cells.
        centre: middle of the docks of every place, by agent id: (x, y) in cells.
        cell_of_place: its first dock.
        name_of: the name of any agent of the log.
        place_ids: agent ids in the order of `scenario.places`.
        agvs, robots: agent ids, vehicles in the order of the fleet.
        latecomers: vehicles that join after the start.
        data: all of it as plain data for the browser.
    """

    def __init__(self, scenario: Scenario, log: EventLog) -> None:
        self.scenario = scenario
        self.name_of = log.name_of
        self.layout: Layout | None = scenario.build_layout() if scenario.transport.on_floor else None
        self.agvs = log.ids(AgentKind.AGV)
        self.robots = log.ids(AgentKind.ROBOT)
        self.chargers = log.ids(AgentKind.CHARGER)
        self.place_ids = [*log.ids(AgentKind.STATION), *self.chargers]
        self.place_id = dict(zip(scenario.places, self.place_ids, strict=True))
        self.sink = self.place_id[scenario.sink]
        self.vehicle_of = {unique_id: vehicle for vehicle, unique_id in enumerate(self.agvs)}
        self.latecomers = {int(row["agent"]) for row in log.events[log.events["kind"] == Event.JOINED]}
        if self.layout is None:
            self.docks, self.height, self.width = _free_places(scenario.places)
        else:
            self.docks = {name: list(self.layout.docks.get(name, ())) for name in scenario.places}
            self.height, self.width = self.layout.height, self.layout.width
        self.centre = {self.place_id[name]: self._centre(cells) for name, cells in self.docks.items() if cells}
        self.cell_of_place = {self.place_id[name]: cells[0] for name, cells in self.docks.items() if cells}
        self.data = self._data(log)

    def welcome(self, vehicles: list[int]) -> None:
        """These vehicles have joined a factory that runs."""
        for unique_id in vehicles:
            self.vehicle_of[unique_id] = len(self.agvs)
            self.agvs.append(unique_id)
        self.data = self.data | {"agvs": list(self.agvs), "agv_names": [self.name_of(uid) for uid in self.agvs]}

    def _centre(self, cells: list[int]) -> tuple[float, float]:
        rows, columns = np.divmod(np.array(cells), self.width)
        return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5

    def _data(self, log: EventLog) -> dict[str, Any]:
        spec, layout = self.scenario, self.layout
        free = "." * (self.height * self.width)
        bodies = self._bodies()
        places = [
            {
                "id": self.place_id[name],
                "name": name,
                "kind": self.kind_of(name),
                "cells": self.docks[name],
                "body": bodies[name],
                "machines": spec.stations[name].machines if name in spec.stations else 0,
                "input": spec.stations[name].input_capacity if name in spec.stations else None,
                "output": spec.stations[name].output_capacity if name in spec.stations else None,
                "slots": spec.chargers[name].slots if name in spec.chargers else 0,
            }
            for name in spec.places
            if self.docks[name]
        ]
        return {
            "name": spec.name,
            "width": self.width,
            "height": self.height,
            "walls": free if layout is None else "".join(np.where(layout.passable, ".", "#").tolist()),
            "drawn": layout is not None,
            "arrows": []
            if layout is None
            else [[int(cell), int(layout.one_way[cell])] for cell in np.flatnonzero(layout.one_way >= 0)],
            "parking": [] if layout is None else layout.parking.tolist(),
            "places": places,
            "robots": [self._robot(name, unique_id) for name, unique_id in zip(spec.robots, self.robots, strict=True)],
            "agvs": list(self.agvs),
            "agv_names": [log.name_of(unique_id) for unique_id in self.agvs],
            "batteries": spec.fleet is not None and spec.fleet.agvs.battery is not None,
        }

    def kind_of(self, name: str) -> str:
        """source, sink, station, storage or charger."""
        spec = self.scenario
        if name in spec.stations:
            return "station"
        if name in spec.storage:
            return "storage"
        if name in spec.chargers:
            return "charger"
        return "source" if name == spec.source else "sink"

    def _robot(self, name: str, unique_id: int) -> dict[str, Any]:
        """A robot stands beside the docks of the station that it reaches, or midway between those of several."""
        stations = [station for station in self.scenario.robots[name].stations if self.docks[station]]
        spots = [self._beside(self.docks[station]) for station in stations] or [(0.0, 0.0)]
        return {
            "id": unique_id,
            "name": name,
            "reaches": [self.place_id[station] for station in stations],
            "x": sum(x for x, _ in spots) / len(spots),
            "y": sum(y for _, y in spots) / len(spots),
        }

    def _beside(self, cells: list[int]) -> tuple[float, float]:
        """Middle of a wall cell next to the docks; their own middle, a little aside, where there is none."""
        taken = {cell for docks in self.docks.values() for cell in docks}
        for cell in (cells[-1], cells[0]):
            row, column = divmod(cell, self.width)
            for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                beside = (row + down) * self.width + column + right
                if self._wall(row + down, column + right) and beside not in taken:
                    return column + right + 0.5, row + down + 0.5
        x, y = self._centre(cells)
        return x + 0.75, y - 0.75

    def _bodies(self) -> dict[str, dict[str, Any]]:
        """Where the name of each place stands: x, y, w, h in cells, and whether on a wall."""
        sides = {name: self._side(cells) for name, cells in self.docks.items() if cells}
        taken = {cell for cells in self.docks.values() for cell in cells}
        bodies: dict[str, dict[str, Any]] = {}
        for name, side in sides.items():
            rows, columns = np.divmod(np.array(self.docks[name]), self.width)
            top, bottom, left, right = int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())
            if side is None:
                body = {"x": left - 1.0, "y": top - 1.05, "w": right - left + 3.0, "h": 0.85, "wall": False}
            elif side[0]:
                row = top + side[0]
                before, after = self._room(row, left, -1, taken), self._room(row, right, 1, taken)
                body = {"x": left - before, "y": row, "w": right - left + 1 + before + after, "h": 1.0, "wall": True}
            else:
                column = left + side[1]
                before, after = self._room_down(column, top, -1, taken), self._room_down(column, bottom, 1, taken)
                body = {"x": column, "y": top - before, "w": 1.0, "h": bottom - top + 1 + before + after, "wall": True}
            bodies[name] = {key: float(value) if key != "wall" else value for key, value in body.items()}
        return bodies

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
            return self.layout is not None  # the rim round the floor serves as a wall
        return self.layout is not None and not self.layout.passable[row * self.width + column]

    def _room(self, row: int, column: int, step: int, taken: set[int]) -> float:
        """Cells of wall beside a body in its row, halved where another place has its own body."""
        docks = {cell + side * self.width for cell in taken for side in (-1, 1)}
        for gap in range(1, 2 * WIDEST + 2):
            beside = column + gap * step
            if not (0 <= beside < self.width and self._wall(row, beside)):
                return min(gap - 1, WIDEST)
            if row * self.width + beside in docks:
                return min((gap - 1) / 2, WIDEST)
        return WIDEST

    def _room_down(self, column: int, row: int, step: int, taken: set[int]) -> float:
        docks = {cell + side for cell in taken for side in (-1, 1)}
        for gap in range(1, 2 * WIDEST + 2):
            beside = row + gap * step
            if not (0 <= beside < self.height and self._wall(beside, column)):
                return min(gap - 1, WIDEST)
            if beside * self.width + column in docks:
                return min((gap - 1) / 2, WIDEST)
        return WIDEST


def _free_places(names: tuple[str, ...]) -> tuple[dict[str, list[int]], int, int]:
    """Cells for places that have no floor: row by row on an empty one."""
    columns = math.ceil(math.sqrt(len(names) * 1.6))
    rows = math.ceil(len(names) / columns)
    width = columns * SPACING + 1
    cells = {
        name: [(SPACING // 2 + 1 + (index // columns) * SPACING) * width + SPACING // 2 + (index % columns) * SPACING]
        for index, name in enumerate(names)
    }
    return cells, rows * SPACING + 1, width
