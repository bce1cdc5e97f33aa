"""The word that a user probably meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 100  # characters of a word that may be meant as another: to compare longer ones takes long


def nearest(word: str, words: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`; did you mean "…"?` when one of the words looks like the wrong one, else nothing."""
    if len(word) > LONGEST:
        return ""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=cutoff)
    return f'; did you mean "{found[0]}"?' if found else ""
