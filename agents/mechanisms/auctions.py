"""Auctions: contractors say what each task would cost them, and the mechanism compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..tasks import TaskKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .market import Award, Market

AGEING = 0.02  # seconds of delay that a second of waiting outweighs: with much more it is first come first served


class ContractNet:
    """Each call is a contract net of its own: the best offer wins (Smith 1980; FIPA SC00029H).

    Where several tasks meet one contractor that has become free, it takes the one that delays it least: transports
    are compared by the way to the part, since the way with the part has to be driven by whoever carries it. Every
    second of waiting makes a task a little more attractive, so that none waits for ever.

    A lot is split: the offer that costs least by part gets its share, then the next, until nothing is left.
    """

    joint = False
    splits = True

    def clear(self, market: Market) -> Iterator[Award]:
        if len(market.tasks) == 1:
            if len(market.slots):
                while market.cost.item(0, column := int(market.cost[0].argmin())) < np.inf:
                    yield 0, column
            return
        age_s = AGEING * market.age_s[:, None]
        while market.cost.size:
            delay_s = market.approach_s if market.kind is TaskKind.TRANSPORT else market.cost
            score = np.where(market.cost < np.inf, delay_s - age_s, np.inf)
            row, column = divmod(int(score.argmin()), score.shape[1])
            if score[row, column] == np.inf:
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

    def clear(self, market: Market) -> Iterator[Award]:
        while market.cost.size:
            row, column = divmod(int(market.cost.argmin()), len(market.slots))
            if market.cost[row, column] == np.inf:
                return
            yield row, column


class Regret:
    """Regret clearing (Koenig, Zheng, Tovey, Borie, Kilby, Markakis and Keskinocak, AAAI 2008).

    As sequential single-item, but first goes the task that would lose most if its best contractor were given to
    another: the one whose second best offer is farthest behind its best.
    """

    joint = True

    def clear(self, market: Market) -> Iterator[Award]:
        while market.cost.size and (open_rows := np.flatnonzero(market.cost.min(axis=1) < np.inf)).size:
            cost = market.cost[open_rows]
            regret = np.full(len(open_rows), np.inf)  # a task that only one contractor offers for
            if cost.shape[1] > 1:
                two = np.partition(cost, 1, axis=1)
                regret = two[:, 1] - two[:, 0]
            best_s = cost.min(axis=1)
            first = int(np.lexsort((best_s, -regret))[0])
            yield int(open_rows[first]), int(cost[first].argmin())


class Consensus:
    """Consensus-based bundle algorithm (Choi, Brunet and How 2009), all agents within reach of each other.

    No auctioneer decides: every contractor claims the task that is cheapest for it among those for which it beats the
    best claim so far, all agree on the best claim for each task, and who is outbid claims again. Bundles grow by one
    task each time that agreement is reached, as the winners then offer anew for what is left, given what they have.
    """

    joint = True

    def clear(self, market: Market) -> Iterator[Award]:
        while market.cost.size and (market.cost < np.inf).any():
            yield from self._agree(market)

    @staticmethod
    def _agree(market: Market) -> list[Award]:
        """Bid and agree until nobody is outbid: each row then has at most one column, and the other way round."""
        cost = market.cost
        best_s = np.full(len(cost), np.inf)  # the winning bid list that all agents share: y of the paper
        winner = np.full(len(cost), -1)  # and who has made it: z
        choice = np.full(cost.shape[1], -1)
        while True:
            may_win = np.where(cost < best_s[:, None], cost, np.inf)  # ties stay with who was first
            free = np.flatnonzero((choice == -1) & (may_win.min(axis=0) < np.inf))
            if len(free) == 0:
                return [(int(row), int(column)) for column, row in enumerate(choice) if row >= 0]
            choice[free] = may_win[:, free].argmin(axis=0)
            for column in free.tolist():
                row = choice[column]
                if cost[row, column] < best_s[row]:
                    if winner[row] >= 0:
                        choice[winner[row]] = -1  # outbid
                    best_s[row], winner[row] = cost[row, column], column
                else:
                    choice[column] = -1
