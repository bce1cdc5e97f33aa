"""Whether the values of a KPI show that its mean reaches a target."""

import numpy as np

from ...design.questions.target import Target
from ..statistics import ROUNDING, skew_interval, spread
from ..wording import quantity


def met(target: Target, values: np.ndarray, risk: float) -> bool:
    """Whether the mean is on the right side with probability 1 - risk, as far as the values show."""
    if spread(values) == 0 and 0.5**values.size > risk:
        return False  # too few for all of them to be the same by more than chance
    return _excess(target, values, risk)[0] >= -ROUNDING * abs(target.level)


def missed(target: Target, values: np.ndarray, risk: float) -> bool:
    """Whether the mean is on the wrong side with probability 1 - risk, as far as the values show."""
    return _excess(target, values, risk)[1] < 0


def told(target: Target) -> str:
    """`throughput_per_h of at least 50`."""
    side = "at least" if target.at_least is not None else "at most"
    return f"{target.metric} of {side} {quantity(target.metric, target.level)}"


def _excess(target: Target, values: np.ndarray, risk: float) -> tuple[float, float]:
    """The excess at the worse and at the better bound of the mean, NaN for fewer than two values."""
    low, high = (target.excess(end) for end in skew_interval(values, confidence=1 - 2 * risk))
    return min(low, high), max(low, high)
