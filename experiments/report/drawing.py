"""The factory's floor as an SVG drawing: walls, aisles with their direction, docks in the colour of their place."""

from html import escape
from typing import TYPE_CHECKING, Any

from ...environments.layout import ANY_DIRECTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ...environments.layout import Layout
    from ...environments.scenario import Scenario

CELL = 20.0  # drawing units a cell
KINDS = ("source", "sink", "station", "storage", "charger", "parking")
ARROW = "M-4 -3.2 L0 0 L-4 3.2"  # a chevron pointing east
LABEL_LIFT = 0.78  # cells between the docks and their name
LETTER = 6.4  # about the width of a letter of a name


def draw_layout(scenario: "Scenario", heat: "Sequence[float] | NDArray[Any] | None" = None) -> str:
    """An SVG of the floor with classes for the page's style sheet; empty where the scenario has no floor.

    `heat` (cells,) in 0..1 colours the cells.
    """
    if scenario.layout is None:
        return ""
    layout = scenario.build_layout()
    width, height = layout.width * CELL, layout.height * CELL
    parts = [
        f'<svg class="floor" viewBox="0 {-CELL / 2:g} {width:g} {height + CELL:g}" role="img" '
        f'aria-label="Floor plan of {escape(scenario.name, quote=True)}">',
        f'<rect class="aisle" x="0" y="0" width="{width:g}" height="{height:g}" rx="4"/>',
        *_grid(layout),
        *_walls(layout),
        *(_arrows(layout) if heat is None else _heat(layout, heat)),
        *(_square(layout, int(cell), "parking") for cell in layout.parking),
    ]
    labels = []
    for place, docks in layout.docks.items():
        kind = _kind(scenario, place)
        parts += [_square(layout, cell, kind) for cell in docks]
        labels.append(_label(layout, place, docks, kind))
    return "".join([*parts, *labels, "</svg>"])


def _kind(scenario: "Scenario", place: str) -> str:
    if place == scenario.source:
        return "source"
    if place == scenario.sink:
        return "sink"
    if place in scenario.chargers:
        return "charger"
    return "storage" if place in scenario.storage else "station"


def _grid(layout: "Layout") -> list[str]:
    columns = "".join(f"M{x * CELL:g} 0V{layout.height * CELL:g}" for x in range(1, layout.width))
    rows = "".join(f"M0 {y * CELL:g}H{layout.width * CELL:g}" for y in range(1, layout.height))
    return [f'<path class="gridline" d="{columns}{rows}"/>']


def _walls(layout: "Layout") -> list[str]:
    """Runs of wall cells of a row as one rectangle."""
    found = []
    for row in range(layout.height):
        start = None
        for column in range(layout.width + 1):
            wall = column < layout.width and not layout.passable[row * layout.width + column]
            if wall and start is None:
                start = column
            elif not wall and start is not None:
                x, length = start * CELL, (column - start) * CELL
                place = f'x="{x:g}" y="{row * CELL:g}" width="{length:g}" height="{CELL:g}"'
                found.append(f'<rect class="wall" {place}/>')
                start = None
    return found


def _arrows(layout: "Layout") -> list[str]:
    found = []
    for cell in range(layout.size):
        direction = int(layout.one_way[cell])
        if direction != ANY_DIRECTION:
            x, y = _centre(layout, cell)
            place = f"translate({x + 0:g} {y:g}) rotate({90 * direction}) translate(2 0)"
            found.append(f'<path class="arrow" d="{ARROW}" transform="{place}"/>')
    return found


def _heat(layout: "Layout", heat: "Sequence[float] | NDArray[Any]") -> list[str]:
    found = []
    for cell, share in enumerate(heat):
        if share > 0:
            row, column = layout.row_column(cell)
            place = f'x="{column * CELL:g}" y="{row * CELL:g}" width="{CELL:g}" height="{CELL:g}"'
            found.append(f'<rect class="heat" {place} opacity="{0.08 + 0.92 * float(share):.2f}"/>')
    return found


def _square(layout: "Layout", cell: int, kind: str) -> str:
    x, y = _centre(layout, cell)
    side = CELL * 0.8
    place = f'x="{x - side / 2:g}" y="{y - side / 2:g}" width="{side:g}" height="{side:g}"'
    return f'<rect class="dock {kind}" {place} rx="3"/>'


def _label(layout: "Layout", place: str, docks: tuple[int, ...], kind: str) -> str:
    """The name on the outer side of the docks: above them in the upper half of the floor, else below."""
    points = [_centre(layout, cell) for cell in docks]
    x = sum(point[0] for point in points) / len(points)
    top, bottom = min(point[1] for point in points), max(point[1] for point in points)
    y = top - LABEL_LIFT * CELL if top + bottom < layout.height * CELL else bottom + LABEL_LIFT * CELL
    half = LETTER * len(place) / 2
    x = min(max(x, half), max(layout.width * CELL - half, half))
    return f'<text class="place {kind}" x="{x:g}" y="{y + 4:g}">{escape(place)}</text>'


def _centre(layout: "Layout", cell: int) -> tuple[float, float]:
    row, column = layout.row_column(cell)
    return (column + 0.5) * CELL, (row + 0.5) * CELL
