"""Auctions: contractors say what each task would cost them, and the mechanism compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..negotiation.mechanism import BestOffer, Mechanism, best_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..negotiation.market import Award, Market


class Iterated(BestOffer):
    """The iterated contract net (FIPA SC00030H): contractors that offered are called again, and told the best offer.

    It ends when a call brings nothing better, or after `negotiation.rounds` calls. Agents whose costs are facts
    offer the same again; it pays for agents that bargain (`call.round`, `call.best_s`) and where messages get lost.
    """

    iterates = True


class SequentialSingleItem(Mechanism):
    """Sequential single-item auctions (Lagoudakis et al. 2005; Koenig et al. 2006).

    All calls of an instant are auctioned together; in each round the cheapest of all offers wins, and the winner
    offers again for what is left, given what it has won.
    """

    joint = True
    splits = True

    def clear(self, market: Market) -> Iterator[Award]:
        yield from best_first(market)


class Regret(Mechanism):
    """Regret clearing (Koenig, Zheng, Tovey, Borie, Kilby, Markakis and Keskinocak, AAAI 2008).

    As sequential single-item, but first goes the task that would lose most if its best contractor were given to
    another: the one whose second best offer is farthest behind its best; older ones rather.
    """

    joint = True
    splits = True

    def clear(self, market: Market) -> Iterator[Award]:
        while market.cost.size and (open_rows := np.flatnonzero(market.cost.min(axis=1) < np.inf)).size:
            score_s = market.score_s[open_rows]
            regret_s = np.full(len(open_rows), np.inf)  # a task that only one contractor offers for
            if score_s.shape[1] > 1:
                two = np.partition(score_s, 1, axis=1)
                regret_s = two[:, 1] - two[:, 0] + market.premium_s[open_rows]
            first = int(np.lexsort((score_s.min(axis=1), -regret_s))[0])
            yield int(open_rows[first]), int(score_s[first].argmin())
