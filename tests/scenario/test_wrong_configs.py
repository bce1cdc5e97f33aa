"""Whoever gets a config wrong is told file, line, column, key, what is wrong and what is allowed: word for word."""

from pathlib import Path

import pytest
import yaml

from robocell.agents.mechanisms import MECHANISMS
from robocell.environments.config.documents import Document
from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario import Scenario

HERE = Path(__file__).parent
BASE = (HERE / "base.yaml").read_text(encoding="utf-8")
CASES = yaml.safe_load((HERE / "wrong_configs.yaml").read_text(encoding="utf-8"))


def load(text: str) -> Scenario:
    document = Document.from_text(text, name="wrong.yaml", folder=HERE / "files")
    return Scenario.parse(document.data, source=document)


def test_the_base_of_all_cases_is_valid():
    assert load(BASE).name == "small"


def test_there_are_enough_cases_and_no_case_twice():
    names = [case["case"] for case in CASES]
    changes = [(case["change"], case["to"]) for case in CASES]
    assert len(names) >= 45
    assert len(set(names)) == len(names)
    assert len(set(changes)) == len(changes)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_wrong_config_gets_exactly_this_message(case):
    assert BASE.count(case["change"]) == 1, "the change must hit one place of base.yaml"
    with pytest.raises(ScenarioError) as caught:
        load(BASE.replace(case["change"], case["to"]))
    assert str(caught.value) == case["says"].replace("{mechanisms}", ", ".join(MECHANISMS))
