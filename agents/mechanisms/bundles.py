"""The consensus-based bundle algorithm: contractors claim several tasks each, and agree on the highest claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..negotiation.mechanism import Mechanism

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..negotiation.market import Award, Market

NO_BIDDER = -1
DISCOUNT_S = 600.0  # delay that reduces the worth of a task to 1/e


class Consensus(Mechanism):
    """Consensus-based bundle algorithm (Choi, Brunet and How, IEEE T-RO 2009) with full communication.

    There is no auctioneer. Each contractor builds a *bundle*: it repeatedly claims the task whose best insertion in its
    *path* gains most, among those for which it beats the best claim so far. Then all contractors exchange their claims.
    With full communication the paper's rules reduce to this: the highest claim stands, and a contractor that is outbid
    gives up the task and all tasks that it claimed later, because those claims depend on it. This repeats until no
    contractor is outbid. The value of a path is the sum of the values of its tasks, discounted by the delay and with a
    premium for age; a claim is capped by the claims before it in the bundle, so that the algorithm terminates for any
    valuation (Johnson, Choi and How, CDC 2012).
    """

    batch_clearing = True

    def clear(self, market: Market) -> Iterator[Award]:
        while market.cost.size and (market.cost < np.inf).any():
            for row, column in _Agreement(market).reach():
                if market.cost[row, column] < np.inf:  # where answers take time a contractor wins one task per round
                    yield row, column


class _Agreement:
    """Bundles of all contractors, and the shared claims. K tasks, N contractors.

    Attributes:
        worth: (K, N) float64, value of each task as the only one in a path; 0 where there is no offer.
        claim: (K,) float64, the best claim for each task (y in the paper).
        winner: (K,) int64, the contractor that has made it (z in the paper), or NO_BIDDER.
        bundle: for each contractor the tasks that it has claimed, with the claims, in the order of claiming (b).
        path: for each contractor the same tasks in the order of execution (p).
    """

    def __init__(self, market: Market) -> None:
        score_s = market.score_s
        tasks, contractors = score_s.shape
        self._market = market
        self._best_s = score_s.min()
        self.worth = self._discounted(score_s)
        self.claim = np.zeros(tasks)
        self.winner = np.full(tasks, NO_BIDDER)
        self.bundle: list[list[tuple[int, float]]] = [[] for _ in range(contractors)]
        self.path: list[list[int]] = [[] for _ in range(contractors)]

    def reach(self) -> list[Award]:
        """Claim and compare until no contractor is outbid; each iteration settles at least one more claim for good."""
        for _ in range(len(self.claim) + 1):
            for column in np.flatnonzero(self._may_win(self.worth).any(axis=0)).tolist():
                self._build(column)
            if not self._compare():
                break
        return [(row, column) for column, path in enumerate(self.path) for row in path]

    def _may_win(self, gain: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(K, N) bool, the gains that would beat the best claim so far; ties go to the first contractor."""
        first = np.arange(gain.shape[1], dtype=np.int64) < self.winner[:, None]
        return (gain > self.claim[:, None]) | ((gain == self.claim[:, None]) & (gain > 0.0) & first)

    def _build(self, column: int) -> None:
        """Phase 1: claim tasks while there is one to win and room for it in the path."""
        bundle = self.bundle[column]
        while True:
            gain, longer = self._gains(column)
            if bundle:
                gain = np.minimum(gain, bundle[-1][1])
            wins = (gain > self.claim) | ((gain == self.claim) & (gain > 0.0) & (column < self.winner))
            row = int(np.where(wins, gain, 0.0).argmax())
            if not wins[row]:
                return
            bundle.append((row, gain.item(row)))
            self.path[column] = longer.get(row, [row])

    def _gains(self, column: int) -> tuple[NDArray[np.float64], dict[int, list[int]]]:
        """(K,) float64, value that each task adds to a path at its best position, 0 if none; and the longer paths."""
        path = self.path[column]
        if not path:
            return self.worth[:, column], {}
        value = self._value(column, path)
        gain = np.zeros(len(self.claim))
        longer: dict[int, list[int]] = {}
        for row in np.flatnonzero(self.worth[:, column] > 0.0).tolist():
            if row in path:
                continue
            for n in range(len(path) + 1):
                candidate = [*path[:n], row, *path[n:]]
                more = self._value(column, candidate) - value
                if more == -np.inf:
                    return gain, longer
                if more > gain[row]:
                    gain[row], longer[row] = more, candidate
        return gain, longer

    def _value(self, column: int, path: list[int]) -> float:
        """Value of a path; -inf if it is longer than the contractor accepts."""
        if len(path) == 1:
            return self.worth.item(path[0], column)
        delay_s = self._market.foresee(column, path)
        if delay_s is None:
            return -np.inf
        return float(self._discounted(np.array(delay_s) - self._market.premium_s[path]).sum())

    def _compare(self) -> bool:
        """Phase 2: keep the highest claim for each task, ties going to the first; whether any contractor is outbid."""
        self.claim[:], self.winner[:] = 0.0, NO_BIDDER
        for column, bundle in enumerate(self.bundle):
            for row, claim in bundle:
                if claim > self.claim[row]:
                    self.claim[row], self.winner[row] = claim, column
        outbid = False
        for column, bundle in enumerate(self.bundle):
            lost = next((n for n, (row, _) in enumerate(bundle) if self.winner[row] != column), None)
            if lost is not None:
                outbid = True
                given_up = {row for row, _ in bundle[lost:]}
                del bundle[lost:]
                self.path[column] = [row for row in self.path[column] if row not in given_up]
        return outbid

    def _discounted(self, score_s: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.exp((self._best_s - score_s) / DISCOUNT_S)
