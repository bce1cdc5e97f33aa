"""Statistics beside the t interval: where a warm-up ends, intervals without normality."""

import numpy as np
from numpy.typing import ArrayLike

BATCH = 5
RESAMPLES = 2000


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


def bootstrap_interval(values: ArrayLike, *, confidence: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean; (nan, nan) for fewer than two values.

    Resamples with a generator of its own from `seed`, so the same values give the same interval (Efron & Tibshirani, An
    Introduction to the Bootstrap, 1993, chapter 13).
    """
    values = np.asarray(values, dtype=float)
    if values.size < 2:
        return float("nan"), float("nan")
    draws = np.random.default_rng(seed).integers(values.size, size=(RESAMPLES, values.size))
    low, high = np.quantile(values[draws].mean(axis=1), [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
