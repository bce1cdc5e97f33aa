"""Checks the event logs that a run has kept: `robocell check`."""

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ExperimentError
from .store import kept_logs
from .tables import load

if TYPE_CHECKING:
    from ..environments.checks import Violation


def audit(directory: Path) -> "dict[str, list[Violation]]":
    """Broken rules by trial id, for every kept log; ExperimentError where none was kept or one cannot be read."""
    from ..environments.checks import check
    from ..environments.log import EventLog

    results = load(directory)
    case_of = dict(zip(results.trials["trial"], results.trials["case"], strict=True))
    logs = [path for path in kept_logs(directory) if path.stem in case_of]
    if not logs:
        raise ExperimentError(f"{directory}: no event logs were kept; run it with --set outputs.logs=first, or all")
    found = {}
    for path in logs:
        try:
            log = EventLog.load(path)
        except ValueError as error:
            raise ExperimentError(str(error)) from None
        found[path.stem] = check(log, results.experiment.cases[case_of[path.stem]].scenario)
    return found
