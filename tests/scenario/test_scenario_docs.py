"""docs/scenario.md has a row for every key of every section, with its default, and no row too many."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from robocell.agents.shop.queue_rules import QUEUE_RULES
from robocell.environments import scenario as models
from robocell.environments.config import distributions, units, yaml_text
from robocell.environments.config.section import Section
from robocell.environments.layout.blocks import Block
from robocell.environments.scenario import negotiation

TEXT = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
SECTIONS = {
    "Scenario": models.Scenario,
    "Layout": models.Floor,
    "Block": Block,
    "Grid": models.Grid,
    "Matrix": models.Matrix,
    "Station": models.StationSpec,
    "Setup": models.Setup,
    "Breakdown": models.Breakdown,
    "Storage": models.StorageSpec,
    "Robot": models.RobotSpec,
    "Fleet": models.FleetSpec,
    "AGVs": models.Agvs,
    "Battery": models.Battery,
    "Charger": models.ChargerSpec,
    "Shift": models.ShiftSpec,
    "Pause": models.Pause,
    "Product": models.Product,
    "Step": models.StepSpec,
    "Result": models.ResultSpec,
    "Order": models.OrderSpec,
    "Profile": models.ProfileSpec,
    "Negotiation": models.Negotiation,
    "What if": negotiation.WhatIf,
    "Mechanisms": models.Mechanisms,
    "Agent classes": models.AgentClasses,
    "Channel": models.ChannelSpec,
    "Partition": models.Partition,
    "Link": models.Link,
    "Record": models.Record,
}
BASES = {"s": units.DURATION, "m": units.DISTANCE, "m_per_s": units.SPEED, "w": units.POWER}


def chapter(title: str) -> str:
    return re.split(rf"^## {title}$", TEXT, flags=re.MULTILINE)[1].split("\n## ")[0]


def rows(title: str) -> dict[str, list[str]]:
    cells = (line.strip("| ").split(" | ") for line in chapter(title).splitlines() if line.startswith("| `"))
    return {row[0].strip("`"): row[1:] for row in cells if len(row) >= 3}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_has_its_row_and_every_row_its_key(title):
    assert list(rows(title)) == list(SECTIONS[title].keys())


@pytest.mark.parametrize("title", SECTIONS)
def test_defaults_are_those_of_the_code(title):
    table = rows(title)
    for name, info in SECTIONS[title].model_fields.items():
        said = table[info.alias or name][1]
        if info.is_required():
            assert said == "required", name
        elif isinstance(info.default, float) and info.alias:
            unit = BASES[name.removeprefix(f"{info.alias}_")]
            assert unit.parse(said.strip("`")) == info.default, name
        elif isinstance(info.default, bool):
            assert said == f"`{str(info.default).lower()}`", name
        elif isinstance(info.default, str | int | float):
            assert said == f"`{info.default}`", name
        else:
            assert info.default in (None, PydanticUndefined, ()) or isinstance(info.default, Section), name
            assert said, name


def test_every_kind_of_orders_is_listed_with_its_keys():
    table = chapter("Orders").split("All kinds take these keys")[0]
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, flags=re.MULTILINE))
    for model in models.ORDERS.values():
        keys = set(model.keys()) - {"kind", *models.OrderProcess.keys()}
        assert set(re.findall(r"`(\w+)`", listed.pop(model.model_fields["kind"].default))) == keys
    assert list(listed) == ["kind"], "only the head of the table is left"


def test_every_key_of_all_kinds_of_orders_is_listed():
    table = chapter("Orders").split("All kinds take these keys")[1]
    listed = re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
    assert listed == list(models.OrderProcess.keys())


def test_every_kind_of_transport_is_listed():
    assert re.findall(r"^\| `(\w+)` \|", chapter("Transport"), flags=re.MULTILINE) == ["kind", *models.TRANSPORTS]


def test_every_queue_rule_is_listed():
    assert re.findall(r"`(\w+)`", rows("Station")["queue"][0]) == list(QUEUE_RULES)


def test_every_distribution_is_listed_with_its_keys():
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", chapter("Distributions"), flags=re.MULTILINE))
    for name, model in distributions.DISTRIBUTIONS.items():
        assert re.findall(r"`(\w+)`", listed.pop(name)) == list(model.keys()[1:])
    assert list(listed) == ["distribution"], "only the head of the table is left"


def test_all_units_are_listed():
    for quantity in (units.DURATION, units.DISTANCE, units.SPEED, units.RATE, units.ENERGY, units.POWER):
        assert f"| {', '.join(quantity.units)} |" in TEXT, quantity.noun


def test_the_bounds_of_quantities_are_those_of_the_code():
    said = {row[2]: row for row in (line.strip("| ").split(" | ") for line in chapter("Units").splitlines()) if row[3:]}
    for quantity in (
        units.POSITIVE_DURATION,
        units.DISTANCE,
        units.SPEED,
        units.RATE,
        units.ENERGY,
        units.POSITIVE_POWER,
    ):
        row = said[", ".join(quantity.units)]
        assert f"{quantity.least:g}{quantity.base}" in row[4].split()
        assert row[5] == f"{quantity.most:g}{quantity.base}"


def test_the_limits_of_a_config_are_those_of_the_code():
    values = yaml_text.LONGEST // yaml_text.VALUE
    assert f"at most {yaml_text.LONGEST} characters, {values} values and {yaml_text.DEEPEST} levels" in TEXT


def test_the_example_message_is_what_robocell_says():
    assert "'sec' in '27sec' is not a unit of duration" in TEXT
    with pytest.raises(ValueError, match="'sec' in '27sec' is not a unit of duration; allowed: ms, s, min, h, d;"):
        units.DURATION.parse("27sec")
