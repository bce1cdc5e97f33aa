"""How one trial is run: what it measures, and what is recorded when it fails."""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..design.trials import Trial
from .limits import Limits, TimeLimitReached, limited

NO_LIMITS = Limits()


class Status(StrEnum):
    """How a trial ended."""

    DONE = "done"
    FAILED = "failed"  # it raised an exception
    TIMEOUT = "timeout"  # it took longer than the time limit
    DIED = "died"  # its process was gone, again after one retry


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What a trial function returns: KPIs by name, and the event log where it is kept."""

    values: Mapping[str, float]
    log: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class TrialResult:
    """How one trial ended; `error` is one line, `traceback` says where."""

    id: str
    status: Status
    values: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    traceback: str = ""
    wall_s: float = 0.0
    attempts: int = 1
    log: bytes | None = None
    printed: str = ""


TrialFunction = Callable[[Trial], Measurement]


def run_trial(trial: Trial) -> Measurement:
    """Builds the factory of the trial, runs it to its horizon and measures it; the log comes back as bytes if kept."""
    from ...environments.factory import Factory
    from ...environments.kpis import measure

    with trial.with_own_classes():
        factory = Factory(trial.scenario, rng=trial.seed)
        try:
            log = factory.run()
        finally:
            factory.close()
    values = measure(log, trial.scenario)
    return Measurement(values=values, log=_log_bytes(log) if trial.keep_log else None)


def _log_bytes(log: Any) -> bytes:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="robocell-") as folder:
        path = Path(folder) / LOG_NAME
        log.save(path)
        return path.read_bytes()


LOG_NAME = "log.npz"


def attempt(function: TrialFunction, trial: Trial, limits: Limits = NO_LIMITS) -> TrialResult:
    """Runs one trial; any exception becomes part of the result, so that the rest of the experiment continues."""
    started = time.perf_counter()
    status, error, where = Status.DONE, "", ""
    values: Mapping[str, float] = {}
    log = None
    try:
        with limited(limits):
            measured = function(trial)
        values = {name: float(value) for name, value in measured.values.items()}
        log = measured.log
    except TimeLimitReached:
        status, error, where = Status.TIMEOUT, limits.out_of_time, traceback.format_exc()
    except MemoryError:
        status, error, where = Status.FAILED, f"MemoryError: {limits.out_of_memory}", traceback.format_exc()
    except (Exception, SystemExit) as raised:
        text = " ".join(str(raised).split())
        status, where = Status.FAILED, traceback.format_exc()
        error = f"{type(raised).__name__}: {text}" if text else type(raised).__name__
    elapsed = time.perf_counter() - started
    return TrialResult(id=trial.id, status=status, values=values, error=error, traceback=where, wall_s=elapsed, log=log)
