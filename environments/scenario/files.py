"""Reads what a scenario keeps in other files (a floor, an orders list) into its data, so that it can travel alone."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..documents import explain
from ..errors import ScenarioError
from ..suggestions import nearest
from .orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from ..documents import Loc

COLUMNS = ("at", "product", "due", "id")
REQUIRED = ("at", "product")


def with_files(data: Any, folder: Path, complain: Callable[[Loc, str], ScenarioError]) -> Any:
    """The data with `layout.file` as `art` or `map`, and orders of kind csv as a list; other data as it is.

    Paths are relative to `folder`. `complain` makes the error for a key and a text.
    """
    if not isinstance(data, dict):
        return data
    layout, orders = data.get("layout"), data.get("orders")
    if isinstance(layout, dict) and "file" in layout:
        data = {**data, "layout": _with_floor(layout, folder, complain)}
    if isinstance(orders, dict) and orders.get("kind") == "csv":
        data = {**data, "orders": _with_orders(orders, data.get("products") or {}, folder, complain)}
    return data


def _with_floor(layout: dict[str, Any], folder: Path, complain: Callable[[Loc, str], ScenarioError]) -> dict[str, Any]:
    for other in ("art", "map"):
        if other in layout:
            raise complain(("layout", "file"), f"the layout has a file and {other}; keep one")
    text = _read(layout["file"], folder, ("layout", "file"), complain)
    key = "map" if str(layout["file"]).endswith(".map") else "art"
    rest = {name: value for name, value in layout.items() if name != "file"}
    return {**rest, key: text, "origin": layout["file"]}


def _with_orders(
    orders: dict[str, Any], products: Collection[str], folder: Path, complain: Callable[[Loc, str], ScenarioError]
) -> dict[str, Any]:
    for key in orders:
        if key not in ("kind", "file", "limit"):
            allowed = ("kind", "file", "limit")
            raise complain(("orders", key), f"unknown key; allowed: {', '.join(allowed)}{nearest(str(key), allowed)}")
    if "file" not in orders:
        raise complain(("orders", "file"), "is missing")
    text = _read(orders["file"], folder, ("orders", "file"), complain)
    result: dict[str, Any] = {"kind": "list", "orders": read_orders(text, name=orders["file"], products=products)}
    if "limit" in orders:
        result["limit"] = orders["limit"]
    return result


def read_orders(text: str, *, name: str, products: Collection[str]) -> list[dict[str, str]]:
    """Rows of a CSV with the columns at, product and, where wanted, due and id, as data of `OrderList.orders`.

    Empty due and id mean none. Raises ScenarioError with `name` and the line for a wrong column, value or product.
    """
    reader = csv.reader(text.splitlines())
    header = [word.strip() for word in next(reader, [])]
    for column in header:
        if column not in COLUMNS:
            raise ScenarioError(
                f"{name}:1: {column!r} is not a column; allowed: {', '.join(COLUMNS)}{nearest(column, COLUMNS)}"
            )
    for column in REQUIRED:
        if column not in header:
            raise ScenarioError(f"{name}:1: the column {column!r} is missing; the first line names the columns")
    rows = []
    for words in reader:
        if not words:
            continue
        place = f"{name}:{reader.line_num}"
        if len(words) != len(header):
            raise ScenarioError(f"{place}: has {len(words)} values for {len(header)} columns")
        values = {column: word.strip() for column, word in zip(header, words, strict=True)}
        row = {column: word for column, word in values.items() if word or column in REQUIRED}
        try:
            order = Order.model_validate(row)
        except ValidationError as error:
            raise ScenarioError(f"{place}: {explain(error, data=row)}") from None
        if order.product not in products:
            raise ScenarioError(
                f"{place}: product: {order.product!r} is not a product; "
                f"allowed: {', '.join(products)}{nearest(order.product, products)}"
            )
        rows.append(row)
    if not rows:
        raise ScenarioError(f"{name}: has no orders; write one a line below the header")
    return rows


def _read(path: Any, folder: Path, loc: Loc, complain: Callable[[Loc, str], ScenarioError]) -> str:
    if not isinstance(path, str) or not path:
        raise complain(loc, f"{path!r} is not the path of a file")
    full = folder / path
    try:
        return full.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = nearest(full.name, (other.name for other in full.parent.glob("*"))) if full.parent.is_dir() else ""
        raise complain(loc, f"there is no file {path!r} beside the config{near}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise complain(loc, f"{path!r} cannot be read as UTF-8 text ({type(error).__name__})") from None
