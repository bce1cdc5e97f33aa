"""Whether a factory keeps up with its orders: if work in process grows, it does not.

In an open system (any orders but conwip) orders arrive whether or not the factory can take them. Two questions are
asked for each case, and neither replaces the other: is it *shown* that the case does not keep up, and is it *shown*
that it does? Short runs answer neither.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .equivalence import mean_bounds
from .statistics import by_count

if TYPE_CHECKING:
    from ...environments.scenario import Scenario

Floats = NDArray[np.float64]

UNNOTICED = 0.01  # of the demand: work in process that grows by less is no overload
DEGREES_PER_RUN = 7  # of freedom in the standard error of the growth: it comes from eight parts of a run


@dataclass(frozen=True)
class Load:
    """The demand of a case, and how much of it the case meets."""

    demand_per_h: float
    met: float  # share of the demand that is finished
    growth_per_h: float  # of the work in process
    overloaded: bool  # certainly
    keeps_up: bool | None  # None where that is not known


def is_open(scenario: "Scenario") -> bool:
    """Whether all orders come from outside, however much work there is already."""
    return all(stream.kept_in_process is None for _, stream in scenario.orders.streams)


def loads(
    demand_per_h: Floats,
    met: Floats,
    growth_per_h: Floats,
    error_per_h: Floats,
    *,
    overload_risk: float,
    served: float,
    served_risk: float,
) -> list[Load | None]:
    """The load of each of C cases from n replications (C, n); None where the KPIs are missing.

    Overload is claimed with a risk of at most `overload_risk`: the lower t bound of the mean growth is above UNNOTICED.
    The error of the growth is the larger of two estimates, from the course within the runs and from the spread between
    them, so that one run is enough to see a gross overload. That a case keeps up, with a growth below 1 - `served` of
    the demand, is claimed with a risk of at most `served_risk`, from the spread between runs alone.
    """
    from scipy.special import stdtrit

    known = np.isfinite(demand_per_h) & np.isfinite(growth_per_h) & np.isfinite(error_per_h) & (demand_per_h > 0)
    found: list[Load | None] = [None] * len(known)
    for n, rows in by_count(known):
        if not n:
            continue
        demand, share, growth, error = (
            column[rows][known[rows]].reshape(rows.size, n) for column in (demand_per_h, met, growth_per_h, error_per_h)
        )
        between = growth.std(axis=-1, ddof=1) if n > 1 else np.zeros(rows.size)
        deviation = np.maximum(np.sqrt((error**2).mean(axis=-1)), between) / math.sqrt(n)
        asked, mean = demand.mean(axis=-1), growth.mean(axis=-1)
        low = mean - float(stdtrit(DEGREES_PER_RUN * n, 1 - overload_risk)) * deviation
        overloaded = low > UNNOTICED * asked
        _, high = mean_bounds(growth / demand, served_risk)
        keeps_up = (high < 1 - served) & ~overloaded
        for row, *figures, over, keeps in zip(
            rows.tolist(), *(each.tolist() for each in (asked, np.nanmean(share, axis=-1), mean, overloaded, keeps_up)),
            strict=True,
        ):  # fmt: skip
            found[row] = Load(*figures, overloaded=over, keeps_up=True if keeps else False if over else None)
    return found
