"""How a question gets its trials, and what an answer is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ....environments.config.suggestions import nearest
from ...errors import ExperimentError
from ..statistics import INTERVALS, Interval

if TYPE_CHECKING:
    from ...design.cases import Case
    from ...design.experiment import Experiment
    from ...design.sweep import Settings
    from ...design.trials import Trial
    from ...execution.journal import Record

Make = Callable[[Sequence["Trial"]], "list[Record]"]


class UnansweredError(Exception):
    """The results that a question needs are not all there; the run has to go on."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """A figure of the effects of successive steps: (name, mean, low, high)."""

    name: str  # of its file
    title: str
    axis: str
    steps: tuple[tuple[str, float, float, float], ...]
    whole: tuple[str, float, float, float]
    greater_is_better: bool


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A figure of rows by columns (R, C), each cell coloured by its mean."""

    name: str  # of its file
    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    means: np.ndarray  # (R, C)
    texts: np.ndarray  # (R, C)
    greater_is_better: bool


@dataclass(frozen=True)
class Answer:
    """Sentences, the most important first, and a table that supports them."""

    sentences: tuple[str, ...]
    table: tuple[Mapping[str, Any], ...] = ()
    trials: int = 0  # how many trials the question took
    full: int = 0  # how many the whole sweep would have taken; 0 where that has no meaning
    figures: tuple[Steps | Grid, ...] = ()  # to be drawn first


@dataclass
class Asker:
    """Gives a question the values of KPIs, and has missing trials run."""

    experiment: "Experiment"
    make: Make
    extended: "Callable[[Experiment], None]" = lambda _: None
    taken: set[str] = field(default_factory=set)

    @property
    def interval(self) -> Interval:
        """The kind of interval that the experiment asks for."""
        return INTERVALS[self.experiment.config.intervals]

    def need(self, wanted: Mapping[int, int]) -> None:
        """Has replications 0 to n - 1 of cases run: {case: n}."""
        cases = self.experiment.cases
        trials = [self.experiment.trial(cases[index], r) for index, n in wanted.items() for r in range(n)]
        self.taken.update(trial.id for trial in trials)
        self.make(sorted(trials, key=lambda trial: (trial.replication, trial.case)))

    def values(self, case: int, metric: str, n: int) -> np.ndarray:
        """(n,) the KPI of replications 0 to n - 1; NaN where a trial failed."""
        asked = [self.experiment.trial(self.experiment.cases[case], replication) for replication in range(n)]
        self.taken.update(trial.id for trial in asked)
        return np.array([_value(record, metric) for record in self.make(asked)])

    def records(self, n: int) -> "list[list[Record]]":
        """The records of replications 0 to n - 1 of all cases: by replication, then by case."""
        asked = [[self.experiment.trial(case, r) for case in self.experiment.cases] for r in range(n)]
        return [self.make(row) for row in asked]

    def extend(self, points: "Sequence[Settings]") -> "list[Case]":
        """Adds cases that the sweep does not have."""
        first = len(self.experiment.cases)
        self.experiment = self.experiment.with_points(points)
        self.extended(self.experiment)
        return list(self.experiment.cases[first:])


def _value(record: "Record", metric: str) -> float:
    if not record.done:
        return float("nan")
    values = record.values
    if metric not in values:
        some = ", ".join(list(values)[:8])
        raise ExperimentError(f"question: there is no KPI {metric!r}; there are {some}, …{nearest(metric, values)}")
    return values[metric]


def recall(records: "Mapping[str, Record]") -> Make:
    """A `make` that runs nothing: a trial that is not recorded raises UnansweredError."""

    def make(trials: "Sequence[Trial]") -> "list[Record]":
        try:
            return [records[trial.id] for trial in trials]
        except KeyError:
            raise UnansweredError from None

    return make


def mean_of(values: np.ndarray) -> float:
    """The mean of the replications that have a value; NaN where none has."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def looks(first: int, most: int) -> list[int]:
    """Numbers of replications after which a sequential procedure examines its results: each 1.5 times the last."""
    found = [min(first, most)]
    while found[-1] < most:
        found.append(min(most, found[-1] + max(1, found[-1] // 2)))
    return found
