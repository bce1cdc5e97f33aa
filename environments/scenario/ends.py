"""Where parts enter the factory and where they leave it."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

from ..config.section import Section


class SourceSpec(Section):
    """A place where parts enter."""


class SinkSpec(Section):
    """A place where parts leave."""


def with_first(data: Any) -> Any:
    """The data of a scenario, with the first of `sources` and `sinks`, if these are given, as `source` and `sink`."""
    for one, several in (("source", "sources"), ("sink", "sinks")):
        named = data.get(several) if isinstance(data, dict) else None
        if not isinstance(named, dict) or not named:
            continue
        first = next(iter(named))
        if data.get(one, first) != first:
            text = f"{data[one]!r} is not the first of {several}, which is {first!r}; leave {one} out"
            raise PydanticCustomError("cross_check", "cannot work", {"problems": [((one,), text)]})
        data = {**data, one: first}
    return data
