"""Shapes as SVG for a page, in the colours of its style sheet (`palette.style_sheet`)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from . import palette
from .shapes import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .shapes import Shape

CELL = 20.0  # units per cell
LETTER = 0.6  # approximate width of a bold letter over the size of the text
HAIRLINE = 0.04  # cells


def drawn(shapes: Sequence[Shape], *, left: float, top: float, width: float, height: float, title: str) -> str:
    """An `<svg>` element with the shapes within a rectangle, in cells.

    Args:
        shapes: shapes to draw, from back to front.
        left, top, width, height: of the rectangle.
        title: description of the picture, for screen readers.
    """
    box = " ".join(f"{number * CELL:g}" for number in (left, top, width, height))
    body = "".join(map(_element, shapes))
    return (
        f'<svg class="floor" viewBox="{box}" role="img" aria-label="{escape(title, quote=True)}">'
        f'<g transform="scale({CELL:g})">{body}</g></svg>'
    )


def _element(shape: Shape) -> str:
    match shape:
        case ["boxes", each, style]:
            return _group(style, "".join(_box(box, style) for box in each))
        case ["lines", each, style]:
            path = "".join(_path(line) + ("Z" if "fill" in style else "") for line in each)
            return _group(style, f'<path d="{path}"/>' if path else "")
        case ["circles", each, style]:
            return _group(style, "".join(f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}"/>' for x, y, r in each))
        case ["text", x, y, size, words, style]:
            return _text(x, y, size, words, style)
        case ["levels", width, each, style]:
            return _group(style, "".join(_level(n % width, n // width, level) for n, level in enumerate(each) if level))
        case ["turned", x, y, quarters, inside]:
            body = "".join(map(_element, inside))
            return f'<g transform="translate({x:g} {y:g}) rotate({90 * quarters})">{body}</g>'
        case ["heading", _]:
            return ""
    raise ValueError(f"{shape[0]!r} is not a shape; the shapes are those of drawing/shapes.py")


def _group(style: dict[str, Any], body: str) -> str:
    """The body with the style written once."""
    if not body:
        return ""
    found = [f'fill="{_colour(style.get("fill", "none"))}"']
    if "line" in style:
        found.append(f'stroke="{_colour(style["line"])}" stroke-width="{style.get("width") or HAIRLINE:g}"')
        found.append('stroke-linecap="round" stroke-linejoin="round"')
    if "dash" in style:
        found.append(f'stroke-dasharray="{" ".join(f"{length:g}" for length in style["dash"])}"')
    if "opacity" in style:
        found.append(f'fill-opacity="{style["opacity"]:g}"')
    return f"<g {' '.join(found)}>{body}</g>"


def _colour(name: str) -> str:
    return f"var(--{name.replace('_', '-')})" if name in palette.colours(dark=False) else name


def _box(box: Sequence[float], style: dict[str, Any]) -> str:
    x, y, w, h = box
    corners = f' rx="{style["radius"]:g}"' if "radius" in style else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}"{corners}/>'


def _path(line: Sequence[Sequence[float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in line)


def _level(x: int, y: int, level: int) -> str:
    return f'<rect x="{x}" y="{y}" width="1" height="1" opacity="{level / 255:.2f}"/>'


def _text(x: float, y: float, size: float, words: str, style: dict[str, Any]) -> str:
    words, size = fitted(words, size, style, px=CELL, width=lambda each: LETTER * len(each))
    if not size:
        return ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:.3g}" fill="{_colour(style["fill"])}" text-anchor="middle" '
        f'dominant-baseline="central">{escape(words)}</text>'
    )
