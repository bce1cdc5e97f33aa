"""Families of distributions with parameters."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self, TypeVar

import scipy  # which imports its parts on first use: scipy.special takes longer than to check most configs
from pydantic import BeforeValidator, Field, model_validator

from ..section import Positive
from ..units import DURATION, Duration, PositiveDuration
from .base import LEAST_CV, MOST_CV, Cv, Durations, ShapeParameter, refuse, spread

SMALLEST = 2.0**-60  # draws are 0 or multiples of 2 ** -53


class Constant(Durations):
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


class Exponential(Durations):
    """Memoryless, for times to failure and times between independent arrivals."""

    distribution: Literal["exponential"] = "exponential"
    mean_s: PositiveDuration = Field(alias="mean")  # pyright: ignore[reportIncompatibleMethodOverride]  # given

    def quantile(self, u: float) -> float:
        return -self.mean_s * math.log1p(-u)


class Uniform(Durations):
    """Uniform between low and high."""

    distribution: Literal["uniform"] = "uniform"
    low_s: Duration = Field(alias="low")
    high_s: Duration = Field(alias="high")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low_s > self.high_s:
            raise refuse("low <= high")
        return self

    @property
    def mean_s(self) -> float:
        return (self.low_s + self.high_s) / 2

    def quantile(self, u: float) -> float:
        return self.low_s + u * (self.high_s - self.low_s)

    @property
    def support_s(self) -> tuple[float, float]:
        return self.low_s, self.high_s


class Triangular(Durations):
    """Between low and high, most likely at mode: for estimated times."""

    distribution: Literal["triangular"] = "triangular"
    low_s: Duration = Field(alias="low")
    mode_s: Duration = Field(alias="mode")
    high_s: Duration = Field(alias="high")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        return _with_mode(self)

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


class Normal(Durations):
    """Normal with the given mean and cv, cut off at 0; so the mean of the draws lies slightly above `mean`."""

    distribution: Literal["normal"] = "normal"
    peak_s: PositiveDuration = Field(alias="mean")
    cv: Cv | None = None
    sd_s: PositiveDuration | None = Field(alias="sd", default=None)

    @model_validator(mode="after")
    def _one_spread(self) -> Self:
        return _spread_once(self)

    @property
    def mean_s(self) -> float:
        cv = spread(self.cv, self.sd_s, self.peak_s)
        kept = float(scipy.special.ndtr(1 / cv))
        density = math.exp(-0.5 / cv**2) / math.sqrt(2 * math.pi)
        return self.peak_s * (1 + cv * density / kept)

    def quantile(self, u: float) -> float:
        cv = spread(self.cv, self.sd_s, self.peak_s)
        upper_tail = (1 - u) * scipy.special.ndtr(1 / cv)
        return max(0.0, self.peak_s * (1 - cv * float(scipy.special.ndtri(upper_tail))))


class LogNormal(Durations):
    """Skewed to the right, for manual work and repairs."""

    distribution: Literal["lognormal"] = "lognormal"
    mean_s: PositiveDuration = Field(alias="mean")  # pyright: ignore[reportIncompatibleMethodOverride]  # given
    cv: Cv | None = None
    sd_s: PositiveDuration | None = Field(alias="sd", default=None)

    @model_validator(mode="after")
    def _one_spread(self) -> Self:
        return _spread_once(self)

    def quantile(self, u: float) -> float:
        variance = math.log1p(spread(self.cv, self.sd_s, self.mean_s) ** 2)
        return self.mean_s * math.exp(math.sqrt(variance) * float(scipy.special.ndtri(u)) - variance / 2)


class Gamma(Durations):
    """Gamma with shape 1 / cv² and the given mean."""

    distribution: Literal["gamma"] = "gamma"
    mean_s: PositiveDuration = Field(alias="mean")  # pyright: ignore[reportIncompatibleMethodOverride]  # given
    cv: Cv | None = None
    sd_s: PositiveDuration | None = Field(alias="sd", default=None)

    @model_validator(mode="after")
    def _one_spread(self) -> Self:
        return _spread_once(self)

    def quantile(self, u: float) -> float:
        cv = spread(self.cv, self.sd_s, self.mean_s)
        return self.mean_s * cv**2 * float(scipy.special.gammaincinv(cv**-2, u))


class Erlang(Durations):
    """The sum of `stages` exponential times."""

    distribution: Literal["erlang"] = "erlang"
    mean_s: PositiveDuration = Field(alias="mean")  # pyright: ignore[reportIncompatibleMethodOverride]  # given
    stages: Positive

    def quantile(self, u: float) -> float:
        return self.mean_s / self.stages * float(scipy.special.gammaincinv(self.stages, u))


class Weibull(Durations):
    """For times to failure: below shape 1 new machines fail most, above it old ones do."""

    distribution: Literal["weibull"] = "weibull"
    shape: ShapeParameter
    given_mean_s: PositiveDuration | None = Field(alias="mean", default=None)
    given_scale_s: PositiveDuration | None = Field(alias="scale", default=None)  # 63 % of all draws are below it

    @model_validator(mode="after")
    def _one_scale(self) -> Self:
        if (self.given_mean_s is None) == (self.given_scale_s is None):
            raise refuse("one of mean and scale")
        if self.mean_s > DURATION.most:
            raise refuse(f"a mean of at most {DURATION.most:g} s; it is {self.mean_s:.3g} s with this shape and scale")
        return self

    @property
    def mean_s(self) -> float:
        return self._scale_s * math.gamma(1 + 1 / self.shape)

    @property
    def _scale_s(self) -> float:
        if self.given_scale_s is not None:
            return self.given_scale_s
        assert self.given_mean_s is not None
        return self.given_mean_s / math.gamma(1 + 1 / self.shape)

    def quantile(self, u: float) -> float:
        return self._scale_s * (-math.log1p(-u)) ** (1 / self.shape)


class Beta(Durations):
    """Between low and high, with two parameters of shape."""

    distribution: Literal["beta"] = "beta"
    low_s: Duration = Field(alias="low")
    high_s: Duration = Field(alias="high")
    alpha: ShapeParameter
    beta: ShapeParameter

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low_s >= self.high_s:
            raise refuse("low < high")
        return self

    @property
    def mean_s(self) -> float:
        return self.low_s + (self.high_s - self.low_s) * self.alpha / (self.alpha + self.beta)

    def quantile(self, u: float) -> float:
        return self.low_s + (self.high_s - self.low_s) * _beta_quantile(self.alpha, self.beta, u)

    @property
    def support_s(self) -> tuple[float, float]:
        return self.low_s, self.high_s


class Pert(Durations):
    """The beta distribution of three estimates (Malcolm et al. 1959): its mean is (low + 4 mode + high) / 6."""

    distribution: Literal["pert"] = "pert"
    low_s: Duration = Field(alias="low")
    mode_s: Duration = Field(alias="mode")
    high_s: Duration = Field(alias="high")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        return _with_mode(self)

    @property
    def mean_s(self) -> float:
        return (self.low_s + 4 * self.mode_s + self.high_s) / 6

    def quantile(self, u: float) -> float:
        span = self.high_s - self.low_s
        rise = (self.mode_s - self.low_s) / span
        return self.low_s + span * _beta_quantile(1 + 4 * rise, 5 - 4 * rise, u)

    @property
    def support_s(self) -> tuple[float, float]:
        return self.low_s, self.high_s


ThreePoints = TypeVar("ThreePoints", Triangular, Pert)
WithSpread = TypeVar("WithSpread", Normal, LogNormal, Gamma)


def _beta_quantile(alpha: float, beta: float, u: float) -> float:
    """Quantile on [0, 1]; SciPy has none for u much smaller than any draw."""
    return 0.0 if u < SMALLEST else float(scipy.special.betaincinv(alpha, beta, u))


def _with_mode(shape: ThreePoints) -> ThreePoints:
    if not shape.low_s <= shape.mode_s <= shape.high_s or shape.low_s == shape.high_s:
        raise refuse("low <= mode <= high and low < high")
    return shape


def _spread_once(shape: WithSpread) -> WithSpread:
    if (shape.cv is None) == (shape.sd_s is None):
        raise refuse("one of cv and sd")
    centre_s = shape.peak_s if isinstance(shape, Normal) else shape.mean_s
    if not LEAST_CV <= spread(shape.cv, shape.sd_s, centre_s) <= MOST_CV:
        raise refuse(f"an sd from {LEAST_CV:g} to {MOST_CV:g} times the mean")
    return shape


def _plain(distribution: type[Durations], key: str) -> BeforeValidator:
    def wrap(value: Any) -> Any:
        if isinstance(value, dict | Durations):
            return value
        return {Durations.tag: distribution.model_fields[Durations.tag].default, key: value}

    return BeforeValidator(wrap)


Distribution = Annotated[Durations, _plain(Constant, "value")]  # a plain duration is constant
LifeTime = Annotated[Durations, _plain(Exponential, "mean")]  # a plain duration is an exponential mean
