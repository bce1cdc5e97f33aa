"""Reads what a scenario keeps in other files (a floor, an orders list) into its data, so that it can travel alone."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..documents import explain
from ..errors import ScenarioError
from ..suggestions import nearest
from .orders import Order, OrdersFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from ..documents import Loc
    from ..section import Section

COLUMNS = ("at", "product", "due", "id")
REQUIRED = ("at", "product")


def with_files(data: Any, folder: Path, complain: Callable[[Loc, str], ScenarioError]) -> Any:
    """The data with `layout.file` as `art` or `map`, and orders of kind csv as a list; wrong data as they are.

    Paths are relative to `folder`. `complain` makes the error for a key and a text.
    """
    if not isinstance(data, dict):
        return data
    layout, orders = data.get("layout"), data.get("orders")
    if isinstance(layout, dict) and isinstance(layout.get("file"), str) and not layout.keys() & {"art", "map"}:
        text = _read(layout["file"], folder, ("layout", "file"), complain)
        rest = {name: value for name, value in layout.items() if name != "file"}
        key = "map" if layout["file"].endswith(".map") else "art"
        data = {**data, "layout": {**rest, key: text, "origin": layout["file"]}}
    if isinstance(orders, dict) and orders.get("kind") == "csv" and _is_right(OrdersFile, orders):
        text = _read(orders["file"], folder, ("orders", "file"), complain)
        rest = {name: value for name, value in orders.items() if name not in ("kind", "file")}
        rows = read_orders(text, name=orders["file"], products=data.get("products") or ())
        data = {**data, "orders": {**rest, "kind": "list", "orders": rows}}
    return data


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


def _is_right(section: type[Section], data: Any) -> bool:
    try:
        section.model_validate(data)
    except ValidationError:
        return False
    return True


def _read(path: str, folder: Path, loc: Loc, complain: Callable[[Loc, str], ScenarioError]) -> str:
    full = folder / path
    try:
        return full.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = nearest(full.name, (other.name for other in full.parent.glob("*"))) if full.parent.is_dir() else ""
        raise complain(loc, f"there is no file {path!r} beside the config{near}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise complain(loc, f"{path!r} cannot be read as UTF-8 text ({type(error).__name__})") from None
