"""How far a part has come in its routing: the steps that it has been through, and their results."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from .order import SCRAP

if TYPE_CHECKING:
    from .order import Order


class Progress:
    """The progress of one part.

    Attributes:
        stage: index of the operation that comes next, or is in work; after the last, the number of operations.
        announced: index of the operation announced last; the number of operations means the transport out.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self.stage = 0
        self.announced = -1
        self._handlings = 0
        self._visits: Counter[int] = Counter()  # how often it has been through each step
        self._results: Counter[tuple[int, int]] = Counter()  # how often it has had each result of a step

    @property
    def rank(self) -> int:
        """Index of the step of the routing that it is at, or on a detour from."""
        routing = self._order.routing
        return routing[self.stage].rank if self.stage < len(routing) else len(routing)

    @property
    def ahead(self) -> bool:
        """Whether the operation after the present one is announced already."""
        return self.announced != self.stage

    def draws(self, step: int) -> tuple[float, float, float]:
        """Random numbers in [0, 1) for the processing time, the quality and the result of a step, done once more."""
        return self._order.draws(step, self._visits[step])

    def result(self, step: int, uniform: float) -> tuple[int, int]:
        """The number of the result of a step that has results, and the index of the step that follows, or SCRAP.

        `uniform` is the random number in [0, 1) that selects the result.
        """
        results = self._order.routing[step].results
        number = bisect_right([result.below for result in results[:-1]], uniform)
        self._results[step, number] += 1
        most, following = results[number].at_most, results[number].following
        return number, SCRAP if most is not None and self._results[step, number] > most else following

    def count_handling(self) -> int:
        """How often the part was handled before; from now on it counts once more."""
        self._handlings += 1
        return self._handlings - 1

    def go_on(self, following: int) -> None:
        """Go on to the following step: the present one is done."""
        self._visits[self.stage] += 1
        self.stage = following
