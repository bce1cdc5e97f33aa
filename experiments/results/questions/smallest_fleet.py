"""The smallest fleet that meets a target: a search by bisection, then a proof on replications that it did not see.

The search takes the first few replications of a fleet and claims nothing. The fleet above the smallest one that looks
certain gets all of them, and those that the search did not see are the proof: the one-sided bound of their mean lies on
the right side of the target. After a proof the next smaller fleet is tried, down to the first that fails or is ruled
out. To start one fleet higher costs a proof; to start too low costs most of the risk, for the proofs start again higher
at a small share of it. All claims of an answer hold together with 95 % confidence, however many fleets were looked at:

- each policy has an equal part of the risk; where the first proof fails, the proofs start again one fleet higher, then
  three, seven and so on up to the largest; a fifth of that part is kept for all these starts, in equal shares;
- smaller fleets after a proof cost nothing: the search fixed their order, and the first failure ends it (a fixed
  sequence of tests; Westfall & Krishen, J. Statist. Planning and Inference 99, 2001);
- a tenth of the risk is for the bound, which takes skew into account but errs several times as often as it says where
  skew is strong; the rest is for events so rare that the proof met none.

Bisection supposes that a larger fleet is not worse, up to noise. The proof does not: where that fails, the fleet that
is named meets the target all the same, and a smaller one may do.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...design.keys import FLEET
from ...design.questions.smallest_fleet import SmallestFleet
from ...design.questions.target import Target
from ..statistics import rarest, spread, t_reach
from ..views import view_by
from ..wording import quantity
from .asking import Answer, Asker, mean_of
from .target import met, missed, told

RISK = 0.05
OF_BOUND = 0.1  # part of the risk
OF_LATER = 0.2  # part of the risk


def ask(question: SmallestFleet, asker: Asker) -> Answer:
    """The smallest fleet of each policy, with its proof."""
    experiment, key = asker.experiment, question.key
    view = view_by(experiment, key)  # cases that differ in nothing but the key, in ascending order of it
    of_search = question.of_search(experiment.config.most_replications)
    sentences: list[str] = []
    table: list[dict[str, Any]] = []
    for group, fleets in zip(view.groups, view.series, strict=True):
        search = _Search(asker, question.target, fleets, of_search, RISK / len(view.groups))
        found = search.smallest()
        sizes = [float(view.value(index)) for index in fleets]
        head = {"group": group or "all"}
        table += [head | {key: sizes[place]} | search.row(place) for place in search.looked_at]
        text = _sentence(question, search, sizes, found)
        sentences.append(f"With {group}, {text}" if group else text[0].upper() + text[1:])
    return Answer(tuple(sentences), tuple(table), len(asker.taken), experiment.size)


def _sentence(question: SmallestFleet, search: "_Search", sizes: list[float], found: int | None) -> str:
    noun, target = "AGVs" if question.key == FLEET else question.key, told(question.target)
    if found is None:
        best = max(search.verdicts or search.looked_at, key=search.excess)
        return (
            f"no fleet up to {sizes[-1]:g} {noun} was shown to have a {target} with 95 % confidence; "
            f"{sizes[best]:g} came closest, {search.summary(best)}."
        )
    text = "1 AGV is" if noun == "AGVs" and sizes[found] == 1 else f"{sizes[found]:g} {noun} are"
    text += f" the smallest fleet that was shown to have a {target}: "
    text += f"{search.summary(found)}, with 95 % confidence unless something that strikes less than "
    text += f"{search.unseen} % of replications was missed; "
    if found == 0:
        return text + "no smaller one was tried."
    return text + f"{sizes[found - 1]:g} were not shown to, {search.summary(found - 1)}."


def _starts(first: int, last: int) -> dict[int, float]:
    """Where the proofs may start, in turn, and the part of the risk of each: each step up is twice the one before."""
    place, step = first, 1
    later: list[int] = []
    while place < last:
        place, step = min(place + step, last), 2 * step
        later.append(place)
    return {first: 1 - OF_LATER if later else 1.0} | {place: OF_LATER / len(later) for place in later}


@dataclass
class _Search:
    """The search among the fleets of one policy, and its proofs. A place is the rank of a fleet by its size."""

    asker: Asker
    target: Target
    fleets: list[int]  # cases, in ascending order of size
    first: int  # replications of the search
    risk: float  # of all claims
    unseen: int = 100  # percent of replications that something may strike without being seen by the last proof
    looked_at: list[int] = field(default_factory=list)  # places
    verdicts: dict[int, bool] = field(default_factory=dict)  # of proofs, by place

    def smallest(self) -> int | None:
        """The place of the smallest fleet that was proved to meet the target."""
        last = len(self.fleets) - 1
        first = min(self._bisect() + 1, last)
        for place, part in _starts(first, last).items():
            share = part * self.risk
            if self._shown(place, share):
                while place > 0 and self._shown(place - 1, share):
                    place -= 1
                return place
        return None

    def _shown(self, place: int, share: float) -> bool:
        """Whether a fleet is proved to meet the target; one that is ruled out is not put to the proof."""
        return not self._ruled_out(place) and self._proved(place, share)

    def row(self, place: int) -> dict[str, Any]:
        verdict = {True: "shown", False: "not shown", None: "not tested"}[self.verdicts.get(place)]
        values = self._values(place)
        return {"n": int(np.isfinite(values).sum()), "mean": self.mean(place), "meets": verdict}

    def mean(self, place: int) -> float:
        """Mean of what was seen of a fleet; NaN where nothing was."""
        return mean_of(self._values(place))

    def summary(self, place: int) -> str:
        """`47.1 on average over 20 replications`."""
        values = self._values(place)
        missing = int(np.isnan(values).sum())
        if missing == values.size:
            return f"without a value in {missing} replications"
        text = f"{quantity(self.target.metric, self.mean(place))} on average over {values.size - missing} replications"
        return text + (f" and without a value in {missing}" if missing else "")

    def excess(self, place: int) -> float:
        """How far the mean of what was seen lies beyond the target; -inf where nothing was."""
        mean = self.mean(place)
        return self.target.excess(mean) if math.isfinite(mean) else -math.inf

    def _bisect(self) -> int:
        """The smallest fleet that looks certain; their number if there is none."""
        low, high = -1, len(self.fleets)  # the fleet at low does not look certain, that at high does
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._looks_certain(middle) else (middle, high)
        return high

    def _looks_certain(self, place: int) -> bool:
        """Whether a proof would succeed if all replications were like the first ones."""
        self._look(place)
        values = self._replications(place, self.first)
        proof = self.asker.experiment.config.most_replications - self.first
        reach = t_reach(proof, 1 - 2 * OF_BOUND * (1 - OF_LATER) * self.risk)
        return self.excess(place) >= reach * spread(values[np.isfinite(values)])

    def _ruled_out(self, place: int) -> bool:
        """Whether the first replications of a fleet are clearly on the wrong side."""
        self._look(place)
        values = self._replications(place, self.first)
        return missed(self.target, values[np.isfinite(values)], RISK)

    def _proved(self, place: int, share: float) -> bool:
        """Whether the replications that the search did not see prove that a fleet meets the target.

        A replication without a value proves nothing: the KPI may be undefined because nothing was finished.
        """
        self._look(place)
        most = self.asker.experiment.config.most_replications
        self.asker.need({self.fleets[place]: most})
        proof = self._replications(place, most)[self.first :]
        self.unseen = rarest(proof.size, (1 - OF_BOUND) * share)
        self.verdicts[place] = bool(np.isfinite(proof).all()) and met(self.target, proof, OF_BOUND * share)
        return self.verdicts[place]

    def _look(self, place: int) -> None:
        if place not in self.looked_at:
            self.looked_at = sorted([*self.looked_at, place])
            self.asker.need({self.fleets[place]: self.first})

    def _values(self, place: int) -> np.ndarray:
        """(n,) of all replications that were asked for."""
        tested = place in self.verdicts
        return self._replications(place, self.asker.experiment.config.most_replications if tested else self.first)

    def _replications(self, place: int, n: int) -> np.ndarray:
        return self.asker.values(self.fleets[place], self.target.metric, n)
