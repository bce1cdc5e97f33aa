"""No file of code is longer than 400 lines, no function longer than 60; compiled kernels may be longer."""

import ast
from pathlib import Path

from . import CODE, ROOT

MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 60


def files() -> list[Path]:
    return sorted(file for folder in CODE for file in (ROOT / folder).rglob("*.py"))


def is_kernel(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("njit" in ast.unparse(decorator) for decorator in function.decorator_list)


def test_no_file_is_too_long():
    long = {str(file.relative_to(ROOT)) for file in files() if len(file.read_text().splitlines()) > MOST_LINES}
    assert long == set()


def test_no_function_is_too_long():
    long = {
        f"{file.relative_to(ROOT)} {node.name}"
        for file in files()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_kernel(node)
        if (node.end_lineno or node.lineno) - node.lineno >= MOST_LINES_OF_A_FUNCTION
    }
    assert long == set()
