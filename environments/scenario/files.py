"""Reads the other files of a scenario (a floor, an orders list) into its data, so that it is self-contained."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..config.distributions import Durations, Empirical
from ..config.distributions.measured import read_durations
from ..config.errors import ScenarioError
from ..config.suggestions import nearest
from ..config.units import DURATION
from ..config.workbooks import OtherFileError
from ..layout.readers import FloorFileError, read_floor
from .orders import ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..config.documents import Document, Loc

MEASURED = Empirical.model_fields[Durations.tag].default
UNITS = tuple(DURATION.units)


def named_files(data: Any) -> dict[str, list[str]]:
    """The files that each section of a scenario names, by section; invalid data name none."""
    found: dict[str, list[str]] = {}
    for section, inner in data.items() if isinstance(data, dict) else ():
        if section in ("layout", "orders"):
            given = [each for each in (inner if isinstance(inner, list) else [inner]) if isinstance(each, dict)]
            given += [measured for each in given for _, measured in _measured(each)]
        else:
            given = [measured for _, measured in _measured(inner)]
        found[section] = [each["file"] for each in given if isinstance(each.get("file"), str)]
    return {section: files for section, files in found.items() if files}


def with_files(
    data: Any, source: Document, complain: Callable[[Loc, str], ScenarioError], known: Mapping[str, Any]
) -> Any:
    """The data with the contents of the files that they name; invalid data unchanged, and `known` sections as well.

    `layout.file` becomes `art` or `map` (and a legend, if the file has one), orders of kind csv a list, and the file of
    measured times their values.

    `source` reads the files. `complain` creates the error for a key and a text.
    """
    if not isinstance(data, dict):
        return data
    layout = data.get("layout")
    if isinstance(layout, dict) and isinstance(layout.get("file"), str) and not layout.keys() & {"art", "map"}:
        data = {**data, "layout": _floor(layout, source, complain)}
    given = data.get("products")
    products = given if isinstance(given, dict) else ()
    for loc, stream in _streams(data):
        kind = stream.get("kind") if isinstance(stream, dict) else None
        if isinstance(stream, dict) and isinstance(kind, str) and kind in ORDERS:
            read = partial(_read, source=source, loc=(*loc, "file"), complain=complain, read=source.read_bytes)
            try:
                stream = ORDERS[kind].read_in(stream, products=products, read=read)
            except OtherFileError as error:
                raise complain((*loc, error.key), str(error)) from None
            data = _with(data, loc, stream)
    fresh = {section: inner for section, inner in data.items() if inner is not known.get(section)}
    for loc, measured in list(_measured(fresh)):
        if isinstance(measured.get("file"), str) and "values" not in measured:
            text = _read(measured["file"], source, (*loc, "file"), complain)
            unit = measured.get("unit")
            if unit is not None and unit not in UNITS:
                continue  # refused with all other errors
            try:
                values = read_durations(text, name=measured["file"], unit=unit)
            except ScenarioError as error:
                raise complain((*loc, "file"), str(error)) from None
            rest = {key: value for key, value in measured.items() if key not in ("file", "unit")}
            data = _with(data, loc, rest | {"values": values})
    return data


def _streams(data: dict[str, Any]) -> list[tuple[Loc, Any]]:
    """The streams of orders, one or a list of them, and their locations."""
    orders = data.get("orders")
    if isinstance(orders, list):
        return [(("orders", number), stream) for number, stream in enumerate(orders)]
    return [(("orders",), orders)]


def _measured(data: Any, loc: Loc = ()) -> Iterator[tuple[Loc, dict[str, Any]]]:
    """The sections of measured times, wherever they are, and their locations."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(data, dict):
        if data.get(Durations.tag) == MEASURED:
            yield loc, data
        inner = data.items()
    elif isinstance(data, list):
        inner = enumerate(data)
    for key, value in inner:
        if isinstance(value, dict | list):  # a call for every leaf would take most of the time
            yield from _measured(value, (*loc, key))


def _with(data: Any, loc: Loc, value: Any) -> Any:
    """The data with another value at a location; what lies beside it is shared."""
    if not loc:
        return value
    key, *rest = loc
    if isinstance(data, list):
        return [_with(inner, tuple(rest), value) if number == key else inner for number, inner in enumerate(data)]
    return {**data, key: _with(data[key], tuple(rest), value)}


def _floor(
    layout: Mapping[str, Any], source: Document, complain: Callable[[Loc, str], ScenarioError]
) -> dict[str, Any]:
    """The section of a floor with its file read in."""
    path, loc = layout["file"], ("layout", "file")
    text, content = (partial(_read, path, source, loc, complain, read) for read in (source.read, source.read_bytes))
    try:
        return read_floor(layout, text, content)
    except FloorFileError as error:
        raise complain(("layout", error.key), str(error)) from None


def _read(
    path: str,
    source: Document,
    loc: Loc,
    complain: Callable[[Loc, str], ScenarioError],
    read: Callable[[str], Any] | None = None,
) -> Any:
    """The contents of a file, as `read` gives them (text)."""
    full = source.folder / path
    try:
        return (read or source.read)(path)
    except FileNotFoundError:
        near = nearest(full.name, (other.name for other in full.parent.glob("*"))) if full.parent.is_dir() else ""
        raise complain(loc, f"there is no file {path!r} beside the config{near}") from None
    except OSError as error:
        raise complain(loc, f"{path!r} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise complain(loc, f"{path!r} cannot be read as UTF-8 text: {error}") from None
