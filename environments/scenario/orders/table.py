"""Reads a list of orders from a table of text, as spreadsheets save it, without guessing at malformed lines.

    at,product,due,id              the first line names the columns, in any order, in capitals or not
    0s,phone,4h,A1                 all but at and product may be empty or missing
    5min,"phone",,"A, 2"           quotes where a value holds the separator; "" in them is a quote
    08:30,phone,2026-03-03 12:00,  clock times and dates, if the moment of time 0 is known

The separator is a comma, a semicolon or a tab, whichever splits the first line into columns. A value is one line: a
quote that is not closed in its line would swallow the orders below it, and is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ...config.errors import ScenarioError
from ...config.explanations import explain
from ...config.suggestions import listed, nearest
from ...config.units import DURATION
from .clock_times import EXAMPLE, is_clock_time, seconds_from
from .order import OrderSpec

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

COLUMNS = OrderSpec.keys()
REQUIRED = ("at", "product")
SEPARATORS = (",", ";", "\t")
LONGEST = 200  # characters of a value


def read_orders(
    text: str, *, name: str, products: Collection[str], start: datetime | None = None
) -> list[dict[str, str | int]]:
    """The lines below the header as data of `OrderList.orders`; `start` is the moment of time 0, None if unknown.

    An empty optional value means none; empty lines are skipped. Raises ScenarioError with `name` and the line for a
    wrong column, value or product, a line with missing values, a repeated id.
    """
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip(" \t,;")]
    if not lines:
        raise ScenarioError(f"{name}: is empty; the first line names the columns: {', '.join(COLUMNS)}")
    first, header = lines[0]
    known = set(COLUMNS)
    separator = max(SEPARATORS, key=lambda mark: len({word.strip(' "').lower() for word in header.split(mark)} & known))
    columns = [word.lower() for word in _values(header, separator, f"{name}:{first}")]
    _check_columns(columns, f"{name}:{first}")
    rows: list[dict[str, str | int]] = []
    line_of: dict[str, int] = {}  # of an id
    for number, line in lines[1:]:
        place = f"{name}:{number}"
        words = _values(line, separator, place)
        if len(words) != len(columns):
            raise ScenarioError(f"{place}: has {len(words)} values for {len(columns)} columns")
        written = {column: word for column, word in zip(columns, words, strict=True) if word or column in REQUIRED}
        _convert_times(written, start, place)
        row = {column: _number(word) if column == "priority" else word for column, word in written.items()}
        _check_order(row, products, place)
        if (order_id := written.get("id")) is not None and line_of.setdefault(order_id, number) != number:
            raise ScenarioError(f"{place}: id: {order_id!r} is given in line {line_of[order_id]} too; ids must differ")
        rows.append(row)
    if not rows:
        raise ScenarioError(f"{name}: has no orders; write one a line below the header")
    return rows


def _check_columns(columns: list[str], place: str) -> None:
    for number, column in enumerate(columns):
        if not column:
            raise ScenarioError(f"{place}: column {number + 1} has no name; name it, or take its separator away")
        if column not in COLUMNS:
            cure = nearest(column, COLUMNS) if len(columns) > 1 else "; split columns by a comma, a semicolon or a tab"
            raise ScenarioError(f"{place}: {column!r} is not a column; allowed: {', '.join(COLUMNS)}{cure}")
        if column in columns[:number]:
            raise ScenarioError(f"{place}: the column {column!r} is named twice; keep one")
    for column in REQUIRED:
        if column not in columns:
            raise ScenarioError(f"{place}: the column {column!r} is missing; the first line names the columns")


def _convert_times(row: dict[str, str], start: datetime | None, place: str) -> None:
    """Turn clock times and dates of an order into durations: `at` from the start, `due` from the release."""
    at_s: float | None = None
    for column in ("at", "due"):
        word = row.get(column, "")
        if not is_clock_time(word) or len(word) > LONGEST:
            continue
        if start is None:
            raise ScenarioError(
                f"{place}: {column}: {word!r} is a clock time or a date; say in the config when time 0 is, such as "
                f"start: {EXAMPLE}"
            )
        try:
            after_s = seconds_from(start, word)
            if column == "due":
                at_s = DURATION.parse(row["at"]) if at_s is None else at_s
                if after_s <= at_s:
                    raise ValueError(f"{word!r} is not after the release of the order")
        except ValueError as error:
            raise ScenarioError(f"{place}: {column}: {error}") from None
        if column == "at":
            at_s = after_s
        row[column] = DURATION.write(after_s if column == "at" else after_s - (at_s or 0.0))


def _number(word: str) -> str | int:
    """The number that a word is, or else the word, which is refused with all other errors."""
    return int(word) if re.fullmatch(r"[+-]?\d{1,9}", word, re.ASCII) else word


def _check_order(row: dict[str, str | int], products: Collection[str], place: str) -> None:
    for column, word in row.items():
        if isinstance(word, str) and len(word) > LONGEST:
            raise ScenarioError(f"{place}: {column}: a value of {len(word)} characters; the longest has {LONGEST}")
    try:
        order = OrderSpec.model_validate(row)
    except ValidationError as error:
        raise ScenarioError(f"{place}: {explain(error, data=row)}") from None
    if order.product not in products:
        raise ScenarioError(
            f"{place}: product: {order.product!r} is not a product; "
            f"allowed: {listed(products)}{nearest(order.product, products)}"
        )


def _values(line: str, separator: str, place: str) -> list[str]:
    """The values of a line without the blanks around them."""
    blank = " " if separator == "\t" else r"[ \t]"
    value = re.compile(
        rf'{blank}*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^"{separator}]*)){blank}*(?P<end>{separator}|$)'
    )
    words: list[str] = []
    at, end = 0, separator
    while end:
        found = value.match(line, at)
        if found is None:
            raise ScenarioError(f"{place}: {_misquoted(line[at:].lstrip())}")
        words.append((found["plain"] or (found["quoted"] or "").replace('""', '"')).strip())
        at, end = found.end(), found["end"]
    return words


def _misquoted(rest: str) -> str:
    """What is wrong with the quotes of a value with which `rest` begins."""
    if not rest.startswith('"'):
        return 'a quote is within a value; put the whole value in quotes, and write "" for the one in it'
    if rest.replace('""', "").count('"') < 2:
        return "a quote is not closed; close it in the same line, a value cannot go on in the next"
    return 'text precedes or follows a quoted value; put all of it in the quotes, and write "" for a quote in it'
