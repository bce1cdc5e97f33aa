"""The best case of a sweep, with certainty: ranking and selection by Kim and Nelson's KN procedure.

All cases get a first number of replications, then a few more at a time, up to `replications` of each and `budget`
trials in all. A case is dropped as soon as its mean is behind another's by more than a bound that shrinks as evidence
grows. Common random numbers make the differences, and with them the bounds, small. With probability 0.95 the case that
is left is the best, provided that it is better than the others by the indifference, or else it is within the
indifference of the best (Kim & Nelson, A fully sequential procedure for indifference-zone selection in simulation, ACM
TOMACS 11(3), 2001, with c = 1).

KN assumes normal differences. Where they are skewed it errs up to five times as often as its nominal level, so the
bound is that for a fifth of the risk, with the larger of the variances of the first and of all replications.
"""

from dataclasses import dataclass, field

import numpy as np

from ...design.questions.best_policy import BestPolicy
from ..direction import greater_is_better
from ..statistics import ROUNDING, rarest
from ..wording import with_interval
from .asking import Answer, Asker, mean_of

RISK = 0.05
OF_BOUND = 0.2  # part of the risk; the rest is kept for skew
STEP = 2  # replications between two looks; the guarantee of KN holds for any, fewer looks cost a few trials


def ask(question: BestPolicy, asker: Asker) -> Answer:
    """The remaining case, or the cases that could not be distinguished."""
    race = _Race(question, asker)
    race.run()
    return race.answer()


@dataclass
class _Race:
    """The remaining cases (K of them, all with n replications), and the fate of the others."""

    question: BestPolicy
    asker: Asker
    alive: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)  # replications, by case
    delta: float = 0.0  # the indifference in the unit of the KPI
    end: str = ""  # what ended the race before one case was left

    def run(self) -> None:
        """Drops cases until one remains, or the remaining ones are equal, or the limits are reached."""
        first = self.question.first
        self.alive = list(range(len(self.asker.experiment.cases)))
        self._take(first)
        if not self.alive:
            return
        typical = float(np.median(self._values(first).mean(axis=1)))
        self.delta = max(self.question.indifference * abs(typical), 1e-12)
        n, h2 = first, self._h2()
        while not self._settled(n, h2):
            self.end = self._limit(n + STEP)
            if self.end:
                return
            n += STEP
            self._take(n)

    def _limit(self, n: int) -> str:
        """The limit that does not allow n replications; empty if there is none."""
        most, budget = self.asker.experiment.config.most_replications, self.question.budget
        if n > most:
            return f"{most} replications"
        return f"the budget of {budget} trials" if len(self.asker.taken) + STEP * len(self.alive) > budget else ""

    def _take(self, n: int) -> None:
        """Has n replications run of the remaining cases; cases without a value in one of them are dropped."""
        self.asker.need(dict.fromkeys(self.alive, n))
        self.seen |= dict.fromkeys(self.alive, n)
        values = self._values(n)
        self.failed += [case for case, row in zip(self.alive, values, strict=True) if not np.isfinite(row).all()]
        self.alive = [case for case in self.alive if case not in self.failed]

    def _h2(self) -> float:
        """The constant h² of KN: the better the guarantee and the fewer the first replications, the greater."""
        freedom = self.question.first - 1
        risk = OF_BOUND * RISK / max(len(self.alive) - 1, 1)
        return freedom * ((2 * risk) ** (-2.0 / freedom) - 1.0)

    def _settled(self, n: int, h2: float) -> bool:
        """Drops the cases that are behind by more than the bound; whether one remains, or only equal ones."""
        if len(self.alive) < 2:
            return True
        values = self._values(n)  # (K, n)
        variances = np.maximum(_of_differences(values), _of_differences(values[:, : self.question.first]))
        bounds = np.maximum(0.0, h2 * variances / (2 * n * self.delta) - self.delta / 2)  # (K, K)
        means = values.mean(axis=1)
        behind = means[None, :] - means[:, None] - bounds  # (K, K) by how much more than allowed
        dropped = (behind > ROUNDING * np.abs(means)[:, None]).any(axis=1)
        self.alive = [case for case, out in zip(self.alive, dropped, strict=True) if not out]
        left = ~dropped
        return not bounds[np.ix_(left, left)].any()

    def _values(self, n: int) -> np.ndarray:
        """(K, n) the KPI of the cases that are left, with the sign that makes more better."""
        metric = self.question.metric
        return self._sign * np.array([self.asker.values(case, metric, n) for case in self.alive])

    @property
    def _sign(self) -> float:
        """1 where more is better, -1 where less is."""
        goal = self.question.goal or ("max" if greater_is_better(self.question.metric) else "min")
        return 1.0 if goal == "max" else -1.0

    def answer(self) -> Answer:
        labels = [case.label for case in self.asker.experiment.cases]
        if not self.alive:
            return Answer(("Every case has failed trials, so none can be called the best.",), (), len(self.asker.taken))
        metric = self.question.metric
        values = {case: self.asker.values(case, metric, n) for case, n in self.seen.items()}
        means = {case: mean_of(found) for case, found in values.items()}
        order = sorted(means, key=lambda case: (case in self.failed, case not in self.alive, -self._sign * means[case]))
        winner, *others = order[: len(self.alive)]
        named = ", ".join(labels[case] for case in others)
        if self.end:
            sure = f"but {self.end} did not make it certain; still in the race: {named}"
        elif others:
            sure = f"and equal to it: {named}"
        else:
            unseen = rarest(self.question.first)
            sure = f"with 95 % confidence unless another is less than {self.delta:.3g} behind, or something that "
            sure += f"strikes less than {unseen} % of replications was missed"
        text = with_interval(means[winner], *self.asker.interval(values[winner]))
        sentences = [f"Best {metric}: {labels[winner]}, {text}, {sure}."]
        if self.failed:
            out = ", ".join(labels[case] for case in self.failed)
            sentences.append(f"Dropped because of failed trials or replications without a value: {out}.")
        table = tuple(
            {"case": labels[case], "n": self.seen[case], "mean": means[case], "left": case in self.alive}
            for case in order
        )
        full = len(labels) * max(self.seen.values())
        return Answer(tuple(sentences), table, len(self.asker.taken), full)


def _of_differences(values: np.ndarray) -> np.ndarray:
    """(K, K) variances of the differences between the rows of values, (K, n)."""
    covariance = np.atleast_2d(np.cov(values))
    own = np.diagonal(covariance)
    return np.maximum(own[:, None] + own[None, :] - 2 * covariance, 0.0)
