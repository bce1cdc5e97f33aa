"""Shipped configs are found by name, files go before them, and a scenario shows itself in one line."""

import pytest
import yaml

from robocell.environments import Scenario
from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario.shipped import CONFIGS, shipped_names
from robocell.experiments import Experiment


@pytest.mark.parametrize("name", shipped_names())
def test_the_scenario_of_a_shipped_config_is_that_of_its_experiment_before_the_sweep(name):
    scenario = Scenario.load(name)
    assert scenario == Scenario.parse(dict(Experiment.load(name).scenario))
    assert scenario == Scenario.load(CONFIGS / f"{name}.yaml") == Scenario.load(f"{name}.yaml")


def test_a_file_takes_precedence_over_a_shipped_config_of_the_same_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = yaml.safe_load((CONFIGS / "phone_line.yaml").read_text()) | {"name": "own"}
    (tmp_path / "quickstart.yaml").write_text(yaml.safe_dump(own))
    assert Scenario.load("quickstart.yaml").name == "own"


def test_an_unknown_name_is_refused():
    with pytest.raises(ScenarioError, match="there is no such file"):
        Scenario.load("quickstrt")


def test_a_wrong_key_of_an_experiments_scenario_has_its_place(tmp_path):
    (tmp_path / "study.yaml").write_text("replications: 2\nscenario:\n  horizn: 1h\n")
    with pytest.raises(ScenarioError, match=r"study\.yaml:3:3: scenario\.horizn: unknown key"):
        Scenario.load(tmp_path / "study.yaml")


def test_a_scenario_shows_itself_in_one_line():
    assert repr(Scenario.load("phone_line")) == "<Scenario 'phone line', stations: 9, AGVs: 10, horizon: 4 h>"


def test_an_experiment_may_name_a_shipped_scenario(tmp_path):
    (tmp_path / "study.yaml").write_text("scenario: phone_line\nreplications: 2\n")
    assert dict(Experiment.load(tmp_path / "study.yaml").scenario) == dict(Experiment.load("phone_line").scenario)
