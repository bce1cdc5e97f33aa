"""Reads the files of an instance: text, JSON objects, typed keys, and the other files that a file names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..config import text_files
from ..config.errors import InstanceError

Kind = type | tuple[type, ...]
NUMBER = (int, float)


def read_text(path: Path) -> str:
    """The text of an instance file; InstanceError (not OSError) if it cannot be read."""
    try:
        return text_files.read_text(path)
    except FileNotFoundError:
        raise InstanceError(f"{path}: no such file; check the path (and --data, where files refer to others)") from None
    except IsADirectoryError:
        raise InstanceError(f"{path}: is a folder; name one of its files") from None
    except (OSError, ValueError) as error:
        raise InstanceError(f"{path}: cannot be read as text: {error}") from None


def load_json(path: Path) -> dict[str, Any]:
    """A JSON object; InstanceError with line and column if it is not one."""
    return parse_json(str(path), read_text(path))


def parse_json(place: str, text: str) -> dict[str, Any]:
    """The JSON object in `text`; `place` is what an error names."""
    document = read_json(place, text)
    if not isinstance(document, dict):
        raise InstanceError(f"{place}: holds a JSON {type(document).__name__}; an object is needed")
    return document


def read_json(place: str, text: str) -> Any:
    """The value of the JSON in `text`; InstanceError if it is invalid or repeats a key."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise InstanceError(f"{place}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except KeyError as error:
        raise InstanceError(f"{place}: the key {error} is given twice; keep one") from None
    except RecursionError:
        raise InstanceError(f"{place}: not JSON: endlessly nested lists and objects") from None
    except ValueError as error:
        raise InstanceError(f"{place}: not JSON: {str(error).partition(';')[0]}") from None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; KeyError for a repeated key, whose first value would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise KeyError(next(key for number, key in enumerate(keys) if key in keys[:number]))
    return found


def field(path: Path, document: dict[str, Any], key: str, kind: Kind, default: Any = None) -> Any:
    """document[key] if it is of the kind; `default` if the key is missing, unless the default is None."""
    if key not in document:
        if default is not None:
            return default
        raise InstanceError(f"{path}: the key '{key}' is missing; present are {', '.join(document) or 'none'}")
    value = document[key]
    if not isinstance(value, kind) or isinstance(value, bool):
        names = " or ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
        raise InstanceError(f"{path}: '{key}' is {value!r:.80}; it must be of kind {names}")
    return value


def number(path: Path, document: dict[str, Any], key: str, default: float | None, least: float, most: float) -> float:
    """A number document[key] with least <= number <= most; whole numbers stay int."""
    value = field(path, document, key, NUMBER, default)
    if not least <= value <= most:
        raise InstanceError(f"{path}: '{key}' is {value!r}; it must be from {least:g} to {most:g}")
    return value


def find_file(path: Path, name: str, data: str | Path | None, folders: tuple[str, ...] = ()) -> Path:
    """The file `name` that `path` refers to: in `data`, beside `path`, or in one of `folders` relative to it."""
    places = [Path(data)] if data is not None else []
    places += [path.parent, *(path.parent / folder for folder in folders)]
    candidates = [place / part for place in places for part in (name, Path(name).name)]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    looked = ", ".join(dict.fromkeys(str(place) for place in places))
    raise InstanceError(f"{path}: refers to {name!r}, which is not in {looked}; name its folder with --data")
