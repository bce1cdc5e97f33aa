"""Auctions: contractors state their cost for each task, and the mechanism compares the costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..negotiation.mechanism import BestOffer, Mechanism, best_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..negotiation.market import Award, Market


class Iterated(BestOffer):
    """The iterated contract net (FIPA SC00030H): bidders receive revised calls with the best offer so far.

    It ends when a call brings no improvement, or after `negotiation.rounds` calls. Agents with fixed costs repeat their
    offers; it pays off for agents that bargain (`call.round`, `call.best_s`) and where messages get lost.
    """

    iterates = True


class SequentialSingleItem(Mechanism):
    """Sequential single-item auctions (Lagoudakis et al. 2005; Koenig et al. 2006).

    All calls of an instant are auctioned together; in each round the cheapest of all offers wins, and the winner
    updates its offers for the remaining tasks, given the award.
    """

    batch_clearing = True
    divides_tasks = True

    def clear(self, market: Market) -> Iterator[Award]:
        yield from best_first(market)


class Regret(Mechanism):
    """Regret clearing (Koenig, Zheng, Tovey, Borie, Kilby, Markakis and Keskinocak, AAAI 2008).

    Like sequential single-item auctions, but the first task awarded is the one with the largest regret, the difference
    between its second best and its best offer, with a premium for age.
    """

    batch_clearing = True
    divides_tasks = True

    def clear(self, market: Market) -> Iterator[Award]:
        while market.cost.size and (open_rows := np.flatnonzero(market.cost.min(axis=1) < np.inf)).size:
            score_s = market.score_s[open_rows]
            regret_s = np.full(len(open_rows), np.inf)  # for a market with a single contractor
            if score_s.shape[1] > 1:
                two = np.partition(score_s, 1, axis=1)
                regret_s = two[:, 1] - two[:, 0] + market.premium_s[open_rows]
            first = int(np.lexsort((score_s.min(axis=1), -regret_s))[0])
            yield int(open_rows[first]), int(score_s[first].argmin())
