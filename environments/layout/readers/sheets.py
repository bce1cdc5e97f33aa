"""Reads a floor from a table: `.csv`, or a sheet of an `.xlsx` workbook, with one symbol a cell, as a drawing has them.

         A  B  C  D  E
    1    hall 3                 The drawing is the rectangle of all cells with content, or the range that is named
    2    #  #  #  #  #          (`cells: A2:E5`, where there is other text). Blank cells in it are floor, blanks
    3    #  S        #          around a symbol do not count, and merged cells hold the same symbol.
    4    #  .  .  A  #
    5    #  #  #  #  #

Errors name a cell as spreadsheets do: C7 is column C, row 7.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from ...config.quoting import quoted
from ...config.text_files import as_text
from ...config.workbooks import OtherFileError, open_sheet
from ..map_text import MOST_CELLS
from .drawing import Drawing, FloorFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SEPARATORS = (",", ";", "\t")
FLOOR = "."
_RANGE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6}):([A-Z]{1,3})([1-9]\d{0,6})")
_PLACE = re.compile(r"\brow (\d+), column (\d+)")

Corners = tuple[int, int, int, int]  # top, left, bottom, right: rows and columns from 0, all included


def cell_name(row: int, column: int) -> str:
    """The name of a cell of a spreadsheet: C7 for row 6, column 2, counted from 0."""
    letters, number = "", column + 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def with_cell_names(text: str, cells: str) -> str:
    """The text with the name of its spreadsheet cell behind every row and column of a drawing read from `cells`."""
    top, left, *_ = corners(cells)
    return _PLACE.sub(lambda found: f"{found[0]} ({cell_name(top + int(found[1]), left + int(found[2]))})", text)


def corners(cells: str) -> Corners:
    """The corners of a range such as A2:E5; FloorFileError if it is not one."""
    found = _RANGE.fullmatch(cells)
    if found is None:
        raise FloorFileError(f"{cells!r} is not a range of cells; write its corners, such as A2:E5", "cells")
    left, right = (_column(letters) for letters in found.group(1, 3))
    top, bottom = (int(number) - 1 for number in found.group(2, 4))
    if bottom < top or right < left:
        raise FloorFileError(f"{cells!r} must begin with the upper left cell, such as A2:E5", "cells")
    return top, left, bottom, right


def read_csv(content: bytes, layout: Mapping[str, Any]) -> Drawing:
    """A floor in a table of text; values are separated by commas, semicolons or tabs."""
    try:
        text = as_text(content)
        separator = max(SEPARATORS, key=text.count)
        rows = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except (csv.Error, ValueError) as error:
        raise FloorFileError(f"{layout['file']!r} is not a table: {error}") from None
    return _drawing(rows, layout)


def read_xlsx(content: bytes, layout: Mapping[str, Any]) -> Drawing:
    """A floor in a sheet of a workbook; formulas count as the values that the workbook keeps of them."""
    try:
        sheet = open_sheet(content, layout["file"], layout.get("sheet"))
    except OtherFileError as error:
        raise FloorFileError(str(error), error.key) from None
    height, width = sheet.max_row, sheet.max_column
    if (given := _given_corners(layout)) is not None:
        height, width = min(height, given[2] + 1), min(width, given[3] + 1)
    if height * width > MOST_CELLS:
        raise FloorFileError(
            f"the sheet {sheet.title!r} has {height} rows of {width} cells; at most {MOST_CELLS} fit into memory: name "
            "the range of the drawing (cells)"
        )
    rows = [list(row) for row in sheet.iter_rows(max_row=height, max_col=width, values_only=True)]
    for merged in sheet.merged_cells.ranges:
        if merged.min_row > height or merged.min_col > width:
            continue
        value = rows[merged.min_row - 1][merged.min_col - 1]
        for row in rows[merged.min_row - 1 : merged.max_row]:
            row[merged.min_col - 1 : merged.max_col] = [value] * (merged.max_col - merged.min_col + 1)
    drawing = _drawing(rows, layout)
    return Drawing(drawing.art, drawing.keys | {"sheet": sheet.title})


def _drawing(rows: Sequence[Sequence[Any]], layout: Mapping[str, Any]) -> Drawing:
    """The drawing in a table that begins with the cell A1."""
    top, left, bottom, right = _given_corners(layout) or _used(rows, layout["file"])
    if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
        cells = f"{cell_name(top, left)}:{cell_name(bottom, right)}"
        raise FloorFileError(f"{cells} has more than {MOST_CELLS} cells, which do not fit into memory", "cells")
    art = "\n".join(
        "".join(_symbol(_value(rows, row, column), row, column) for column in range(left, right + 1))
        for row in range(top, bottom + 1)
    )
    return Drawing(art, {"cells": f"{cell_name(top, left)}:{cell_name(bottom, right)}"})


def _given_corners(layout: Mapping[str, Any]) -> Corners | None:
    """The corners of the range that is named, if any."""
    given = layout.get("cells")
    if given is not None and not isinstance(given, str):
        raise FloorFileError(f"{quoted(given)} is not a range of cells; write its corners, such as A2:E5", "cells")
    return None if given is None else corners(given)


def _used(rows: Sequence[Sequence[Any]], file: str) -> Corners:
    used = list(_with_content(rows))
    if not used:
        raise FloorFileError(f"{file!r} is empty; write one symbol a cell")
    down, right = zip(*used, strict=True)
    return min(down), min(right), max(down), max(right)


def _with_content(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, int]]:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None and str(value).strip():
                yield number, column


def _value(rows: Sequence[Sequence[Any]], row: int, column: int) -> Any:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else None


def _symbol(value: Any, row: int, column: int) -> str:
    text = "" if value is None else str(value).strip()
    if len(text) > 1:
        raise FloorFileError(
            f"cell {cell_name(row, column)} holds {text[:30]!r}; write one symbol a cell and explain it in the legend, "
            "or name the range of the drawing (cells)"
        )
    return text or FLOOR


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
