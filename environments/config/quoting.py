"""Quotation of values in messages: as given, in one line of limited length."""

from __future__ import annotations

from typing import Any

LONGEST = 60  # characters


def quoted(value: Any) -> str:
    """The value as Python writes it, truncated if long; `nothing` for None."""
    if value is None:
        return "nothing"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits; endlessly nested lists
        return f"a {type(value).__name__} that is too long to be shown"
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
