"""Modules that a user's agent module imports belong to it: they are kept with the run, and a change of them counts."""

from pathlib import Path

import pytest

from robocell.experiments.design.classes import UserModule, with_imports
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.runner import run

AGENTS = """
import math
from robocell import AGV
from my_prices import surcharge_s

class Mine(AGV):
    def bid(self, call):
        offer = super().bid(call)
        if hasattr(offer, "cost"):
            offer.cost += surcharge_s()
        return offer
"""
PRICES = """
import my_rates.usual

def surcharge_s():
    return my_rates.usual.RATE
"""
SETTINGS = {
    "fleet.agvs.class": "my_helped_agents:Mine",
    "horizon": "10min",
    "warm_up": "0s",
    "outputs.figures": False,
    "outputs.report": False,
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a user: agents that import prices, which import rates."""
    (tmp_path / "my_helped_agents.py").write_text(AGENTS)
    (tmp_path / "my_prices.py").write_text(
        "import my_rates.usual\n\ndef surcharge_s():\n    return my_rates.usual.RATE\n"
    )
    (tmp_path / "my_rates").mkdir()
    (tmp_path / "my_rates" / "__init__.py").write_text("")
    (tmp_path / "my_rates" / "usual.py").write_text("RATE = 0.0\n")
    (tmp_path / "unrelated.py").write_text("X = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(into: str) -> tuple[int, int]:
    outcome = run(Experiment.load("phone_line", SETTINGS), into, executor="processes", workers=1)
    assert outcome.failed == 0
    return outcome.ran, outcome.reused


def test_what_a_module_imports_is_found_through_other_modules_and_in_packages(home: Path) -> None:
    found = with_imports(UserModule("my_helped_agents", home / "my_helped_agents.py"), [home])
    assert [module.name for module in found] == ["my_helped_agents", "my_prices", "my_rates"]


def test_a_changed_helper_is_run_again_and_kept_with_the_run(home: Path) -> None:
    assert ran("out") == (1, 0)
    assert ran("out") == (0, 1)
    assert (home / "out" / "modules" / "my_rates" / "usual.py").is_file()
    (home / "unrelated.py").write_text("X = 2\n")
    assert ran("out") == (0, 1)
    (home / "my_rates" / "usual.py").write_text("RATE = 5.0\n")
    assert ran("out") == (1, 0)


def test_a_run_can_be_made_again_where_its_modules_are_not(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ran("out") == (1, 0)
    moved = home / "elsewhere"
    moved.mkdir()
    (home / "out").rename(moved / "out")
    monkeypatch.chdir(moved)
    outcome = run(Experiment.load(moved / "out"), moved / "again", executor="processes", workers=1)
    assert (outcome.ran, outcome.failed) == (1, 0)
