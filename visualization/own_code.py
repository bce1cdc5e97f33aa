"""Agent modules of the user: found as by `robocell run`, and run only with the user's consent.

A config is the user's own. A run directory may come from elsewhere and contains its own modules: opening it means
viewing it and must not run code.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..environments.config.errors import ScenarioError
from ..environments.scenario.own_classes import import_class
from ..experiments.design.classes import make_importable, named_classes

if TYPE_CHECKING:
    from pathlib import Path

    from ..experiments.design.experiment import Experiment


def use_own_code(experiment: Experiment, run_folder: Path | None, *, trust: bool) -> None:
    """Make the agent modules of an experiment importable, and import those that it names.

    Args:
        experiment: the experiment whose classes are needed.
        run_folder: the run directory that it was read from; None for a config of the user.
        trust: run the modules of the run directory without asking.

    Raises:
        ScenarioError: the code came with the run directory and is not trusted, or cannot be imported.
    """
    if not experiment.modules:
        return
    brought = [
        module.path
        for module in experiment.modules
        if run_folder is not None and module.path.resolve().is_relative_to(run_folder.resolve())
    ]
    if brought and not trust and not _agreed(brought):
        raise ScenarioError(
            f"{run_folder}: to show it, code that came with it has to run ({', '.join(map(str, brought))}); read it, "
            "and if you trust it, add --trust"
        )
    make_importable(experiment.search_path)
    for case in experiment.cases:
        for _, path in named_classes(case.scenario.model_dump(mode="json", by_alias=True)):
            import_class(path)


def _agreed(files: list[Path]) -> bool:
    """Ask on the terminal; without a terminal the answer is no."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print("robocell: to show this run, code that came with it has to run on this machine:")
    for file in files:
        print(f"  {file}")
    return input("Run it? [y/N] ").strip().lower() in ("y", "yes")
