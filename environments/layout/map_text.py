"""Reads the text of a MovingAI map: a header by key in any order, the line `map`, then the rows.

    type octile
    height 2
    width 4
    map
    ..GS                 passable: . G S E (ground, swamp; service points of the League of Robot Runners)
    .@TW                 blocked: @ O T W

Source: Sturtevant, "Benchmarks for grid-based pathfinding", IEEE TCIAIG 4(2), 2012.
"""

from __future__ import annotations

PASSABLE = ".GSE"
BLOCKED = "@OTW"
MOST_CELLS = 4_000_000  # that fit into memory with all data computed for each
_HEADER = ("type", "height", "width")


class MapTextError(ValueError):
    """Raised if a text is not a map; `line` is the line number from 1, None for the whole text."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(problem)
        self.line = line


def read_map_text(text: str) -> list[str]:
    """The rows of a map, equally long. Text after the rows is ignored, except for an extra row. Raises MapTextError."""
    lines = [line.rstrip() for line in text.splitlines()]
    header: dict[str, str] = {}
    first_row = 0
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if words == ["map"]:
            first_row = number
            break
        if not words:
            continue
        if len(words) != 2 or words[0] not in _HEADER:
            raise MapTextError(
                f"{line.strip()[:60]!r} is not a header line; allowed are 'type T', 'height H', 'width W', 'map'",
                number,
            )
        if words[0] in header:
            raise MapTextError(f"the header gives {words[0]} twice; keep one", number)
        header[words[0]] = words[1]
        if words[0] != "type" and not (words[1].isdecimal() and len(words[1]) <= 9 and int(words[1]) > 0):
            raise MapTextError(f"{words[0]} is {words[1][:60]!r}; it must be a whole number above 0", number)
    else:
        raise MapTextError("no line 'map'; a MovingAI map has a header, the line 'map', then its rows")
    for key in ("height", "width"):
        if key not in header:
            raise MapTextError(f"the header lacks '{key}'")
    height, width = int(header["height"]), int(header["width"])
    if height * width > MOST_CELLS:
        cells = f"{height} rows of {width} cells are {height * width} cells"
        raise MapTextError(f"{cells}; at most {MOST_CELLS} fit into memory")
    rows = lines[first_row : first_row + height]
    if len(rows) < height:
        raise MapTextError(f"the header says {height} rows, the file has {len(rows)}")
    for number, row in enumerate(rows, start=first_row + 1):
        if len(row) != width:
            raise MapTextError(f"the row has {len(row)} cells, the header says {width}", number)
        odd = next((symbol for symbol in row if symbol not in PASSABLE and symbol not in BLOCKED), None)
        if odd is not None:
            raise MapTextError(
                f"unknown cell {odd!r}; passable are {' '.join(PASSABLE)}, blocked are {' '.join(BLOCKED)}", number
            )
    below = lines[first_row + height :]
    if below and len(below[0]) == width and set(below[0]) <= set(PASSABLE + BLOCKED):
        raise MapTextError(f"one row more than the {height} that the header says", first_row + height + 1)
    return rows
