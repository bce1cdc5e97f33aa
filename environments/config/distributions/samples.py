"""Distributions of given values: of a few with their shares, or of all that were measured."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from ..section import Weight
from ..units import DURATION, Duration, parse_share
from .base import Durations, refuse

MOST_VALUES = 100_000


def _weight(given: Any) -> Any:
    try:
        return parse_share(given) if isinstance(given, str) else given
    except ValueError as error:
        raise PydanticCustomError("quantity", "{explanation}", {"explanation": str(error)}) from None


class Discrete(Durations):
    """Some durations with their weights, which need not add up to 1."""

    distribution: Literal["discrete"] = "discrete"
    values: Annotated[
        dict[Duration, Annotated[Weight, BeforeValidator(_weight)]], Field(min_length=1, max_length=MOST_VALUES)
    ]
    _steps: tuple[list[float], list[float]] = PrivateAttr()  # the values in order, and the share of draws up to each

    @model_validator(mode="before")
    @classmethod
    def _each_once(cls, data: Any) -> Any:
        values = data.get("values") if isinstance(data, dict) else None
        if isinstance(values, dict):
            seen: dict[float, Any] = {}
            for text in values:
                if isinstance(text, str) and (other := seen.setdefault(_seconds(text), text)) is not text:
                    raise refuse(f"each value once, but {other} and {text} are the same")
        return data

    def model_post_init(self, context: Any, /) -> None:
        values = sorted(self.values)
        total = sum(self.values.values())
        self._steps = values, [share / total for share in accumulate(self.values[value] for value in values)]

    @property
    def mean_s(self) -> float:
        return sum(value * weight for value, weight in self.values.items()) / sum(self.values.values())

    def quantile(self, u: float) -> float:
        values, shares = self._steps
        return values[min(bisect_right(shares, u), len(values) - 1)]

    @property
    def support_s(self) -> tuple[float, float]:
        values, _ = self._steps
        return values[0], values[-1]

    def mean_between_s(self, low: float, high: float) -> float:
        values, shares = self._steps
        ends = [min(max(share, low), high) for share in (0.0, *shares)]
        ends[-1] = high
        return sum(value * (b - a) for value, (a, b) in zip(values, pairwise(ends), strict=True)) / (high - low)


def _seconds(text: str) -> float:
    try:
        return DURATION.parse(text)
    except ValueError:
        return float("nan")  # refused with all other errors


class Empirical(Durations):
    """Measured durations, each drawn as often as it was measured; `interpolate` draws between them too."""

    distribution: Literal["empirical"] = "empirical"
    values: Annotated[tuple[Duration, ...], Field(strict=False, min_length=1, max_length=MOST_VALUES)] | None = None
    file: str | None = None  # a text or CSV file with a value per line; `Scenario.parse` reads it into `values`
    unit: Literal["ms", "s", "min", "h", "d"] | None = None  # of the numbers in the file that have none
    interpolate: bool = False
    _sorted_s: list[float] = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        self._sorted_s = sorted(self.values or ())

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.values is None) == (self.file is None):
            raise refuse("one of values and file")
        if self.unit is not None and self.file is None:
            raise refuse("no unit: each of the values has its own")
        if self.file is not None:
            rule = f"the file {self.file!r} to be read; use Scenario.load or Scenario.parse"
            raise refuse(rule)
        return self

    @property
    def mean_s(self) -> float:
        values = self._sorted_s
        if not self.interpolate or len(values) == 1:
            return sum(values) / len(values)
        return (sum(values) - (values[0] + values[-1]) / 2) / (len(values) - 1)

    def quantile(self, u: float) -> float:
        values = self._sorted_s
        if not self.interpolate:
            return values[min(int(u * len(values)), len(values) - 1)]
        number = min(int(at := u * (len(values) - 1)), max(len(values) - 2, 0))
        return values[number] + (at - number) * (values[min(number + 1, len(values) - 1)] - values[number])

    @property
    def support_s(self) -> tuple[float, float]:
        return self._sorted_s[0], self._sorted_s[-1]

    def mean_between_s(self, low: float, high: float) -> float:
        values, steps = self._sorted_s, len(self._sorted_s) - self.interpolate
        if steps == 0:
            return values[0]
        ends = sorted({low, high, *(number / steps for number in range(steps + 1) if low < number / steps < high)})
        return sum(self.quantile((a + b) / 2) * (b - a) for a, b in pairwise(ends)) / (high - low)
