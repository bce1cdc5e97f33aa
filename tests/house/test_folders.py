"""The docstring of a folder that lists its modules lists each of them once, and no others."""

import ast
import re

import pytest

from . import CODE, ROOT

LISTED = {
    init.parent: doc
    for room in CODE
    for init in sorted((ROOT / room).rglob("__init__.py"))
    if "| module | holds |" in (doc := ast.get_docstring(ast.parse(init.read_text())) or "")
}


@pytest.mark.parametrize("folder", LISTED, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_the_table_of_a_folder_lists_each_of_its_modules(folder):
    rows = [row.split("|")[1] for row in LISTED[folder].splitlines() if row.startswith("| `")]
    named = [name.rstrip("/") for row in rows for name in re.findall(r"`([\w/]+)`", row)]
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    folders = {init.parent.name for init in folder.glob("*/__init__.py")}
    assert sorted(named) == sorted(modules | folders)


def test_there_are_tables():
    assert len(LISTED) > 8
