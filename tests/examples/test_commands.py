"""Every command that README, CONTRIBUTING and docs show exists, with all its options."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from robocell.experiments.command.cli import app

ROOT = Path(__file__).parents[2]
WRITTEN = (page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "reference")  # which is generated
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(WRITTEN)]
VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def shown(word: str) -> list[str]:
    """Commands in code spans and code blocks that begin with `word`, without comments and brackets."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        spans = re.findall(rf"`({word} [^`]*)`", text) + re.findall(rf"^(?:    )?({word} .*)$", text, re.MULTILINE)
        found += [span.split("   ")[0].split(" # ")[0].replace("[", "").replace("]", "") for span in spans]
    return sorted(set(found))


def test_the_pages_show_commands():
    assert len(shown("robocell")) > 20
    assert {"make run", "make test", "make lint"} <= set(shown("make"))


@pytest.mark.parametrize("command", shown("robocell"))
def test_a_shown_command_exists_with_its_options(command: str) -> None:
    verb, *words = shlex.split(command)[1:]
    verbs = VERBS
    if verb == "bench" and words[0] != "NAME":
        verbs = VERBS[verb].commands
        verb, *words = words
    assert verb in verbs
    options = {name for parameter in verbs[verb].params for name in (*parameter.opts, "--help")}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= options


@pytest.mark.parametrize("command", shown("make"))
def test_a_shown_target_exists(command: str) -> None:
    assert command.split()[1].rstrip(",.") in TARGETS
