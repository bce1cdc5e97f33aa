"""Sections that a scenario has in common with another one: they are read and checked once, and are one object.

The cases of a sweep differ in a few keys. A section whose data are those of the other scenario is taken from there as
it is; every scenario makes its own checks across sections.
"""

from typing import Any

from ..config.kinds import Kinds
from ..config.section import Section


def filled_in(given: Any, before: Any, read: Any) -> Any:
    """The data `given` with sections of `read`, which were made from the data `before`, in place of the same data.

    A section of several kinds is taken as a whole or not at all.
    """
    if not isinstance(given, dict) or not isinstance(before, dict):
        return given
    if given is before and isinstance(read, dict) and all(isinstance(value, Section) for value in read.values()):
        return read
    if isinstance(read, Section) and (isinstance(read, Kinds) or _same(given, before)):
        return read if _same(given, before) else given
    if isinstance(read, Section):
        inner = {info.alias or name: getattr(read, name) for name, info in type(read).model_fields.items()}
    else:
        inner = read if isinstance(read, dict) else {}
    return {
        key: filled_in(value, before[key], inner[key]) if key in before and key in inner else value
        for key, value in given.items()
    }


def _same(one: Any, other: Any) -> bool:
    """Whether data are equal in types, values and order of keys; floats only where they are one object."""
    if one is other:
        return True
    if type(one) is not type(other) or isinstance(one, float):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(_same, one.values(), other.values()))
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other
