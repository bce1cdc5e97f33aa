"""Messages for pydantic's errors in the terms of a config: value, rule, cure and location."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .documents import Document, dotted
from .other_words import said_otherwise
from .quoting import quoted
from .suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from .yaml_text import Loc

SHOWN = 10  # errors shown in one message
MOST = 100  # most errors collected


def explain(error: ValidationError, document: Document | None = None, *, data: Any = None, at: Loc = ()) -> str:
    """All errors of a validation, one per line, in the order of the file.

    `data` is the validated data (default: the part `at` of the document); `at` is their location in the document.
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
            path = f"{dotted(full)}: " if full else ""
            lines.append((order, document.complain(full, text, of_key=of_key) if document else f"{path}{text}"))
    lines.sort(key=lambda line: line[0])
    least = " at least" if len(lines) >= MOST else ""
    more = [f"… and {len(lines) - SHOWN} more{least}"] if len(lines) > SHOWN else []
    return "\n".join([text for _, text in lines[:SHOWN]] + more)


def _complaints(details: ErrorDetails, data: Any) -> Iterator[tuple[Loc, str, bool]]:
    """(location, problem and allowed values, whether the error concerns the key rather than the value)."""
    kind, context = details["type"], details.get("ctx", {})
    loc = _in_data(details["loc"], data, keep_last=kind == "missing")
    value = details["input"]
    if kind == "unknown_key":
        key, allowed = context["key"], context["allowed"]
        hint = said_otherwise(str(key), allowed) or nearest(str(key), allowed)
        yield (*loc, key), f"unknown key; allowed: {', '.join(allowed)}{hint}", True
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
        yield loc, _message(kind, value, details["msg"], context), False


def _message(kind: str, value: Any, message: str, context: dict[str, Any]) -> str:
    """Pydantic's message in the terms of a config; integer bounds with all digits."""
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
    """The location without pydantic's union tags; the last part stays if it is the missing key."""
    found: Loc = ()
    for number, part in enumerate(loc):
        inside: Any = dict(enumerate(data)) if isinstance(data, list | tuple) else data
        if isinstance(inside, dict) and part in inside:
            data = inside[part]
        elif not (keep_last and number == len(loc) - 1):
            continue
        found = (*found, part)
    return found
