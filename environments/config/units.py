"""Quantities as written by a user (`45s`, `1.2m/s`, `60/h`), converted to floats of one unit each.

Seconds, metres, metres per second, events per second, joules, joules per metre, watts; shares are plain 0..1 or a
percentage. A number without a unit is refused: `45` could be seconds or minutes, and the error would go unnoticed. A
number outside the bounds of its quantity is refused too: the bounds lie far beyond any factory, and well within what
floats can add and compare.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from .quoting import quoted
from .suggestions import nearest

NUMBER_AND_UNIT = re.compile(r"([+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,3})?)\s*(\D.*)?")
_COMMA = re.compile(r"\s*[+-]?\d*,\d+")


@dataclass(frozen=True)
class Quantity:
    """One kind of quantity: its notation and the unit of its floats (the one of factor 1)."""

    noun: str  # with its article
    example: str
    units: Mapping[str, Fraction]
    most: float  # in the base unit, like `least`
    least: float = 0.0  # if above 0, zero is refused too

    @cached_property
    def base(self) -> str:
        return next(unit for unit, factor in self.units.items() if factor == 1)

    def parse(self, text: Any) -> float:
        """The value of `text` in base units; ValueError with rule and cure if it is invalid."""
        units = ", ".join(self.units)
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            raise ValueError(f"{quoted(text)} is not {self.noun}; write it like {self.example} (units: {units})")
        found = NUMBER_AND_UNIT.fullmatch(text.strip() if isinstance(text, str) else quoted(text))
        if isinstance(text, str) and _COMMA.match(text):
            raise ValueError(f"{quoted(text)} is not {self.noun}; write a decimal point, not a comma (units: {units})")
        if found is None:
            raise ValueError(f"{quoted(text)} is not {self.noun}; write it like {self.example} (units: {units})")
        number, unit = found[1], (found[2] or "").strip()
        if not unit:
            raise ValueError(f"{quoted(text)} has no unit; write {self.noun} like {self.example} (units: {units})")
        if unit not in self.units:
            hint = nearest(unit, self.units, cutoff=0.4)
            noun = self.noun.partition(" ")[2]
            raise ValueError(f"{quoted(unit)} in {quoted(text)} is not a unit of {noun}; allowed: {units}{hint}")
        value = _float(Fraction(number) * self.units[unit])
        rule = None
        if value < 0 or (self.least and value == 0):
            rule = "greater than 0" if self.least else "0 or more"
        elif value < self.least:
            rule = f"at least {self.least:g}{self.base}"
        elif value > self.most:
            rule = f"at most {self.most:g}{self.base}"
        if rule is not None:
            raise ValueError(f"{quoted(text)}: {self.noun} must be {rule}")
        return value

    def write(self, value: float) -> str:
        """The text that `parse` turns into exactly this float."""
        return f"{value!r}{self.base}"


def _float(exact: Fraction) -> float:
    """The nearest float; inf or -inf if out of range."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def _per(amounts: Mapping[str, int | Fraction], times: Mapping[str, int | Fraction]) -> dict[str, Fraction]:
    return {
        f"{amount}/{time}": Fraction(many) / Fraction(long)
        for amount, many in amounts.items()
        for time, long in times.items()
    }


def _exact(units: Mapping[str, int | Fraction]) -> dict[str, Fraction]:
    return {unit: Fraction(factor) for unit, factor in units.items()}


_SECONDS = {"ms": Fraction(1, 1000), "s": 1, "min": 60, "h": 3600, "d": 86400}
_METRES = {"mm": Fraction(1, 1000), "cm": Fraction(1, 100), "m": 1, "km": 1000}
_JOULES = {"J": 1, "kJ": 1000, "Wh": 3600, "kWh": 3_600_000}

DURATION = Quantity("a duration", "45s", _exact(_SECONDS), most=1e9)
POSITIVE_DURATION = Quantity("a duration", "45s", _exact(_SECONDS), most=1e9, least=1e-6)
DISTANCE = Quantity("a distance", "1m", _exact(_METRES), most=1e6, least=1e-3)
SPEED = Quantity(
    "a speed",
    "1.2m/s",
    {
        **_per({"m": 1, "cm": Fraction(1, 100)}, {"s": 1}),
        "m/min": Fraction(1, 60),
        "km/h": Fraction(1000, 3600),
    },
    most=1e4,
    least=1e-6,
)
RATE = Quantity("a rate", "60/h", _per({"": 1}, {"s": 1, "min": 60, "h": 3600, "d": 86400}), most=1e6, least=1e-9)
ENERGY = Quantity("an energy", "1kWh", _exact(_JOULES), most=1e12, least=1e-3)
DRAIN = Quantity("an energy per distance", "30J/m", _per(_JOULES, {"m": 1, "km": 1000}), most=1e9)
POWER = Quantity("a power", "400W", _exact({"W": 1, "kW": 1000}), most=1e9)
POSITIVE_POWER = Quantity("a power", "400W", _exact({"W": 1, "kW": 1000}), most=1e9, least=1e-3)

MEMORY = Quantity("an amount of memory", "2GB", _exact({"B": 1, "MB": 10**6, "GB": 10**9}), most=1e15, least=1.0)


def parse_share(text: Any) -> float:
    """A share between 0 and 1, written as a number or a percentage; ValueError otherwise."""
    value = text
    if isinstance(text, str) and text.strip().endswith("%"):
        found = NUMBER_AND_UNIT.fullmatch(text.strip())
        value = Fraction(found[1]) / 100 if found and found[2] == "%" else text
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise ValueError(f"{quoted(text)} is not a share; write a number from 0 to 1, or a percentage such as 2%")
    if not 0 <= value <= 1:
        raise ValueError(f"{quoted(text)} is outside 0 to 1 (0% to 100%)")
    return float(value)


def _of(quantity: Quantity) -> tuple[Any, ...]:
    """The annotations for a float field of this quantity; its bounds are repeated for readers of the types."""
    return (
        Field(ge=quantity.least, le=quantity.most, allow_inf_nan=False),
        BeforeValidator(lambda text: _explained(quantity.parse, text)),
        PlainSerializer(quantity.write),
    )


def _explained(parse: Any, text: Any) -> float:
    try:
        return parse(text)
    except ValueError as error:
        raise PydanticCustomError("quantity", "{explanation}", {"explanation": str(error)}) from None


Duration = Annotated[float, *_of(DURATION)]  # s, 0 or more
PositiveDuration = Annotated[float, *_of(POSITIVE_DURATION)]  # s
Distance = Annotated[float, *_of(DISTANCE)]  # m
Speed = Annotated[float, *_of(SPEED)]  # m/s
Rate = Annotated[float, *_of(RATE)]  # 1/s
Energy = Annotated[float, *_of(ENERGY)]  # J
Drain = Annotated[float, *_of(DRAIN)]  # J/m
Power = Annotated[float, *_of(POWER)]  # W, 0 or more
PositivePower = Annotated[float, *_of(POSITIVE_POWER)]  # W
Memory = Annotated[float, *_of(MEMORY)]  # bytes
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(lambda text: _explained(parse_share, text))]  # 0..1
