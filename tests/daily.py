"""Which rows of a matrix run every day: the telling ones, and all others in the slow mark."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

Rows = tuple[tuple[str, ...], list[Any]]  # what `parametrize` takes


def daily(*values: Any, of: Iterable[Any]) -> list[Any]:
    """Rows for all values, of which only some run every day."""
    return matrix(*map(str, values), value=list(of))[1]


def each_once(**axes: Iterable[Any]) -> Rows:
    """All combinations of the axes, of which so many run every day that each value of each axis comes once."""
    named = [list(map(str, axis)) for axis in axes.values()]
    days = range(max(map(len, named)))
    return matrix(*("-".join(names[day % len(names)] for names in named) for day in days), **axes)


def matrix(*days: str, **axes: Iterable[Any]) -> Rows:
    """All combinations of the axes, of which those run every day that are named: by their values, with hyphens."""
    named = [dict(axis) if isinstance(axis, Mapping) else {str(v): v for v in axis} for axis in axes.values()]
    rows = {"-".join(names): map(dict.__getitem__, named, names) for names in itertools.product(*named)}
    assert rows.keys() >= set(days), set(days) - rows.keys()
    slow = pytest.mark.slow
    return tuple(axes), [
        pytest.param(*values, id=name, marks=() if name in days else slow) for name, values in rows.items()
    ]
