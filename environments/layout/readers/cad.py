"""Reads a floor from a CAD drawing (`.dxf`): what is on a layer means what the legend says of the layer.

| meaning | lines | closed outlines |
|---|---|---|
| `wall` | the cells that they cross | as lines; hatches and solids are filled |
| `rack` | the cells that they cross | filled |
| `floor` | the cells that they cross | filled; if a layer means floor, all else is wall |
| `one_way` | the cells that they cross, in the direction of the line; left to either side too | as lines |
| `parking` | – | the cells in them; points and blocks: their cell |
| `dock` | – | the same; named by a text in them, the attribute of a block, or the layer (`docks-saw`) |
| a place | – | the same, docks of that place |

Without a legend the layers walls, racks, aisles or floor, one_way, parking and docks mean that; capitals do not matter.
Cells begin at the upper left corner of all that is read, and a ring of wall surrounds them. `raster` says which cells a
line crosses. What lies between cells, is too small for them or is on other layers is told in the notes.
"""

from __future__ import annotations

import io
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...config.quoting import quoted
from ...config.suggestions import listed, nearest
from ...config.units import DISTANCE
from ..map_text import MOST_CELLS
from .cad_cells import CadCells, Shape
from .drawing import Drawing, FloorFileError, package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .raster import Point

LAYERS = {
    "walls": "wall",
    "racks": "rack",
    "aisles": "floor",
    "floor": "floor",
    "one_way": "one_way",
    "parking": "parking",
    "docks": "dock",
}
MEANINGS = ("wall", "rack", "floor", "one_way", "parking", "dock")
METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0, "in": 0.0254, "ft": 0.3048}
UNITS = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 7: "km"}  # of $INSUNITS
SOLID = ("HATCH", "SOLID", "TRACE")
FINENESS = 0.1  # of a cell: curves are lines that deviate less


@dataclass
class Found:
    """What is in a drawing."""

    shapes: list[Shape] = field(default_factory=list)
    other_layers: Counter[str] = field(default_factory=Counter)  # entities
    unread: Counter[str] = field(default_factory=Counter)  # entities, by type and layer


def read_cad(content: bytes, layout: Mapping[str, Any]) -> Drawing:
    """A floor in a DXF drawing."""
    file = layout["file"]
    recover = package("ezdxf.recover", file)
    try:
        document, _ = recover.read(io.BytesIO(content))
    except Exception as error:  # a damaged file raises whatever its first wrong line leads to
        raise FloorFileError(f"{file!r} is not a DXF drawing ({error}); save it again as .dxf") from None
    cell_m = _cell_size_m(layout)
    metres, unit = _unit(document, layout)
    layers = _layers(document)
    meanings = _meanings(layout, layers)
    found = Found()
    _collect(document.modelspace(), "0", meanings, cell_m / metres * FINENESS, found)
    if not found.shapes:
        raise FloorFileError(
            f"{file!r} has nothing on the layers {listed(sorted(meanings))}; it has the layers {listed(layers)}: say "
            "in the legend what they mean",
            "legend" if layout.get("legend") else "file",
        )
    corner, height, width = _extent(found.shapes, cell_m / metres)
    if height * width > MOST_CELLS:
        raise FloorFileError(
            f"the drawing has {height} rows of {width} cells of {cell_m:g} m; at most {MOST_CELLS} cells fit into "
            f"memory: set a larger cell_size, or the right unit (it is read in {unit})"
        )
    cells = CadCells(height, width, corner, cell_m / metres)
    cells.draw(found.shapes)
    art, legend = cells.drawing()
    notes = [
        f"read {height} rows of {width} cells of {cell_m:g} m in a ring of wall; row 1, column 1 begins at x "
        f"{corner[0]:g} {unit}, y {corner[1]:g} {unit}",
        *cells.notes,
        *(f"left out: {count} of type {kind}" for kind, count in found.unread.items()),
        *(f"left out: {count} on layer {layer}, which has no meaning" for layer, count in found.other_layers.items()),
    ]
    return Drawing(art, {"legend": legend, "notes": notes})


def _cell_size_m(layout: Mapping[str, Any]) -> float:
    try:
        return DISTANCE.parse(layout.get("cell_size", "1m"))
    except ValueError as error:
        raise FloorFileError(str(error), "cell_size") from None


def _unit(document: Any, layout: Mapping[str, Any]) -> tuple[float, str]:
    """Metres of a drawing unit, and its name."""
    given = layout.get("unit")
    if given is not None and not (isinstance(given, str) and given in METRES):
        near = nearest(given, METRES) if isinstance(given, str) else ""
        raise FloorFileError(f"{quoted(given)} is not allowed; allowed: {', '.join(METRES)}{near}", "unit")
    unit = given or UNITS.get(document.header.get("$INSUNITS", 0))
    if unit is None:
        raise FloorFileError(f"{layout['file']!r} does not say its unit; set one (unit: {', '.join(METRES)})")
    return METRES[unit], unit


def _layers(document: Any) -> list[str]:
    """The names of all layers: those that the drawing lists, and those that it only uses."""
    used = (entity.dxf.layer for block in document.blocks for entity in block)  # the drawing itself is a block too
    names: dict[str, str] = {}
    for name in (*(layer.dxf.name for layer in document.layers), *used):
        names.setdefault(name.lower(), name)
    return list(names.values())


def _meanings(layout: Mapping[str, Any], layers: list[str]) -> dict[str, str]:
    """Meaning of each layer that has one, by its name in small letters."""
    given = layout.get("legend")
    if given is None:
        meanings = dict(LAYERS)
    elif isinstance(given, dict) and all(isinstance(word, str) and word for pair in given.items() for word in pair):
        known = [layer.lower() for layer in layers]
        for layer in given:
            if layer.lower() not in known:
                raise FloorFileError(
                    f"{layer!r} is not a layer of {layout['file']!r}; it has: {listed(layers)}{nearest(layer, layers)}",
                    "legend",
                )
        meanings = {layer.lower(): meaning for layer, meaning in given.items()}
    else:
        raise FloorFileError(f"must say of each layer what it means: {', '.join(MEANINGS)} or a place", "legend")
    for layer in layers:
        for dock in [name for name, meaning in meanings.items() if meaning == "dock"]:
            if layer.lower().startswith((f"{dock}-", f"{dock}_")) and layer.lower() not in meanings:
                meanings[layer.lower()] = layer[len(dock) + 1 :]
    return meanings


def _collect(entities: Iterable[Any], parent: str, meanings: Mapping[str, str], fineness: float, found: Found) -> None:
    """Add the shapes of entities; those of blocks on layer 0 are on the layer of the block."""
    for entity in entities:
        layer = entity.dxf.layer if entity.dxf.layer != "0" else parent
        meaning = meanings.get(layer.lower())
        is_block = entity.dxftype() == "INSERT"
        if is_block and meaning not in (None, "wall", "rack", "floor", "one_way"):
            name = next(
                (attribute.dxf.text.strip() for attribute in entity.attribs if attribute.dxf.text.strip()), None
            )
            found.shapes.append(_shape(layer, meaning, [_xy(entity.dxf.insert)], name=name))
        elif is_block:
            _collect(entity.virtual_entities(), layer, meanings, fineness, found)
        elif meaning is None:
            found.other_layers[layer] += 1
        elif shapes := list(_shapes(entity, layer, meaning, fineness)):
            found.shapes += shapes
        else:
            found.unread[f"{entity.dxftype()} on layer {layer}"] += 1


def _shapes(entity: Any, layer: str, meaning: str, fineness: float) -> Iterator[Shape]:
    """The lines, outlines and points of an entity; none if it cannot be read."""
    kind = entity.dxftype()
    if kind in ("TEXT", "MTEXT"):
        at = entity.dxf.insert if kind == "MTEXT" else entity.get_placement()[1]
        if meaning == "dock":
            yield _shape(layer, meaning, [_xy(at)], name=entity.plain_text().strip() or None, is_text=True)
    elif kind == "POINT":
        yield _shape(layer, meaning, [_xy(entity.dxf.location)])
    else:
        path = package("ezdxf.path", "")
        try:
            paths = list(path.from_hatch(entity)) if kind == "HATCH" else [path.make_path(entity)]
        except TypeError:  # a type that has no outline, such as a picture
            return
        for one in paths:
            points = [_xy(point) for point in one.flattening(fineness)]
            if len(points) > 1:
                closed = one.is_closed or kind in SOLID
                yield _shape(layer, meaning, points, closed=closed, solid=kind in SOLID)


def _shape(layer: str, meaning: str, points: list[Point], **more: Any) -> Shape:
    if meaning not in MEANINGS:  # a place
        more["name"], meaning = meaning, "dock"
    return Shape(layer, meaning, points, **more)


def _xy(point: Any) -> Point:
    return float(point.x), float(point.y)


def _extent(shapes: Iterable[Shape], side: float) -> tuple[Point, int, int]:
    """The upper left corner of all shapes, and the rows and columns that they take; at least one each."""
    x, y = zip(*(point for shape in shapes for point in shape.points), strict=True)
    rows, columns = (
        max(1, math.ceil(round((max(values) - min(values)) / side, 6))) for values in (y, x)
    )  # fmt: skip
    return (min(x), max(y)), rows, columns
