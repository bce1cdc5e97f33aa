"""Cautions for the reader of a table: skew in few replications, and replications without a value."""

from typing import TYPE_CHECKING

import numpy as np

from .statistics import by_count, rarest, skewness_error, skewnesses

if TYPE_CHECKING:
    from .tables import Results

ENOUGH = 20  # replications from which the skew interval about keeps its confidence (docs/experiments.md)
CLEAR = 1.96  # standard errors; two or three equal values and one outlier exceed them
NAMED = 4


def cautions(results: "Results") -> list[str]:
    """Sentences about the headline figures of the cases; none where there is nothing to say."""
    crooked: dict[tuple[int, int], int] = {}  # case and place of a headline -> replications with a value
    gaps: dict[tuple[int, int], int] = {}  # -> replications without one
    finished = results.replications.finished.sum(axis=0)
    for place, column in enumerate(results.headlines):
        values = results.replications.by_case(column.values)
        known = np.isfinite(values)
        for count, rows in by_count(known):
            if 2 < count < ENOUGH:
                skew = skewnesses(values[rows][known[rows]].reshape(rows.size, count))
                found = rows[np.abs(skew) > CLEAR * skewness_error(count)]
                crooked |= dict.fromkeys(((case, place) for case in found.tolist()), count)
            if count:
                some = rows[finished[rows] > count]
                gaps |= {(case, place): int(finished[case]) - count for case in some.tolist()}
    sentences = []
    if crooked:
        few = min(crooked.values())
        sentences.append(
            f"Skewed, in few replications: {_listed(results, crooked, 'n = {}')}. Their intervals may miss the mean "
            f"more often than 1 time in 20, and none covers events that were not seen: {few} replications easily miss "
            f"something that affects less than {rarest(few)} % of them. Set replications to {ENOUGH} or more."
        )
    if gaps:
        sentences.append(
            f"Without a value in some replications: {_listed(results, gaps, '{}')}. Means and intervals are those of "
            "the others, which may be better: a KPI is undefined where nothing was finished."
        )
    return sentences


def _listed(results: "Results", found: dict[tuple[int, int], int], number: str) -> str:
    """The first of them by case: `lead time of count=6 (n = 4)`."""
    shown = [
        f"{results.headlines[place].title} of {results.experiment.cases[case].label} ({number.format(count)})"
        for (case, place), count in sorted(found.items())[:NAMED]
    ]
    more = [f"{len(found) - NAMED} more"] if len(found) > NAMED else []
    return ", ".join([*shown, *more])
