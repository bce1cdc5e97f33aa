"""Central optimisation: the yardstick for whatever is decided by negotiation."""

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
    """The assignment of least total cost, as many tasks as can be (Kuhn 1955; scipy's shortest augmenting paths).

    Each contractor gets one task at a time; where it can take more, what is left is assigned again at the costs that
    it then has. The age of a task counts as in the contract net, so that none waits for ever.
    """

    joint = True
    splits = True

    def clear(self, market: Market) -> Iterator[Award]:
        # Late: takes longer to import than most runs to decide; SciPy is untyped.
        from scipy.optimize import linear_sum_assignment  # pyright: ignore[reportUnknownVariableType]

        while market.cost.size and (market.cost < np.inf).any():
            offered = market.cost < np.inf
            score_s = market.score_s
            never_s = (np.abs(score_s[offered]).max() + 1.0) * (2 * min(score_s.shape) + 1)  # more than all together
            found = cast("Pairs", linear_sum_assignment(np.where(offered, score_s, never_s)))
            for row, column in zip(found[0].tolist(), found[1].tolist(), strict=True):
                if offered[row, column]:
                    yield row, column
