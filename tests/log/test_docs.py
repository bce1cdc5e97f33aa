"""docs/kpis.md defines every key, every event, every state and every rule that there is."""

import re
from pathlib import Path

import pytest

from robocell.agents.events import Event, RobotState, StationState, VehicleState
from robocell.environments import Scenario
from robocell.environments.checks import RULES
from robocell.environments.kpis import kpi_names, measure
from robocell.testing import CELL

TEXT = (Path(__file__).parents[2] / "docs" / "kpis.md").read_text()


def keys(story):
    """The KPIs of the story, and those of a factory with several streams of orders."""
    streams = {"orders": [{"name": name, "kind": "conwip", "wip": 1} for name in ("usual", "rush")]}
    names = [*measure(story.end(200.0), story.scenario), *kpi_names(Scenario.parse(CELL | streams))]
    return {re.sub(r"^(station|orders)\.[^.]+\.", r"\1.<name>.", name) for name in names}


def test_every_kpi_is_defined(story):
    patterns = keys(story)
    assert {pattern for pattern in patterns if f"`{pattern}`" not in TEXT} == set()


def test_every_kpi_that_is_defined_exists(story):
    patterns = keys(story) | {"station.<name>.<state>"}
    section = TEXT[TEXT.index("## KPIs") : TEXT.index("### Series")]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    defined = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert defined - patterns == set()


@pytest.mark.parametrize("members", [Event, StationState, VehicleState, RobotState])
def test_every_event_and_state_is_listed(members):
    assert {member.name for member in members if not re.search(rf"\b{member.name}\b", TEXT)} == set()


def test_events_are_listed_in_the_order_of_their_codes():
    section = TEXT[TEXT.index("### Events") : TEXT.index("## KPIs")]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert [name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)] == [event.name for event in Event]


def test_every_rule_is_listed_as_it_is():
    assert {rule for rule, text in RULES.items() if f"| `{rule}` | {text} |" not in TEXT} == set()
