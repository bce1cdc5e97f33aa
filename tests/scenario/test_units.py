"""A quantity says its unit, and means exactly what it says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from robocell.environments.config import units

ALL = [quantity for quantity in vars(units).values() if isinstance(quantity, units.Quantity)]


@pytest.mark.parametrize(
    ("quantity", "text", "value"),
    [
        (units.DURATION, "45s", 45.0),
        (units.DURATION, "1.5min", 90.0),
        (units.DURATION, "8h", 28_800.0),
        (units.DURATION, "2d", 172_800.0),
        (units.DURATION, "250ms", 0.25),
        (units.DURATION, " 8 h ", 28_800.0),
        (units.DURATION, "1e3s", 1000.0),
        (units.DURATION, ".5s", 0.5),
        (units.DISTANCE, "1m", 1.0),
        (units.DISTANCE, "7cm", 0.07),
        (units.SPEED, "1.2m/s", 1.2),
        (units.SPEED, "3.6km/h", 1.0),
        (units.RATE, "60/h", 1 / 60),
        (units.RATE, "1/min", 1 / 60),
        (units.ENERGY, "1kWh", 3.6e6),
        (units.ENERGY, "30J", 30.0),
        (units.DRAIN, "30J/m", 30.0),
        (units.DRAIN, "1Wh/km", 3.6),
        (units.POWER, "0.4kW", 400.0),
    ],
)
def test_units_are_turned_into_base_units(quantity, text, value):
    assert quantity.parse(text) == value


@pytest.mark.parametrize("quantity", ALL, ids=lambda quantity: quantity.noun)
def test_every_quantity_reads_its_own_example_and_has_a_base(quantity):
    assert quantity.parse(quantity.example) > 0
    assert quantity.units[quantity.base] == 1


@pytest.mark.parametrize("quantity", ALL, ids=lambda quantity: quantity.noun)
@given(data=st.data())
def test_a_written_value_is_read_back_exactly(quantity, data):
    value = data.draw(st.floats(min_value=quantity.least, max_value=quantity.most))
    assert quantity.parse(quantity.write(value)) == value


@given(number=st.decimals(min_value=0, max_value=10**4, places=3), unit=st.sampled_from(["ms", "s", "min", "h", "d"]))
def test_durations_are_the_nearest_float_of_the_exact_product(number, unit):
    exact = number.as_integer_ratio()
    factor = units.DURATION.units[unit]
    assert units.DURATION.parse(f"{number}{unit}") == (exact[0] * factor.numerator) / (exact[1] * factor.denominator)


@pytest.mark.parametrize(
    "wrong", [45, 45.0, "45", True, None, ["45s"], "s", "1:30", "4 5s", "nans", "infs", "--4s", ""]
)
def test_a_bare_number_is_not_a_duration(wrong):
    with pytest.raises(ValueError, match=r"units: ms, s, min, h, d|allowed: ms, s, min, h, d"):
        units.DURATION.parse(wrong)


@pytest.mark.parametrize("quantity", ALL, ids=lambda quantity: quantity.noun)
def test_a_value_out_of_bounds_is_refused_with_the_bound(quantity):
    beyond = {quantity.most * 1.001: f"must be at most {quantity.most:g}{quantity.base}"}
    if quantity.least:
        beyond[quantity.least * 0.999] = f"must be at least {quantity.least:g}{quantity.base}"
    for number, rule in beyond.items():
        with pytest.raises(ValueError, match=re.escape(rule)):
            quantity.parse(quantity.write(number))
    for number in (quantity.least, quantity.most):
        assert quantity.parse(quantity.write(number)) == number
    for number in ("1e999", "9" * 399, "1e-999"):
        if quantity.least or number != "1e-999":
            with pytest.raises(ValueError, match="must be"):
                quantity.parse(f"{number}{quantity.base}")


@pytest.mark.parametrize("text", ["9" * 5000 + "s", "9" * 5000, 10**5000, 1e300], ids=["unit", "text", "int", "float"])
def test_a_number_of_any_length_is_refused_in_one_short_line(text):
    with pytest.raises(ValueError, match="a duration") as refused:
        units.DURATION.parse(text)
    assert len(str(refused.value)) < 200


def test_a_decimal_comma_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="write a decimal point, not a comma"):
        units.DURATION.parse("1,5min")


@pytest.mark.parametrize(
    ("text", "value"), [(0, 0.0), (0.25, 0.25), (1, 1.0), ("2%", 0.02), ("100%", 1.0), (" 5 %", 0.05)]
)
def test_shares_are_fractions_or_percentages(text, value):
    assert units.parse_share(text) == value


@pytest.mark.parametrize("wrong", ["0.2", "x%", "%", True, None])
def test_other_values_are_not_shares(wrong):
    with pytest.raises(ValueError, match="is not a share; write a number from 0 to 1"):
        units.parse_share(wrong)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, "101%", "-1%", "1e999%", float("nan")])
def test_shares_lie_between_0_and_1(wrong):
    with pytest.raises(ValueError, match="outside 0 to 1"):
        units.parse_share(wrong)


def test_a_model_writes_its_quantities_with_units():
    class Shift(BaseModel):
        length: units.Duration
        pace: units.Rate

    shift = Shift.model_validate({"length": "8h", "pace": "1/s"})
    assert shift.length == 28_800
    assert shift.model_dump() == {"length": "28800.0s", "pace": "1.0/s"}
