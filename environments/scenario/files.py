"""Reads the other files of a scenario (a floor, an orders list) into its data, so that it is self-contained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..config.suggestions import nearest
from .orders import ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..config.documents import Document, Loc
    from ..config.errors import ScenarioError

SECTIONS_WITH_FILES = ("layout", "orders")  # the sections that may name a file


def named_files(data: Any) -> dict[str, str]:
    """The file that each section of a scenario names, by section; invalid data name none."""
    sections = {name: data.get(name) for name in SECTIONS_WITH_FILES} if isinstance(data, dict) else {}
    return {
        name: section["file"]
        for name, section in sections.items()
        if isinstance(section, dict) and isinstance(section.get("file"), str)
    }


def with_files(data: Any, source: Document, complain: Callable[[Loc, str], ScenarioError]) -> Any:
    """The data with `layout.file` as `art` or `map`, and orders of kind csv as a list; invalid data unchanged.

    `source` reads the files. `complain` creates the error for a key and a text.
    """
    if not isinstance(data, dict):
        return data
    named = named_files(data)
    layout, orders = data.get("layout"), data.get("orders")
    if isinstance(layout, dict) and "layout" in named and not layout.keys() & {"art", "map"}:
        text = _read(layout["file"], source, ("layout", "file"), complain)
        rest = {name: value for name, value in layout.items() if name != "file"}
        key = "map" if layout["file"].endswith(".map") else "art"
        data = {**data, "layout": {**rest, key: text, "origin": layout["file"]}}
    kind = orders.get("kind") if isinstance(orders, dict) else None
    if isinstance(orders, dict) and isinstance(kind, str) and kind in ORDERS:

        def read(path: str) -> str:
            return _read(path, source, ("orders", "file"), complain)

        data = {**data, "orders": ORDERS[kind].read_in(orders, products=data.get("products") or (), read=read)}
    return data


def _read(path: str, source: Document, loc: Loc, complain: Callable[[Loc, str], ScenarioError]) -> str:
    full = source.folder / path
    try:
        return source.read(path)
    except FileNotFoundError:
        near = nearest(full.name, (other.name for other in full.parent.glob("*"))) if full.parent.is_dir() else ""
        raise complain(loc, f"there is no file {path!r} beside the config{near}") from None
    except OSError as error:
        raise complain(loc, f"{path!r} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise complain(loc, f"{path!r} cannot be read as UTF-8 text: {error}") from None
