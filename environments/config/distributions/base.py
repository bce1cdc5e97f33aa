"""The base of all distributions of durations."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar

import scipy
from pydantic import Field
from pydantic_core import PydanticCustomError

from ..kinds import Kinds

LAST = math.nextafter(1.0, 0.0)  # the greatest u of a draw
LEAST_CV, MOST_CV = 1e-6, 1e3
Cv = Annotated[float, Field(ge=LEAST_CV, le=MOST_CV, allow_inf_nan=False)]
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

        def per_lifetime(t: float) -> float:  # u = 1 - exp(-t), because a quantile may rise without bound near u = 1
            return self.quantile(min(-math.expm1(-t), LAST)) * math.exp(-t)

        ends = [-math.log1p(-min(u, LAST)) for u in (low, high)]
        area = scipy.integrate.quad(per_lifetime, *ends, limit=500, epsabs=0.0, epsrel=1e-10, full_output=1)[0]
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
