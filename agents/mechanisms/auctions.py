"""Auctions: contractors say what each task would cost them, and the mechanism compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..negotiation.market import Award, Market


class ContractNet:
    """Each call is a contract net of its own: the best offer wins (Smith 1980; FIPA SC00029H).

    Where several tasks meet one contractor that has become free, it takes the one that delays it least, older ones
    rather (`Market.score_s`). A lot is split: the offer that costs least by part gets its share, then the next, until
    nothing is left.
    """

    joint = False
    splits = True

    def clear(self, market: Market) -> Iterator[Award]:
        if len(market.tasks) == 1:
            if len(market.slots):
                while market.cost.item(0, column := int(market.cost[0].argmin())) < np.inf:
                    yield 0, column
            return
        yield from _best_first(market)


def _best_first(market: Market) -> Iterator[Award]:
    """The best of all offers, and again, given what has been won."""
    while market.cost.size:
        score_s = market.score_s
        row, column = divmod(int(score_s.argmin()), score_s.shape[1])
        if score_s[row, column] == np.inf:
            return
        yield row, column


class Iterated(ContractNet):
    """The iterated contract net (FIPA SC00030H): whoever has offered is called again, and told the best offer.

    It ends when a call brings nothing better, or after `negotiation.rounds` calls. Agents whose costs are facts
    offer the same again; it pays for agents that bargain (`call.round`, `call.best_s`) and where messages get lost.
    """

    joint = False
    iterates = True


class SequentialSingleItem:
    """Sequential single-item auctions (Lagoudakis et al. 2005; Koenig et al. 2006).

    All calls of an instant are auctioned together; in each round the cheapest of all offers wins, and the winner
    offers anew for what is left, given what it has won.
    """

    joint = True
    splits = True

    def clear(self, market: Market) -> Iterator[Award]:
        yield from _best_first(market)


class Regret:
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
