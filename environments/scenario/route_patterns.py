"""Patterns of places in a from-to table, such as `R/*` for all locations of a rack: the rate is shared equally."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product
from typing import TYPE_CHECKING, Any

from ..config.units import RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECTIONS = ("sources", "sinks", "stations", "storage")  # sections whose names are places of parts
_WILD = "*?["


def with_routes(data: Any) -> Any:
    """The data of a scenario with every pattern in a from-to table as the places that it matches.

    A rate is shared equally by all routes between different places that the patterns of its row and column match, and
    rates of one route add up. A pattern that matches none, and invalid data, stay as they are and are refused with all
    other errors. The name of a place is no pattern, whatever it contains.
    """
    if not isinstance(data, dict) or "orders" not in data:
        return data
    orders = data["orders"]
    if isinstance(orders, list):
        return {**data, "orders": [_expanded(stream, data) for stream in orders]}
    return {**data, "orders": _expanded(orders, data)}


def _expanded(stream: Any, data: dict[str, Any]) -> Any:
    rates = stream.get("rates") if isinstance(stream, dict) else None
    if not isinstance(rates, dict) or not all(isinstance(row, dict) for row in rates.values()):
        return stream
    places = [name for key in _SECTIONS if isinstance(data.get(key), dict) for name in data[key]]
    usual = (data.get(key, key) for key in ("source", "sink"))
    places += [name for name in usual if isinstance(name, str) and name not in places]
    if not any(_is_pattern(name, places) for start, row in rates.items() for name in (start, *row)):
        return stream
    found: dict[str, dict[str, float]] = {}
    for start, row in rates.items():
        for end, rate in row.items():
            try:
                rate_per_s = RATE.parse(rate)
            except ValueError:
                return stream
            routes = [(a, b) for a, b in product(_matching(start, places), _matching(end, places)) if a != b]
            for a, b in routes or [(start, end)]:
                into = found.setdefault(a, {})
                into[b] = into.get(b, 0.0) + rate_per_s / max(len(routes), 1)
    return {
        **stream,
        "rates": {start: {end: RATE.write(rate) for end, rate in row.items()} for start, row in found.items()},
    }


def _is_pattern(name: Any, places: Sequence[Any]) -> bool:
    return isinstance(name, str) and name not in places and any(mark in name for mark in _WILD)


def _matching(name: Any, places: Sequence[Any]) -> Sequence[Any]:
    return [place for place in places if fnmatchcase(str(place), name)] if _is_pattern(name, places) else [name]
