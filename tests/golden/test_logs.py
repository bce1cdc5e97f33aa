"""What happens in many kinds of factories is what happened when the file beside this one was written."""

import json
from pathlib import Path

import pytest

from .logs import ran, scenarios

EXPECTED = json.loads(Path(__file__).with_name("logs.json").read_text(encoding="utf-8"))
SCENARIOS = scenarios()


def test_every_run_has_an_expected_log() -> None:
    assert SCENARIOS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_log_is_the_expected_one(name: str) -> None:
    assert ran(SCENARIOS[name]) == EXPECTED[name]
