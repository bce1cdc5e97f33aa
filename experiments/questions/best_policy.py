"""The best case of a sweep, with certainty: ranking and selection by Kim and Nelson's KN procedure.

    question: {kind: best_policy, metric: throughput_per_h, indifference: 1%}

All cases get a first number of replications, then a few more at a time. A case is dropped as soon as its mean is behind
another's by more than a bound that shrinks as evidence grows. Common random numbers make the differences, and with them
the bounds, small. With probability 0.95 the case that is left is the best, provided that it is better than the others
by the indifference, or else it is within the indifference of the best (Kim & Nelson, A fully sequential procedure for
indifference-zone selection in simulation, ACM TOMACS 11(3), 2001, with c = 1).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from ...environments.section import Positive, Section
from ...environments.units import Share
from ..headlines import with_interval
from ..statistics import t_interval
from .asking import Answer, Asker, greater_is_better

if TYPE_CHECKING:
    from ..experiment import Experiment

RISK = 0.05
STEP = 2  # replications between two looks; the guarantee of KN holds for any, fewer looks cost a few trials


class BestPolicy(Section):
    """Which case is the best?"""

    kind: Literal["best_policy"]
    metric: str = "throughput_per_h"
    goal: Literal["max", "min"] | None = None  # None = by the KPI
    indifference: Share = 0.01  # a difference smaller than this share of the mean does not matter
    first: Annotated[int, Field(ge=5)] = 8
    budget: Positive = 10_000  # trials in all

    def problem(self, experiment: "Experiment") -> str | None:
        return "the sweep must have two or more cases" if len(experiment.cases) < 2 else None

    def ask(self, asker: Asker) -> Answer:
        sign = 1.0 if (self.goal or ("max" if greater_is_better(self.metric) else "min")) == "max" else -1.0
        cases = list(range(len(asker.experiment.cases)))
        n = self.first
        asker.need(dict.fromkeys(cases, n))
        first = np.array([sign * asker.values(case, self.metric, n) for case in cases])  # (K, n)
        failed = [case for case in cases if not np.isfinite(first[case]).all()]
        alive = [case for case in cases if case not in failed]
        dropped = dict.fromkeys(failed, n)
        if not alive:
            return Answer(("Every case has failed trials, so none can be called the best.",), (), len(asker.taken))
        delta = max(self.indifference * abs(float(np.median(first[alive].mean(axis=1)))), 1e-12)
        bound = self._bounds(first, delta, len(alive))
        while len(alive) > 1:
            means = {case: float((sign * asker.values(case, self.metric, n)).mean()) for case in alive}
            for case in list(alive):
                if not np.isfinite(means[case]) or any(
                    means[case] < means[other] - bound(case, other, n) for other in alive if other != case
                ):
                    dropped[case] = n
            alive = [case for case in alive if case not in dropped]
            if len(alive) < 2 or len(asker.taken) + STEP * len(alive) > self.budget:
                break
            n += STEP
            asker.need(dict.fromkeys(alive, n))
        return self._answer(asker, sign, alive, dropped, n, delta)

    def _bounds(self, first: np.ndarray, delta: float, many: int) -> Callable[[int, int, int], float]:
        """W(case, other, n): how far behind a mean of n replications may be without being dropped."""
        n0 = first.shape[1]
        eta = 0.5 * ((2 * RISK / max(many - 1, 1)) ** (-2.0 / (n0 - 1)) - 1.0)
        h2 = 2.0 * eta * (n0 - 1)

        def bound(case: int, other: int, n: int) -> float:
            variance = float(np.var(first[case] - first[other], ddof=1))
            return max(0.0, delta / (2.0 * n) * (h2 * variance / delta**2 - n))

        return bound

    def _answer(
        self, asker: Asker, sign: float, alive: list[int], dropped: dict[int, int], n: int, delta: float
    ) -> Answer:
        labels = [case.label for case in asker.experiment.cases]
        seen = {case: dropped.get(case, n) for case in range(len(labels))}
        values = {case: asker.values(case, self.metric, count) for case, count in seen.items()}
        means = {case: float(np.nanmean(found)) for case, found in values.items()}
        order = sorted(means, key=lambda case: (case not in alive, -sign * means[case]))
        winner = order[0]
        text = with_interval(means[winner], *t_interval(values[winner]))
        if len(alive) == 1:
            sure = f"with 95 % confidence, unless another is less than {delta:.3g} behind"
        else:
            others = ", ".join(labels[case] for case in order[1 : len(alive)])
            sure = f"but the budget ended before it was certain; still in the race: {others}"
        sentence = f"Best {self.metric}: {labels[winner]}, {text}, {sure}."
        table = tuple(
            {"case": labels[case], "n": seen[case], "mean": means[case], "left": case in alive} for case in order
        )
        return Answer((sentence,), table, len(asker.taken), len(labels) * n)
