"""Decisions of the phases of a negotiation. The phases return them; the engine alone carries them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .contractor import Contractor
    from .tasks import Task


class Accept(NamedTuple):
    """Accept the proposal of `contractor` for `task`, or for a share of `parts` parts of it, done within `cost_s`."""

    task: Task
    contractor: Contractor
    cost_s: float
    parts: int


class Reannounce(NamedTuple):
    """Re-announce `task`, or its remaining parts, at once."""

    task: Task


class Postpone(NamedTuple):
    """Postpone `task`, which no contractor took for these `reasons`, (N,) int8."""

    task: Task
    reasons: NDArray[np.int8]


class TakeBack(NamedTuple):
    """Re-announce `task`, which its contractor no longer holds; later if it was called at this same instant."""

    task: Task


Decision: TypeAlias = Accept | Reannounce | Postpone | TakeBack
