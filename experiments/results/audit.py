"""Checks the event logs that a run has kept: `robocell check`."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ExperimentError
from .kept_logs import changed, kept_logs, read_log, unchanged
from .tables import Results, load

if TYPE_CHECKING:
    from ...environments.checks import Violation


def audit(directory: Path) -> "dict[str, list[Violation]]":
    """Broken rules by trial id, for every kept log.

    ExperimentError where none was kept, one cannot be read, or one that breaks no rule is not what the run wrote.
    """
    results = load(directory)
    case_of = dict(zip(results.trials["trial"], results.trials["case"], strict=True))
    logs = [path.stem for path in kept_logs(directory) if path.stem in case_of]
    if not logs:
        raise ExperimentError(f"{directory}: no event logs were kept; run it with --set outputs.logs=first, or all")
    return {trial: _broken(results, trial, case_of[trial]) for trial in logs}


def _broken(results: Results, trial: str, case: int) -> "list[Violation]":
    from ...environments.checks import check

    log = read_log(results, trial)
    as_written = unchanged(results, trial, log)
    if log.seed != results.records[trial].seed:
        raise changed(results, trial)
    try:
        found = check(log, results.experiment.cases[case].scenario)
    except Exception:
        if as_written:
            raise
        raise changed(results, trial) from None  # logs written by other programs may make no sense at all
    if not found and not as_written:
        raise changed(results, trial)
    return found
