"""Where a gain comes from: the effect of each step from one factory to another, with the same orders and breakdowns.

All gains are in percent of the case that they start from. They are taken within replications, which have the same
orders and breakdowns (common random numbers), so the steps of a path add up to the whole. The effect of a step depends
on the steps before it: `without` gives its effect when it comes last. Every interval holds by itself; the steps that
are called certain are certain together (Holm).
"""

from typing import NamedTuple

import numpy as np

from ...design.questions.gain import Gain
from ..direction import greater_is_better
from ..statistics import CONFIDENCE, Interval, holm, paired
from ..wording import with_interval
from .asking import Answer, Asker, Grid, Steps


class Estimate(NamedTuple):
    """A mean with its 95 % interval, NaN for fewer than two values, and the p value of no difference."""

    mean: float
    low: float
    high: float
    p: float = np.nan

    @classmethod
    def of(cls, values: np.ndarray, interval: Interval) -> "Estimate":
        values = values[np.isfinite(values)]
        return cls(float(values.mean()) if values.size else np.nan, *interval(values))

    @classmethod
    def gain(cls, before: np.ndarray, after: np.ndarray, base: np.ndarray, interval: Interval) -> "Estimate":
        """Of `after` over `before`, in percent of `base`; replications in which that is undefined are left out."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = paired(100 * before / base, 100 * after / base, interval)
        return cls(found["difference"], found["low"], found["high"], found["p"])

    @property
    def text(self) -> str:
        """`57.8 ± 0.4`."""
        return with_interval(self.mean, self.low, self.high)

    @property
    def change(self) -> str:
        """`+4.1 ± 0.3`."""
        return ("+" if self.mean >= 0 else "") + self.text


class Gains(NamedTuple):
    """The results, in percent."""

    steps: dict[str, Estimate]  # what each step of the path adds to the case before it, of the first case
    last: dict[str, Estimate]  # what the end of the path would lose without a step, of the first case
    whole: Estimate
    map: dict[tuple[str, str], Estimate]  # (from, to) -> gain of `to` over `from`, of `from`

    @property
    def certain(self) -> list[str]:
        """The steps that bring or cost something, with 95 % confidence that none of them is named in error."""
        corrected = holm(np.array([step.p for step in self.steps.values()]))
        return [name for name, p in zip(self.steps, corrected, strict=True) if p < 1 - CONFIDENCE]


def ask(question: Gain, asker: Asker) -> Answer:
    """The effect of each step, and how it depends on uncertain assumptions."""
    return _Study(question, asker).answer()


class _Study:
    """The cases that the question names, and the gains between them."""

    def __init__(self, question: Gain, asker: Asker) -> None:
        self._question, self._asker = question, asker
        self._labels = [case.label for case in asker.experiment.cases]
        self._n = asker.experiment.config.most_replications

    def answer(self) -> Answer:
        question, interval = self._question, self._asker.interval
        self._asker.need({self._labels.index(name): self._n for name in question.named})
        gains = self._gains()
        rows = []
        for name in question.path:
            values = self._values(name)
            last = gains.last.get(name)
            rows.append(
                {
                    "case": name,
                    question.metric: Estimate.of(values, interval).text,
                    "adds (%)": gains.steps[name].change if name in gains.steps else "",
                    "as the last step (%)": last.change if last is not None else "",
                }
            )
        figures = _figures(question, gains)
        return Answer(tuple(self._sentences(gains)), tuple(rows), len(self._asker.taken), figures=figures)

    def _gains(self) -> Gains:
        """All gains, paired by replication."""
        question, interval = self._question, self._asker.interval
        first, end = (self._values(name) for name in (question.path[0], question.path[-1]))
        values = [self._values(name) for name in question.path]
        steps = {
            name: Estimate.gain(before, after, first, interval)
            for name, before, after in zip(question.path[1:], values, values[1:], strict=False)
        }
        last = {
            step: Estimate.gain(self._values(case), end, first, interval) for step, case in question.without.items()
        }
        pairs = (
            [(old, new) for old in question.map.from_ for new in question.map.to] if question.map is not None else []
        )
        found = {(old, new): (self._values(old), self._values(new)) for old, new in pairs}
        cells = {pair: Estimate.gain(old, new, old, interval) for pair, (old, new) in found.items()}
        last[question.path[-1]] = steps[question.path[-1]]
        return Gains(steps, last, Estimate.gain(first, end, first, interval), cells)

    def _values(self, name: str) -> np.ndarray:
        return self._asker.values(self._labels.index(name), self._question.metric, self._n)

    def _sentences(self, gains: Gains) -> list[str]:
        question, interval = self._question, self._asker.interval
        first, end = (Estimate.of(self._values(name), interval) for name in (question.path[0], question.path[-1]))
        sentences = [
            f"{question.path[-1][0].upper()}{question.path[-1][1:]}: {question.metric} {end.text} against "
            f"{first.text} of {question.path[0]}, a change of {gains.whole.change} %."
        ]
        clear = sorted(gains.certain, key=lambda name: -gains.steps[name].mean)
        unclear = [name for name in gains.steps if name not in clear]
        if clear:
            sentences.append("Of this, " + ", ".join(f"{name} {gains.steps[name].change} %" for name in clear) + ".")
        if unclear:
            sentences.append(f"No gain or loss is certain (95 %) of: {', '.join(unclear)}.")
        if gains.map:
            order = sorted(gains.map, key=lambda pair: gains.map[pair].mean)
            low, high = order[0], order[-1]
            sentences.append(
                f"Over the map the gain goes from {gains.map[low].change} % ({low[1]} over {low[0]}) "
                f"to {gains.map[high].change} % ({high[1]} over {high[0]})."
            )
        return sentences


def _figures(question: Gain, gains: Gains) -> tuple[Steps | Grid, ...]:
    """The gains to be drawn: step by step, and over the map."""
    steps = Steps(
        name="gain",
        title="Where the gain comes from",
        axis=f"change of {question.metric} (% of {question.path[0]})",
        steps=tuple((name, gain.mean, gain.low, gain.high) for name, gain in gains.steps.items()),
        whole=("in all", gains.whole.mean, gains.whole.low, gains.whole.high),
        greater_is_better=greater_is_better(question.metric),
    )
    if question.map is None:
        return (steps,)
    old, new = question.map.from_, question.map.to
    grid = Grid(
        name="gain_map",
        title="Gain (%) of the columns over the rows",
        rows=old,
        columns=new,
        means=np.array([[gains.map[row, column].mean for column in new] for row in old]),
        texts=np.array([[gains.map[row, column].change for column in new] for row in old]),
        greater_is_better=greater_is_better(question.metric),
    )
    return steps, grid
