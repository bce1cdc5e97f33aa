"""Where in a file a value stands, so that every complaint about a config says `file:line:column: key.path: …`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ScenarioError
from .quoting import quoted
from .suggestions import nearest
from .text_files import read_text
from .yaml_text import LONGEST, Loc, NotYamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

SHOWN = 10  # complaints in one message
MOST = 100  # complaints that are looked for


@dataclass(frozen=True)
class Document:
    """A YAML file: its data, and line and column of every key and value."""

    name: str  # as the user wrote the path
    folder: Path  # relative paths inside the file start here
    data: Any
    _keys: dict[Loc, tuple[int, int]] = field(default_factory=dict, repr=False)
    _values: dict[Loc, tuple[int, int]] = field(default_factory=dict, repr=False)
    _set: tuple[Loc, ...] = ()  # what was set by hand, whatever the file says

    def overridden(self, locs: Sequence[Loc]) -> Document:
        """The document where `--set` has put other values at these places; complaints about them name no line."""
        return replace(self, _set=(*self._set, *locs))

    @classmethod
    def load(cls, path: str | Path, *, longest: int = LONGEST) -> Document:
        """Reads a file; ScenarioError when it is missing, too long, not UTF-8, not YAML, or has a key twice."""
        path = Path(path)
        try:
            text = read_text(path)
        except FileNotFoundError:
            near = nearest(path.name, (other.name for other in path.parent.glob("*"))) if path.parent.is_dir() else ""
            raise ScenarioError(f"{path}: there is no such file{near}") from None
        except IsADirectoryError:
            raise ScenarioError(f"{path}: cannot be read, it is a folder; name one of its files") from None
        except (OSError, ValueError) as error:
            raise ScenarioError(f"{path}: cannot be read as UTF-8 text: {error}") from None
        return cls.from_text(text, name=str(path), folder=path.parent, longest=longest)

    @classmethod
    def from_text(
        cls, text: str, *, name: str = "config", folder: Path | None = None, longest: int = LONGEST
    ) -> Document:
        """Reads YAML text; ScenarioError when it is not YAML, has a key twice, or is longer than a config can be."""
        try:
            found = read_yaml(text, longest=longest)
        except NotYamlError as error:
            place = "".join(f":{number}" for number in error.place or ())
            raise ScenarioError(f"{name}{place}: not valid YAML: {error}") from None
        return cls(name, folder or Path(), found.data, found.keys, found.values)

    def mark(self, loc: Sequence[str | int], *, of_key: bool = False) -> tuple[int, int]:
        """Line and column (from 1) of the deepest part of `loc` that the file has."""
        known = self.known(loc)
        first, second = (self._keys, self._values) if of_key else (self._values, self._keys)
        return first.get(known) or second.get(known) or (1, 1)

    def known(self, loc: Sequence[str | int]) -> Loc:
        """The part of `loc` that the file has; tags that a validator put in between are left out."""
        found: Loc = ()
        for part in loc:
            if (*found, part) in self._values:
                found = (*found, part)
        return found

    def complain(self, loc: Sequence[str | int], text: str, *, of_key: bool = False) -> str:
        """`file:line:column: key.path: text`, or `--set key.path: text` where the file is not to blame."""
        if any(tuple(map(str, loc[: len(part)])) == part for part in self._set):
            return f"--set {_dotted(loc)}: {text}"
        line, column = self.mark(loc, of_key=of_key)
        path = f"{_dotted(loc)}: " if loc else ""
        return f"{self.name}:{line}:{column}: {path}{text}"


def explain(error: ValidationError, document: Document | None = None, *, data: Any = None, at: Loc = ()) -> str:
    """All complaints of a validation, one a line, in the order of the file.

    `data` is what was validated (default: the part `at` of the document); `at` is where in the document it stands.
    """
    if data is None and document is not None:
        data = document.data
        for part in at:
            data = data[part]
    lines = []
    for number, details in enumerate(error.errors(include_url=False)[:MOST]):
        for loc, text, of_key in _complaints(details, data):
            full = (*at, *loc)
            order = (*document.mark(full, of_key=of_key), number) if document else (number,)
            path = f"{_dotted(full)}: " if full else ""
            lines.append((order, document.complain(full, text, of_key=of_key) if document else f"{path}{text}"))
    lines.sort(key=lambda line: line[0])
    least = " at least" if len(lines) >= MOST else ""
    more = [f"… and {len(lines) - SHOWN} more{least}"] if len(lines) > SHOWN else []
    return "\n".join([text for _, text in lines[:SHOWN]] + more)


def _complaints(details: ErrorDetails, data: Any) -> Iterator[tuple[Loc, str, bool]]:
    """(location, what is wrong and what is allowed, whether the key rather than the value is meant)."""
    kind, context = details["type"], details.get("ctx", {})
    loc = _in_data(details["loc"], data, keep_last=kind == "missing")
    value = details["input"]
    if kind == "unknown_key":
        key, allowed = context["key"], context["allowed"]
        yield (*loc, key), f"unknown key; allowed: {', '.join(allowed)}{nearest(str(key), allowed)}", True
    elif kind == "cross_check":
        for where, text in context["problems"]:
            yield (*loc, *where), text, False
    elif kind == "missing":
        yield loc, "is missing", False
    elif kind in ("literal_error", "enum"):
        allowed = re.findall(r"'([^']*)'", context["expected"])
        near = nearest(value, allowed) if isinstance(value, str) else ""
        yield loc, f"{quoted(value)} is not allowed; allowed: {', '.join(allowed)}{near}", False
    elif kind == "union_tag_invalid":
        tag, allowed = context["tag"], re.findall(r"'([^']*)'", context["expected_tags"])
        key = context["discriminator"].strip("'")
        yield (*loc, key), f"{quoted(tag)} is not allowed; allowed: {', '.join(allowed)}{nearest(tag, allowed)}", False
    elif kind == "union_tag_not_found":
        yield loc, f"needs the key {context['discriminator']}, which says what kind it is", False
    else:
        yield loc, _said(kind, value, details["msg"], context), False


def _said(kind: str, value: Any, message: str, context: dict[str, Any]) -> str:
    """What pydantic means, in the words of a config; whole bounds to the last digit."""
    numbers = {key: f"{bound:g}" if isinstance(bound, float) else str(bound) for key, bound in context.items()}
    numbers["entries"] = "entry" if context.get("min_length") == 1 else "entries"
    return _SAID.get(kind, "{msg}").format(**numbers | {"value": quoted(value), "msg": message})


_SAID = {
    "string_type": "{value} is not text; put it in quotes if it is meant as a name",
    "int_type": "{value} is not a whole number",
    "float_type": "{value} is not a number",
    "bool_type": "{value} is not true or false",
    "model_type": "{value} is not a mapping of keys to values",
    "model_attributes_type": "{value} is not a mapping of keys to values",
    "dict_type": "{value} is not a mapping of names to values",
    "tuple_type": "{value} is not a list",
    "list_type": "{value} is not a list",
    "greater_than": "{value} must be greater than {gt}",
    "greater_than_equal": "{value} must be at least {ge}",
    "less_than": "{value} must be less than {lt}",
    "less_than_equal": "{value} must be at most {le}",
    "too_short": "needs at least {min_length} {entries}",
    "string_too_short": "must not be empty",
    "finite_number": "{value} must be a finite number",
}


def _in_data(loc: Loc, data: Any, *, keep_last: bool) -> Loc:
    """The location without the union tags that pydantic puts in; the last part stays when it is what is missing."""
    found: Loc = ()
    for number, part in enumerate(loc):
        inside: Any = dict(enumerate(data)) if isinstance(data, list | tuple) else data
        if isinstance(inside, dict) and part in inside:
            data = inside[part]
        elif not (keep_last and number == len(loc) - 1):
            continue
        found = (*found, part)
    return found


def _dotted(loc: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in loc)
