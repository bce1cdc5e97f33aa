"""What is allowed instead of what a user wrote, and the word that was probably meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MOST_LISTED = 30
LONGEST = 100  # characters of a word that may be meant as another: to compare longer ones takes long


def listed(words: Iterable[str]) -> str:
    """The words with commas between them; of many, the first ones and how many more there are."""
    words = list(words)
    more = [f"… ({len(words) - MOST_LISTED} more)"] if len(words) > MOST_LISTED + 1 else []
    return ", ".join([*(words[:MOST_LISTED] if more else words), *more])


def nearest(word: str, words: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`; did you mean "…"?` when one of the words looks like the wrong one, else nothing."""
    if len(word) > LONGEST:
        return ""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=cutoff)
    return f'; did you mean "{found[0]}"?' if found else ""


def unknown(name: str, noun: str, allowed: Collection[str]) -> str:
    """`'mil' is not a station; allowed: …`, for a name that nothing bears."""
    return f"{name!r} is not a {noun}; allowed: {listed(allowed) or 'none'}{nearest(name, allowed)}"
