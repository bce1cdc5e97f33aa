"""Mesa's own renderers for the same factory: styles of agents and walls for `SpaceRenderer`.

    from mesa.visualization import SpaceRenderer
    renderer = space_renderer(factory)          # matplotlib; SolaraViz(model, renderer, ...) takes it

It is two orders of magnitude slower than our canvas, but works with all Mesa tools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mesa.visualization import SpaceRenderer
from mesa.visualization.components import AgentPortrayalStyle, PropertyLayerStyle

from ..drawing import palette

if TYPE_CHECKING:
    from ..environments.factory import Factory


def portray(agent: Any) -> AgentPortrayalStyle:
    """The style of a vehicle, coloured by its state."""
    x, y = agent.position
    return AgentPortrayalStyle(x=x, y=y, color=palette.tone(agent.state).colour, marker="s", size=40)


def portray_layer(layer: Any) -> PropertyLayerStyle:
    """The style of walls, grey."""
    return PropertyLayerStyle(colormap="Greys", alpha=0.5, colorbar=False, vmin=0, vmax=1)


def space_renderer(factory: Factory, *, backend: Literal["matplotlib", "altair"] = "matplotlib") -> SpaceRenderer:
    """A renderer of the factory's floor with all its layers set up, for Mesa 3.3 and later.

    Raises:
        ValueError: the factory has no floor.
    """
    if factory.grid is None:
        raise ValueError(f"factory {factory.spec.name!r} has no floor to draw; give its scenario a layout")
    renderer: Any = SpaceRenderer(factory, backend=backend)
    layer = "property_layer" if hasattr(renderer, "draw_property_layer") else "propertylayer"  # Mesa 4, Mesa 3
    draw_layer = getattr(renderer, f"draw_{layer}")
    if not hasattr(renderer, "setup_agents"):  # Mesa 3.3
        renderer.draw_agents(portray)
        draw_layer(portray_layer)
        return renderer
    renderer.setup_agents(portray)
    getattr(renderer, f"setup_{layer}")(portray_layer)
    renderer.draw_agents()
    draw_layer()
    return renderer
