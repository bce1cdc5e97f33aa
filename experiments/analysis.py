"""What the numbers of a run say: means with intervals, and differences of paired replications.

Intervals are Student's t over replications (Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1): one
number per replication, so the autocorrelation inside a run does no harm. Differences use common random numbers:
replication r of both cases saw the same arrivals, so the difference is taken within replications (section 11.2).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..environments.suggestions import nearest
from .errors import ExperimentError
from .sweep import short_names, text_of

if TYPE_CHECKING:
    import pandas as pd

    from .tables import Results

CONFIDENCE = 0.95
HEADLINE_METRICS = (
    "throughput_per_h",
    "flow_time_mean_s",
    "flow_time_p95_s",
    "tardiness_mean_s",
    "wip_mean",
    "vehicles.empty",
    "vehicles.loaded",
    "energy_wh_per_job",
    "messages_per_task",
)


def t_halfwidth(values: ArrayLike, confidence: float = CONFIDENCE) -> float:
    """Half the width of the t interval of the mean; inf for fewer than two values."""
    from scipy.special import stdtrit

    values = np.asarray(values, dtype=float)
    if values.size < 2:
        return float("inf")
    return float(stdtrit(values.size - 1, (1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(values.size))


def summarise(trials: "pd.DataFrame", *, keys: Sequence[str], metrics: Sequence[str]) -> "pd.DataFrame":
    """One row per case and KPI: case, label, the swept keys, metric, n, mean, low, high, sd.

    Failed trials and undefined values (NaN) are left out; n says how many are in. low and high are the 95 % interval,
    NaN where n < 2.
    """
    import pandas as pd

    done: Any = trials[trials["status"] == "done"]
    rows: list[dict[str, Any]] = []
    for case, group in done.groupby("case", sort=True):
        head = {"case": case, "label": group["label"].iloc[0]} | {key: group[key].iloc[0] for key in keys}
        for metric in metrics:
            values = group[metric].to_numpy(dtype=float)
            values = values[~np.isnan(values)]
            rows.append(head | {"metric": metric} | _mean_row(values))
    columns = ["case", "label", *keys, "metric", "n", "mean", "low", "high", "sd"]
    return pd.DataFrame(rows, columns=columns)


def _mean_row(values: np.ndarray) -> dict[str, float]:
    if not values.size:
        return {"n": 0, "mean": np.nan, "low": np.nan, "high": np.nan, "sd": np.nan}
    mean, half = float(values.mean()), t_halfwidth(values)
    spread = float(values.std(ddof=1)) if values.size > 1 else np.nan
    low, high = (mean - half, mean + half) if values.size > 1 else (np.nan, np.nan)
    return {"n": values.size, "mean": mean, "low": low, "high": high, "sd": spread}


def select(results: "Results", text: str) -> "list[int]":
    """Indices of the cases that `text` means: a label, or `mechanism=nearest`, or several such joined by commas.

    Raises ExperimentError with the nearest label when nothing fits.
    """
    cases = results.experiment.cases
    exact = [case.index for case in cases if case.label == text]
    if exact:
        return exact
    names = {short: key for key, short in short_names(results.keys).items()} | {key: key for key in results.keys}
    wanted: dict[str, str] = {}
    for part in text.replace(",", " ").split():
        key, equals, value = part.partition("=")
        if not equals or key not in names:
            labels = [case.label for case in cases]
            raise ExperimentError(
                f"{text!r} is no case of this run; name a label ({'; '.join(labels[:8])}{'; …' if labels[8:] else ''}) "
                f"or key=value with one of {', '.join(names) or 'no keys'}{nearest(text, labels)}"
            )
        wanted[names[key]] = value
    found = [
        case.index
        for case in cases
        if all(key in case.settings and text_of(case.settings[key]) == value for key, value in wanted.items())
    ]
    if not found:
        values = {
            key: list(dict.fromkeys(text_of(c.settings[key]) for c in cases if key in c.settings)) for key in wanted
        }
        allowed = "; ".join(f"{key} is one of {', '.join(choices)}" for key, choices in values.items())
        raise ExperimentError(f"{text!r} fits no case; {allowed}")
    return found


def compare(results: "Results", a: str, b: str, *, metrics: Sequence[str] | None = None) -> "pd.DataFrame":
    """Paired comparison of two cases, or of two groups of cases that differ in one key (`mechanism=nearest`).

    Pairs have the same replication and the same values of all keys that neither text names. One row per KPI: n pairs,
    mean_a, mean_b, difference (b - a) with its 95 % interval low..high, p (two-sided t test), p_holm (corrected for
    the number of KPIs), effect (the difference in standard deviations of the differences).
    """
    import pandas as pd

    first, second = select(results, a), select(results, b)
    twins = sorted(set(first) & set(second))
    if twins:
        raise ExperimentError(f"{a!r} and {b!r} both mean case {results.experiment.cases[twins[0]].label!r}")
    done: Any = results.trials[results.trials["status"] == "done"]
    differing = _differing_keys(results, first, second)
    common = [key for key in results.keys if key not in differing] if len(first) + len(second) > 2 else []
    left = done[done["case"].isin(first)]
    right = done[done["case"].isin(second)]
    pairs = left.merge(right, on=["replication", *common], suffixes=("\0a", "\0b"), validate="1:1")
    if pairs.empty:
        raise ExperimentError(f"{a!r} and {b!r} have no finished replication in common")
    rows = []
    for metric in metrics or results.metrics:
        one, other = (pairs[f"{metric}\0{side}"].to_numpy(dtype=float) for side in "ab")
        whole = ~(np.isnan(one) | np.isnan(other))
        rows.append({"metric": metric} | paired(one[whole], other[whole]))
    table = pd.DataFrame(rows)
    table["p_holm"] = holm(table["p"].to_numpy(dtype=float))
    return table


def holm(p: np.ndarray) -> np.ndarray:
    """p values of several tests, corrected so that all claims below 0.05 hold together (Holm 1979); NaN stay NaN."""
    corrected = np.full(p.shape, np.nan)
    order = [index for index in np.argsort(p) if not np.isnan(p[index])]
    worst = 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, float(p[index]) * (len(order) - rank)))
        corrected[index] = worst
    return corrected


def paired(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """The difference b - a of paired values, with its t interval, p value and effect size."""
    from scipy.special import stdtr

    n = a.size
    if n == 0:
        return {"n": 0} | dict.fromkeys(("mean_a", "mean_b", "difference", "low", "high", "p", "effect"), np.nan)
    differences = b - a
    mean, half = float(differences.mean()), t_halfwidth(differences)
    spread = float(differences.std(ddof=1)) if n > 1 else np.nan
    if n < 2:
        p = effect = np.nan
    elif spread == 0:
        p, effect = (1.0, 0.0) if mean == 0 else (0.0, float(np.copysign(np.inf, mean)))
    else:
        p = float(2 * stdtr(n - 1, -abs(mean) / (spread / np.sqrt(n))))
        effect = mean / spread
    low, high = (mean - half, mean + half) if n > 1 else (np.nan, np.nan)
    return {
        "n": n,
        "mean_a": float(a.mean()),
        "mean_b": float(b.mean()),
        "difference": mean,
        "low": low,
        "high": high,
        "p": p,
        "effect": effect,
    }


def _differing_keys(results: "Results", first: Sequence[int], second: Sequence[int]) -> set[str]:
    """Keys whose values in the two groups have nothing in common: what the comparison is about."""
    cases = results.experiment.cases
    differing = set()
    for key in results.keys:
        one = {text_of(cases[index].settings.get(key)) for index in first}
        other = {text_of(cases[index].settings.get(key)) for index in second}
        if not one & other:
            differing.add(key)
    return differing
