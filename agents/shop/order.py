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
        name: the required capability.
        eligible: (N,) intp, pool slots of the stations that may do it.
        work_s: expected processing time by pool slot.
        tail_s: expected processing time of all later operations.
    """

    name: str
    eligible: NDArray[np.intp]
    work_s: dict[int, float]
    tail_s: float


@dataclass(slots=True, frozen=True, eq=False)
class Order:
    """An order for one part.

    Attributes:
        number: position in the order book, from 0.
        name: name of the part, unique among all agents.
        product, product_index: name of the product, and its index in the scenario.
        stream: index of the stream of orders that it came from.
        priority: the higher, the earlier it comes in queues and awards.
        place: index of the place where the part enters.
        end: index of the place where it leaves the factory.
        routing: its operations, in order.
        due_s: due date; inf if it has none.
        uniforms: (operations, 2) float64, one random number for the processing time of each operation, one for its
            quality; they belong to the order, so that every policy and every fleet gets the same work.
    """

    number: int
    name: str
    product: str
    product_index: int
    stream: int
    priority: int
    place: int
    end: int
    routing: tuple[Step, ...]
    due_s: float
    uniforms: NDArray[np.float64]
