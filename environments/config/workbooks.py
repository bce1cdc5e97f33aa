"""Sheets of `.xlsx` workbooks, read with openpyxl, which is optional."""

from __future__ import annotations

import io
import warnings
from importlib import import_module
from typing import Any

from .quoting import quoted
from .suggestions import listed, nearest

EXTRA = "floors"  # of the packages that read files of other programs


class OtherFileError(ValueError):
    """Raised for a file of another program that cannot be read; `key` is the key of the config that is to blame."""

    def __init__(self, problem: str, key: str = "file") -> None:
        super().__init__(problem)
        self.key = key


def optional_package(name: str, file: str) -> Any:
    """A module of an optional package; OtherFileError with the remedy if it is not installed."""
    root = name.partition(".")[0]
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != root:
            raise
        raise OtherFileError(
            f"{file!r} needs {root}, which is not installed; install it with: pip install 'robocell[{EXTRA}]'"
        ) from None


def open_sheet(content: bytes, file: str, wanted: Any) -> Any:
    """The sheet of that name as openpyxl gives it, or the only one if `wanted` is None.

    Formulas count as the values that the workbook keeps of them. Raises OtherFileError.
    """
    openpyxl = optional_package("openpyxl", file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that it does not read, such as drop-down lists
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except Exception as error:  # a damaged file raises whatever its first wrong byte leads to
        raise OtherFileError(f"{file!r} is not an .xlsx workbook ({error}); save it again as .xlsx") from None
    names = [sheet.title for sheet in book.worksheets]
    if wanted is None:
        if len(names) == 1:
            return book.worksheets[0]
        raise OtherFileError(f"{file!r} has the sheets {listed(names)}; name one of them (sheet)")
    if wanted not in names:
        near = nearest(wanted, names) if isinstance(wanted, str) else ""
        raise OtherFileError(f"{quoted(wanted)} is not a sheet of {file!r}; it has: {listed(names)}{near}", "sheet")
    return book[wanted]
