"""Reads measured durations from the text of a file: one in each line, or in the first column of a CSV file."""

from __future__ import annotations

import re

from ..errors import ScenarioError
from ..units import DURATION
from .samples import MOST_VALUES

_QUOTED = re.compile(r'"([^"]*)"')
_BEFORE_SEPARATOR = re.compile(r"[^;\t]*(?=[;\t])|[^,]*")  # in a line with ; or a tab, a comma separates nothing


def read_durations(text: str, *, name: str, unit: str | None) -> list[str]:
    """The durations as a config writes them; numbers without a unit have `unit`.

    Empty lines, lines that begin with `#`, and a heading in the first line are skipped.

    Raises:
        ScenarioError: a line holds no duration, or there is none at all.
    """
    found: list[str] = []
    first = True
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cell = _QUOTED.match(line.strip()) or _BEFORE_SEPARATOR.match(line.strip("\n "))
        word = "" if cell is None else cell[cell.lastindex or 0].strip(' \t"')
        heading, first = first and not any(character.isdigit() for character in word), False
        if heading:
            continue
        if unit is not None and word and (word[-1].isdigit() or word[-1] == "."):
            word += unit
        try:
            found.append(DURATION.write(DURATION.parse(word)))
        except ValueError as error:
            bare = "has no unit" in str(error)
            cure = "; or give the unit of all lines in the config, as in unit: s" if bare else ""
            raise ScenarioError(f"{name}, line {number}: {error}{cure}") from None
        if len(found) > MOST_VALUES:
            raise ScenarioError(f"{name}: holds more than {MOST_VALUES} durations; keep a sample of them")
    if not found:
        raise ScenarioError(f"{name}: holds no duration; write one in each line, such as 12.5s")
    return found
