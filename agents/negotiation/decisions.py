"""What the phases of a negotiation decide. They return decisions; the engine alone carries them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .contractor import Contractor
    from .tasks import Task


class Accept(NamedTuple):
    """The proposal of `contractor`: it has won `task`, or a share of it: so many `parts`, done within `cost_s`."""

    task: Task
    contractor: Contractor
    cost_s: float
    parts: int


class Reannounce(NamedTuple):
    """`task`, or what is left of it, is called again at once."""

    task: Task


class Postpone(NamedTuple):
    """No contractor took `task`, for these `reasons`, (N,) int8: it waits."""

    task: Task
    reasons: NDArray[np.int8]


class TakeBack(NamedTuple):
    """The contractor of `task` is gone: it is called again, later if it was called just now."""

    task: Task


Decision: TypeAlias = Accept | Reannounce | Postpone | TakeBack
