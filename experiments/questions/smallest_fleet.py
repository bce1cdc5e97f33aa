"""The smallest fleet that meets a target, by bisection over the fleets and sequential sampling of each.

    sweep: {grid: {fleet.agvs.count: {from: 2, to: 16}, negotiation.mechanism: [contract_net, nearest]}}
    replications: 20                                   # at most, per fleet
    question:
      kind: smallest_fleet
      target: {metric: throughput_per_h, at_least: 50}  # or {metric: flow_time_mean_s, at_most: 30min}

A fleet meets the target when the one-sided 95 % t bound of its mean does. Far from the target a few replications are
enough to see it: after each look the bounds are taken at a level that is divided by the number of looks (Bonferroni),
so stopping early does not cost confidence; the last look is the test that the full grid would make. Bisection supposes
that a larger fleet is not worse, up to noise.
"""

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ...environments.section import Positive, Section
from ...environments.units import DURATION
from ..headlines import time_unit
from ..statistics import t_halfwidth
from ..views import FLEET
from .asking import Answer, Asker, looks

if TYPE_CHECKING:
    from ..experiment import Experiment

RISK = 0.05


class Target(Section):
    """What the mean of a KPI has to reach."""

    metric: str
    at_least: float | int | str | None = None
    at_most: float | int | str | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("target", "needs either at_least or at_most", {})
        self.level  # noqa: B018  (a quantity without a unit is refused here, with its place)
        return self

    @property
    def level(self) -> float:
        """The number in the unit of the KPI; durations may have one of their own (30min)."""
        given = self.at_least if self.at_least is not None else self.at_most
        try:
            return DURATION.parse(given) if isinstance(given, str) else float(given)  # pyright: ignore[reportArgumentType]
        except ValueError as error:
            raise PydanticCustomError("target", "{text}", {"text": str(error)}) from None

    def met(self, values: np.ndarray, risk: float) -> bool:
        """Whether the bound of the mean is on the right side, with probability 1 - risk."""
        half = t_halfwidth(values, 1 - 2 * risk)
        if self.at_least is not None:
            return bool(values.mean() - half >= self.level)
        return bool(values.mean() + half <= self.level)

    def missed(self, values: np.ndarray, risk: float) -> bool:
        """Whether the mean is certainly on the wrong side."""
        half = t_halfwidth(values, 1 - 2 * risk)
        if self.at_least is not None:
            return bool(values.mean() + half < self.level)
        return bool(values.mean() - half > self.level)

    def __str__(self) -> str:
        side = "at least" if self.at_least is not None else "at most"
        return f"{self.metric} of {side} {quantity(self.metric, self.level)}"


class SmallestFleet(Section):
    """Which fleet is enough?"""

    kind: Literal["smallest_fleet"]
    target: Target
    key: str = FLEET
    first: Positive = Field(default=4, ge=2)  # replications before the first look

    def problem(self, experiment: "Experiment") -> str | None:
        """Why the question does not fit the experiment."""
        values = [case.settings.get(self.key) for case in experiment.cases]
        if not all(isinstance(value, int | float) for value in values) or len(set(values)) < 2:
            return f"the sweep must vary {self.key} over two or more numbers"
        return None

    def ask(self, asker: Asker) -> Answer:
        sentences, table = [], []
        for group, fleets in _groups(asker.experiment, self.key).items():
            rows, found = self._search(asker, fleets)
            table += [{"group": group or "all"} | row for row in rows]
            sentences.append(self._sentence(asker, group, fleets, found, rows))
        return Answer(tuple(sentences), tuple(table), len(asker.taken), asker.experiment.size)

    def _search(self, asker: Asker, fleets: list[int]) -> tuple[list[dict[str, object]], int | None]:
        rows: list[dict[str, object]] = []
        low, high = -1, len(fleets)  # fleets[low] misses the target, fleets[high] meets it
        while high - low > 1:
            middle = (low + high) // 2
            met, n, mean = self._try(asker, fleets[middle])
            size = asker.experiment.cases[fleets[middle]].settings[self.key]
            rows.append({self.key: size, "n": n, "mean": mean, "meets": met})
            low, high = (low, middle) if met else (middle, high)
        rows.sort(key=lambda row: row[self.key])  # pyright: ignore[reportArgumentType, reportCallIssue]
        return rows, fleets[high] if high < len(fleets) else None

    def _try(self, asker: Asker, case: int) -> tuple[bool, int, float]:
        plan = looks(self.first, asker.experiment.config.most_replications)
        for n in plan:
            asker.need({case: n})
            values = asker.values(case, self.target.metric, n)
            values = values[np.isfinite(values)]
            if values.size < 2:
                continue
            if n == plan[-1] or self.target.met(values, RISK / len(plan)):
                risk = RISK if n == plan[-1] else RISK / len(plan)
                return self.target.met(values, risk), n, float(values.mean())
            if self.target.missed(values, RISK / len(plan)):
                return False, n, float(values.mean())
        return False, plan[-1], float("nan")

    def _sentence(
        self, asker: Asker, group: str, fleets: list[int], found: int | None, rows: list[dict[str, object]]
    ) -> str:
        with_group = f"With {group}, " if group else ""
        cases = asker.experiment.cases
        sizes = [cases[index].settings[self.key] for index in fleets]
        noun = "AGVs" if self.key == FLEET else self.key
        if found is None:
            text = f"{with_group}no fleet up to {sizes[-1]:g} {noun} has a {self.target} with 95 % confidence."
        else:
            size = cases[found].settings[self.key]
            mean = next(row["mean"] for row in rows if row[self.key] == size)
            text = f"{with_group}{size:g} {noun} are the smallest fleet with a {self.target}: "
            text += f"{quantity(self.target.metric, float(mean))} on average, met with 95 % confidence."  # pyright: ignore[reportArgumentType]
        return text[0].upper() + text[1:]


def quantity(metric: str, value: float) -> str:
    """A value of a KPI for a sentence: durations in the unit that reads best."""
    if metric.endswith("_s"):
        unit, factor = time_unit(value)
        return f"{value / factor:.4g} {unit}"
    return f"{value:.4g}"


def _groups(experiment: "Experiment", key: str) -> dict[str, list[int]]:
    """Cases that differ in nothing but the key, in ascending order of it."""
    from ..views import view_by

    view = view_by(experiment, key)
    return dict(zip(view.groups, view.series, strict=True))
