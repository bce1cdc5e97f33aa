"""The results of each case separately: means with intervals over replications.

There is one number per replication (Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1), so autocorrelation
within a run does no harm.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .statistics import Interval, skew_interval, skewness, spread

if TYPE_CHECKING:
    import pandas as pd


def summarise(
    trials: "pd.DataFrame", *, keys: Sequence[str], metrics: Sequence[str], interval: Interval = skew_interval
) -> "pd.DataFrame":
    """One row per case and KPI: case, label, the swept keys, metric, n, mean, low, high, sd, skew.

    Failed trials and undefined values (NaN) are dropped; n is the number of the others. low and high are the 95 %
    interval, NaN where n < 2. skew is the skewness of the values.
    """
    import pandas as pd

    done: Any = trials[trials["status"] == "done"]
    rows: list[dict[str, Any]] = []
    for case, group in done.groupby("case", sort=True):
        head = {"case": case, "label": group["label"].iloc[0]} | {key: group[key].iloc[0] for key in keys}
        for metric in metrics:
            values = group[metric].to_numpy(dtype=float)
            values = values[~np.isnan(values)]
            rows.append(head | {"metric": metric} | _mean_row(values, interval))
    columns = ["case", "label", *keys, "metric", "n", "mean", "low", "high", "sd", "skew"]
    return pd.DataFrame(rows, columns=columns)


def _mean_row(values: np.ndarray, interval: Interval) -> dict[str, float]:
    mean = float(values.mean()) if values.size else np.nan
    low, high = interval(values)
    return {"n": values.size, "mean": mean, "low": low, "high": high, "sd": spread(values), "skew": skewness(values)}
