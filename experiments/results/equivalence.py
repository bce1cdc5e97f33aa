"""Is more enough better? Bounds of paired gains, and which of several ordered cases is the first that is enough.

"Not proved better" is not "not better". A case is called enough if the upper ends of the simultaneous intervals of the
gains of *all* later cases lie below delta, the gain that matters (equivalence: Schuirmann 1987; comparison with the
best: Hsu 1984, Nelson & Matejcik 1995, here with Bonferroni's inequality, without assumptions on variances and
correlations). Cases are tested from the last one backwards, and the first that fails ends the test, so all share one
risk (fixed sequence: Maurer, Hothorn & Lehmacher 1995).

Results may be examined again after more replications. Look k takes 1 / (k (k + 1)) of the risk, which never adds up to
more than all of it over any number of looks.

Dimensions: n replications, S cases in order.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .statistics import halls

Floats = NDArray[np.float64]

FEWEST = 4  # replications that a case must have to be called enough: fewer do not show how skewed they are
ALONE = 0.025  # risk of a separate interval
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


@dataclass(frozen=True)
class Doubt:
    """A case that may be enough or not, and the later case that may be better than it.

    Without a rival no later case is better, but whether the case is fit is not known.
    """

    place: int
    rival: int | None
    gain: Gain | None


@dataclass(frozen=True)
class Verdict:
    """The state of knowledge about S ordered cases.

    `enough` is the first case that no later one beats by delta; None where this is shown for no case. `worse` are the
    places of cases that a later one beats by more than delta, or that are not fit. `behind` are cases for which this
    holds by separate intervals only: nothing is claimed about them, but they are not in doubt.
    """

    enough: int | None
    worse: frozenset[int]
    behind: frozenset[int]
    doubt: Doubt | None  # about the first case that may still be enough
    highest: float = -math.inf  # the most that a later case may gain over the one that is enough

    @property
    def clear(self) -> bool:
        return self.doubt is None


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


def mean_bounds(values: Floats, risk: float) -> tuple[Floats, Floats]:
    """Bounds (…) of the means of values (…, n), each missed with at most `risk`: the wider of Student's t and Hall's.

    Hall's transformation (Annals of Statistics 20, 1992) allows for the skewness that the values show, so each bound
    holds for skewed values too; the t bound alone misses too often on the side of the long tail. Infinite for n < 2.
    """
    from scipy.special import stdtrit

    n = values.shape[-1]
    if n < 2:
        return np.full(values.shape[:-1], -np.inf), np.full(values.shape[:-1], np.inf)
    mean, spread = values.mean(axis=-1), values.std(axis=-1, ddof=1)
    spread = np.where(spread <= NO_SPREAD * np.abs(mean), 0.0, spread)
    t = float(stdtrit(n - 1, 1 - risk))
    least, most = np.full(mean.shape, -t), np.full(mean.shape, t)
    if n > 2:
        cubes = ((values - mean[..., None]) ** 3).sum(axis=-1) * n / ((n - 1) * (n - 2))
        skewness = np.divide(cubes, spread**3, out=np.zeros(mean.shape), where=spread > 0)
        least, most = np.minimum(least, halls(-t, skewness, n)), np.maximum(most, halls(t, skewness, n))
    scale = spread / math.sqrt(n)
    return mean - most * scale, mean - least * scale


def gain_bounds(case: Floats, other: Floats, risk: float, *, greater_is_better: bool) -> tuple[Floats, Floats, Floats]:
    """The gain of `other` as a share of the mean of `case`: mean and bounds (…), from paired values (…, n).

    The bounds are those of the ratio of the means: the values of both vary, and so does the base of the share.
    """
    sign = 1.0 if greater_is_better else -1.0
    base = case.mean(axis=-1, keepdims=True)
    ratio = other.mean(axis=-1, keepdims=True) / base
    low, high = mean_bounds(sign * (other - ratio * case) / np.abs(base), risk)
    mean = (sign * np.sign(base) * (ratio - 1.0))[..., 0]
    return mean, mean + low, mean + high


def gain(case: Floats, other: Floats, risk: float, *, greater_is_better: bool) -> Gain:
    """The gain of `other` over `case` (n,), of the replications that both have."""
    both = np.isfinite(case) & np.isfinite(other)
    case, other = case[both], other[both]
    n = case.size
    if n < 2 or case.mean() == 0.0:
        return Gain(math.nan, -math.inf, math.inf, math.nan, n, risk)
    mean, low, high = (float(found) for found in gain_bounds(case, other, risk, greater_is_better=greater_is_better))
    spread = np.std(other - other.mean() / case.mean() * case, ddof=1) / abs(case.mean())
    return Gain(mean, low, high, float(spread), n, risk)


def verdict(
    values: Floats, *, risk: float, delta: float, greater_is_better: bool, fit: Sequence[bool | None] | None = None
) -> Verdict:
    """Which of the cases in order is the first that is enough, wrong with at most `risk`.

    Args:
        values: (n, S) a KPI, paired by replication; NaN where a trial failed.
        risk: of a wrong statement.
        delta: the gain that matters, as a share.
        greater_is_better: of the KPI.
        fit: whether a case may be called enough at all; None where that is not known.
    """
    count = values.shape[1]
    may_be: Sequence[bool | None] = [True] * count if fit is None else fit
    gains = [_over_later(values, place, risk, greater_is_better) for place in range(count)]
    alone = [_over_later(values, place, ALONE * (count - 1 - place), greater_is_better) for place in range(count)]
    highest = [max((found.high for found in later.values()), default=-math.inf) for later in gains]
    unfit = {place for place in range(count) if may_be[place] is False}
    worse, behind = (
        unfit | {place for place in range(count) if any(found.low > delta for found in later[place].values())}
        for later in (gains, alone)
    )
    enough = None
    for place in range(count - 2, -1, -1):
        known = all(found.n >= FEWEST for found in gains[place].values())
        if may_be[place] is not True or not known or not highest[place] < delta:
            break
        enough = place
    undecided = [place for place in range(count - 1 if enough is None else enough) if place not in behind]
    most = -math.inf if enough is None else highest[enough]
    return Verdict(enough, frozenset(worse), frozenset(behind), _doubt(gains, undecided, delta), most)


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


def _doubt(gains: Sequence[dict[int, Gain]], undecided: Sequence[int], delta: float) -> Doubt | None:
    """About the first undecided case that a later one may beat by delta, or else the first of which little is known."""
    for place in undecided:
        rival, found = max(gains[place].items(), key=lambda item: item[1].high)
        if not found.high < delta or found.n < FEWEST:
            return Doubt(place, rival, found)
    return Doubt(undecided[0], None, None) if undecided else None


def _over_later(values: Floats, place: int, risk: float, greater_is_better: bool) -> dict[int, Gain]:
    later = range(place + 1, values.shape[1])
    return {
        other: gain(values[:, place], values[:, other], risk / len(later), greater_is_better=greater_is_better)
        for other in later
    }
