"""By how much is one case better than another? Bounds of paired gains, and the looks at which they are examined.

Results may be examined again after more replications. Look k takes 1 / (k (k + 1)) of the risk, which never adds up to
more than all of it over any number of looks.

Dimensions: n replications, P pairs of cases.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .statistics import by_count, halls

Floats = NDArray[np.float64]

FEWEST = 4  # replications that a case must have to be called enough: fewer do not show how skewed they are
NO_SPREAD = 1e-12  # of the mean: differences below this are rounding
MOST_REPLICATIONS = 10_000  # forecasts beyond this are useless


@dataclass(frozen=True)
class Gain:
    """The share by which one case is better than another: mean and bounds, each missed with at most the risk."""

    mean: float
    low: float
    high: float
    spread: float  # standard deviation of a single replication
    n: int
    risk: float


def looks(first: int) -> list[int]:
    """Numbers of replications at which results are examined, up to MOST_REPLICATIONS, each 1.5 times the one before."""
    found = [max(first, FEWEST)]
    while found[-1] < MOST_REPLICATIONS:
        found.append(found[-1] + max(1, found[-1] // 2))
    return found


def look_of(n: int, first: int) -> tuple[int, int]:
    """The last look that n replications allow for, from 1, and the replications that it takes."""
    reached = [size for size in looks(first) if size <= n]
    return max(len(reached), 1), reached[-1] if reached else n


def risk_of_look(risk: float, look: int) -> float:
    """The share of look 1, 2, 3, … in the risk of all looks together."""
    return risk / (look * (look + 1))


def mean_bounds(values: Floats, risk: ArrayLike) -> tuple[Floats, Floats]:
    """Bounds (…) of the means of values (…, n), each missed with at most `risk`: the wider of Student's t and Hall's.

    Hall's transformation (Annals of Statistics 20, 1992) allows for the skewness that the values show, so each bound
    holds for skewed values too; the t bound alone misses too often on the side of the long tail. Infinite for n < 2.
    `risk` may have dimensions before those of the means.
    """
    from scipy.special import stdtrit

    n = values.shape[-1]
    risk = np.asarray(risk, dtype=float)
    if n < 2:
        shape = np.broadcast_shapes(risk.shape, values.shape[:-1])
        return np.full(shape, -np.inf), np.full(shape, np.inf)
    mean, spread = values.mean(axis=-1), values.std(axis=-1, ddof=1)
    spread = np.where(spread <= NO_SPREAD * np.abs(mean), 0.0, spread)
    t = stdtrit(n - 1, 1 - risk)
    least, most = -t, t
    if n > 2:
        cubes = ((values - mean[..., None]) ** 3).sum(axis=-1) * n / ((n - 1) * (n - 2))
        skewness = np.divide(cubes, spread**3, out=np.zeros(mean.shape), where=spread > 0)
        least, most = np.minimum(least, halls(-t, skewness, n)), np.maximum(most, halls(t, skewness, n))
    scale = spread / math.sqrt(n)
    return mean - most * scale, mean - least * scale


def gain_bounds(
    case: Floats, other: Floats, risk: ArrayLike, *, greater_is_better: bool
) -> tuple[Floats, Floats, Floats]:
    """The gain of `other` as a share of the mean of `case`: mean and bounds (…), from paired values (…, n).

    The bounds are those of the ratio of the means: the values of both vary, and so does the base of the share.
    """
    sign = 1.0 if greater_is_better else -1.0
    base = case.mean(axis=-1, keepdims=True)
    ratio = other.mean(axis=-1, keepdims=True) / base
    low, high = mean_bounds(sign * (other - ratio * case) / np.abs(base), risk)
    mean = (sign * np.sign(base) * (ratio - 1.0))[..., 0]
    return mean, mean + low, mean + high


def gains(
    case: Floats, other: Floats, risk: ArrayLike, *, greater_is_better: bool
) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """The gains of rows of `other` over rows of `case` (P, n), of the replications that both have.

    Mean (P,), bounds of the shape of `risk` (P,) or (K, P), and the number of replications (P,). NaN and infinite
    where there are fewer than two, or the mean of the case is 0.
    """
    risk = np.asarray(risk, dtype=float)
    both = np.isfinite(case) & np.isfinite(other)
    mean = np.full(len(case), np.nan)
    low, high = np.full(risk.shape, -np.inf), np.full(risk.shape, np.inf)
    for n, rows in by_count(both):
        if n < 2:
            continue
        one, two = (side[rows][both[rows]].reshape(rows.size, n) for side in (case, other))
        sound = one.mean(axis=-1) != 0.0
        rows, one, two = rows[sound], one[sound], two[sound]
        found = gain_bounds(one, two, risk[..., rows], greater_is_better=greater_is_better)
        mean[rows], low[..., rows], high[..., rows] = found
    return mean, low, high, both.sum(axis=1)


def gain(case: Floats, other: Floats, risk: float, *, greater_is_better: bool) -> Gain:
    """The gain of `other` over `case` (n,), of the replications that both have."""
    mean, low, high, n = gains(case[None], other[None], np.array([risk]), greater_is_better=greater_is_better)
    if math.isnan(mean[0]):
        return Gain(math.nan, -math.inf, math.inf, math.nan, int(n[0]), risk)
    both = np.isfinite(case) & np.isfinite(other)
    case, other = case[both], other[both]
    spread = np.std(other - other.mean() / case.mean() * case, ddof=1) / abs(case.mean())
    return Gain(float(mean[0]), float(low[0]), float(high[0]), float(spread), int(n[0]), risk)


def replications_needed(found: Gain, delta: float, *, first: int, look: int) -> int | None:
    """Replications that would probably decide whether a gain is above or below delta; None where they are too many.

    Assumes that mean and spread stay the same. `look` is the one that found the gain, after `first` replications or
    at a later one of the `looks`.
    """
    from scipy.special import stdtrit

    if not found.n >= 2 or not math.isfinite(found.mean) or not math.isfinite(found.spread):
        return None
    distance = abs(found.mean - delta)
    for later, size in enumerate(looks(first)[look:], start=look + 1):
        if size > found.n:
            t = float(stdtrit(size - 1, 1 - found.risk * look * (look + 1) / (later * (later + 1))))
            if t * found.spread / math.sqrt(size) < distance:
                return size
    return None
