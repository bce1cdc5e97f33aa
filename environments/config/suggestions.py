"""Suggestions for wrong words: the allowed words and the most likely intended one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MOST_LISTED = 30
LONGEST = 100  # characters of a word to compare: comparing longer ones is slow


def listed(words: Iterable[str]) -> str:
    """The words separated by commas; of many words, the first ones and the number of the others."""
    words = list(words)
    more = [f"… ({len(words) - MOST_LISTED} more)"] if len(words) > MOST_LISTED + 1 else []
    return ", ".join([*(words[:MOST_LISTED] if more else words), *more])


def nearest(word: str, words: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`; did you mean "…"?` if one of the words resembles the wrong one, else an empty text."""
    if len(word) > LONGEST:
        return ""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=cutoff)
    return f'; did you mean "{found[0]}"?' if found else ""


def unknown(name: str, noun: str, allowed: Collection[str]) -> str:
    """`'mil' is not a station; allowed: …`, for an unknown name."""
    return f"{name!r} is not a {noun}; allowed: {listed(allowed) or 'none'}{nearest(name, allowed)}"
