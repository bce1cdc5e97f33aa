"""An observer that records single offers in the negotiations of a running factory, for the sequence diagram.

The log aggregates the answers to a call (number of offers, the best one, number of refusals). Single offers are known
when a call is cleared, and are copied then.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from ..agents.negotiation.contract import ContractPhase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..agents.mechanisms import Market

    # conversation -> (slots, cost in seconds, reason of refusal), (N,) each
    Offers = OrderedDict[int, tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.int8]]]

CALLS = 400  # kept in memory


class ObservedOffers:
    """Records the offers of the last CALLS calls.

    Attributes:
        offers: the offers by conversation.
    """

    def __init__(self) -> None:
        self.offers: Offers = OrderedDict()

    def before_clearing(self, market: Market) -> None:
        """Record the offers of calls that are about to be cleared; of waiting tasks the log names the contractor."""
        for row, task in enumerate(market.tasks):
            if task.contract.phase is ContractPhase.CALLED:
                self.offers[task.contract.conversation] = (
                    market.slots, market.cost[row].copy(), market.reason[row].copy(),
                )  # fmt: skip
        while len(self.offers) > CALLS:
            self.offers.popitem(last=False)
