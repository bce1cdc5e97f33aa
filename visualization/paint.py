"""The floor as a picture, without a browser: the same plan and frame, drawn with Pillow.

What is drawn, and in which colours, is what the scripts in `floor` draw. Drawn twice as large and made smaller, edges
are clean.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from ..agents.events import StationState, VehicleState
from .drawing import palette
from .stage import FREE
from .tally import ABSENT

if TYPE_CHECKING:
    from .stage import Stage

OVERSIZE = 2
RIM = 1.2  # cells round the floor
HEAD = 30  # pixels for the caption
FOOT = 38  # pixels for the legend
MOST_BOXES = 8  # of a buffer


@cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    path = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal"))
    return ImageFont.truetype(path, size)


class Painter:
    """Draws the frames of one stage, all of the same size.

    Args:
        stage: what is drawn.
        width: of the pictures, in pixels.
        dark: dark or light.
    """

    def __init__(self, stage: Stage, *, width: int = 1000, dark: bool = False) -> None:
        self.stage = stage
        self.look = palette.theme(dark=dark)
        plan = stage.plan
        self.scale = width * OVERSIZE / (plan.width + 2 * RIM)
        self.size = (width * OVERSIZE, int((plan.height + 2 * RIM) * self.scale) + (HEAD + FOOT) * OVERSIZE)
        self._still = self._draw_still()

    def picture(self) -> Image.Image:
        """The stage as it is now."""
        stage, frame = self.stage, self.stage.frame()
        image = self._still.copy()
        pen = ImageDraw.Draw(image)
        for place, now in zip(stage.plan.data["places"], frame["places"], strict=True):
            self._place(image, pen, place, now)
        for robot, (state, _) in zip(stage.plan.data["robots"], frame["robots"], strict=True):
            self._robot(pen, robot, state)
        width = stage.plan.width
        spots = frame["at"] or [(cell % width, cell // width) for cell in frame["cell"]]
        for vehicle, (x, y) in enumerate(spots):
            if frame["state"][vehicle] != ABSENT:
                self._vehicle(pen, frame, vehicle, x, y)
        whole = int(stage.now_s)
        done = f"{stage.tally.finished} finished, {len(stage.tally.jobs)} in process"
        text = f"{stage.plan.data['name']}   {whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}   {done}"
        pen.text((12 * OVERSIZE, 7 * OVERSIZE), text, fill=self.look["ink"], font=_font(13 * OVERSIZE))
        return image.resize((self.size[0] // OVERSIZE, self.size[1] // OVERSIZE), Image.Resampling.LANCZOS)

    # -- geometry ---------------------------------------------------------------------------------------------

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x + RIM) * self.scale, (y + RIM) * self.scale + HEAD * OVERSIZE

    def _box(self, x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        left, top = self._at(x, y)
        return left, top, left + w * self.scale, top + h * self.scale

    def _line(self, cells: float) -> int:
        return max(round(cells * self.scale), 1)

    # -- what stands still ------------------------------------------------------------------------------------

    def _draw_still(self) -> Image.Image:
        plan, look = self.stage.plan, self.look
        data, width = plan.data, plan.width
        image = Image.new("RGB", self.size, look["floor"])
        pen = ImageDraw.Draw(image)
        for cell, symbol in enumerate(data["walls"]):
            if symbol == "#":
                pen.rectangle(self._box(cell % width, cell // width, 1, 1), fill=look["wall"])
        for cell in data["parking"]:
            pen.rectangle(self._box(cell % width + 0.12, cell // width + 0.12, 0.76, 0.76), outline=look["arrow"])
        for cell, way in data["arrows"]:
            self._arrow(pen, cell % width + 0.5, cell // width + 0.5, way * math.pi / 2)
        for place in data["places"]:
            for cell in place["cells"]:
                pen.rectangle(self._box(cell % width, cell // width, 1, 1), fill=look["dock"])
        self._legend(pen)
        return image

    def _arrow(self, pen: ImageDraw.ImageDraw, x: float, y: float, angle: float) -> None:
        c, s = math.cos(angle), math.sin(angle)
        points = [self._at(x + u * c - v * s, y + u * s + v * c) for u, v in ((-0.1, -0.22), (0.14, 0.0), (-0.1, 0.22))]
        pen.line(points, fill=self.look["arrow"], width=self._line(0.08), joint="curve")

    def _legend(self, pen: ImageDraw.ImageDraw) -> None:
        """A line for stations and one for vehicles, smaller where there is less room."""
        look, left = self.look, 12.0 * OVERSIZE
        keys = {
            kind: [(None, f"{kind}s:"), *zip(look[kind], look[f"{kind}_words"], strict=True)]
            for kind in ("station", "vehicle")
        }
        font = _font(10 * OVERSIZE)
        longest = max(self._legend_width(keys[kind], font) for kind in keys)
        if longest > self.size[0] - 2 * left:
            font = _font(max(int(10 * OVERSIZE * (self.size[0] - 2 * left) / longest), 4))
        high = 15.0 * OVERSIZE
        y = self.size[1] - FOOT * OVERSIZE + 4 * OVERSIZE
        for kind in keys:
            x = left
            for colour, word in keys[kind]:
                if colour is not None:
                    side = 0.9 * font.size
                    pen.rounded_rectangle((x, y + 2, x + side, y + 2 + side), 4, fill=colour)
                    x += 1.2 * font.size
                pen.text((x, y - 1), word, fill=look["faint"] if colour is None else look["ink"], font=font)
                x += pen.textlength(word, font=font) + 0.9 * font.size
            y += high

    @staticmethod
    def _legend_width(keys: list[tuple[str | None, str]], font: ImageFont.FreeTypeFont) -> float:
        return sum(font.getlength(word) + (2.1 if colour else 0.9) * font.size for colour, word in keys)

    # -- what moves -------------------------------------------------------------------------------------------

    def _place(self, image: Image.Image, pen: ImageDraw.ImageDraw, place: dict[str, Any], now: list[Any]) -> None:
        look, body, width = self.look, place["body"], self.stage.plan.width
        states, parts_in, parts_out = now
        charger = place["kind"] == "charger"
        colours = look["vehicle" if charger else "station"]
        if charger:
            tint = look["vehicle"][VehicleState.CHARGING]
        else:
            tint = look["station"][_lead(states)] if states else look["accent"]
        for cell in place["cells"]:
            box = self._box(cell % width + 0.07, cell // width + 0.07, 0.86, 0.86)
            pen.rectangle(box, outline=tint, width=self._line(0.09))
        deep = body["h"] > body["w"]
        long, short = max(body["w"], body["h"]) * self.scale, min(body["w"], body["h"]) * self.scale
        card = Image.new("RGBA", (max(int(long), 2), max(int(short), 2)), (0, 0, 0, 0))
        draw = ImageDraw.Draw(card)
        edge = self._line(0.09)
        radius = self._line(0.16)
        draw.rounded_rectangle((1, 1, long - 2, short - 2), radius, fill=look["card"], outline=tint, width=edge)
        each = (long - 0.3 * self.scale) / max(len(states), 1)
        for machine, state in enumerate(states):
            left = 0.15 * self.scale + machine * each
            box = (left, 0.12 * self.scale, left + each - 0.06 * self.scale, 0.32 * self.scale)
            draw.rectangle(box, fill=look["line"] if state == FREE else colours[state])
        if place["kind"] == "station":
            middle = short / 2 + 0.02 * self.scale
            for x, way, parts, room in (
                (0.15 * self.scale, 1, parts_in, place["input"]),
                (long - 0.15 * self.scale, -1, parts_out, place["output"]),
            ):
                boxes = min(room if room is not None else max(3, parts), MOST_BOXES)
                wide = min(0.14 * long / max(boxes, 1), 0.36 * self.scale)
                for box in range(boxes):
                    left = x + box * wide if way > 0 else x - (box + 1) * wide
                    colour = look["part"] if box < parts else look["line"]
                    draw.rectangle((left, middle, left + 0.85 * wide, middle + 0.3 * self.scale), fill=colour)
        name = place["name"].replace("_", " ")
        if place["kind"] not in ("station", "sink", "charger"):
            name += f" {parts_out}"
        elif charger and parts_in:
            name += f" · {parts_in} wait"
        room = 0.7 * long if place["kind"] == "station" else long - 0.4 * self.scale
        self._label(draw, name, (long, short), room, striped=bool(states))
        if deep:
            card = card.rotate(90, expand=True)
        x, y = self._at(body["x"], body["y"])
        image.paste(card, (round(x), round(y)), card)

    def _label(
        self, draw: ImageDraw.ImageDraw, text: str, body: tuple[float, float], room: float, *, striped: bool
    ) -> None:
        long, short = body
        size = int(min(0.55 * short, 0.55 * self.scale))
        wide = draw.textlength(text, font=_font(max(size, 4), bold=True))
        if wide > room > 0:
            size = int(size * room / wide)
        if size >= 5 * OVERSIZE:
            at = (long / 2, short / 2 + (0.12 * self.scale if striped else 0))
            draw.text(at, text, fill=self.look["ink"], font=_font(size, bold=True), anchor="mm")

    def _robot(self, pen: ImageDraw.ImageDraw, robot: dict[str, Any], state: int) -> None:
        colour = self.look["robot"][state] if state else self.look["faint"]
        box = self._box(robot["x"] - 0.3, robot["y"] - 0.3, 0.6, 0.6)
        pen.ellipse(box, fill=self.look["card"], outline=colour, width=self._line(0.11))
        ends = [self._at(robot["x"], robot["y"]), self._at(robot["x"], robot["y"] - 0.45)]
        pen.line(ends, fill=colour, width=self._line(0.14))

    def _vehicle(self, pen: ImageDraw.ImageDraw, frame: dict[str, Any], vehicle: int, x: float, y: float) -> None:
        look = self.look
        state = frame["state"][vehicle]
        box = self._box(x + 0.12, y + 0.12, 0.76, 0.76)
        pen.rounded_rectangle(box, self._line(0.18), fill=look["vehicle"][state], outline=look["faint"])
        if frame["load"][vehicle]:
            pen.rectangle(self._box(x + 0.28, y + 0.28, 0.44, 0.44), fill="#ffffff")
            pen.rectangle(self._box(x + 0.33, y + 0.33, 0.34, 0.34), fill=look["part"])
        if state == 6:
            for a, b in (((0.28, 0.28), (0.72, 0.72)), ((0.72, 0.28), (0.28, 0.72))):
                pen.line(
                    [self._at(x + a[0], y + a[1]), self._at(x + b[0], y + b[1])], fill="#ffffff", width=self._line(0.1)
                )
        if frame["battery"] is not None:
            level = frame["battery"][vehicle] / 100.0
            pen.rectangle(self._box(x + 0.12, y + 0.9, 0.76, 0.1), fill=look["line"])
            colour = look["vehicle"][6] if level < 0.2 else look["ink"]
            pen.rectangle(self._box(x + 0.12, y + 0.9, 0.76 * level, 0.1), fill=colour)


def _lead(states: list[int]) -> int:
    """The state that colours the whole station."""
    for state in (StationState.DOWN, StationState.PROCESSING, StationState.BLOCKED, StationState.SETUP):
        if state in states:
            return state
    return states[0]
