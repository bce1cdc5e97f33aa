"""What happens in many kinds of factories is what happened when the file beside this one was written."""

import json
from pathlib import Path

import pytest

from .logs import ran, scenarios

EXPECTED = json.loads(Path(__file__).with_name("logs.json").read_text(encoding="utf-8"))
SCENARIOS = scenarios()


def test_every_run_is_known() -> None:
    assert SCENARIOS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_happens_as_before(name: str) -> None:
    assert ran(SCENARIOS[name]) == EXPECTED[name]
