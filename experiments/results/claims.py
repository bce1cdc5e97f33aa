"""The claims that the results of a run support: together they hold with 95 % confidence.

The risk of 5 % is spent once: half of it on calling cases overloaded, half on calling cases enough and one the best. Of
the second half only 60 % is used, because bounds for very skewed gains fail more often than their nominal level. Either
part is spread over the looks (see `equivalence`), and at each look over the claims that are made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...environments.config.suggestions import nearest
from ..errors import ExperimentError
from .direction import greater_is_better
from .equivalence import FEWEST, gains, look_of, risk_of_look
from .overload import Load, is_open, loads
from .verdicts import Verdict, verdicts
from .views import View, view_of

if TYPE_CHECKING:
    from ..design.experiment import Experiment
    from ..execution.journal import Record
    from .by_case import Replications

Floats = NDArray[np.float64]

OVERLOAD_RISK = 0.025
GAIN_RISK = 0.015
CLOSED, OPEN = "throughput_per_h", "flow_time_mean_s"


@dataclass(frozen=True)
class Best:
    """The case with the best mean, and the cases that may be better still."""

    case: int
    rivals: tuple[int, ...]  # cases not shown to be worse
    close: bool  # whether it is shown that none of them is better by what matters

    @property
    def clear(self) -> bool:
        return self.close or not self.rivals


@dataclass(frozen=True)
class Claims:
    """R replications of C cases, and the claims that follow. `value(kpi)` is (R, C), NaN where a trial failed."""

    experiment: "Experiment"
    n: int  # replications that were made
    kpis: Sequence[str]  # those that the trials have
    value: Callable[[str], Floats]

    @cached_property
    def kpi(self) -> str:
        """The deciding KPI: as configured, else throughput in closed systems and lead time in open ones.

        Trials of another model, which have neither of these, are judged by their first KPI.
        """
        asked = self.experiment.config.answer.of
        if asked is not None and self.kpis and asked not in self.kpis:
            raise ExperimentError(f"answer.of: the trials have no KPI {asked!r}{nearest(asked, self.kpis)}")
        usual = (OPEN, CLOSED) if self.has_open_cases else (CLOSED, OPEN)
        return asked or next((kpi for kpi in (*usual, *self.kpis) if kpi in self.kpis), usual[0])

    @property
    def greater_is_better(self) -> bool:
        return greater_is_better(self.kpi)

    @property
    def delta(self) -> float:
        return self.experiment.config.answer.indifference

    @property
    def first(self) -> int:
        """Replications of the first look."""
        asked = self.experiment.config.replications
        return asked if isinstance(asked, int) else self.n

    @property
    def look(self) -> int:
        return look_of(self.n, self.first)[0]

    @property
    def has_open_cases(self) -> bool:
        return any(self._open)

    @cached_property
    def view(self) -> View:
        return view_of(self.experiment)

    @cached_property
    def lines(self) -> list[list[int]]:
        """Cases that differ in the number along the axis alone, in its order."""
        return [series for series in self.view.series if len(series) > 1] if self.view.x is not None else []

    @property
    def risk(self) -> float:
        """Of each claim."""
        return risk_of_look(GAIN_RISK, self.look) / (len(self.lines) + 1)

    @cached_property
    def loads(self) -> list[Load | None]:
        """By case; None where the system is closed, or nothing is known."""
        names = ("demand_per_h", "demand_met", "wip_growth_per_h", "wip_growth_error_per_h")
        asked = np.flatnonzero(self._open)
        found = loads(
            *(np.ascontiguousarray(self.value(name).T[asked]) for name in names),
            overload_risk=risk_of_look(OVERLOAD_RISK, self.look) / max(asked.size, 1),
            served=self.experiment.config.answer.served,
            served_risk=self.risk,
        )
        known: dict[int, Load | None] = dict(zip(asked.tolist(), found, strict=True))
        return [known.get(case) for case in range(len(self._open))]

    @cached_property
    def overloaded(self) -> list[int]:
        return [case for case, found in enumerate(self.loads) if found is not None and found.overloaded]

    @cached_property
    def jams(self) -> list[int]:
        """Trials of each case that ended in a jam."""
        return (self.value("jammed") > 0).sum(axis=0).tolist()

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """One for each of the `lines`."""
        return verdicts(
            self._looked_at,
            self.lines,
            risk=self.risk,
            delta=self.delta,
            greater_is_better=self.greater_is_better,
            fit=self._fit,
        )

    @cached_property
    def best(self) -> Best | None:
        """None where no case has results, or all that have are unfit."""
        values = self._looked_at
        counts = np.isfinite(values).sum(axis=0)
        entrants = [case for case in range(values.shape[1]) if counts[case] and self._fit[case] is not False]
        if not entrants:
            return None
        means = np.nanmean(values[:, entrants], axis=0)
        case = entrants[int(np.argmax(means if self.greater_is_better else -means))]
        others = np.array([other for other in entrants if other != case], dtype=np.int64)
        high, n = self._gains_over(case, others, self.risk / max(len(others), 1))
        near = ~(high < 0)
        rivals = tuple(others[near].tolist())
        close = bool(((high[near] < self.delta) & (n[near] >= FEWEST)).all())
        return Best(case, rivals, close)

    @property
    def clear(self) -> bool:
        """Whether more replications would add nothing to the claims."""
        if self.lines:
            return all(found.clear for found in self.verdicts)
        return self.best is None or self.best.clear

    def _gains_over(self, case: int, others: NDArray[np.int64], risk: float) -> tuple[Floats, NDArray[np.int64]]:
        """The most that each of the others (O,) may gain over a case, and in how many replications both have values."""
        by_case = np.ascontiguousarray(self._looked_at.T)
        one = np.broadcast_to(by_case[case], (len(others), by_case.shape[1]))
        _, _, high, n = gains(
            one, by_case[others], np.full(len(others), risk), greater_is_better=self.greater_is_better
        )
        return high, n

    @cached_property
    def _fit(self) -> list[bool | None]:
        """Whether each case may be called enough: it never jams, and keeps up with its orders."""
        return [
            False if jams else True if found is None else found.keeps_up
            for jams, found in zip(self.jams, self.loads, strict=True)
        ]

    @cached_property
    def _open(self) -> list[bool]:
        return [is_open(case.scenario) for case in self.experiment.cases]

    @cached_property
    def _looked_at(self) -> Floats:
        """(R', C) the KPI that decides, of the replications that the look takes."""
        return self.value(self.kpi)[: look_of(self.n, self.first)[1]]


def claims_of(experiment: "Experiment", trials: "Replications", metrics: Sequence[str]) -> Claims:
    """What the finished trials of a run say; `metrics` are their KPIs."""
    known = frozenset(metrics)

    def value(kpi: str) -> Floats:
        return trials.values(kpi) if kpi in known else np.full(trials.finished.shape, np.nan)

    return Claims(experiment, len(trials.finished), metrics, value)


def claims_from(experiment: "Experiment", records: "Sequence[Sequence[Record]]") -> Claims:
    """The same from records by replication and case."""

    def value(kpi: str) -> Floats:
        return np.array(
            [[record.values.get(kpi, np.nan) if record.done else np.nan for record in row] for row in records]
        )

    kpis = list(dict.fromkeys(name for row in records for record in row for name in record.names))
    return Claims(experiment, len(records), kpis, value)
