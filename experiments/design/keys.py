"""Dotted keys (`fleet.agvs.count`): which of them a model has, and how one is set in plain data.

An item of a list is given by its name or its number (`orders.rush.rate`, `orders.1.rate`). A name that contains dots is
recognised from the data, or put in quotes: `stations.mill.1.machines` means the station `mill.1` where there is one, as
`stations."mill.1".machines` does.
"""

import json
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from ...environments.config.kinds import Kinds
from ...environments.config.section import Section
from ...environments.config.suggestions import nearest

FLEET = "fleet.agvs.count"
DEEPEST = 6  # levels of keys that are offered when a key is misspelt


def parts_of(dotted: str, data: Any) -> list[str]:
    """The parts of a dotted key: the longest name in `data` that matches, else up to the next dot."""
    parts: list[str] = []
    rest: str | None = dotted
    while rest is not None:
        part, rest = _first_part(rest, data)
        parts.append(part)
        data = _child(data, part, None)
    return parts


def _first_part(dotted: str, data: Any) -> tuple[str, str | None]:
    """The first part of a dotted key, and the rest after its dot; None where nothing follows."""
    quoted, quote, rest = dotted[1:].partition('"')
    if dotted.startswith('"') and quote and rest[:1] in ("", "."):
        return quoted, rest[1:] if rest else None
    names = map(str, data) if isinstance(data, Mapping) else ()
    known = [name for name in names if "." in name and f"{dotted}.".startswith(f"{name}.")]
    part = max(known, key=len, default=dotted.partition(".")[0])
    return part, dotted[len(part) + 1 :] if len(part) < len(dotted) else None


def identity(value: Any) -> str:
    """A text that is equal for equal values, whatever the order of their keys."""
    return json.dumps(_in_order(value), default=str)


def _in_order(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _in_order(value[key]) for key in sorted(value, key=str)}
    return [_in_order(item) for item in value] if isinstance(value, list | tuple) else value


def set_key(data: Any, dotted: str, value: Any) -> Any:
    """Copy of `data` in which the dotted key has the value; only mappings along the key are copied or made."""
    return _with(data, parts_of(dotted, data), value)


def _with(data: Any, parts: Sequence[str], value: Any) -> Any:
    if not parts:
        return value
    head, *rest = parts
    if isinstance(data, list) and (place := _place(data, head)) is not None:
        return [_with(item, rest, value) if i == place else item for i, item in enumerate(data)]
    known = dict(data) if isinstance(data, dict) else {}
    name = int(head) if head.isdecimal() and int(head) in known else head
    known[name] = _with(known.get(name), rest, value)
    return known


def get_key(data: Any, dotted: str, default: Any = None) -> Any:
    """The value of a dotted key in plain data."""
    for part in parts_of(dotted, data):
        data = _child(data, part, default)
    return data


def _child(data: Any, part: str, default: Any) -> Any:
    if isinstance(data, Mapping) and part in data:
        return data[part]
    if isinstance(data, Sequence) and not isinstance(data, str) and (place := _place(data, part)) is not None:
        return data[place]
    return default


def _place(items: Sequence[Any], part: str) -> int | None:
    """The index of an item of a list: of the one with this name, else this number; None if there is no such item."""
    for place, item in enumerate(items):
        if isinstance(item, Mapping) and item.get("name") == part:
            return place
    return int(part) if part.isdecimal() and int(part) < len(items) else None


def complaint(model: type[Section], dotted: str, data: Any) -> str | None:
    """The error in a dotted key of `model`, with the nearest key that exists; None if the key is valid.

    Names that the user chose (of stations, products, …) must occur in `data`.
    """
    candidates: list[Any] = [model]
    seen: list[str] = []
    for part in parts_of(dotted, data):
        following: list[Any] = []
        names: list[str] = []
        for candidate in candidates:
            names += _names(candidate, data)
            following += _step(candidate, part, data)
        if not following:
            place = f"{'.'.join(seen)} has" if seen else "the scenario has"
            if not names:
                return f"{place} no keys below it"
            near = nearest(part, names) or nearest(dotted, _all_keys(model, ""), cutoff=0.75)
            return f"{place} no key {part!r}; allowed: {', '.join(dict.fromkeys(names))}{near}"
        candidates = following
        data = _child(data, part, None)
        seen.append(part)
    return None


def _step(kind: Any, part: str, data: Any) -> list[Any]:
    """The types below `part` in a value of this type; none if there is no such key."""
    if isinstance(kind, type) and issubclass(kind, Kinds) and isinstance(data, list):
        return [kind] if _place(data, part) is not None else []  # one section of a kind, or a list of them
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, info in kind.model_fields.items():
            if part == (info.alias or name):
                return _alternatives(info.annotation)
        return []
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is dict:
        return _alternatives(arguments[1]) if isinstance(data, dict) and part in map(str, data) else []
    if typing.get_origin(kind) in (list, tuple):
        return _alternatives(arguments[0]) if part.isdecimal() else []
    return [Any] if kind is Any else []


def _names(kind: Any, data: Any) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, Kinds) and isinstance(data, list):
        return [str(item.get("name", place)) for place, item in enumerate(data) if isinstance(item, Mapping)]
    if isinstance(kind, type) and issubclass(kind, Section):
        return list(kind.keys())
    if typing.get_origin(kind) is dict and isinstance(data, dict):
        return [str(name) for name in data]
    return []


def _alternatives(annotation: Any) -> list[Any]:
    """The members of a union, without wrappers and without None."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _alternatives(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [found for member in typing.get_args(annotation) for found in _alternatives(member)]
    if isinstance(annotation, type) and issubclass(annotation, Kinds) and annotation.is_base():
        return list(annotation.kinds.values())
    return [] if annotation is types.NoneType else [annotation]


def _all_keys(kind: Any, prefix: str, depth: int = 0) -> Iterator[str]:
    if not (isinstance(kind, type) and issubclass(kind, Section)) or depth == DEEPEST:
        return
    for name, info in kind.model_fields.items():
        dotted = f"{prefix}{info.alias or name}"
        yield dotted
        for below in _alternatives(info.annotation):
            yield from _all_keys(below, f"{dotted}.", depth + 1)
