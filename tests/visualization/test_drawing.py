"""One list of shapes, three back ends: they know the same shapes, and show the same."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageColor

from robocell import drawing
from robocell.agents.events import RobotState, StationState, VehicleState
from robocell.drawing import palette, scene, shapes, svg
from robocell.drawing.floor_plan import FloorPlan
from robocell.drawing.raster import Frame, Pen
from robocell.environments.scenario import Scenario

CELL_PX = 20
LOOK = palette.colours(dark=False)
STYLE_KEYS = {"fill", "line", "width", "dash", "radius", "opacity", "room", "short"}


@pytest.fixture
def plan(scenario: Scenario) -> FloorPlan:
    return FloorPlan(scenario)


@pytest.fixture
def everything(plan: FloorPlan) -> list[shapes.Shape]:
    """All that the scene can draw of a small floor."""
    places = {place.kind: place for place in plan.places}
    down = [int(StationState.DOWN)]
    return [
        *scene.ground(plan),
        *scene.sites(plan),
        *scene.place_now(plan, places["station"], down, 1, 2, picked=True),
        *scene.place_now(plan, places["charger"], [scene.FREE], 2, 0),
        *scene.robot_now(plan.robots[0], RobotState.HANDLING, "b", picked=True),
        *scene.closed(plan, [30, 31]),
        *scene.route(plan, [50, 51, 52]),
        *(shape for state in VehicleState for load in (False, True) for shape in scene.vehicle(state, loaded=load)),
        *scene.far_vehicle(VehicleState.IDLE, loaded=True),
        *scene.battery(0.1),
        *scene.seeker(),
    ]


def flat(every: list[shapes.Shape]) -> list[shapes.Shape]:
    """With the shapes inside of shapes."""
    return [
        inner for shape in every for inner in [shape, *(flat(shape[-1]) if shape[0] in ("turned", "heading") else [])]
    ]


def painted(every: list[shapes.Shape], width: int, height: int, **options) -> np.ndarray:
    image = Image.new("RGB", (width * CELL_PX, height * CELL_PX), LOOK["floor"])
    Pen(image, LOOK).shapes(every, Frame(CELL_PX), **options)
    return np.asarray(image)


def test_the_shapes_are_plain_data(everything: list[shapes.Shape], plan: FloorPlan) -> None:
    traffic = scene.traffic(plan, np.linspace(0.0, 1.0, plan.width * plan.height))
    assert json.loads(json.dumps([*everything, traffic], allow_nan=False))
    styles = [shape[-1] for shape in flat(everything) if isinstance(shape[-1], dict)]
    assert {key for style in styles for key in style} <= STYLE_KEYS
    for colour in {style[key] for style in styles for key in ("fill", "line") if key in style}:
        ImageColor.getrgb(LOOK.get(colour, colour))


def test_the_browser_draws_every_kind_of_shape(everything: list[shapes.Shape]) -> None:
    script = (Path(drawing.__file__).parent / "shapes.js").read_text()
    methods = set(re.findall(r"^  (\w+)\(.*\) \{", script, re.MULTILINE))
    documented = set(re.findall(r'^    \["(\w+)"', shapes.__doc__ or "", re.MULTILINE))
    assert {shape[0] for shape in flat(everything)} | {"levels"} == documented
    assert documented <= methods


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="'blob' is not a shape; the shapes are those of"):
        svg.drawn([["blob", 1.0]], left=0, top=0, width=1, height=1, title="")
    with pytest.raises(ValueError, match="'blob' is not a shape of images"):
        painted([["blob", 1.0]], 1, 1)


def test_the_svg_of_a_small_list_is_unchanged() -> None:
    every = [
        shapes.box(0, 0, 2, 1, fill="wall"),
        shapes.lines([((0, 0), (1, 1))], line="arrow", width=0.1, dash=(0.2, 0.1)),
        shapes.turned(1, 1, -1, [shapes.text(0, 0, 0.5, "a < b", fill="ink", room=9.0)]),
        shapes.levels(2, [0, 255], fill="heat"),
        shapes.heading([shapes.circle(0, 0, 1, fill="ink")]),
    ]
    assert svg.drawn(every, left=-1, top=0, width=4, height=2, title='the "floor"') == (
        '<svg class="floor" viewBox="-20 0 80 40" role="img" aria-label="the &quot;floor&quot;">'
        '<g transform="scale(20)">'
        '<g fill="var(--wall)"><rect x="0" y="0" width="2" height="1"/></g>'
        '<g fill="none" stroke="var(--arrow)" stroke-width="0.1" stroke-linecap="round" stroke-linejoin="round" '
        'stroke-dasharray="0.2 0.1"><path d="M0 0L1 1"/></g>'
        '<g transform="translate(1 1) rotate(-90)"><text x="0" y="0" font-size="0.5" fill="var(--ink)" '
        'text-anchor="middle" dominant-baseline="central">a &lt; b</text></g>'
        '<g fill="var(--heat)"><rect x="1" y="0" width="1" height="1" opacity="1.00"/></g></g></svg>'
    )


def test_the_svg_is_well_formed_and_in_the_colours_of_the_page(everything: list[shapes.Shape]) -> None:
    text = svg.drawn(everything, left=0, top=0, width=22, height=7, title="cell")
    root = ElementTree.fromstring(text)
    assert root.get("viewBox") == "0 0 440 140"
    sheet = palette.style_sheet()
    assert all(f"{name}:" in sheet for name in re.findall(r"var\((--[\w-]+)\)", text))


def test_walls_are_where_the_layout_has_them(plan: FloorPlan) -> None:
    image = painted([shape for shape in scene.ground(plan) if shape[-1].get("fill") == "wall"], plan.width, plan.height)
    middles = image[CELL_PX // 2 :: CELL_PX, CELL_PX // 2 :: CELL_PX].reshape(-1, 3)
    assert plan.layout is not None
    assert ((middles == ImageColor.getrgb(LOOK["wall"])).all(axis=1) == ~np.asarray(plan.layout.passable)).all()


@pytest.mark.parametrize(("heading", "at"), [(0.0, (15, 10)), (np.pi / 2, (10, 15)), (np.pi, (5, 10))])
def test_the_notch_of_a_vehicle_points_in_its_heading(heading: float, at: tuple[int, int]) -> None:
    every = [shapes.turned(0.5, 0.5, 0, scene.vehicle(VehicleState.EMPTY, loaded=False))]
    image = painted(every, 1, 1, heading=heading)
    assert tuple(image[at[1], at[0]]) == ImageColor.getrgb(palette.WHITE)
    assert tuple(painted(every, 1, 1)[at[1], at[0]]) == ImageColor.getrgb(palette.SKY), "no heading, no notch"


def test_a_name_is_made_smaller_then_shorter_then_dropped() -> None:
    def fitted(room: float, px: float, **style: str) -> tuple[str, float]:
        return shapes.fitted("0123456789", 0.5, {"room": room, **style}, px=px, width=lambda words: 0.6 * len(words))

    assert fitted(9.0, 40.0) == ("0123456789", 0.5)
    assert fitted(9.0, 10.0) == ("0123456789", 0.9), "as large as it can be read"
    assert fitted(2.4, 40.0) == ("0123456789", pytest.approx(0.4))
    assert fitted(1.2, 40.0, short="+3") == ("+3", 0.5)
    assert fitted(0.5, 40.0) == ("0123456789", 0.0)
