"""Reads a floor from a picture, by the colours of a legend: one pixel a cell, or `cell_pixels` by `cell_pixels`.

    legend: {"#000000": wall, "#ffffff": floor, "#0000ff": parking, "#ffff00": ">", "#ff0000": saw, green: source}

A colour means wall, floor, parking, a symbol of drawings, or the place of that name. Black is wall and white is floor
where the legend does not say otherwise; what is transparent is white. Colours must be those of the legend exactly. In a
cell of several pixels the most frequent colour counts; how many cells are not of one colour is told.
"""

from __future__ import annotations

import io
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ...config.quoting import quoted
from ..layout import AISLE_ARROWS, ARROWS, FLOOR, PARKING, WALL
from ..map_text import MOST_CELLS
from .drawing import Drawing, FloorFileError, package, place_symbols

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

WORDS = {"wall": WALL, "floor": FLOOR, "parking": PARKING}
SYMBOLS = (*WORDS.values(), *ARROWS, *AISLE_ARROWS)
COLOURS = {"#000000": "wall", "#ffffff": "floor"}  # unless the legend says otherwise
MOST_PIXELS = 100_000_000


def read_picture(content: bytes, layout: Mapping[str, Any]) -> Drawing:
    """A floor in a picture; dimensions: H rows and W columns of cells, L colours of the legend."""
    side = _cell_pixels(layout)
    pixels = _pixels(content, layout["file"], side)
    legend = _legend(layout)
    shares, numbers = _most_frequent(pixels, list(legend), side)
    if (numbers == len(legend)).any():
        _refuse_colour(pixels, numbers, legend, side)
    counts = np.bincount(numbers.ravel(), minlength=len(legend)).tolist()
    drawn = {name for name, count in zip(legend.values(), counts, strict=True) if count}
    places = {name: colour for colour, name in legend.items() if name not in WORDS and name not in SYMBOLS}
    for name, colour in places.items():
        if name not in drawn:
            raise FloorFileError(
                f"says {colour} is {name!r}, but no cell of {layout['file']!r} has that colour", "legend"
            )
    symbols = place_symbols(places)
    cells = np.array([WORDS.get(name) or symbols.get(name, name) for name in legend.values()])[numbers]
    notes = _notes(side, legend, counts, shares)
    art = "\n".join("".join(row) for row in cells.tolist())
    return Drawing(art, {"legend": {symbol: name for name, symbol in symbols.items()}, "notes": notes})


def _cell_pixels(layout: Mapping[str, Any]) -> int:
    side = layout.get("cell_pixels", 1)
    if not isinstance(side, int) or isinstance(side, bool) or side < 1:
        raise FloorFileError(f"{quoted(side)} is not a whole number above 0", "cell_pixels")
    return side


def _pixels(content: bytes, file: str, side: int) -> NDArray[np.uint32]:
    """(H * side, W * side) the colours, red * 65536 + green * 256 + blue."""
    pillow = package("PIL.Image", file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures, which are refused below
            picture = pillow.open(io.BytesIO(content))
            width, height = picture.size
            _check_size(width, height, side)
            picture = picture.convert("RGBA")
            white = pillow.new("RGBA", picture.size, "white")
            red, green, blue = np.moveaxis(np.asarray(pillow.alpha_composite(white, picture))[..., :3], -1, 0)
    except FloorFileError:
        raise
    except Exception as error:  # a damaged file raises whatever its first wrong byte leads to
        raise FloorFileError(f"{file!r} is not a picture ({error}); save it again as .png") from None
    return red.astype(np.uint32) << 16 | green.astype(np.uint32) << 8 | blue


def _check_size(width: int, height: int, side: int) -> None:
    cells = (width // side) * (height // side)
    if width * height > MOST_PIXELS or cells > MOST_CELLS:
        raise FloorFileError(
            f"the picture has {height} rows of {width} pixels, which are {cells} cells; at most {MOST_CELLS} cells and "
            f"{MOST_PIXELS} pixels fit into memory: draw fewer pixels, or set larger cells (cell_pixels)"
        )
    if width % side or height % side or not cells:
        fitting = [n for n in range(1, math.gcd(width, height) + 1) if width % n == height % n == 0]
        raise FloorFileError(
            f"{side} pixels a cell do not divide {height} rows of {width} pixels; crop the picture, or set "
            f"{min(fitting, key=lambda n: abs(n - side))}",
            "cell_pixels",
        )


def _legend(layout: Mapping[str, Any]) -> dict[str, str]:
    """Colour as #rrggbb -> meaning; all colours differ."""
    given = layout.get("legend", {})
    if not isinstance(given, dict) or not all(isinstance(name, str) and name for name in given.values()):
        raise FloorFileError("must say of each colour what it means: wall, floor, parking or a place", "legend")
    colours = package("PIL.ImageColor", layout["file"])
    legend: dict[str, str] = {}
    for colour, name in given.items():
        try:
            red, green, blue, *_ = colours.getrgb(colour)
        except (ValueError, AttributeError, TypeError):
            raise FloorFileError(
                f"{quoted(colour)} is not a colour; write '#rrggbb' in quotes, or a name such as red", "legend"
            ) from None
        key = f"#{red:02x}{green:02x}{blue:02x}"
        if key in legend:
            raise FloorFileError(f"gives the colour {key} two meanings, {legend[key]!r} and {name!r}", "legend")
        legend[key] = name
    return {colour: name for colour, name in COLOURS.items() if colour not in legend} | legend


def _most_frequent(
    pixels: NDArray[np.uint32], colours: list[str], side: int
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """(H, W) pixels of the most frequent colour of each cell, and its number; len(colours) for all other colours."""
    height, width = pixels.shape[0] // side, pixels.shape[1] // side
    grid = pixels.reshape(height, side, width, side)
    counts = np.stack([(grid == int(colour[1:], 16)).sum(axis=(1, 3)) for colour in colours])  # (L, H, W)
    counts = np.concatenate([counts, side * side - counts.sum(axis=0, keepdims=True)])
    return counts.max(axis=0), counts.argmax(axis=0)


def _refuse_colour(pixels: NDArray[np.uint32], numbers: NDArray[np.intp], legend: dict[str, str], side: int) -> None:
    row, column = np.argwhere(numbers == len(legend))[0].tolist()
    cell = pixels[row * side : (row + 1) * side, column * side : (column + 1) * side]
    known = [int(colour[1:], 16) for colour in legend]
    colours, counts = np.unique(cell[~np.isin(cell, known)], return_counts=True)
    found = int(colours[counts.argmax()])
    near = min(legend, key=lambda colour: _distance(found, int(colour[1:], 16)))
    raise FloorFileError(
        f"the cell at row {row}, column {column} has the colour #{found:06x}, which the legend does not explain; "
        f'did you mean "{near}" ({legend[near]})? Colour it so, or explain it in the legend'
    )


def _distance(a: int, b: int) -> int:
    return sum(((a >> shift & 255) - (b >> shift & 255)) ** 2 for shift in (0, 8, 16))


def _notes(side: int, legend: dict[str, str], counts: list[int], shares: NDArray[np.int64]) -> list[str]:
    """What was read, and the cells that are not of one colour."""
    read = (f"{count} {colour} {name}" for count, (colour, name) in zip(counts, legend.items(), strict=True) if count)
    notes = [f"read {shares.size} cells of {side} x {side} pixels: {', '.join(read)}"]
    mixed = np.argwhere(shares < side * side)
    if len(mixed):
        row, column = mixed[0].tolist()
        count = "1 cell is" if len(mixed) == 1 else f"{len(mixed)} cells are"
        place = f"at row {row}, column {column}"
        notes.append(f"{count} not of one colour (the first {place}); the most frequent colour counts")
    return notes
