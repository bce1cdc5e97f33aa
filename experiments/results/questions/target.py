"""A target that the mean of a KPI has to reach, and what values of the KPI say about it."""

from typing import Self

import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ....environments.section import Figure, Section
from ....environments.units import DURATION
from ..headlines import time_unit
from ..statistics import ROUNDING, skew_interval, spread


class Target(Section):
    """What the mean of a KPI has to reach."""

    metric: str
    at_least: Figure | str | None = None
    at_most: Figure | str | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("target", "needs either at_least or at_most", {})
        self.level  # noqa: B018  (a quantity without a unit is refused here, with its place)
        return self

    @property
    def level(self) -> float:
        """The number in the unit of the KPI; durations may have one of their own (30min)."""
        given = self.at_least if self.at_least is not None else self.at_most
        try:
            return DURATION.parse(given) if isinstance(given, str) else float(given)  # pyright: ignore[reportArgumentType]
        except ValueError as error:
            raise PydanticCustomError("target", "{text}", {"text": str(error)}) from None

    def excess(self, mean: float) -> float:
        """How far a mean lies beyond the level on the right side; negative on the wrong one."""
        return mean - self.level if self.at_least is not None else self.level - mean

    def met(self, values: np.ndarray, risk: float) -> bool:
        """Whether the mean is on the right side with probability 1 - risk, as far as the values show."""
        if spread(values) == 0 and 0.5**values.size > risk:
            return False  # too few for all of them to be the same by more than chance
        return self._excess(values, risk)[0] >= -ROUNDING * abs(self.level)

    def missed(self, values: np.ndarray, risk: float) -> bool:
        """Whether the mean is on the wrong side with probability 1 - risk, as far as the values show."""
        return self._excess(values, risk)[1] < 0

    def _excess(self, values: np.ndarray, risk: float) -> tuple[float, float]:
        """The excess at the worse and at the better bound of the mean, NaN for fewer than two values."""
        low, high = (self.excess(end) for end in skew_interval(values, confidence=1 - 2 * risk))
        return min(low, high), max(low, high)

    def __str__(self) -> str:
        side = "at least" if self.at_least is not None else "at most"
        return f"{self.metric} of {side} {quantity(self.metric, self.level)}"


def quantity(metric: str, value: float) -> str:
    """A value of a KPI for a sentence: durations in the unit that reads best."""
    if metric.endswith("_s"):
        unit, factor = time_unit(value)
        return f"{value / factor:.4g} {unit}"
    return f"{value:.4g}"
