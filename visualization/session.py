"""The target of the server, read at its start so that bad input is refused before a browser opens."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from ..environments.config.errors import ScenarioError
from ..environments.scenario import Scenario
from ..environments.scenario.shipped import CONFIGS
from ..experiments.design.experiment import Experiment
from ..experiments.execution.store import EXPERIMENT, MODULES, RESULTS
from .own_code import use_own_code
from .recording import Recording, recordings_in

CASES = 20  # most cases of a sweep to offer
TARGET = "ROBOCELL_VIEW"  # environment variable: the target if our server has not set one


@dataclass
class Session:
    """The content of the viewer: either factories to run, by name, or recorded runs."""

    factories: dict[str, Scenario] = field(default_factory=dict)
    recordings: list[Recording] = field(default_factory=list)


def open_session(target: str | Path, *, trust: bool = False) -> Session:
    """Read a config (the shipped ones are offered beside it), a run directory, or a single log of one.

    Args:
        target: path or name of the target.
        trust: run agent modules that came with a run directory without asking.

    Raises:
        ScenarioError, ExperimentError: the target cannot be shown, or its code is not trusted.
    """
    path = Path(target)
    if (path.is_dir() and not _holds_only_a_config(path)) or path.suffix == ".npz":
        return Session(recordings=recordings_in(path, trust=trust))
    return Session(factories=_factories(target, trust=trust))


def _holds_only_a_config(folder: Path) -> bool:
    """Whether the folder is one written by `robocell new`, not a run yet."""
    return (folder / EXPERIMENT).exists() and not any((folder / made).exists() for made in (*RESULTS, MODULES))


def _factories(target: str | Path, *, trust: bool) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    experiment = Experiment.load(target)
    folder = Path(target) if Path(target).is_dir() else Path(target).parent
    use_own_code(experiment, folder if (folder / MODULES).is_dir() else None, trust=trust)
    found[experiment.name] = _base(experiment)
    for config in sorted(CONFIGS.glob("*.yaml")):
        try:
            shipped = Experiment.load(config)
        except ScenarioError:
            continue
        if shipped.name != experiment.name:
            found.setdefault(shipped.name, _base(shipped))
    if len(experiment.cases) > 1:
        found.update({f"{experiment.name}: {case.label}": case.scenario for case in experiment.cases[:CASES]})
    return found


def _base(experiment: Experiment) -> Scenario:
    """The scenario before the sweep; the first case if it is not valid alone."""
    try:
        return Scenario.parse(dict(experiment.scenario))
    except ScenarioError:
        return experiment.cases[0].scenario


_session: Session | None = None


def current() -> Session:
    """The session of this process."""
    global _session
    if _session is None:
        _session = open_session(os.environ.get(TARGET, "quickstart"))
    return _session


def use(session: Session) -> None:
    """Make it the session of this process."""
    global _session
    _session = session
