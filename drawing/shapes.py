"""The shapes that a picture of the floor consists of, as plain data; `svg`, `raster` and `shapes.js` draw them.

Lengths are in cells, x to the right and y down. A shape is a list in JSON form:

    ["boxes", [[x, y, width, height], ...], style]
    ["lines", [[[x, y], ...], ...], style]                each from point to point; filled, a polygon
    ["circles", [[x, y, radius], ...], style]
    ["text", x, y, size, words, style]                    around its middle
    ["levels", width, [level, ...], style]                one cell each, `fill` with its level, 0 to 255, as opacity
    ["turned", x, y, quarters, [shape, ...]]              rotated clockwise about (0, 0), then moved to (x, y)
    ["heading", [shape, ...]]                             rotated like the vehicle; dropped if its heading is unknown

Keys of a style: `fill` and `line`, each the name of a colour in `palette.LIGHT` or a colour itself; `width` of the
line, 0 for the thinnest visible; `dash` and gap; `radius` of corners; `opacity`. A text is shrunk to fit into `room`;
if that needs less than half its size, the text `short` is drawn instead.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Shape = list[Any]
Point = tuple[float, float]

READABLE_PX = 9.0
"""Smaller text is drawn in this size if it has room."""
LEAST_PX = 5.5
"""Smaller text is dropped."""


def boxes(each: Sequence[Sequence[float]], **style: Any) -> Shape:
    return ["boxes", [[round(number, 3) for number in box] for box in each], style]


def box(x: float, y: float, w: float, h: float, **style: Any) -> Shape:
    return boxes([(x, y, w, h)], **style)


def lines(each: Sequence[Sequence[Point]], **style: Any) -> Shape:
    return ["lines", [[[round(x, 3), round(y, 3)] for x, y in line] for line in each], style]


def circle(x: float, y: float, radius: float, **style: Any) -> Shape:
    return ["circles", [[x, y, radius]], style]


def text(x: float, y: float, size: float, words: str, **style: Any) -> Shape:
    return ["text", x, y, size, words, style]


def levels(width: int, each: Sequence[int], **style: Any) -> Shape:
    return ["levels", width, list(each), style]


def turned(x: float, y: float, quarters: int, shapes: list[Shape]) -> Shape:
    return ["turned", x, y, quarters, shapes]


def heading(shapes: list[Shape]) -> Shape:
    return ["heading", shapes]


def fitted(
    words: str, size: float, style: dict[str, Any], *, px: float, width: Callable[[str], float]
) -> tuple[str, float]:
    """The words to draw and their size in cells; size 0 if they would be too small to read.

    Args:
        words: words of the shape, like size and style.
        px: pixels per cell.
        width: width of words in size 1.
    """
    room, short = style.get("room", math.inf), style.get("short")
    largest = max(size, READABLE_PX / px)
    if short is not None and largest * width(words) > 2 * room:
        words = short
    size = min(largest, room / max(width(words), 1e-9))
    return words, size if size * px >= LEAST_PX else 0.0
