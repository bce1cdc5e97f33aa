"""Statistics of arrays: intervals, paired differences, several tests at once, the end of a warm-up."""

import math
from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
BATCH = 5
RESAMPLES = 2000
FEWEST_RESAMPLED = 5  # values; with fewer, resamples are too similar
FIGURES_OF_PAIRS = ("mean_a", "mean_b", "difference", "low", "high", "p", "effect")
ROUNDING = 1e-12  # share of a value below which a difference is rounding: some thousand units in the last place


def t_halfwidth(values: ArrayLike, confidence: float = CONFIDENCE) -> float:
    """Half the width of the t interval of the mean; inf for fewer than two values."""
    values = np.asarray(values, dtype=float)
    if values.size < 2:
        return float("inf")
    return t_reach(values.size, confidence) * spread(values)


def t_reach(n: int, confidence: float = CONFIDENCE) -> float:
    """Half the width of the t interval of n values, in standard deviations."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, (1 + confidence) / 2)) / np.sqrt(n)


def t_interval(values: ArrayLike, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Student's t interval of the mean; (nan, nan) for fewer than two values."""
    low, high = t_intervals(np.asarray(values, dtype=float)[None], confidence)
    return float(low[0]), float(high[0])


def t_intervals(values: Floats, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """The same of each row of values (M, n): both ends, (M,)."""
    many, n = values.shape
    if n < 2:
        return np.full(many, np.nan), np.full(many, np.nan)
    mean, half = values.mean(axis=-1), t_reach(n, confidence) * spreads(values)
    return mean - half, mean + half


def skew_interval(values: ArrayLike, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The t interval, extended on the side of the longer tail where skew is found; (nan, nan) below two values.

    Skew is found where the skewness exceeds its standard error. Each end is then the outer one of two: of the t
    interval, and of the interval by Hall's transformation of the t statistic, which removes the effect of skew to the
    order 1/n (Hall, On the removal of skewness by transformation, J. R. Statist. Soc. B 54, 1992; with t quantiles).
    """
    low, high = skew_intervals(np.asarray(values, dtype=float)[None], confidence)
    return float(low[0]), float(high[0])


def skew_intervals(
    values: Floats, confidence: float = CONFIDENCE, *, skew: Floats | None = None
) -> tuple[Floats, Floats]:
    """The same of each row of values (M, n): both ends, (M,); `skew` are their `skewnesses`, if these are known."""
    low, high = t_intervals(values, confidence)
    n, skew = values.shape[1], skewnesses(values) if skew is None else skew
    found = np.flatnonzero(np.abs(skew) > skewness_error(n)) if n > 2 else np.zeros(0, dtype=np.int64)
    if found.size:
        skewed_ones = values[found]
        mean, error = skewed_ones.mean(axis=-1), spreads(skewed_ones) / math.sqrt(n)
        t = t_reach(n, confidence) * math.sqrt(n)
        low[found] = np.minimum(low[found], mean - halls(t, skew[found], n) * error)
        high[found] = np.maximum(high[found], mean - halls(-t, skew[found], n) * error)
    return low, high


def halls(t: float | Floats, skewness: Floats, n: int) -> Floats:
    """Quantiles t (…) adjusted for the skewness (…) of n values: the inverse of Hall's monotone transformation."""
    a = skewness / math.sqrt(n)
    bent = 3 * (np.cbrt(1 + a * (t - a / 6)) - 1)
    return np.divide(bent, a, out=np.array(np.broadcast_to(t, bent.shape)), where=np.abs(a) > 1e-9)


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


def by_count(known: NDArray[np.bool_]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Counts of known values, and the rows of known (M, n) that have so many: such rows are taken at once.

    `values[rows][known[rows]].reshape(rows.size, count)` are their known values.
    """
    counts = known.sum(axis=1)
    for count in np.unique(counts).tolist():
        yield count, np.flatnonzero(counts == count)


class Interval(Protocol):
    """An interval of the mean that holds with some confidence."""

    def __call__(self, values: ArrayLike, *, confidence: float = CONFIDENCE) -> tuple[float, float]: ...


INTERVALS: dict[str, Interval] = {"skew": skew_interval, "t": t_interval, "bootstrap": bootstrap_interval}


def intervals(values: Floats, kind: Interval, *, skew: Floats | None = None) -> tuple[Floats, Floats]:
    """Both ends (M,) of the interval of each row of values (M, n), to the bit those of the rows one by one.

    `skew` are the `skewnesses` of the rows, if these are known.
    """
    if kind in (skew_interval, t_interval):
        return skew_intervals(values, skew=skew) if kind is skew_interval else t_intervals(values)
    low, high = np.array([kind(row) for row in values]).reshape(-1, 2).T
    return low, high


def spread(values: np.ndarray) -> float:
    """Standard deviation; 0 where the values differ by no more than rounding, NaN for fewer than two."""
    return float(spreads(values[None])[0])


def spreads(values: Floats) -> Floats:
    """The same of each row of values (M, n), (M,)."""
    many, n = values.shape
    if n < 2:
        return np.full(many, np.nan)
    found = values.std(axis=-1, ddof=1)
    return np.where(found <= ROUNDING * np.abs(values).max(axis=-1), 0.0, found)


def skewness(values: np.ndarray) -> float:
    """Third standardised moment of the values; 0 where they are all the same, or fewer than three."""
    return float(skewnesses(values[None])[0])


def skewnesses(values: Floats) -> Floats:
    """The same of each row of values (M, n), (M,)."""
    many, n = values.shape
    if n < 3:
        return np.zeros(many)
    deviations = values - values.mean(axis=-1, keepdims=True)
    cubes, squares = (deviations**3).mean(axis=-1), (deviations**2).mean(axis=-1)
    scale = np.array([square**1.5 for square in squares.tolist()])  # as one by one: arrays round powers differently
    return np.divide(cubes, scale, out=np.zeros(many), where=spreads(values) != 0)


def skewness_error(n: int) -> float:
    """The standard error of the skewness of n normal values, n > 2."""
    return float(np.sqrt(6 * (n - 2) / ((n + 1) * (n + 3))))


def rarest(n: int, risk: float = 1 - CONFIDENCE) -> int:
    """Percent of replications, rounded up, from which on an event is in one of n with probability 1 - risk."""
    return math.ceil(100 * (1 - risk ** (1 / n)))


def paired(a: np.ndarray, b: np.ndarray, interval: Interval = skew_interval) -> dict[str, float]:
    """The difference b - a of paired values (n,), see `paired_rows`."""
    return paired_rows(a[None], b[None], interval)[0]


def paired_rows(a: Floats, b: Floats, interval: Interval) -> list[dict[str, float]]:
    """The difference b - a of each row of paired values (M, n), M dictionaries.

    They have n, mean_a, mean_b, the difference, its interval low..high, the p value of no difference and the effect.
    Pairs that lack a value are dropped. A difference within rounding counts as zero. The p value is that of the t test,
    and of the same test after Hall's transformation where that is greater, skew is found and `interval` is not t. Where
    all differences are the same, t leaves no doubt; the sign test then decides, so it takes six to tell them from 0.
    The effect is the mean difference in standard deviations of the differences (Cohen's d for paired values).
    """
    known = np.isfinite(a) & np.isfinite(b)
    found = {name: np.full(len(a), np.nan) for name in FIGURES_OF_PAIRS}
    for n, rows in by_count(known):
        if n:
            one, other = (side[rows][known[rows]].reshape(rows.size, n) for side in (a, b))
            for name, column in _differences(one, other, interval).items():
                found[name][rows] = column
    counts = known.sum(axis=1).tolist()
    columns = zip(*(column.tolist() for column in found.values()), strict=True)
    return [{"n": n} | dict(zip(found, row, strict=True)) for n, row in zip(counts, columns, strict=True)]


def _differences(a: Floats, b: Floats, interval: Interval) -> dict[str, Floats]:
    """The figures (M,) of rows of pairs (M, n) that all have both values, n > 0."""
    n = a.shape[1]
    size = np.maximum(np.abs(a), np.abs(b))
    differences = np.where(np.abs(b - a) <= ROUNDING * size, 0.0, b - a)
    mean = differences.mean(axis=-1)
    if n > 1:
        alike = differences.std(axis=-1) <= ROUNDING * size.max(axis=-1)
        differences[alike] = mean[alike, None]
    deviation = spreads(differences)
    low, high = intervals(differences, interval)
    p, effect = np.full(len(a), np.nan), np.full(len(a), np.nan)
    if n > 1:
        same = deviation == 0
        p[same] = np.where(mean[same] == 0, 1.0, 2.0 ** (1 - n))
        effect[same] = np.where(mean[same] == 0, 0.0, np.copysign(np.inf, mean[same]))
        unsure = same & (p > 1 - CONFIDENCE)
        low[unsure], high[unsure] = np.minimum(mean[unsure], 0.0), np.maximum(mean[unsure], 0.0)
        p[~same] = _p_values(differences[~same], adjusted=interval is not t_interval)
        effect[~same] = mean[~same] / deviation[~same]
    ends = (mean, low, high, p, effect)
    return dict(zip(FIGURES_OF_PAIRS, (a.mean(axis=-1), b.mean(axis=-1), *ends), strict=True))


def _p_values(values: Floats, *, adjusted: bool) -> Floats:
    """The p values (M,) of a mean of 0; below 1 - confidence, the interval of the same kind does not contain 0."""
    from scipy.special import stdtr

    n, mean, skew = values.shape[1], values.mean(axis=-1), skewnesses(values)
    ratio = np.abs(mean) / spreads(values)
    tail = stdtr(n - 1, -ratio * np.sqrt(n))
    if adjusted and n > 2:
        found = np.flatnonzero(np.abs(skew) > skewness_error(n))
        towards = np.copysign(1.0, mean[found]) * skew[found]  # as if the mean were positive
        straight = [_straight(*each, n) for each in zip(ratio[found].tolist(), towards.tolist(), strict=True)]
        tail[found] = np.maximum(tail[found], stdtr(n - 1, -np.array(straight) * np.sqrt(n)))
    return np.minimum(1.0, 2 * tail)


def _straight(ratio: float, skew: float, n: int) -> float:
    """Hall's transformation of a mean in standard deviations; one by one, because arrays round powers differently."""
    return ratio + skew * ratio**2 / 3 + skew**2 * ratio**3 / 27 + skew / (6 * n)


def holm(p: np.ndarray, *, among: int = 0) -> np.ndarray:
    """Correct the p values of several tests so that all claims below 0.05 hold together (Holm 1979); NaN stays NaN.

    `among` is the number of tests that these were picked from by their results, where that is more than these.
    """
    corrected = np.full(p.shape, np.nan)
    order = [index for index in np.argsort(p) if not np.isnan(p[index])]
    many = max(len(order), among)
    worst = 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, float(p[index]) * (many - rank)))
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
