"""Is more enough? Which of several ordered cases is the first that no later one beats by the gain that matters.

"Not proved better" is not "not better". A case is called enough if the upper ends of the simultaneous intervals of the
gains of *all* later cases lie below delta, the gain that matters (equivalence: Schuirmann 1987; comparison with the
best: Hsu 1984, Nelson & Matejcik 1995, here with Bonferroni's inequality, without assumptions on variances and
correlations). Cases are tested from the last one backwards, and the first that fails ends the test, so all share one
risk (fixed sequence: Maurer, Hothorn & Lehmacher 1995).

Dimensions: n replications, C cases, L lines of ordered cases, P pairs of a case and a later one of its line.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .equivalence import FEWEST, Gain, gain, gains

Floats = NDArray[np.float64]

ALONE = 0.025  # risk of a separate interval
PAIRS_AT_ONCE = 20_000  # more would not fit into the caches of a processor


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


@dataclass(frozen=True)
class _Later:
    """The later cases of each place, (places,): what they may gain over it at most, and whether they certainly do.

    The last place of a line has no later ones.
    """

    highest: Floats  # -inf without later ones
    rival: NDArray[np.int64]  # the place of the first later one with that gain; -1 without
    rival_n: NDArray[np.int64]  # replications of this gain
    least_n: NDArray[np.int64]  # replications of the gain that has fewest
    worse: NDArray[np.bool_]  # some later one gains over delta, by simultaneous intervals
    behind: NDArray[np.bool_]  # and by separate ones


def verdicts(
    values: Floats,
    lines: Sequence[Sequence[int]],
    *,
    risk: float,
    delta: float,
    greater_is_better: bool,
    fit: Sequence[bool | None],
) -> list[Verdict]:
    """Which of the cases of each line is the first that is enough, each wrong with at most `risk`.

    Args:
        values: (n, C) a KPI, paired by replication; NaN where a trial failed.
        lines: cases in order, L lines.
        risk: of a wrong statement.
        delta: the gain that matters, as a share.
        greater_is_better: of the KPI.
        fit: (C,) whether a case may be called enough at all; None where that is not known.
    """
    later = _later(values, lines, risk, delta, greater_is_better=greater_is_better)
    return [
        _verdict(values[:, line], known, [fit[case] for case in line], risk, delta, greater_is_better)
        for line, known in zip(lines, later, strict=True)
    ]


def _verdict(
    values: Floats, later: _Later, fit: Sequence[bool | None], risk: float, delta: float, greater_is_better: bool
) -> Verdict:
    """The verdict on the cases of one line, values (n, S)."""
    count = values.shape[1]
    highest = later.highest.tolist()
    unfit = {place for place in range(count) if fit[place] is False}
    worse, behind = (unfit.union(np.flatnonzero(found).tolist()) for found in (later.worse, later.behind))
    enough = None
    for place in range(count - 2, -1, -1):
        if fit[place] is not True or later.least_n[place] < FEWEST or not highest[place] < delta:
            break
        enough = place
    undecided = [place for place in range(count - 1 if enough is None else enough) if place not in behind]
    doubt = Doubt(undecided[0], None, None) if undecided else None
    for place in undecided:
        if not highest[place] < delta or later.rival_n[place] < FEWEST:
            rival = int(later.rival[place])
            share = risk / (count - 1 - place)
            found = gain(values[:, place], values[:, rival], share, greater_is_better=greater_is_better)
            doubt = Doubt(place, rival, found)
            break
    most = -math.inf if enough is None else highest[enough]
    return Verdict(enough, frozenset(worse), frozenset(behind), doubt, most)


def _later(
    values: Floats, lines: Sequence[Sequence[int]], risk: float, delta: float, *, greater_is_better: bool
) -> Iterator[_Later]:
    """What the later cases gain over each case, line by line."""
    by_case = np.ascontiguousarray(values.T)  # (C, n)
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    ends = np.cumsum(sizes)
    cases = np.array([case for line in lines for case in line], dtype=np.int64)  # (places,) of all lines
    place = np.arange(cases.size) - np.repeat(ends - sizes, sizes)  # in its line
    left = np.repeat(sizes, sizes) - 1 - place  # later cases
    found = _Later(
        np.full(cases.size, -np.inf),
        *(np.full(cases.size, -1) for _ in range(3)),
        *(np.zeros(cases.size, np.bool_) for _ in range(2)),
    )
    for some in _parts(left):
        pairs = left[some]  # of each place
        starts = np.cumsum(pairs) - pairs
        first = np.repeat(some, pairs)
        second = first + 1 + np.arange(first.size) - np.repeat(starts, pairs)
        shares = np.repeat([risk / pairs, ALONE * pairs / pairs], pairs, axis=1)  # (2, P)
        _, low, high, n = gains(
            by_case[cases[first]], by_case[cases[second]], shares, greater_is_better=greater_is_better
        )
        high[np.isnan(high)] = np.inf  # of values whose sum is infinite
        found.highest[some] = np.maximum.reduceat(high[0], starts)
        top = np.flatnonzero(high[0] == np.repeat(found.highest[some], pairs))
        top = top[np.searchsorted(top, starts)]
        found.rival[some], found.rival_n[some] = place[second[top]], n[top]
        found.least_n[some] = np.minimum.reduceat(n, starts)
        found.worse[some], found.behind[some] = np.logical_or.reduceat(low > delta, starts, axis=1)
    for end, size in zip(ends.tolist(), sizes.tolist(), strict=True):
        yield _Later(*(column[end - size : end] for column in vars(found).values()))


def _parts(left: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Places with later cases, as many at a time as make about PAIRS_AT_ONCE pairs."""
    places = np.flatnonzero(left)
    part = np.cumsum(left[places]) // PAIRS_AT_ONCE
    yield from (some for some in np.split(places, np.flatnonzero(np.diff(part)) + 1) if some.size)
