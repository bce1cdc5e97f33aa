"""Central optimisation: the benchmark for decisions made by negotiation."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from ..negotiation.mechanism import Mechanism

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..negotiation.market import Award, Market

    Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]  # rows, columns


class Hungarian(Mechanism):
    """Assign as many tasks as possible at the least total cost (Kuhn 1955; scipy's shortest augmenting paths).

    Each contractor gets one task at a time; if contractors can take more, the remaining tasks are assigned in the same
    way at the updated costs. The age of a task counts as in the contract net, so that no task waits forever.
    """

    batch_clearing = True
    divides_tasks = True

    def clear(self, market: Market) -> Iterator[Award]:
        # Imported here because the import takes longer than all decisions of most runs; SciPy is untyped.
        from scipy.optimize import linear_sum_assignment  # pyright: ignore[reportUnknownVariableType]

        while market.cost.size and (market.cost < np.inf).any():
            offered = market.cost < np.inf
            score_s = market.score_s
            never_s = (np.abs(score_s[offered]).max() + 1.0) * (2 * min(score_s.shape) + 1)  # above any sum of scores
            found = cast("Pairs", linear_sum_assignment(np.where(offered, score_s, never_s)))
            for row, column in zip(found[0].tolist(), found[1].tolist(), strict=True):
                if offered[row, column]:
                    yield row, column
