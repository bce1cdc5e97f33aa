"""Tables as CSV text: numbers are exact, and whole columns are written at once, which `csv` does value by value."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

PLAIN_FROM, PLAIN_BELOW = 1e-4, 1e16  # sizes of the numbers that Python writes without an exponent


def csv_parts(parts: Iterable[Mapping[str, NDArray[Any]]]) -> Iterator[bytes]:
    """Tables with the same columns (T,) as one CSV; undefined numbers are empty."""
    for number, columns in enumerate(parts):
        rows = map(",".join, zip(*map(_texts, columns.values()), strict=True))
        head = [",".join(map(_field, columns))] if number == 0 else []
        yield "".join(f"{row}\n" for row in (*head, *rows)).encode()


def _texts(column: NDArray[Any]) -> list[str]:
    if column.dtype.kind == "f":
        return _of_floats(column)
    values = column.tolist()
    return list(map(str if column.dtype.kind in "iu" else _field, values))


def _of_floats(column: NDArray[np.float64]) -> list[str]:
    """The shortest texts that give the same floats again, as `repr` writes them; "" for NaN."""
    size = np.abs(column)
    plain = (size >= PLAIN_FROM) & (size < PLAIN_BELOW) | (size == 0)
    texts = to_json(np.where(plain, column, 0.0).tolist()).decode()[1:-1].split(",") if column.size else []
    for place in np.flatnonzero(~plain).tolist():
        value = float(column[place])
        texts[place] = "" if np.isnan(value) else repr(value)
    return texts


@lru_cache(maxsize=4096, typed=True)
def _field(value: object) -> str:
    """A value in quotes where it needs them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow((value, ""))
    return text.getvalue()[:-2]
