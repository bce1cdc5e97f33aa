"""A recorded run: its log, its scenario, and the cells of its vehicles at every tick."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..environments.config.errors import ScenarioError
from ..environments.log import EventLog
from ..experiments.design.experiment import Experiment
from ..experiments.execution.rerun import rerun
from ..experiments.execution.store import EXPERIMENT, LOGS, mended_by_a_run
from ..experiments.results.kept_logs import read_log_file
from .own_code import use_own_code

if TYPE_CHECKING:
    from pathlib import Path

    from ..environments.scenario import Scenario
    from ..experiments.design.trials import Trial


@dataclass(frozen=True)
class Recording:
    """One kept log of a run directory; read when it is shown.

    Attributes:
        label: the case and the seed.
    """

    label: str
    scenario: Scenario
    path: Path
    seed: int

    @property
    def made_again(self) -> bool:
        """Whether positions were not recorded, so that the run is repeated when it is shown."""
        return self._on_floor and not self.scenario.record.trace

    @property
    def _on_floor(self) -> bool:
        return self.scenario.transport.on_floor and self.scenario.agv_count > 0

    @cached_property
    def log(self) -> EventLog:
        """The log with the cells of all vehicles; if they were not recorded, the run is repeated.

        Raises:
            ExperimentError: the log is gone or damaged.
            ScenarioError: the repeated run differs from the recorded one.
        """
        remedy = f"show another run, or {mended_by_a_run(self.path.parent.parent)}"
        log = read_log_file(self.path, remedy=remedy)
        if len(log.trace_ticks) or not self._on_floor:
            return log
        return _again(self.scenario, log, self.path)


def _again(scenario: Scenario, log: EventLog, path: Path) -> EventLog:
    again = rerun(scenario, seed=log.seed, trace=True)
    if (again.events.tobytes(), again.messages.tobytes()) != (log.events.tobytes(), log.messages.tobytes()):
        raise ScenarioError(
            f"{path}: has no positions of vehicles, and running it again gave another run (another version of "
            "robocell, or of an agent class, made it); record positions with record: {trace: true}"
        )
    return again


def recordings_in(path: Path, *, trust: bool = False) -> list[Recording]:
    """The recorded runs of a run directory, or of one log in it, in the order of the sweep.

    Args:
        path: of the directory, or of the log.
        trust: run agent modules that came with runs to be repeated without asking.

    Raises:
        ScenarioError: no run or no log exists, or code that came with the run is needed and not trusted.
    """
    single = path if path.suffix == ".npz" else None
    if single is not None and not single.is_file():
        raise ScenarioError(f"{path}: there is no such log; give the folder of the run, or one of its logs")
    folder = path.parent.parent if single is not None else path
    description = folder / EXPERIMENT
    if not description.exists():
        raise ScenarioError(
            f"{path}: holds no run ({EXPERIMENT} is missing); give a folder that `robocell run` has made"
        )
    experiment = Experiment.load(description)
    many = len(experiment.cases) > 1
    found = []
    for trial in sorted(experiment.trials(), key=lambda trial: (trial.case, trial.replication)):
        log = folder / LOGS / f"{trial.id}.npz"
        if log.exists() and (single is None or log.samefile(single)):
            case = experiment.cases[trial.case].label if many else experiment.name
            found.append(_recording(trial, f"{case} · run {trial.replication + 1}", log))
    if not found:
        raise ScenarioError(
            f"{path}: no event log was kept that belongs to this experiment and version; "
            "run it with outputs: {logs: all}"
        )
    if any(recording.made_again for recording in found):
        use_own_code(experiment, folder, trust=trust)
    return found


def _recording(trial: Trial, label: str, log: Path) -> Recording:
    return Recording(label, trial.scenario, log, trial.seed)
