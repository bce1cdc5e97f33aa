"""The claims that the results of a run support: together they hold with 95 % confidence.

The risk of 5 % is spent once: half of it on calling cases overloaded, half on calling cases enough and one the best. Of
the second half only 60 % is used, because bounds for very skewed gains fail more often than their nominal level. Either
part is spread over the looks (see `equivalence`), and at each look over the claims that are made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...environments.config.suggestions import nearest
from ..errors import ExperimentError
from .direction import greater_is_better
from .equivalence import FEWEST, Verdict, gain, look_of, risk_of_look, verdict
from .overload import Load, is_open, load
from .views import View, view_of

if TYPE_CHECKING:
    import pandas as pd

    from ..design.experiment import Experiment
    from ..execution.journal import Record

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
        columns = [self.value(name) for name in names]
        rule = {
            "overload_risk": risk_of_look(OVERLOAD_RISK, self.look) / max(sum(self._open), 1),
            "served": self.experiment.config.answer.served,
            "served_risk": self.risk,
        }
        return [
            load(*(column[:, case] for column in columns), **rule) if is_an_open_one else None
            for case, is_an_open_one in enumerate(self._open)
        ]

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
        values = self._looked_at
        return [
            verdict(
                values[:, line],
                risk=self.risk,
                delta=self.delta,
                greater_is_better=self.greater_is_better,
                fit=[self._fit(case) for case in line],
            )
            for line in self.lines
        ]

    @cached_property
    def best(self) -> Best | None:
        """None where no case has results, or all that have are unfit."""
        values = self._looked_at
        counts = np.isfinite(values).sum(axis=0)
        entrants = [case for case in range(values.shape[1]) if counts[case] and self._fit(case) is not False]
        if not entrants:
            return None
        means = np.nanmean(values[:, entrants], axis=0)
        case = entrants[int(np.argmax(means if self.greater_is_better else -means))]
        others = [other for other in entrants if other != case]
        gains = {
            other: gain(
                values[:, case],
                values[:, other],
                self.risk / len(others),
                greater_is_better=self.greater_is_better,
            )
            for other in others
        }
        rivals = tuple(other for other, found in gains.items() if not found.high < 0)
        close = all(gains[other].high < self.delta and gains[other].n >= FEWEST for other in rivals)
        return Best(case, rivals, close)

    @property
    def clear(self) -> bool:
        """Whether more replications would add nothing to the claims."""
        if self.lines:
            return all(found.clear for found in self.verdicts)
        return self.best is None or self.best.clear

    def _fit(self, case: int) -> bool | None:
        """Whether a case may be called enough: it never jams, and keeps up with its orders."""
        if self.jams[case]:
            return False
        found = self.loads[case]
        return True if found is None else found.keeps_up

    @cached_property
    def _open(self) -> list[bool]:
        return [is_open(case.scenario) for case in self.experiment.cases]

    @cached_property
    def _looked_at(self) -> Floats:
        """(R', C) the KPI that decides, of the replications that the look takes."""
        return self.value(self.kpi)[: look_of(self.n, self.first)[1]]


def claims_of(experiment: "Experiment", trials: "pd.DataFrame", metrics: Sequence[str]) -> Claims:
    """What the finished trials of a run say."""
    done: Any = trials[trials["status"] == "done"]
    replication, case = done["replication"].to_numpy(), done["case"].to_numpy()
    n = max(trials["replication"].tolist(), default=-1) + 1

    def value(kpi: str) -> Floats:
        found = np.full((n, len(experiment.cases)), np.nan)
        if kpi in done:
            found[replication, case] = done[kpi].to_numpy(dtype=float)
        return found

    return Claims(experiment, n, metrics, value)


def claims_from(experiment: "Experiment", records: "Sequence[Sequence[Record]]") -> Claims:
    """The same from records by replication and case."""

    def value(kpi: str) -> Floats:
        return np.array(
            [[record.values.get(kpi, np.nan) if record.done else np.nan for record in row] for row in records]
        )

    kpis = list(dict.fromkeys(name for row in records for record in row for name in record.names))
    return Claims(experiment, len(records), kpis, value)
