"""The generated reference leaves nothing out, and links between pages lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main

from robocell.environments.scenario import Scenario
from robocell.experiments.command.cli import app
from robocell.experiments.design.config import ExperimentConfig

DOCS = Path(__file__).parents[2] / "docs"
WRITTEN = sorted(page for page in DOCS.rglob("*.md") if page.parent.name != "reference")
GENERATED = {"reference/api.md", "reference/command_line.md", "reference/keys.md"}


def load_generator() -> Any:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


def test_every_public_name_is_in_the_api_reference_with_its_docstring():
    page = GENERATOR.api()
    for package in GENERATOR.PACKAGES:
        module = import_module(f"robocell.{package}")
        for name in module.__all__:
            assert f"### {name}\n" in page
            thing = getattr(module, name)
            if isinstance(thing, type):
                assert (thing.__doc__ or "").strip().splitlines()[0] in page, name


def test_every_verb_and_option_is_in_the_reference_of_the_command_line():
    page = GENERATOR.command_line()
    commands: Any = typer.main.get_command(app)
    for name, verb in commands.commands.items():
        assert f"## robocell {name}\n" in page
        for parameter in getattr(verb, "params", []):
            if parameter.param_type_name == "option":
                assert all(f"`{option}`" in page for option in parameter.opts)


@pytest.mark.parametrize("model", [Scenario, ExperimentConfig])
def test_every_key_is_in_the_list_of_keys(model):
    page = GENERATOR.keys()
    assert all(f"| `{key}` |" in page for key in set(model.keys()))
    assert {"| `fleet.agvs.battery.capacity` |", "| `orders.rate` |", "| `transport.travel` |"} <= set(
        re.findall(r"^\| `[^`]+` \|", page, re.MULTILINE)
    )


def test_a_written_page_is_in_the_table_of_contents_and_the_other_way_round():
    listed = set(re.findall(r"^[\w/]+$", (DOCS / "index.md").read_text(), re.MULTILINE))
    pages = {str(page.relative_to(DOCS).with_suffix("")) for page in WRITTEN} - {"index"}
    assert listed == pages | {page.removesuffix(".md") for page in GENERATED}


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_of_a_page_lead_somewhere(page):
    for link in re.findall(r"\]\((?!http)([^)#\s]+)", page.read_text(encoding="utf-8")):
        target = (page.parent / link).resolve()
        assert target.exists() or str(target.relative_to(DOCS)) in GENERATED, link


def test_the_glossary_names_places_that_exist():
    text = (DOCS / "glossary.md").read_text()
    for place in re.findall(r"`((?:agents|environments|experiments)/[\w/.]+)`", text):
        assert (DOCS.parent / place).exists(), place
