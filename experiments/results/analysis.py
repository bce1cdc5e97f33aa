"""The results of each case separately: means with intervals over replications.

There is one number per replication (Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1), so autocorrelation
within a run does no harm.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .by_case import finished_by_case
from .statistics import Interval, by_count, intervals, skew_interval, skewnesses, spreads

if TYPE_CHECKING:
    import pandas as pd

CASES_AT_ONCE = 50  # of which statistics are taken at once: more take more memory, and no less time


def summarise(
    trials: "pd.DataFrame", *, keys: Sequence[str], metrics: Sequence[str], interval: Interval = skew_interval
) -> "pd.DataFrame":
    """One row per case and KPI: case, label, the swept keys, metric, n, mean, low, high, sd, skew.

    Failed trials and undefined values (NaN) are dropped; n is the number of the others. low and high are the 95 %
    interval, NaN where n < 2. skew is the skewness of the values.
    """
    import pandas as pd

    parts = list(summaries(trials, keys=keys, metrics=metrics, interval=interval))
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def summaries(
    trials: "pd.DataFrame", *, keys: Sequence[str], metrics: Sequence[str], interval: Interval
) -> Iterator[dict[str, np.ndarray]]:
    """The columns of `summarise`, for some cases at a time: those of all cases take much memory."""
    groups = finished_by_case(trials, max(trials["case"].tolist(), default=-1) + 1)
    cases = [case for case, mine in enumerate(groups) if len(mine)]
    for start in range(0, max(len(cases), 1), CASES_AT_ONCE):
        some = cases[start : start + CASES_AT_ONCE]
        mine = [groups[case] for case in some]
        heads = trials.iloc[[rows[0] for rows in mine]]
        columns: dict[str, np.ndarray] = {"case": np.repeat(np.array(some, dtype=np.int64), len(metrics))}
        columns |= {name: np.repeat(heads[name].to_numpy(), len(metrics)) for name in ("label", *keys)}
        columns["metric"] = np.tile(np.array(metrics, dtype=object), len(some))
        yield columns | _figures(_side_by_side(trials, metrics, mine), interval)


def _side_by_side(trials: "pd.DataFrame", metrics: Sequence[str], groups: Sequence[np.ndarray]) -> np.ndarray:
    """(cases x KPIs, n) the values of each case and KPI, NaN where a case has fewer than n trials."""
    sizes = np.array([len(rows) for rows in groups], dtype=np.int64)
    values = np.full((sizes.size, len(metrics), sizes.max(initial=0)), np.nan)
    if sizes.size:
        rows = np.concatenate(groups)
        case = np.repeat(np.arange(sizes.size), sizes)
        rank = np.arange(rows.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        values[case, :, rank] = trials.iloc[rows][list(metrics)].to_numpy(dtype=float)
    return values.reshape(sizes.size * len(metrics), values.shape[2])


def _figures(values: np.ndarray, interval: Interval) -> dict[str, np.ndarray]:
    """The figures (M,) of each row of values (M, n), of which NaN are dropped."""
    known = ~np.isnan(values)
    found = {name: np.full(len(values), np.nan) for name in ("mean", "low", "high", "sd")}
    skew = np.zeros(len(values))
    for count, rows in by_count(known):
        if count:
            some = values[rows][known[rows]].reshape(rows.size, count)
            skew[rows] = skewnesses(some)
            found["low"][rows], found["high"][rows] = intervals(some, interval, skew=skew[rows])
            found["mean"][rows], found["sd"][rows] = some.mean(axis=1), spreads(some)
    return {"n": known.sum(axis=1), **found, "skew": skew}
