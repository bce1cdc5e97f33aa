"""The static part of a factory: the floor, its places, its agents. Sent once, drawn often."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..agents.events import NOBODY, AgentKind, Event
from ..drawing import scene
from ..drawing.floor_plan import FloorPlan
from ..drawing.shapes import LEAST_PX, READABLE_PX

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..drawing.shapes import Shape
    from ..environments.log import EventLog
    from ..environments.scenario import Scenario


SHOWN_BY_SHAPES = ("places", "robots", "blocked", "t", "route")


class Plan(FloorPlan):
    """The floor plan of a factory, with the ids of its agents.

    Attributes:
        centre: middle of the docks of every place, by agent id: (x, y) in cells.
        cell_of_place: first dock of every place.
        name_of: the name of any agent of the log.
        place_ids: agent ids in the order of `scenario.places`.
        agvs, robot_ids: agent ids, vehicles in the order of the fleet.
        latecomers: vehicles that join after the start.
        data: all of this as plain data for the browser.
    """

    def __init__(self, scenario: Scenario, log: EventLog) -> None:
        super().__init__(scenario)
        self.name_of = log.name_of
        self.agvs = log.ids(AgentKind.AGV)
        self.robot_ids = log.ids(AgentKind.ROBOT)
        self.chargers = log.ids(AgentKind.CHARGER)
        self.place_ids = [*log.ids(AgentKind.STATION), *self.chargers]
        self.place_id = dict(zip(scenario.places, self.place_ids, strict=True))
        self.sinks = {self.place_id[name] for name in scenario.all_sinks}
        self.vehicle_of = {unique_id: vehicle for vehicle, unique_id in enumerate(self.agvs)}
        self.latecomers = {int(row["agent"]) for row in log.events[log.events["kind"] == Event.JOINED]}
        self.centre = {self.place_id[place.name]: self.middle(list(place.cells)) for place in self.places}
        self.cell_of_place = {self.place_id[place.name]: place.cells[0] for place in self.places}
        self.data = self._data()
        self._drawn: dict[str, tuple[Any, list[Shape]]] = {}  # shapes and their inputs

    def welcome(self, vehicles: list[int]) -> None:
        """Add vehicles that have joined a running factory."""
        for unique_id in vehicles:
            self.vehicle_of[unique_id] = len(self.agvs)
            self.agvs.append(unique_id)
        self.data = self.data | {"agvs": list(self.agvs), "agv_names": [self.name_of(uid) for uid in self.agvs]}

    def drawn(self, frame: dict[str, Any]) -> dict[str, Any]:
        """A frame of the stage for the browser, with shapes in place of the values they show."""
        rest = {name: value for name, value in frame.items() if name not in SHOWN_BY_SHAPES}
        return rest | {"now": self.shapes_now(frame), "route": scene.route(self, frame["route"])}

    def shapes_now(self, frame: dict[str, Any]) -> dict[str, list[Shape]]:
        """The shapes of things that change occasionally, by name; `frame` is that of the stage."""
        picked = frame["selected"]
        found = {"closed": self._cached("closed", frame["blocked"], lambda: scene.closed(self, frame["blocked"]))}
        for number, (place, now) in enumerate(zip(self.places, frame["places"], strict=True)):
            chosen = picked == self.place_id[place.name]
            found[f"place {number}"] = self._cached(
                f"place {number}",
                (now, chosen),
                lambda place=place, now=now, chosen=chosen: scene.place_now(self, place, *now, picked=chosen),
            )
        for number, (robot, (state, serves)) in enumerate(zip(self.robots, frame["robots"], strict=True)):
            station = None if serves == NOBODY else self.name_of(serves)
            chosen = picked == self.robot_ids[number]
            found[f"robot {number}"] = self._cached(
                f"robot {number}",
                (state, station, chosen),
                lambda robot=robot, state=state, station=station, chosen=chosen: scene.robot_now(
                    robot, state, station, picked=chosen
                ),
            )
        return found

    def _cached(self, key: str, of: Any, draw: Callable[[], list[Shape]]) -> list[Shape]:
        """Cached shapes if their inputs are unchanged, because most of a floor rarely changes."""
        if key not in self._drawn or self._drawn[key][0] != of:
            self._drawn[key] = of, draw()
        return self._drawn[key][1]

    def _data(self) -> dict[str, Any]:
        spec = self.scenario
        places = [
            asdict(place) | {"id": self.place_id[place.name], "spot": self.middle(list(place.cells))}
            for place in self.places
        ]
        robots = [
            {"id": unique_id, "name": robot.name, "x": robot.x, "y": robot.y}
            for unique_id, robot in zip(self.robot_ids, self.robots, strict=True)
        ]
        return {
            "name": spec.name,
            "width": self.width,
            "height": self.height,
            "drawn": self.layout is not None,
            "ground": scene.ground(self),
            "symbols": scene.symbols(),
            "readable_px": READABLE_PX,
            "least_px": LEAST_PX,
            "places": places,
            "robots": robots,
            "agvs": list(self.agvs),
            "agv_names": [self.name_of(unique_id) for unique_id in self.agvs],
        }
