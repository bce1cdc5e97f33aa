"""Pictures of a stage without a browser: the floor between a caption and a legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from ..agents.events import VehicleState
from ..drawing import palette, scene
from ..drawing.raster import OVERSIZE, Frame, Pen, font
from ..drawing.scene import RIM
from .clock import clock
from .tally import ABSENT

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

    from .stage import Stage

HEAD = 30  # pixels for the caption
FOOT = 38  # pixels for the legend
LEFT = 12  # pixels to the left of both


class Painter:
    """Draws the frames of one stage, all of the same size.

    Args:
        stage: the stage to draw.
        width: width of the pictures in pixels.
        dark: use dark colours.
    """

    def __init__(self, stage: Stage, *, width: int = 1000, dark: bool = False) -> None:
        self.stage = stage
        self.look = palette.colours(dark=dark)
        plan = stage.plan
        scale = width * OVERSIZE / (plan.width + 2 * RIM)
        self.size = (width * OVERSIZE, int((plan.height + 2 * RIM) * scale) + (HEAD + FOOT) * OVERSIZE)
        self.frame = Frame(scale, RIM * scale, RIM * scale + HEAD * OVERSIZE)
        self._still = self._draw_still()

    def picture(self) -> Image.Image:
        """Draw the current state of the stage."""
        stage, frame = self.stage, self.stage.frame()
        image = self._still.copy()
        pen = Pen(image, self.look)
        for shapes in stage.plan.shapes_now(frame).values():
            pen.shapes(shapes, self.frame)
        headings = stage.headings()
        width = stage.plan.width
        spots = frame["at"] or [(cell % width, cell // width) for cell in frame["cell"]]
        for vehicle, (x, y) in enumerate(spots):
            if frame["state"][vehicle] != ABSENT:
                at = self.frame.moved(x + 0.5, y + 0.5)
                state = VehicleState(frame["state"][vehicle])
                shapes = scene.vehicle(state, loaded=frame["load"][vehicle] > 0)
                pen.shapes(shapes, at, heading=headings[vehicle])
                if vehicle in frame["seeking"]:
                    pen.shapes(scene.seeker(), at)
                if frame["battery"] is not None:
                    pen.shapes(scene.battery(frame["battery"][vehicle] / 100.0), at)
        done = f"{stage.tally.finished} finished, {len(stage.tally.jobs)} in process"
        caption = f"{stage.plan.data['name']}   {clock(stage.now_s)}   {done}"
        pen.draw.text((LEFT * OVERSIZE, 7 * OVERSIZE), caption, fill=self.look["ink"], font=font(13 * OVERSIZE))
        return image.resize((self.size[0] // OVERSIZE, self.size[1] // OVERSIZE), Image.Resampling.LANCZOS)

    def _draw_still(self) -> Image.Image:
        image = Image.new("RGB", self.size, self.look["floor"])
        pen = Pen(image, self.look)
        pen.shapes(scene.ground(self.stage.plan), self.frame)
        self._legend(pen)
        return image

    def _legend(self, pen: Pen) -> None:
        """Draw one line for stations and one for vehicles, smaller if there is less room."""
        left = LEFT * OVERSIZE
        letters, room = font(10 * OVERSIZE), self.size[0] - 2 * left
        rows = [
            [(None, f"{kind}s:"), *((palette.tone(state).colour, palette.word(state)) for state in palette.KINDS[kind])]
            for kind in ("station", "vehicle")
        ]
        longest = max(_width(row, letters) for row in rows)
        if longest > room:
            letters = font(max(int(10 * OVERSIZE * room / longest), 4))
        side = letters.size
        for number, row in enumerate(rows):
            x, y = float(left), self.size[1] + (15.0 * number - FOOT + 4) * OVERSIZE
            for colour, word in row:
                if colour is not None:
                    pen.draw.rounded_rectangle((x, y + 2, x + 0.9 * side, y + 2 + 0.9 * side), 4, fill=colour)
                    x += 1.2 * side
                pen.draw.text((x, y - 1), word, fill=self.look["ink" if colour else "faint"], font=letters)
                x += letters.getlength(word) + 0.9 * side


def _width(row: list[tuple[str | None, str]], letters: FreeTypeFont) -> float:
    """Pixels of a line of the legend."""
    return sum(letters.getlength(word) + (2.1 if colour else 0.9) * letters.size for colour, word in row)
