"""The event logs that a run has kept, and whether they are unchanged."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ExperimentError
from ..execution.journal import digest
from ..execution.store import LOGS, mended_by_a_run

if TYPE_CHECKING:
    from ...environments.log import EventLog
    from .tables import Results


def kept_logs(directory: Path) -> list[Path]:
    """The files, in order of trial id."""
    folder = directory / LOGS
    if folder.exists() and not folder.is_dir():
        raise ExperimentError(f"{folder}: is a file in place of the folder of logs; move it away and run again")
    return sorted(folder.glob("*.npz"))


def kept_log(results: "Results", trial: str) -> "EventLog":
    """The log of a trial; ExperimentError where it cannot be read, or differs from what the run wrote."""
    log = read_log(results, trial)
    if not unchanged(results, trial, log):
        raise changed(results, trial)
    return log


def read_log(results: "Results", trial: str) -> "EventLog":
    """The log of a trial, also one that the run did not write; ExperimentError where it cannot be read."""
    return read_log_file(_path(results, trial), remedy=mended_by_a_run(results.directory))


def read_log_file(path: Path, *, remedy: str) -> "EventLog":
    """A log of a run; ExperimentError with the remedy where it cannot be read."""
    from ...environments.log import EventLog

    try:
        return EventLog.load(path)
    except OSError as error:
        raise ExperimentError(f"{path}: cannot be read ({error.strerror}); {remedy}") from None
    except ValueError as error:
        raise ExperimentError(f"{error} Delete it, and {remedy}") from None


def unchanged(results: "Results", trial: str, log: "EventLog") -> bool:
    """Whether `log` is what the run wrote for the trial, as far as its journal tells."""
    record = results.records[trial]
    return log.seed == record.seed and record.log in ("", digest(_path(results, trial).read_bytes()))


def changed(results: "Results", trial: str) -> ExperimentError:
    """The message about a log that differs from what the run wrote."""
    remedy = mended_by_a_run(results.directory)
    return ExperimentError(f"{_path(results, trial)}: is not the log that the run wrote; delete it, and {remedy}")


def _path(results: "Results", trial: str) -> Path:
    return results.directory / LOGS / f"{trial}.npz"
