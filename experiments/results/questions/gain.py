"""Where a gain comes from: what each step from one factory to another brings, on the same orders and breakdowns.

    sweep: {cases: [{name: old}, {name: faster, …}, {name: new, …}, {name: new but slow, …}, {name: old but late, …}]}
    question:
      kind: gain
      path: [old, faster, new]               # every case has what the one before it has, and one thing more
      without: {faster: new but slow}        # the last case of the path without what this step brought
      map: {from: [old, old but late], to: [new]}  # the gain of each of these over each of those

All gains are in percent of the case that they start from. They are taken within replications, which met the same orders
and breakdowns (common random numbers), so the steps of a path add up to the whole. What a step brings depends on what
is there already: `without` tells what it is worth when it comes last. Every interval holds by itself; the steps that
are called certain are so together (Holm).
"""

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field

from ....environments.section import Names, Section
from ....environments.suggestions import nearest
from ..headlines import with_interval
from ..statistics import CONFIDENCE, Interval, holm, paired
from .asking import Answer, Asker

if TYPE_CHECKING:
    from ...design.experiment import Experiment

Path = Annotated[Names, Field(min_length=2)]
Some = Annotated[Names, Field(min_length=1)]


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
    """What was found, in percent."""

    steps: dict[str, Estimate]  # what each step of the path adds to the case before it, of the first case
    last: dict[str, Estimate]  # what the end of the path would lose without a step, of the first case
    whole: Estimate
    map: dict[tuple[str, str], Estimate]  # (from, to) -> gain of `to` over `from`, of `from`

    @property
    def certain(self) -> list[str]:
        """The steps that bring or cost something, with 95 % confidence that none of them is named in error."""
        corrected = holm(np.array([step.p for step in self.steps.values()]))
        return [name for name, p in zip(self.steps, corrected, strict=True) if p < 1 - CONFIDENCE]


class GainMap(Section):
    """Pairs of cases whose gain is looked at."""

    from_: Some = Field(alias="from")
    to: Some


class Gain(Section):
    """Which step brings how much?"""

    kind: Literal["gain"]
    metric: str = "throughput_per_h"
    path: Path
    without: dict[str, str] = Field(default_factory=dict)
    map: GainMap | None = None

    def problem(self, experiment: "Experiment") -> str | None:
        labels = [case.label for case in experiment.cases]
        for name in self._named:
            if name not in labels:
                return f"{name!r} is no case of the sweep; there are {', '.join(labels)}{nearest(name, labels)}"
        for step in self.without:
            if step not in self.path[1:]:
                return f"without: {step!r} is no step of the path; there are {', '.join(self.path[1:])}"
        return None

    def ask(self, asker: Asker) -> Answer:
        labels = [case.label for case in asker.experiment.cases]
        n = asker.experiment.config.most_replications
        asker.need({labels.index(name): n for name in self._named})
        gains = self.gains(asker)
        rows = []
        for name in self.path:
            values = self._values(asker, name)
            last = gains.last.get(name)
            rows.append(
                {
                    "case": name,
                    self.metric: Estimate.of(values, asker.interval).text,
                    "adds (%)": gains.steps[name].change if name in gains.steps else "",
                    "as the last step (%)": last.change if last is not None else "",
                }
            )
        return Answer(tuple(self._sentences(asker, gains)), tuple(rows), len(asker.taken))

    def gains(self, asker: Asker) -> Gains:
        """All gains, paired by replication."""
        first, end = (self._values(asker, name) for name in (self.path[0], self.path[-1]))
        values = [self._values(asker, name) for name in self.path]
        steps = {
            name: Estimate.gain(before, after, first, asker.interval)
            for name, before, after in zip(self.path[1:], values, values[1:], strict=False)
        }
        last = {
            step: Estimate.gain(self._values(asker, case), end, first, asker.interval)
            for step, case in self.without.items()
        }
        pairs = [(old, new) for old in self.map.from_ for new in self.map.to] if self.map is not None else []
        found = {(old, new): (self._values(asker, old), self._values(asker, new)) for old, new in pairs}
        cells = {pair: Estimate.gain(old, new, old, asker.interval) for pair, (old, new) in found.items()}
        last[self.path[-1]] = steps[self.path[-1]]
        return Gains(steps, last, Estimate.gain(first, end, first, asker.interval), cells)

    @property
    def _named(self) -> list[str]:
        """All cases that are needed, once."""
        pairs = (*self.map.from_, *self.map.to) if self.map is not None else ()
        return list(dict.fromkeys((*self.path, *self.without.values(), *pairs)))

    def _values(self, asker: Asker, name: str) -> np.ndarray:
        labels = [case.label for case in asker.experiment.cases]
        return asker.values(labels.index(name), self.metric, asker.experiment.config.most_replications)

    def _sentences(self, asker: Asker, gains: Gains) -> list[str]:
        first, end = (Estimate.of(self._values(asker, name), asker.interval) for name in (self.path[0], self.path[-1]))
        sentences = [
            f"{self.path[-1][0].upper()}{self.path[-1][1:]}: {self.metric} {end.text} against "
            f"{first.text} of {self.path[0]}, a change of {gains.whole.change} %."
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
