"""Readers of floors that other programs draw: each turns a file into the drawing's text and its legend.

| module | holds |
|---|---|
| `sheets` | `.csv` and `.xlsx`: one symbol a cell |
| `pictures` | `.png`: one colour a cell |
| `cad`, `cad_cells`, `raster` | `.dxf`: layers of lines and outlines; their cells |
| `drawing` | what a reader returns, its errors, and packages that are not installed |

`read_floor` chooses the reader by the ending of the name; a name with another ending is a drawing as text.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from .cad import read_cad
from .drawing import FloorFileError
from .pictures import read_picture
from .sheets import read_csv, read_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .drawing import Drawing

__all__ = ["FILE_KEYS", "FloorFileError", "read_floor"]

# Keys of `layout` that go with some files only, and the endings of these.
FILE_KEYS = {"sheet": (".xlsx",), "cells": (".csv", ".xlsx"), "cell_pixels": (".png",), "unit": (".dxf",)}
_CURES = {
    ".xls": "save it as .xlsx",
    ".dwg": "save it as .dxf",
    ".ods": "save it as .xlsx or .csv",
    **dict.fromkeys((".jpg", ".jpeg"), "save it as .png, which keeps the colours"),
    **dict.fromkeys((".gif", ".bmp", ".tif", ".tiff", ".webp", ".svg", ".pdf"), "save it as .png"),
}
_READERS: dict[str, Callable[[bytes, Mapping[str, Any]], Drawing]] = {
    ".csv": read_csv,
    ".xlsx": read_xlsx,
    ".png": read_picture,
    ".dxf": read_cad,
}


def read_floor(layout: Mapping[str, Any], read: Callable[[], str], read_bytes: Callable[[], bytes]) -> dict[str, Any]:
    """The section `layout` with the contents of its `file` in place of the name: `art` or `map`, and a legend.

    Args:
        layout: the section, with a `file`; other values may be invalid.
        read: gives the file as text.
        read_bytes: gives its bytes.

    Raises:
        FloorFileError: the file is malformed, or a key does not go with it.
        OSError, ValueError: as `read` and `read_bytes` raise them.
    """
    name = layout["file"]
    ending = PurePath(name).suffix.lower()
    if ending in _CURES:
        raise FloorFileError(f"{name!r} cannot be read; {_CURES[ending]}")
    for key, endings in FILE_KEYS.items():
        if key in layout and ending not in endings:
            raise FloorFileError(f"goes with a file {' or '.join(endings)}, not with {name!r}; leave it out", key)
    rest = {key: value for key, value in layout.items() if key != "file"} | {"origin": name}
    if ending not in _READERS:
        return rest | {"map" if ending == ".map" else "art": read()}
    return rest | _READERS[ending](read_bytes(), layout).section()
