"""Clock times and dates of an orders file, as seconds from the moment at which a run begins."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
EXAMPLE = "2026-03-02 06:00"


def moment(given: Any) -> datetime:
    """The moment that a text such as `2026-03-02 06:00` means, or a date that YAML has read; ValueError otherwise."""
    if isinstance(given, datetime):
        found = given
    elif isinstance(given, date):
        found = datetime(given.year, given.month, given.day)
    else:
        try:
            found = datetime.fromisoformat(given.strip())
        except (AttributeError, ValueError):
            raise ValueError(f"is not a date and time; write it like {EXAMPLE}") from None
    if found.tzinfo is not None:
        raise ValueError(f"names a time zone; write the time of the factory without one, like {EXAMPLE}")
    return found


def is_clock_time(text: str) -> bool:
    """Whether a text looks like a clock time or a date, rather than a duration."""
    return ":" in text or re.match(r"\d+[-./]\d+[-./]\d+", text) is not None


def seconds_from(start: datetime, text: str) -> float:
    """Seconds from `start` to a moment, or to a clock time (`08:30`, `08:30:15`) of its day; ValueError if before."""
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hour, minute, second = (int(part or 0) for part in clock.groups())
        if hour > 23 or minute > 59 or second > 59:
            raise ValueError(f"{text!r} is not a time of day; write 00:00 to 23:59:59")
        when = start.replace(hour=hour, minute=minute, second=second, microsecond=0)
    else:
        try:
            when = moment(text)
        except ValueError as error:
            raise ValueError(f"{text!r} {error}, or only the time like 08:30") from None
    if when < start:
        cure = "; write the date before it, if it is on another day" if clock is not None else ""
        raise ValueError(f"{text!r} is before the run begins ({start.isoformat(' ')}){cure}")
    return (when - start) / timedelta(seconds=1)
