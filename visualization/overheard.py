"""Who offered what: an ear at the mechanism of a running factory, for the sequence diagram.

The log sums up the answers to a call (so many offers, the best of them, so many refusals). The single offers are
known when a call is cleared; they are copied there, and the mechanism decides as if nobody had listened.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ..agents.mechanisms import Award, Market, Mechanism

    # conversation -> (slots, cost in seconds, reason of refusal), (N,) each
    Offers = OrderedDict[int, tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.int8]]]

CALLS = 400  # that are remembered


class Overheard:
    """A mechanism that lets another one decide, and remembers in `offers` what was offered in the last CALLS calls."""

    def __init__(self, mechanism: Mechanism, offers: Offers) -> None:
        self.mechanism = mechanism
        self.joint = mechanism.joint
        self.offers = offers

    def __getattr__(self, name: str) -> Any:
        """Whatever else the mechanism has."""
        return getattr(self.mechanism, name)

    def clear(self, market: Market) -> Iterator[Award]:
        """The awards of the other mechanism."""
        for row, task in enumerate(market.tasks):
            self.offers[task.conversation] = (market.slots, market.cost[row].copy(), market.reason[row].copy())
        while len(self.offers) > CALLS:
            self.offers.popitem(last=False)
        yield from self.mechanism.clear(market)
