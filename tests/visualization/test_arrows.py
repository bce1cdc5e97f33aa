"""`drawing/` serves the viewer and reports, and knows neither; experiments open the viewer only by a command."""

import ast
from collections.abc import Iterator
from pathlib import Path

import robocell
import robocell.drawing
import robocell.experiments

DRAWING = Path(robocell.drawing.__file__).parent
ROOT = Path(robocell.__file__).parent
EXPERIMENTS = Path(robocell.experiments.__file__).parent
OPENED_LATE = ("visualization.server", "visualization.export")  # by the command `view`, when it is given


def imported(file: Path, house: Path) -> Iterator[str]:
    """The modules of robocell outside `house` that a file in it imports, anywhere in it."""
    own = ".".join(house.relative_to(ROOT).parts)
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = file.parents[node.level - 1].relative_to(ROOT).parts
            for name in [node.module] if node.module else [alias.name for alias in node.names]:
                path = ".".join((*base, name))
                if not f"{path}.".startswith(f"{own}."):
                    yield path


def test_the_drawing_knows_neither_the_viewer_nor_experiments() -> None:
    for file in DRAWING.rglob("*.py"):
        known = {path.split(".")[0] for path in imported(file, DRAWING)}
        assert known <= {"agents", "environments"}, file


def test_experiments_know_of_the_viewer_only_how_to_open_it() -> None:
    for file in EXPERIMENTS.rglob("*.py"):
        for path in imported(file, EXPERIMENTS):
            if path.startswith("visualization"):
                assert file.is_relative_to(EXPERIMENTS / "command"), (file, path)
                assert path in OPENED_LATE, (file, path)
