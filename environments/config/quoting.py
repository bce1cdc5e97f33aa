"""Values as a message quotes them: as they were given, in one line of bearable length."""

from __future__ import annotations

from typing import Any

LONGEST = 60  # characters


def quoted(value: Any) -> str:
    """The value as Python writes it, cut where it is long; `nothing` for None."""
    if value is None:
        return "nothing"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits; lists in lists without end
        return f"a {type(value).__name__} that is too long to be shown"
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
