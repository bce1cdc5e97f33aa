"""Where parts enter the factory and where they leave it."""

from __future__ import annotations

from typing import Any

from ..config.section import Section


class SourceSpec(Section):
    """A place where parts enter."""


class SinkSpec(Section):
    """A place where parts leave."""


def with_first(data: Any) -> Any:
    """The data of a scenario, with the first of `sources` and `sinks` as `source` and `sink` if these are missing."""
    for one, several in (("source", "sources"), ("sink", "sinks")):
        named = data.get(several) if isinstance(data, dict) else None
        if not isinstance(named, dict) or not named:
            continue
        data = {one: next(iter(named)), **data}
    return data
