"""Whether a run directory belongs to an experiment: a run must not replace the results of another experiment."""

from collections.abc import Mapping
from pathlib import Path

from ...agents.errors import RobocellError
from ..design.cases import Case
from ..design.experiment import Experiment
from ..design.trials import canonical
from .journal import Record
from .store import EXPERIMENT


def belong_together(directory: Path, experiment: Experiment, records: Mapping[str, Record]) -> bool:
    """Whether some trial of the experiment is in the directory, which may come from another version of robocell.

    Ids decide if robocell and the user's agent classes are the same; otherwise the scenario and the seed of a case do.
    """
    if not records or any(trial.id in records for trial in experiment.trials()):
        return True
    try:
        before = Experiment.load(directory / EXPERIMENT)
    except RobocellError:
        return False
    return not {_luck(case) for case in before.cases}.isdisjoint(_luck(case) for case in experiment.cases)


def _luck(case: Case) -> str:
    """The scenario of a case and the seeds of its replications, without the code that runs it."""
    dump = case.scenario.model_dump(mode="json", exclude={"seed": True, "layout": {"origin"}})
    return canonical([case.seed, dump])
