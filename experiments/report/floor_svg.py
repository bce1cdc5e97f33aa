"""Draws the floor of the factory as SVG for the report."""

from typing import TYPE_CHECKING

from ...drawing import palette, scene, svg
from ...drawing.floor_plan import FloorPlan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ...environments.scenario import Scenario


def draw_layout(scenario: "Scenario", share: "NDArray[np.float64] | None" = None) -> str:
    """An SVG of the floor in the colours of the page; empty where the scenario has no floor.

    `share` (C,) in 0..1 colours the cells.
    """
    if scenario.layout is None:
        return ""
    plan = FloorPlan(scenario)
    shapes = [*scene.ground(plan), *([scene.traffic(plan, share)] if share is not None else []), *scene.sites(plan)]
    rim = scene.RIM
    return svg.drawn(
        shapes, left=-rim, top=-rim, width=plan.width + 2 * rim, height=plan.height + 2 * rim,
        title=f"Floor plan of {scenario.name}",
    )  # fmt: skip


def kinds_on(scenario: "Scenario") -> list[str]:
    """The kinds of places on the floor, for a legend, in the order of the palette."""
    if scenario.layout is None:
        return []
    plan = FloorPlan(scenario)
    found = {place.kind for place in plan.places}
    if plan.layout is not None and len(plan.layout.parking):
        found.add("parking")
    return [kind for kind in palette.PLACES if kind in found]
