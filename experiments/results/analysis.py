"""The results of each case separately: means with intervals over replications.

There is one number per replication (Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1), so autocorrelation
within a run does no harm.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from .by_case import finished_by_case, values_by_case
from .statistics import Interval, intervals, skew_interval, skewnesses, spreads

if TYPE_CHECKING:
    import pandas as pd

CASES_AT_ONCE = 200  # of which statistics are taken at once


def summarise(
    trials: "pd.DataFrame", *, keys: Sequence[str], metrics: Sequence[str], interval: Interval = skew_interval
) -> "pd.DataFrame":
    """One row per case and KPI: case, label, the swept keys, metric, n, mean, low, high, sd, skew.

    Failed trials and undefined values (NaN) are dropped; n is the number of the others. low and high are the 95 %
    interval, NaN where n < 2. skew is the skewness of the values.
    """
    import pandas as pd

    groups = finished_by_case(trials, max(trials["case"].tolist(), default=-1) + 1)
    cases = [case for case, mine in enumerate(groups) if len(mine)]
    groups = [groups[case] for case in cases]
    many = len(metrics)
    heads = trials.iloc[[mine[0] for mine in groups]]
    columns: dict[str, Any] = {"case": np.repeat(np.array(cases, dtype=np.int64), many)}
    columns |= {name: np.repeat(heads[name].to_numpy(), many) for name in ("label", *keys)}
    columns["metric"] = np.tile(np.array(metrics, dtype=object), len(cases))
    figures = {name: np.empty((len(cases), many)) for name in ("n", "mean", "low", "high", "sd", "skew")}
    start = 0
    for values in _stacks(values_by_case(trials, metrics, groups)):
        places = slice(start, start + values.shape[0])
        for name, column in _figures(values.reshape(values.shape[0] * many, values.shape[2]), interval).items():
            figures[name][places] = column.reshape(values.shape[:2])
        start = places.stop
    columns |= {name: column.ravel() for name, column in figures.items()}
    columns["n"] = columns["n"].astype(np.int64)
    return pd.DataFrame(columns, columns=["case", "label", *keys, "metric", *figures])


def _stacks(values: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Consecutive cases (n, K) with the same number of replications as one array (cases, K, n), some at a time."""
    for _, alike in groupby(values, key=len):
        while some := list(islice(alike, CASES_AT_ONCE)):
            yield np.ascontiguousarray(np.stack(some).transpose(0, 2, 1))


def _figures(values: np.ndarray, interval: Interval) -> dict[str, np.ndarray]:
    """The figures (M,) of each row of values (M, n), of which NaN are dropped."""
    gaps = np.isnan(values)
    holes = gaps.any(axis=1)
    if not holes.any():
        n = values.shape[1]
        low, high = intervals(values, interval)
        mean = values.mean(axis=1) if n else np.full(len(values), np.nan)
        return {
            "n": np.full(len(values), n), "mean": mean, "low": low, "high": high,
            "sd": spreads(values), "skew": skewnesses(values),
        }  # fmt: skip
    left = values.shape[1] - gaps.sum(axis=1)
    found = {name: np.empty(len(values)) for name in ("n", "mean", "low", "high", "sd", "skew")}
    for size in np.unique(left):
        rows = np.flatnonzero(left == size)
        part = _figures(values[rows][~gaps[rows]].reshape(len(rows), size), interval)
        for name, column in part.items():
            found[name][rows] = column
    return found
