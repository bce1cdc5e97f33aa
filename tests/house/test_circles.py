"""Modules know each other one way: no circle of imports, those for types included, has more than ten of them."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from . import ROOT

MOST_MODULES = 10
FOLDERS = ("agents", "environments", "experiments", "drawing", "visualization", "testing")

Module = tuple[str, ...]


def name_of(file: Path) -> Module:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imported(file: Path, modules: dict[Module, Path]) -> Iterator[Module]:
    """The modules of the project that a file imports, anywhere in it."""
    package = file.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*package[: len(package) + 1 - node.level], *((node.module or "").split(".") if node.module else ()))
            for alias in node.names:
                yield (*base, alias.name) if (*base, alias.name) in modules else base


@functools.cache
def circles() -> list[set[Module]]:
    """Sets of modules each of which imports all others of its set, over any number of steps."""
    modules = {name_of(file): file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))}
    rows = {module: row for row, module in enumerate(modules)}
    links = [(rows[name], rows[other]) for name, file in modules.items() for other in imported(file, modules)]
    start, end = np.array(links).T
    graph = csr_array((np.ones(len(links)), (start, end)), shape=(len(rows), len(rows)))
    number, circle_of = connected_components(graph, directed=True, connection="strong")
    return [{module for module in modules if circle_of[rows[module]] == circle} for circle in range(number)]


def test_no_circle_has_more_than_ten_modules():
    found = {len(circle): sorted(".".join(module) for module in circle) for circle in circles()}
    assert 1 < max(found) <= MOST_MODULES, found[max(found)]


def test_no_circle_goes_from_one_folder_to_another():
    assert [circle for circle in circles() if len({module[0] for module in circle}) > 1] == []
