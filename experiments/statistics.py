"""Statistics of arrays: intervals, paired differences, several tests at once, the end of a warm-up."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

CONFIDENCE = 0.95
BATCH = 5
RESAMPLES = 2000
FEWEST_RESAMPLED = 5  # values; from fewer, resamples are far too alike


def t_halfwidth(values: ArrayLike, confidence: float = CONFIDENCE) -> float:
    """Half the width of the t interval of the mean; inf for fewer than two values."""
    from scipy.special import stdtrit

    values = np.asarray(values, dtype=float)
    if values.size < 2:
        return float("inf")
    return float(stdtrit(values.size - 1, (1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(values.size))


def t_interval(values: ArrayLike, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Student's t interval of the mean; (nan, nan) for fewer than two values."""
    values = np.asarray(values, dtype=float)
    if values.size < 2:
        return float("nan"), float("nan")
    mean, half = float(values.mean()), t_halfwidth(values, confidence)
    return mean - half, mean + half


def bootstrap_interval(values: ArrayLike, *, confidence: float = CONFIDENCE, seed: int = 0) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean; (nan, nan) for fewer than five values.

    Resamples with a generator of its own from `seed`, so the same values give the same interval (Efron & Tibshirani, An
    Introduction to the Bootstrap, 1993, chapter 13).
    """
    values = np.asarray(values, dtype=float)
    if values.size < FEWEST_RESAMPLED:
        return float("nan"), float("nan")
    draws = np.random.default_rng(seed).integers(values.size, size=(RESAMPLES, values.size))
    low, high = np.quantile(values[draws].mean(axis=1), [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


Interval = Callable[[np.ndarray], tuple[float, float]]
INTERVALS: dict[str, Interval] = {"t": t_interval, "bootstrap": bootstrap_interval}


def paired(a: np.ndarray, b: np.ndarray, interval: Interval = t_interval) -> dict[str, float]:
    """The difference b - a of paired values, with its interval, the p value of the t test and the effect size.

    The effect is the mean difference in standard deviations of the differences (Cohen's d for paired values).
    """
    from scipy.special import stdtr

    n = a.size
    if n == 0:
        return {"n": 0} | dict.fromkeys(("mean_a", "mean_b", "difference", "low", "high", "p", "effect"), np.nan)
    differences = b - a
    mean = float(differences.mean())
    spread = float(differences.std(ddof=1)) if n > 1 else np.nan
    if n < 2:
        p = effect = np.nan
    elif spread == 0:
        p, effect = (1.0, 0.0) if mean == 0 else (0.0, float(np.copysign(np.inf, mean)))
    else:
        p = float(2 * stdtr(n - 1, -abs(mean) / (spread / np.sqrt(n))))
        effect = mean / spread
    low, high = interval(differences)
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


def holm(p: np.ndarray) -> np.ndarray:
    """p values of several tests, corrected so that all claims below 0.05 hold together (Holm 1979); NaN stay NaN."""
    corrected = np.full(p.shape, np.nan)
    order = [index for index in np.argsort(p) if not np.isnan(p[index])]
    worst = 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, float(p[index]) * (len(order) - rank)))
        corrected[index] = worst
    return corrected


def mser5(series: ArrayLike) -> int:
    """How many observations of a time series to cut off as warm-up, by MSER-5.

    Batches of five are averaged; the cut is the one that minimises the squared standard error of the mean of what is
    left, looked for in the first half (White, Cobb & Spratt, A comparison of five steady-state truncation heuristics
    for simulation, WSC 2000). A result near half the length says that the series is too short to tell.
    """
    values = np.asarray(series, dtype=float)
    batches = values[: len(values) // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1)
    many = len(batches)
    if many < 4:
        raise ValueError(f"MSER-5 needs 20 observations or more, not {len(values)}")
    left = many - np.arange(many // 2 + 1)
    tail_sum = np.cumsum(batches[::-1])[::-1][: left.size]
    tail_squares = np.cumsum(batches[::-1] ** 2)[::-1][: left.size]
    spread = np.maximum(tail_squares - tail_sum**2 / left, 0.0)
    return int(np.argmin(spread / left.astype(float) ** 2)) * BATCH
