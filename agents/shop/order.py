"""An order for one part, and the steps of its routing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


SCRAP = -1  # follows a result of scrap


class Result(NamedTuple):
    """A result of an operation.

    Attributes:
        below: drawn if the random number is below this bound, and not below that of the result before.
        following: index of the step that follows, or SCRAP.
        at_most: how often a part may have it before it is scrap; None for any number.
    """

    below: float
    following: int
    at_most: int | None


@dataclass(slots=True, frozen=True, eq=False)
class Step:
    """One operation of a routing, or of a detour after a result.

    Attributes:
        name: the required capability.
        eligible: (N,) intp, pool slots of the stations that may do it.
        work_s: expected processing time by pool slot.
        tail_s: expected processing time of all operations that usually follow.
        rank: index of the step of the routing that it belongs to.
        following: index of the step that usually follows; the number of all steps after the last.
        results: its results, in the order of `below`; none if it always succeeds.
    """

    name: str
    eligible: NDArray[np.intp]
    work_s: dict[int, float]
    tail_s: float
    rank: int
    following: int
    results: tuple[Result, ...] = ()


@dataclass(slots=True, frozen=True, eq=False)
class Order:
    """An order for one part.

    Attributes:
        number: position in the order book, from 0.
        name: name of the part, unique among all agents.
        product, product_index: name of the product, and its index in the scenario.
        stream: index of the stream of orders that it came from.
        identity: key of its stream, and its number among the parts of the stream, which other streams do not change.
        priority: the higher, the earlier it comes in queues and awards.
        place: index of the place where the part enters.
        end: index of the place where it leaves the factory.
        routing: its operations, in order, and those of detours.
        due_s: due date; inf if it has none.
        uniforms: (operations, 2) float64, one random number for the processing time of each operation, one for its
            quality; they belong to the order, so that every policy and every fleet gets the same work.
        key: of the random numbers of an order whose steps may be done several times; None for other orders.
    """

    number: int
    name: str
    product: str
    product_index: int
    stream: int
    identity: tuple[int, int]
    priority: int
    place: int
    end: int
    routing: tuple[Step, ...]
    due_s: float
    uniforms: NDArray[np.float64]
    key: int | None = None

    def draws(self, step: int, visit: int) -> tuple[float, float, float]:
        """Random numbers in [0, 1) for the processing time, the quality and the result of a step, done the nth time."""
        if self.key is None:
            time, quality = self.uniforms[step].tolist()
            return time, quality, 0.0
        numbers = np.random.Generator(np.random.Philox(key=self.key, counter=[step, visit, 0, 0]))
        time, quality, result = numbers.random(3).tolist()
        return time, quality, result
