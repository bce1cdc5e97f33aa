"""Who offered what: an observer of the negotiations of a running factory, for the sequence diagram.

The log sums up the answers to a call (so many offers, the best of them, so many refusals). The single offers are
known when a call is cleared, and are copied there.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..agents.mechanisms import Market

    # conversation -> (slots, cost in seconds, reason of refusal), (N,) each
    Offers = OrderedDict[int, tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.int8]]]

CALLS = 400  # that are remembered


class OverheardOffers:
    """Remembers what was offered in the last CALLS calls.

    Attributes:
        offers: by conversation.
    """

    def __init__(self) -> None:
        self.offers: Offers = OrderedDict()

    def before_clearing(self, market: Market) -> None:
        """The offers for some calls are in."""
        for row, task in enumerate(market.tasks):
            self.offers[task.contract.conversation] = (market.slots, market.cost[row].copy(), market.reason[row].copy())
        while len(self.offers) > CALLS:
            self.offers.popitem(last=False)
