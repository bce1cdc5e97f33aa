"""The floor as text for people: the drawing with numbered rows and columns, and what its symbols mean.

The locations of a block of racks share one symbol, since a symbol for each could not be read.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from .layout import AISLE_ARROWS, ARROWS, FLOOR, PARKING, RESERVED, WALL

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .blocks import Block
    from .layout import Layout

MEANING = {
    WALL: "wall or rack",
    FLOOR: "floor",
    PARKING: "parking",
    **dict.fromkeys(ARROWS, "one-way"),
    **dict.fromkeys(AISLE_ARROWS, "one-way, left to either side too"),
}


def printed(layout: Layout, blocks: Sequence[Block] = ()) -> tuple[list[str], dict[str, str]]:
    """The rows of the drawing, and its legend: the meaning of each symbol that is drawn."""
    label_of = {name: name for name in layout.docks}
    for block in blocks:
        names = block.names
        label_of |= dict.fromkeys(names, names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}")
    symbols = {label: layout.symbols[label] for label in label_of.values() if label in layout.symbols}
    for label in label_of.values():
        if label not in symbols:
            symbols[label] = free_symbol(label[0], set(symbols.values()))
    rows = layout.drawn({name: symbols[label] for name, label in label_of.items()}).split("\n")
    known = MEANING | {symbol: label for label, symbol in symbols.items()}
    found = set("".join(rows))
    return rows, {symbol: meaning for symbol, meaning in known.items() if symbol in found}


def numbered(rows: Sequence[str]) -> list[str]:
    """The rows of a drawing with their numbers, below a line that numbers every tenth column."""
    width = len(str(len(rows) - 1))
    columns = "".join(f"{column:<10}" for column in range(0, len(rows[0]), 10)).rstrip()
    return [f"{'':{width}} {columns}", *(f"{number:{width}} {row}" for number, row in enumerate(rows))]


def free_symbol(initial: str, taken: Collection[str]) -> str:
    """The initial of a place, small or capital, if it is free; else another letter."""
    wished = (initial.upper(), initial.lower(), *string.ascii_letters, *string.digits)
    letters = (*wished, *(chr(code) for code in range(0x3B1, 0xD800)))
    free = (one for one in letters if one not in taken and one not in RESERVED)
    return next(one for one in free if len(one) == 1 and one.isprintable())
