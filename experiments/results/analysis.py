"""The results of each case separately: means with intervals over replications.

There is one number per replication (Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1), so autocorrelation
within a run does no harm.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .statistics import Interval, intervals, skew_interval, skewnesses, spreads

if TYPE_CHECKING:
    import pandas as pd

CASES_AT_ONCE = 200  # limits the memory of a summary


def summarise(
    trials: "pd.DataFrame", *, keys: Sequence[str], metrics: Sequence[str], interval: Interval = skew_interval
) -> "pd.DataFrame":
    """One row per case and KPI: case, label, the swept keys, metric, n, mean, low, high, sd, skew.

    Failed trials and undefined values (NaN) are dropped; n is the number of the others. low and high are the 95 %
    interval, NaN where n < 2. skew is the skewness of the values.
    """
    import pandas as pd

    done: Any = trials[trials["status"] == "done"]
    done = done.iloc[np.argsort(done["case"].to_numpy(), kind="stable")]
    case, first, count = np.unique(done["case"].to_numpy(), return_index=True, return_counts=True)
    many = len(metrics)
    heads = done.iloc[first]
    columns: dict[str, Any] = {"case": np.repeat(case, many)}
    columns |= {name: np.repeat(heads[name].to_numpy(), many) for name in ("label", *keys)}
    columns["metric"] = np.tile(np.array(metrics, dtype=object), len(case))
    values = done[list(metrics)].to_numpy(dtype=float)
    figures = {name: np.empty((len(case), many)) for name in ("n", "mean", "low", "high", "sd", "skew")}
    for group in np.split(np.arange(len(case)), np.arange(CASES_AT_ONCE, len(case), CASES_AT_ONCE)):
        for size in np.unique(count[group]):
            places = group[count[group] == size]
            rows = values[first[places][:, None] + np.arange(size)]  # (cases, size, KPIs)
            found = _figures(np.ascontiguousarray(rows.transpose(0, 2, 1)).reshape(-1, size), interval)
            for name, column in found.items():
                figures[name][places] = column.reshape(len(places), many)
    columns |= {name: column.ravel() for name, column in figures.items()}
    columns["n"] = columns["n"].astype(np.int64)
    return pd.DataFrame(columns, columns=["case", "label", *keys, "metric", *figures])


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
