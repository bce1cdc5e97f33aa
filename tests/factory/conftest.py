"""Small factories that tests grow on."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from robocell.environments import Factory, Scenario
from robocell.testing import CELL, TABLE


@pytest.fixture
def cell() -> dict[str, Any]:
    """A cell of four stations, two of them tended by one arm, with batteries and a charger."""
    return copy.deepcopy(CELL)


@pytest.fixture
def table() -> dict[str, Any]:
    """A cell without a floor: travel times from a table, two mills and a drill, a shelf, vehicles for two parts."""
    return copy.deepcopy(TABLE)


def run(data: dict[str, Any], **options: Any) -> Factory:
    """A factory that has run to its end."""
    factory = Factory(Scenario.parse(data), **options)
    factory.run()
    return factory
