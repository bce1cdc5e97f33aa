"""Packages that some questions need; the extra `questions` installs them."""

from importlib import import_module
from typing import Any

from ...errors import ExperimentError
from .base import Stopping


def require_package(question: Stopping | None) -> None:
    """Raises ExperimentError, with the remedy, where the package that a question needs is not installed."""
    if question is not None and question.package:
        part_of(question.package)


def part_of(package: str, module: str = "") -> Any:
    """A package, or a module of it; raises as `require_package` does."""
    try:
        found = import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ExperimentError(
            f"question: needs {package}, which is not installed; install it with: pip install 'robocell[questions]'"
        ) from None
    return import_module(f"{package}.{module}") if module else found
