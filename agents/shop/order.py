"""An order for one part, and the steps of its routing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(slots=True, frozen=True, eq=False)
class Step:
    """One operation of a routing.

    Attributes:
        name: the capability.
        eligible: (N,) pool slots of the stations that may do it.
        work_s: expected processing time by pool slot.
        tail_s: expected processing time of all operations that come after it.
    """

    name: str
    eligible: NDArray[np.intp]
    work_s: dict[int, float]
    tail_s: float


@dataclass(slots=True, frozen=True, eq=False)
class Order:
    """What is to be made.

    Attributes:
        number: position in the order book, from 0.
        name: of the part, unlike that of any other agent.
        product: its name; `product_index` in the order of the scenario.
        place: index of the place where it enters.
        due_s: when it is to be finished; inf if it has no due date.
        uniforms: (operations, 2) one random number for the time of each operation, one for its quality; they
            belong to the order, so that every policy and every fleet meets the same work.
    """

    number: int
    name: str
    product: str
    product_index: int
    place: int
    routing: tuple[Step, ...]
    due_s: float
    uniforms: NDArray[np.float64]
