"""The finished trials of each case, and figures of all cases at once: a look at every trial per case takes too long."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .statistics import Interval, by_count, intervals

if TYPE_CHECKING:
    import pandas as pd

GROUPS_AT_ONCE = 200

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def finished_by_case(trials: "pd.DataFrame", cases: int) -> list[Rows]:
    """Positions of the finished trials of each of the cases, in the order of the table."""
    done = np.flatnonzero((trials["status"] == "done").to_numpy())
    case = trials["case"].to_numpy()[done].astype(np.int64)
    order = np.argsort(case, kind="stable")
    ends = np.searchsorted(case[order], np.arange(cases + 1))
    return [done[order[start:end]] for start, end in pairwise(ends)]


def values_by_case(trials: "pd.DataFrame", columns: Sequence[str], groups: Sequence[Rows]) -> Iterator[Floats]:
    """The columns (n, K) of each group, read for some groups at a time: a copy of the whole table is large."""
    for start in range(0, len(groups), GROUPS_AT_ONCE):
        some = groups[start : start + GROUPS_AT_ONCE]
        values = trials.iloc[np.concatenate(some)][list(columns)].to_numpy(dtype=float)
        yield from np.split(values, np.cumsum([len(group) for group in some])[:-1])


def mean_intervals(values: Floats, interval: Interval) -> tuple[Floats, Floats, Floats]:
    """Mean and interval of the finite values of each row (C, n), NaN where there is none."""
    known = np.isfinite(values)
    mean, low, high = (np.full(len(values), np.nan) for _ in range(3))
    for count, rows in by_count(known):
        if count:
            some = values[rows][known[rows]].reshape(rows.size, count)
            mean[rows] = some.mean(axis=1)
            low[rows], high[rows] = intervals(some, interval)
    return mean, low, high


class Replications:
    """R replications of C cases: `finished` (R, C), and `values(kpi)` (R, C), NaN where a trial is not finished."""

    def __init__(self, trials: "pd.DataFrame", cases: int) -> None:
        self._trials = trials
        self._rows = np.flatnonzero((trials["status"] == "done").to_numpy())
        self._place = tuple(trials[name].to_numpy()[self._rows].astype(np.int64) for name in ("replication", "case"))
        replications = max(trials["replication"].tolist(), default=-1) + 1
        self.finished = np.zeros((replications, cases), dtype=np.bool_)
        self.finished[self._place] = True
        self._known: dict[str, Floats] = {}

    def values(self, kpi: str) -> Floats:
        """The KPI of every trial; KeyError for one that the run does not have."""
        if kpi not in self._known:
            self._known[kpi] = self._placed(self._trials[kpi].to_numpy(dtype=float))
        return self._known[kpi]

    def by_case(self, figures: Floats) -> Floats:
        """(C, R) a figure of the trials (T,), NaN where a trial is not finished."""
        return np.ascontiguousarray(self._placed(figures).T)

    def _placed(self, figures: Floats) -> Floats:
        found = np.full(self.finished.shape, np.nan)
        found[self._place] = figures[self._rows]
        return found
