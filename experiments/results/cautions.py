"""Cautions for the reader of a table: skew in few replications, and replications without a value."""

from typing import TYPE_CHECKING

import numpy as np

from .by_case import finished_by_case
from .statistics import rarest, skewed

if TYPE_CHECKING:
    from .tables import Results

ENOUGH = 20  # replications from which the skew interval about keeps its confidence (docs/experiments.md)
CLEAR = 1.96  # standard errors; two or three equal values and one outlier exceed them
NAMED = 4


def cautions(results: "Results") -> list[str]:
    """Sentences about the headline figures of the cases; none where there is nothing to say."""
    groups = finished_by_case(results.trials, len(results.experiment.cases))
    crooked: dict[str, int] = {}  # `lead time of count=6` -> replications with a value
    gaps: dict[str, int] = {}  # -> replications without one
    for item, mine in zip(results.experiment.cases, groups, strict=True):
        for column in results.headlines:
            values = column.values[mine]
            known = values[np.isfinite(values)]
            name = f"{column.title} of {item.label}"
            if known.size < ENOUGH and skewed(known, CLEAR):
                crooked[name] = known.size
            if 0 < known.size < values.size:
                gaps[name] = values.size - known.size
    sentences = []
    if crooked:
        few = min(crooked.values())
        sentences.append(
            f"Skewed, in few replications: {_listed(crooked, 'n = {}')}. Their intervals may miss the mean more often "
            f"than 1 time in 20, and none covers events that were not seen: {few} replications easily miss something "
            f"that affects less than {rarest(few)} % of them. Set replications to {ENOUGH} or more."
        )
    if gaps:
        sentences.append(
            f"Without a value in some replications: {_listed(gaps, '{}')}. Means and intervals are those of the "
            "others, which may be better: a KPI is undefined where nothing was finished."
        )
    return sentences


def _listed(found: dict[str, int], number: str) -> str:
    shown = [f"{name} ({number.format(count)})" for name, count in list(found.items())[:NAMED]]
    more = [f"{len(found) - NAMED} more"] if len(found) > NAMED else []
    return ", ".join([*shown, *more])
