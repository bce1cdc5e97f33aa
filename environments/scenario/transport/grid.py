"""Vehicles on a floor of cells."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ...config.errors import LayoutError
from ...config.section import Count
from ...config.units import Duration
from ...layout import NO_CELL
from ...layout.checks import check_layout
from ..size_checks import floor_size
from .base import TransportSpec, Trip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ...layout import Layout
    from ...motion.grid import GridTraffic
    from ..fleet import Agvs
    from ..scenario import Scenario
    from .base import Problem, TrafficOwner

FLOORS = 8  # whose checks are remembered


class Grid(TransportSpec):
    """Vehicles drive over the cells of `layout` and can block each other."""

    on_floor: ClassVar[bool] = True

    kind: Literal["grid"] = "grid"
    planner: Literal["pibt", "lookahead"] = "pibt"  # one step, or a window of ticks
    improvement: Count | None = None  # most passes per tick; None = by density
    time_per_tick_s: Duration | None = Field(alias="time_per_tick", default=None)  # None = counted tries: reproducible

    @model_validator(mode="after")
    def _looks_ahead(self) -> Self:
        for key, value in (("improvement", self.improvement), ("time_per_tick", self.time_per_tick_s)):
            if value is not None and self.planner == "pibt":
                text = "{key} is for the planner lookahead; set planner: lookahead, or leave it out"
                raise PydanticCustomError("planner", text, {"key": key})
        return self

    def tick_s(self, scenario: Scenario) -> float:
        if scenario.layout is None or scenario.fleet is None:
            return math.inf
        return scenario.layout.cell_size_m / scenario.fleet.agvs.speed_m_per_s

    def trips_to_chargers(self, scenario: Scenario) -> Iterator[Trip]:
        """The shortest paths to chargers, on an empty floor, without load and turns."""
        assert scenario.fleet is not None
        layout = scenario.build_layout()
        cells = _cells_to(tuple(dock for name in scenario.chargers for dock in layout.docks[name]), layout)
        for place in scenario.places:
            length_m = float(cells[list(layout.docks[place])].min()) * layout.cell_size_m
            yield Trip(place, length_m, length_m / scenario.fleet.agvs.speed_m_per_s)

    def fleet_problems(self, scenario: Scenario, agvs: Agvs) -> Iterator[Problem]:
        if self.planner != "lookahead":
            return
        slow = agvs.loaded_speed_m_per_s not in (None, agvs.speed_m_per_s)
        long = agvs.turn_s is not None and agvs.turn_s > scenario.tick_s
        if slow or long:
            yield (
                ("fleet", "agvs", "loaded_speed" if slow else "turn"),
                "the planner lookahead moves every vehicle a cell or a quarter turn a tick; leave it out, "
                "or set transport: {planner: pibt}",
            )

    def floor_problems(self, scenario: Scenario) -> Iterator[Problem]:
        if scenario.layout is None:
            yield (
                ("layout",),
                "is missing; transport: grid needs a floor (or choose transport: {kind: instant} or {kind: matrix, …})",
            )
            return
        layout = scenario.build_layout()
        if too_much := list(floor_size(scenario, layout)):
            yield from too_much
            return
        try:
            _check_floor(layout, scenario.places)
        except LayoutError as error:
            key, text = scenario.layout.complaint(str(error))
            yield ("layout", *key), text
            return
        docks = sum(len(cells) for cells in layout.docks.values())
        room = int(layout.passable.sum()) - docks
        if scenario.agv_count >= room:
            yield (
                ("fleet", "agvs", "count"),
                f"{scenario.agv_count} vehicles could not move: the floor has {room} cells besides docks",
            )

    def build_traffic(
        self, scenario: Scenario, agvs: Agvs, *, layout: Layout | None, owner: TrafficOwner
    ) -> GridTraffic:
        from ...motion.grid import GridTraffic  # its kernels take longer to load than most configs to check

        assert layout is not None
        return GridTraffic(
            layout,
            scenario.places,
            vehicles=agvs.count,
            speed_m_per_s=agvs.speed_m_per_s,
            loaded_speed_m_per_s=agvs.loaded_speed_m_per_s,
            kinematics=agvs.kinematics,
            turn_s=agvs.turn_s,
            planner=self.planner,
            improvement=self.improvement,
            time_per_tick_s=self.time_per_tick_s,
            seed=int(owner.stream("traffic").integers(2**31)),
            on_admission=owner.vehicle_admitted,
            on_standing=owner.vehicle_stands_there,
        )


@lru_cache(maxsize=FLOORS)
def _check_floor(layout: Layout, places: tuple[str, ...]) -> None:
    """`check_layout`, once for all cases of a sweep with the same floor."""
    check_layout(layout, places)


@lru_cache(maxsize=FLOORS)
def _cells_to(goals: tuple[int, ...], layout: Layout) -> NDArray[np.float64]:
    """(C,) number of moves from each cell to the nearest goal; inf where there is no path."""
    moves = layout.neighbours  # (C, 4)
    cells = np.full(layout.size, np.inf)
    front = np.zeros(layout.size, np.bool_)
    front[list(goals)] = True
    step = 0
    while front.any():
        cells[front] = step
        step += 1
        front = (front[moves] & (moves != NO_CELL)).any(axis=1) & np.isinf(cells)
    return cells
