"""One trial: what identifies it, how it is run, and what becomes of it when it fails.

A trial is one scenario (a case of the sweep, fully resolved) under one seed. Its id is a hash of exactly that and of
the robocell that runs it (version and code), so a result can be found again whatever the order, the executor or the
rest of the sweep.
The seed depends on the root and on the replication alone. The root is the experiment's seed, so replication r of every
case sees the same arrivals and breakdowns (common random numbers), which is what makes paired comparison sharp; a case
to which the sweep gives a `seed` has that as its root, and meets other luck.
"""

import hashlib
import json
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ...environments.own_classes import with_classes
from ..design.classes import make_importable
from ..design.given_classes import unpickled
from ..design.software import software
from .limits import Limits, TimeLimitReached, limited

ID_BYTES = 10
NO_LIMITS = Limits()


class Status(StrEnum):
    """How a trial ended."""

    DONE = "done"
    FAILED = "failed"  # it raised an exception
    TIMEOUT = "timeout"  # it took longer than the time limit
    DIED = "died"  # its process was gone, again after one retry


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run to be made; everything that a worker on another machine needs."""

    id: str
    case: int
    replication: int
    seed: int
    scenario: Any  # a Scenario; trial functions of other models may put here what they like, if it can be pickled
    keep_log: bool = False
    search_path: tuple[str, ...] = ()  # folders from which the user's own agent modules are imported
    classes: bytes = b""  # pickle of classes that workers cannot import, by path

    @contextmanager
    def with_own_classes(self) -> Iterator[None]:
        """The user's own classes are found."""
        make_importable(self.search_path)
        with with_classes(unpickled(self.classes)):
            yield


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


def canonical(document: Any) -> str:
    """The JSON text that stands for a document when it is hashed; order counts, as it does for stations."""
    return json.dumps(document, separators=(",", ":"), default=str)


def identity(document: Any) -> str:
    """What the resolved scenario `document` (plain data) and this robocell put into the ids of its trials."""
    return _digest([document, software()])


def trial_id(case: str, seed: int) -> str:
    """Id of the trial that runs the case of this identity under `seed`."""
    return _digest([case, seed])


def _digest(document: Any) -> str:
    return hashlib.blake2b(canonical(document).encode(), digest_size=ID_BYTES).hexdigest()


@lru_cache(maxsize=65536)  # all cases ask for the same replications
def trial_seed(root: int, replication: int) -> int:
    """Seed of replication `replication`: 63 bits from a NumPy SeedSequence, the same in every case with this root."""
    import numpy as np

    return int(np.random.SeedSequence(root, spawn_key=(replication,)).generate_state(1, np.uint64)[0]) >> 1


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
    """Runs one trial; whatever it raises becomes part of the result, so that the rest of the experiment goes on."""
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
