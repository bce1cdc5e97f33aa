"""Random floors: an open hall with docks in bays around it, and racks and one-way lanes inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

SYMBOLS = "ABCDEFGHIJKLMNOQRSTUVWXYZ"  # P is parking
FEW = 8  # places that fit on any floor


def draw_floor(rng: Random, places: list[str]) -> dict[str, Any]:
    """Draw a layout with one or more docks for each of `places`; some of these floors are infeasible.

    #####A######
    #....#..PP.#    docks are in bays of the outer wall
    #.>>>>.#...B
    #..........#
    ###C#####D##
    """
    more = max(len(places) - FEW, 0)
    width, height = rng.randint(8 + more, 14 + more), rng.randint(5, 9)
    rows = [["." if 0 < x < width - 1 and 0 < y < height - 1 else "#" for x in range(width)] for y in range(height)]
    bays = [(y, x) for y in (0, height - 1) for x in range(1, width - 1)]
    bays += [(y, x) for x in (0, width - 1) for y in range(1, height - 1)]
    rng.shuffle(bays)
    legend = dict(zip(SYMBOLS, places, strict=False))
    for symbol in legend:
        for _ in range(rng.choice((1, 1, 1, 2))):
            y, x = bays.pop()
            rows[y][x] = symbol
    inner = [(y, x) for y in range(1, height - 1) for x in range(1, width - 1)]
    for y, x in rng.sample(inner, rng.choice((0, 0, 2, 4))):
        rows[y][x] = "#"
    if rng.random() < 0.3 and height >= 6:
        _lane(rng, rows)
    free = [(y, x) for y, x in inner if rows[y][x] == "."]
    for y, x in rng.sample(free, min(rng.choice((0, 2, 6)), len(free))):
        rows[y][x] = "P"
    return {"art": "\n".join("".join(row) for row in rows), "legend": legend}


def _lane(rng: Random, rows: list[list[str]]) -> None:
    """Draw two adjacent one-way lanes in opposite directions."""
    y = rng.randint(2, len(rows) - 4)
    for x in range(3, len(rows[0]) - 3):
        for row, arrow in ((y, ">"), (y + 1, "<")):
            if rows[row][x] == ".":
                rows[row][x] = arrow
