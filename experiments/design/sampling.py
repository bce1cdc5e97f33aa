"""Points of a sweep that are drawn from ranges: at random, by Latin hypercube, or from a Sobol sequence.

sweep:
  lhs:
    samples: 50
    keys:
      fleet.agvs.speed: {low: 0.5m/s, high: 2m/s}
      orders.rate: {low: 10/h, high: 100/h, log: true}
      fleet.agvs.count: {low: 2, high: 20}            # whole numbers stay whole
      negotiation.mechanism: {choice: [contract_net, nearest]}
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ...environments.config.quoting import quoted
from ...environments.config.section import MOST_FIGURE, Figure, Positive, Section
from ...environments.config.units import NUMBER_AND_UNIT

_DIGITS = 6  # significant digits of a drawn value: readable, and the same on every platform


class Range(Section):
    """The range of a sampled key: from `low` to `high` (both with the same unit, if any), or one of `choice`."""

    low: Figure | str | None = None
    high: Figure | str | None = None
    log: bool = False
    choice: Annotated[list[Any], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.choice is None) == (self.low is None or self.high is None):
            raise PydanticCustomError("range", "needs either low and high, or choice", {})
        if self.choice is None:
            (low, unit), (high, other) = self._ends()
            if unit != other or not low < high or (self.log and low <= 0):
                rule = "; low must be above 0 where log is true" if self.log else ""
                raise PydanticCustomError(
                    "range", "low {low} must be below high {high}, in the same unit{rule}",
                    {"low": repr(self.low), "high": repr(self.high), "rule": rule},
                )  # fmt: skip
        return self

    def _ends(self) -> tuple[tuple[float, str], tuple[float, str]]:
        return _number(self.low), _number(self.high)

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are drawn."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def at(self, u: float) -> Any:
        """The value at share `u` (0 to 1) of the range."""
        if self.choice is not None:
            return self.choice[min(int(u * len(self.choice)), len(self.choice) - 1)]
        (low, unit), (high, _) = self._ends()
        if self.whole:
            return min(int(low + u * (high - low + 1)), int(high))
        value = low * (high / low) ** u if self.log else low + u * (high - low)
        rounded = float(f"{value:.{_DIGITS}g}")
        return f"{rounded!r}{unit}" if unit else rounded


class Sampled(Section):
    """The number of points, and the ranges from which they are drawn."""

    samples: Positive
    keys_: Annotated[dict[str, Range], Field(min_length=1, alias="keys")]

    def points(self, method: str, *, seed: int) -> list[Mapping[str, Any]]:
        """`samples` settings; `method` is random, lhs or sobol. The same seed gives the same points."""
        import numpy as np
        from scipy.stats import qmc

        dimensions = len(self.keys_)
        generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2**31,)))  # no replication's stream
        if method == "random":
            shares = generator.random((self.samples, dimensions))
        elif method == "lhs":
            shares = qmc.LatinHypercube(dimensions, rng=generator).random(self.samples)
        else:
            sequence = qmc.Sobol(dimensions, rng=generator)
            shares = sequence.random_base2(math.ceil(math.log2(self.samples)))[: self.samples]
        return [
            {key: wide.at(float(u)) for (key, wide), u in zip(self.keys_.items(), row, strict=True)} for row in shares
        ]


def _number(text: int | float | str | None) -> tuple[float, str]:
    found = NUMBER_AND_UNIT.fullmatch(str(text).strip())
    if found is None or not abs(float(found[1])) <= MOST_FIGURE:
        rule = "is not a number, with or without a unit" if found is None else f"is beyond {MOST_FIGURE:g}"
        raise PydanticCustomError("range", "{text} {rule}", {"text": quoted(text), "rule": rule})
    return float(found[1]), (found[2] or "").strip()
