"""The base of all distributions of durations."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar

import scipy
from pydantic import Field
from pydantic_core import PydanticCustomError

from ..kinds import Kinds

Cv = Annotated[float, Field(ge=1e-6, le=1e3, allow_inf_nan=False)]
ShapeParameter = Annotated[float, Field(ge=0.05, le=1e4, allow_inf_nan=False)]


class Durations(Kinds):
    """A distribution on [0, inf)."""

    tag: ClassVar[str] = "distribution"

    if TYPE_CHECKING:

        @property
        def mean_s(self) -> float:
            """The exact mean (s); a field of the distributions that are given by it."""
            ...

    @abstractmethod
    def quantile(self, u: float) -> float:
        """The quantile (s): a share u of all draws stays below it, 0 <= u < 1."""

    @property
    def support_s(self) -> tuple[float, float]:
        """The least and the greatest duration (s) that can be drawn."""
        return 0.0, math.inf

    def mean_between_s(self, low: float, high: float) -> float:
        """The mean (s) of the draws between two quantiles, 0 <= low < high <= 1."""
        area, _ = scipy.integrate.quad(self.quantile, low, high, limit=500, epsabs=0.0, epsrel=1e-10)
        return area / (high - low)


def spread(cv: float | None, sd_s: float | None, mean_s: float) -> float:
    """The coefficient of variation, of which one of `cv` and `sd_s` is given."""
    if cv is not None:
        return cv
    assert sd_s is not None
    return sd_s / mean_s


def refuse(rule: str) -> PydanticCustomError:
    """The error for keys that do not fit together."""
    return PydanticCustomError("disorder", "needs {rule}", {"rule": rule})
