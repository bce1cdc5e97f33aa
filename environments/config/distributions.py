"""Durations: distributions on [0, inf), drawn by inverse transform with one uniform number per draw.

One uniform number per draw keeps the streams of two scenarios in step (common random numbers): the k-th processing time
of a station uses the same uniform, whatever its distribution. `cv` is the coefficient of variation (standard deviation
over mean).
"""

import math
from abc import abstractmethod
from typing import Annotated, Any, Literal, Self, TypeVar

import scipy  # which imports its parts on first use: scipy.special takes longer than to check most configs
from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from .section import Positive, Section
from .units import Duration, PositiveDuration

Shape = TypeVar("Shape", bound="_Durations")
Cv = Annotated[float, Field(ge=1e-6, le=1e3, allow_inf_nan=False)]


class _Durations(Section):
    """The base of all distributions; every distribution also has `mean_s`, the exact mean (s)."""

    @abstractmethod
    def quantile(self, u: float) -> float:
        """The quantile (s): a share u of all draws stays below it, 0 <= u < 1."""

    @property
    def support_s(self) -> tuple[float, float]:
        """The least and the greatest duration (s) that can be drawn."""
        return 0.0, math.inf


class Constant(_Durations):
    """A constant; a plain duration such as `27s` in a config means this."""

    distribution: Literal["constant"] = "constant"
    value_s: Duration = Field(alias="value")

    @property
    def mean_s(self) -> float:
        return self.value_s

    def quantile(self, u: float) -> float:
        return self.value_s

    @property
    def support_s(self) -> tuple[float, float]:
        return self.value_s, self.value_s


class Exponential(_Durations):
    """Memoryless, for times to failure and times between independent arrivals."""

    distribution: Literal["exponential"] = "exponential"
    mean_s: PositiveDuration = Field(alias="mean")

    def quantile(self, u: float) -> float:
        return -self.mean_s * math.log1p(-u)


class Uniform(_Durations):
    """Uniform between low and high."""

    distribution: Literal["uniform"] = "uniform"
    low_s: Duration = Field(alias="low")
    high_s: Duration = Field(alias="high")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        return _in_order(self, "low <= high", self.low_s <= self.high_s)

    @property
    def mean_s(self) -> float:
        return (self.low_s + self.high_s) / 2

    def quantile(self, u: float) -> float:
        return self.low_s + u * (self.high_s - self.low_s)

    @property
    def support_s(self) -> tuple[float, float]:
        return self.low_s, self.high_s


class Triangular(_Durations):
    """Between low and high, most likely at mode: for estimated times."""

    distribution: Literal["triangular"] = "triangular"
    low_s: Duration = Field(alias="low")
    mode_s: Duration = Field(alias="mode")
    high_s: Duration = Field(alias="high")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        ordered = self.low_s <= self.mode_s <= self.high_s and self.low_s < self.high_s
        return _in_order(self, "low <= mode <= high and low < high", ordered)

    @property
    def mean_s(self) -> float:
        return (self.low_s + self.mode_s + self.high_s) / 3

    def quantile(self, u: float) -> float:
        span, rise = self.high_s - self.low_s, self.mode_s - self.low_s
        if u * span < rise:
            return self.low_s + math.sqrt(u * span * rise)
        return self.high_s - math.sqrt((1 - u) * span * (span - rise))

    @property
    def support_s(self) -> tuple[float, float]:
        return self.low_s, self.high_s


class Normal(_Durations):
    """Normal with the given mean and cv, cut off at 0; so the mean of the draws lies slightly above `mean`."""

    distribution: Literal["normal"] = "normal"
    peak_s: PositiveDuration = Field(alias="mean")
    cv: Cv

    @property
    def mean_s(self) -> float:
        kept = float(scipy.special.ndtr(1 / self.cv))
        density = math.exp(-0.5 / self.cv**2) / math.sqrt(2 * math.pi)
        return self.peak_s * (1 + self.cv * density / kept)

    def quantile(self, u: float) -> float:
        upper_tail = (1 - u) * scipy.special.ndtr(1 / self.cv)
        return max(0.0, self.peak_s * (1 - self.cv * float(scipy.special.ndtri(upper_tail))))


class LogNormal(_Durations):
    """Skewed to the right, for manual work and repairs."""

    distribution: Literal["lognormal"] = "lognormal"
    mean_s: PositiveDuration = Field(alias="mean")
    cv: Cv

    def quantile(self, u: float) -> float:
        variance = math.log1p(self.cv**2)
        return self.mean_s * math.exp(math.sqrt(variance) * float(scipy.special.ndtri(u)) - variance / 2)


class Gamma(_Durations):
    """Gamma with shape 1 / cv² and the given mean."""

    distribution: Literal["gamma"] = "gamma"
    mean_s: PositiveDuration = Field(alias="mean")
    cv: Cv

    def quantile(self, u: float) -> float:
        return self.mean_s * self.cv**2 * float(scipy.special.gammaincinv(self.cv**-2, u))


class Erlang(_Durations):
    """The sum of `stages` exponential times."""

    distribution: Literal["erlang"] = "erlang"
    mean_s: PositiveDuration = Field(alias="mean")
    stages: Positive

    def quantile(self, u: float) -> float:
        return self.mean_s / self.stages * float(scipy.special.gammaincinv(self.stages, u))


def _in_order(shape: Shape, rule: str, holds: bool) -> Shape:
    if not holds:
        raise PydanticCustomError("disorder", "needs {rule}", {"rule": rule})
    return shape


def _plain(distribution: type[_Durations], key: str) -> BeforeValidator:
    def wrap(value: Any) -> Any:
        if isinstance(value, dict | _Durations):
            return value
        return {"distribution": distribution.model_fields["distribution"].default, key: value}

    return BeforeValidator(wrap)


_AnyDistribution = Annotated[
    Constant | Exponential | Uniform | Triangular | Normal | LogNormal | Gamma | Erlang,
    Field(discriminator="distribution"),
]
Distribution = Annotated[_AnyDistribution, _plain(Constant, "value")]  # a plain duration is constant
LifeTime = Annotated[_AnyDistribution, _plain(Exponential, "mean")]  # a plain duration is an exponential mean
