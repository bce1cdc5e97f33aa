"""Shapes as an image, with Pillow. Drawing at twice the size and scaling down smooths the edges."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib import font_manager
from PIL import Image, ImageColor, ImageDraw, ImageFont

from .shapes import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .shapes import Point, Shape

OVERSIZE = 2
MEASURED = 100  # font size for measuring widths


@cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, shipped with matplotlib."""
    path = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal"))
    return ImageFont.truetype(path, size)


@dataclass(frozen=True, slots=True)
class Frame:
    """The map from cells to pixels: a rotation by `angle` (radians) about (0, 0), then `scale`, then a shift."""

    scale: float
    x: float = 0.0
    y: float = 0.0
    angle: float = 0.0

    def __call__(self, x: float, y: float) -> Point:
        c, s = math.cos(self.angle), math.sin(self.angle)
        return self.x + self.scale * (x * c - y * s), self.y + self.scale * (x * s + y * c)

    def moved(self, x: float, y: float, angle: float = 0.0) -> Frame:
        """The frame of an object with its origin at (x, y), rotated about it."""
        px, py = self(x, y)
        return replace(self, x=px, y=py, angle=self.angle + angle)


class Pen:
    """Draws shapes on an image.

    Args:
        image: RGB.
        look: colours by name (`palette.colours`).
    """

    def __init__(self, image: Image.Image, look: dict[str, str]) -> None:
        self.image = image
        self.look = look
        self.draw = ImageDraw.Draw(image, "RGBA")

    def shapes(self, shapes: Sequence[Shape], frame: Frame, *, heading: float | None = None) -> None:
        """Shapes from back to front; `heading` (radians) is that of the vehicle drawn."""
        for shape in shapes:
            match shape:
                case ["boxes", each, style]:
                    for box in each:
                        self._box(box, style, frame)
                case ["lines", each, style]:
                    for line in each:
                        self._line([frame(x, y) for x, y in line], style, frame)
                case ["circles", each, style]:
                    for x, y, radius in each:
                        self._circle(frame(x, y), radius * frame.scale, style, frame)
                case ["text", x, y, size, words, style]:
                    self._text(frame.moved(x, y), size, words, style)
                case ["turned", x, y, quarters, inside]:
                    self.shapes(inside, frame.moved(x, y, quarters * math.pi / 2), heading=heading)
                case ["heading", inside]:
                    if heading is not None:
                        self.shapes(inside, frame.moved(0.0, 0.0, heading))
                case _:
                    raise ValueError(f"{shape[0]!r} is not a shape of images")

    def _colour(self, style: dict[str, Any], key: str) -> tuple[int, ...] | None:
        if key not in style:
            return None
        *colour, opacity = ImageColor.getcolor(self.look.get(style[key], style[key]), "RGBA")  # type: ignore[misc]
        return *colour, round(opacity * (style.get("opacity", 1.0) if key == "fill" else 1.0))

    def _pixels(self, style: dict[str, Any], frame: Frame) -> int:
        return max(round(style.get("width", 0.0) * frame.scale), 1)

    def _box(self, box: Sequence[float], style: dict[str, Any], frame: Frame) -> None:
        x, y, w, h = box
        if "dash" in style:
            self._line([frame(*at) for at in ((x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y))], style, frame)
            return
        line, width = self._colour(style, "line"), self._pixels(style, frame)
        out = width / 2 / frame.scale if line is not None else 0.0  # Pillow draws outlines inside the box
        (x0, y0), (x1, y1) = frame(x - out, y - out), frame(x + w + out, y + h + out)
        corners = (min(x0, x1), min(y0, y1), max(x0, x1) - 1, max(y0, y1) - 1)
        if corners[0] > corners[2] or corners[1] > corners[3]:
            return
        radius = (style.get("radius", 0.0) + out) * frame.scale if "radius" in style else 0.0
        fill = self._colour(style, "fill")
        self.draw.rounded_rectangle(corners, radius, fill=fill, outline=line, width=width if line is not None else 0)

    def _line(self, points: list[Point], style: dict[str, Any], frame: Frame) -> None:
        fill, line = self._colour(style, "fill"), self._colour(style, "line")
        if fill is not None:
            self.draw.polygon(points, fill=fill)
        if line is not None:
            width = self._pixels(style, frame)
            for part in _dashes(points, [length * frame.scale for length in style.get("dash", ())]):
                self.draw.line(part, fill=line, width=width, joint="curve")

    def _circle(self, at: Point, radius: float, style: dict[str, Any], frame: Frame) -> None:
        line, width = self._colour(style, "line"), self._pixels(style, frame)
        radius += width / 2 if line is not None else 0.0
        corners = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
        self.draw.ellipse(corners, fill=self._colour(style, "fill"), outline=line, width=width)

    def _text(self, frame: Frame, size: float, words: str, style: dict[str, Any]) -> None:
        widths = font(MEASURED, bold=True)
        px = frame.scale / OVERSIZE
        words, size = fitted(words, size, style, px=px, width=lambda each: widths.getlength(each) / MEASURED)
        if not size or not words:
            return
        letters = font(round(size * frame.scale), bold=True)
        left, top, right, bottom = letters.getbbox(words, anchor="mm")
        label = Image.new("L", (math.ceil(right - left) + 4, math.ceil(bottom - top) + 4))
        ImageDraw.Draw(label).text((2 - left, 2 - top), words, fill=255, font=letters, anchor="mm")
        middle = (left + right) / 2, (top + bottom) / 2  # centre of the letters relative to the centre of the text
        c, s = math.cos(frame.angle), math.sin(frame.angle)
        x, y = frame.x + middle[0] * c - middle[1] * s, frame.y + middle[0] * s + middle[1] * c
        label = label.rotate(-math.degrees(frame.angle), expand=True)
        corner = round(x - label.width / 2), round(y - label.height / 2)
        fill: str = style["fill"]
        self.image.paste(self.look.get(fill, fill), corner, label)


def _dashes(points: list[Point], lengths: Sequence[float]) -> Iterator[list[Point]]:
    """The drawn parts of a dashed line; the whole line without dashes."""
    if not lengths:
        yield points
        return
    dash, gap = lengths
    for (x0, y0), (x1, y1) in pairwise(points):
        far = math.hypot(x1 - x0, y1 - y0)
        for number in range(math.ceil(far / (dash + gap))):
            begin = number * (dash + gap) / far
            end = min(begin + dash / far, 1.0)
            yield [(x0 + part * (x1 - x0), y0 + part * (y1 - y0)) for part in (begin, end)]
