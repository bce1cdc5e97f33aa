"""What is on disk is in the wheel."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOP = ("agents", "environments", "experiments", "visualization")


def test_every_package_on_disk_is_declared_and_the_other_way_round() -> None:
    declared = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    on_disk = {
        ".".join(("robocell", *init.parent.relative_to(ROOT).parts))
        for top in TOP
        for init in (ROOT / top).rglob("__init__.py")
    }
    assert declared == on_disk


def test_every_top_package_says_that_it_is_typed() -> None:
    assert all((ROOT / top / "py.typed").is_file() for top in TOP)
