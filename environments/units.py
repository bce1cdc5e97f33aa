"""Quantities as a user writes them (`45s`, `1.2m/s`, `60/h`), turned into floats of one unit each.

Seconds, metres, metres per second, events per second, joules, joules per metre, watts; shares are plain 0..1 or a
percentage. A number without a unit is refused: `45` could be seconds or minutes, and nobody would notice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

from .suggestions import nearest

_NUMBER_AND_UNIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(\D.*)?")


@dataclass(frozen=True)
class Quantity:
    """One kind of quantity: how it is written, and which unit its floats are in (the one of factor 1)."""

    noun: str  # with its article
    example: str
    units: Mapping[str, Fraction]
    positive: bool = False

    @property
    def base(self) -> str:
        return next(unit for unit, factor in self.units.items() if factor == 1)

    def parse(self, text: Any) -> float:
        """The number of base units that `text` says; ValueError with rule and cure when it says none."""
        units = ", ".join(self.units)
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            said = "nothing" if text is None else repr(text)
            raise ValueError(f"{said} is not {self.noun}; write it like {self.example} (units: {units})")
        found = _NUMBER_AND_UNIT.fullmatch(str(text).strip())
        if found is None:
            raise ValueError(f"{text!r} is not {self.noun}; write it like {self.example} (units: {units})")
        number, unit = found[1], (found[2] or "").strip()
        if not unit:
            raise ValueError(f"{text!r} has no unit; write {self.noun} like {self.example} (units: {units})")
        if unit not in self.units:
            hint = nearest(unit, self.units, cutoff=0.4)
            raise ValueError(
                f"{unit!r} in {text!r} is not a unit of {self.noun.partition(' ')[2]}; allowed: {units}{hint}"
            )
        exact = Fraction(number) * self.units[unit]
        if exact < 0 or (self.positive and exact == 0):
            rule = "greater than 0" if self.positive else "0 or more"
            raise ValueError(f"{text!r}: {self.noun} must be {rule}")
        try:
            return float(exact)
        except OverflowError:
            raise ValueError(f"{text!r} is too large") from None

    def write(self, value: float) -> str:
        """The text that `parse` turns into exactly this float."""
        return f"{value!r}{self.base}"


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

DURATION = Quantity("a duration", "45s", _exact(_SECONDS))
POSITIVE_DURATION = Quantity("a duration", "45s", _exact(_SECONDS), positive=True)
DISTANCE = Quantity("a distance", "1m", _exact(_METRES), positive=True)
SPEED = Quantity(
    "a speed",
    "1.2m/s",
    {
        **_per({"m": 1, "cm": Fraction(1, 100)}, {"s": 1}),
        "m/min": Fraction(1, 60),
        "km/h": Fraction(1000, 3600),
    },
    positive=True,
)
RATE = Quantity("a rate", "60/h", _per({"": 1}, {"s": 1, "min": 60, "h": 3600, "d": 86400}), positive=True)
ENERGY = Quantity("an energy", "1kWh", _exact(_JOULES), positive=True)
DRAIN = Quantity("an energy per distance", "30J/m", _per(_JOULES, {"m": 1, "km": 1000}))
POWER = Quantity("a power", "400W", _exact({"W": 1, "kW": 1000}))
POSITIVE_POWER = Quantity("a power", "400W", _exact({"W": 1, "kW": 1000}), positive=True)

MEMORY = Quantity("an amount of memory", "2GB", _exact({"B": 1, "MB": 10**6, "GB": 10**9}), positive=True)


def parse_share(text: Any) -> float:
    """A share between 0 and 1, written so or as a percentage; ValueError otherwise."""
    value = text
    if isinstance(text, str) and text.strip().endswith("%"):
        found = _NUMBER_AND_UNIT.fullmatch(text.strip())
        value = float(Fraction(found[1]) / 100) if found and found[2] == "%" else text
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{text!r} is not a share; write a number from 0 to 1, or a percentage such as 2%")
    if not 0 <= value <= 1:
        raise ValueError(f"{text!r} is outside 0 to 1 (0% to 100%)")
    return float(value)


def _validator(quantity: Quantity) -> BeforeValidator:
    return BeforeValidator(lambda text: _explained(quantity.parse, text))


def _explained(parse: Any, text: Any) -> float:
    try:
        return parse(text)
    except ValueError as error:
        raise PydanticCustomError("quantity", "{explanation}", {"explanation": str(error)}) from None


Duration = Annotated[float, _validator(DURATION), PlainSerializer(DURATION.write)]  # s, 0 or more
PositiveDuration = Annotated[float, _validator(POSITIVE_DURATION), PlainSerializer(DURATION.write)]  # s
Distance = Annotated[float, _validator(DISTANCE), PlainSerializer(DISTANCE.write)]  # m
Speed = Annotated[float, _validator(SPEED), PlainSerializer(SPEED.write)]  # m/s
Rate = Annotated[float, _validator(RATE), PlainSerializer(RATE.write)]  # 1/s
Energy = Annotated[float, _validator(ENERGY), PlainSerializer(ENERGY.write)]  # J
Drain = Annotated[float, _validator(DRAIN), PlainSerializer(DRAIN.write)]  # J/m
Power = Annotated[float, _validator(POWER), PlainSerializer(POWER.write)]  # W, 0 or more
PositivePower = Annotated[float, _validator(POSITIVE_POWER), PlainSerializer(POWER.write)]  # W
Memory = Annotated[float, _validator(MEMORY), PlainSerializer(MEMORY.write)]  # bytes
Share = Annotated[float, BeforeValidator(lambda text: _explained(parse_share, text))]  # 0..1
