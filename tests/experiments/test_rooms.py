"""The rooms of experiments/ know each other one way, for types too, and what is registered exists."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import robocell.experiments
from robocell.experiments.design.answer_rules import AnswerRules
from robocell.experiments.design.executors import EXECUTORS
from robocell.experiments.design.questions import QUESTIONS, Until
from robocell.experiments.results.questions.ask import PROCEDURES

HOUSE = Path(robocell.experiments.__file__).parent
ROOMS = ("design", "execution", "results", "report", "command")  # each may import those before it
DRIVER = "runner"  # drives all rooms but the command, which calls it


def imported(file: Path) -> Iterator[tuple[str, ...]]:
    """The modules of experiments/ that a file imports, anywhere in it, as paths from there."""
    here = file.relative_to(HOUSE).parts[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and 0 < node.level <= len(here) + 1:
            base = (*here[: len(here) + 1 - node.level], *(node.module or "").split("."))
            yield from (tuple(part for part in (*base, alias.name) if part) for alias in node.names)


def test_every_room_imports_only_the_rooms_before_it():
    for number, room in enumerate(ROOMS):
        later = {*ROOMS[number + 1 :], *([DRIVER] if room != "command" else [])}
        for file in (HOUSE / room).rglob("*.py"):
            assert not [path for path in imported(file) if path[0] in later], file
    assert "command" not in {path[0] for path in imported(HOUSE / f"{DRIVER}.py")}


def test_every_question_is_registered_under_its_kind_and_has_a_procedure():
    assert {*QUESTIONS.values(), Until, AnswerRules} == set(PROCEDURES)
    for kind, question in QUESTIONS.items():
        assert kind in repr(question.model_fields["kind"].annotation)


def test_every_executor_is_where_the_table_says():
    for name, place in EXECUTORS.items():
        module, _, cls = place.partition(":")
        assert getattr(import_module(f"robocell.experiments.{module}"), cls).name == name
