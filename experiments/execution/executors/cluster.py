"""Trials on Ray: on this machine, or on a cluster whose address is given.

Ray is configured to retry nothing: for a lost task the executor knows its trials and tries them again one by one, and
only a trial that loses its worker twice while alone is recorded as died. A lost node does not count as an attempt.
Short trials are sent in chunks of about a quarter of a second of work: sent one by one, they run slower than without
Ray.
"""

import contextlib
import faulthandler
import logging
import os
import platform
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...counting import counted
from ...design.classes import copy_modules
from ...design.software import software
from ...design.trials import Trial
from ...errors import ExperimentError
from ..attempts import Status, TrialFunction, TrialResult, attempt
from ..captured_output import captured
from ..limits import Limits
from .base import MAX_ATTEMPTS, ONE_THREAD, ClosedOnExit, Setup, environment

CHUNK_S = 0.25  # work per Ray task: its overhead of about a millisecond is lost in it
LARGEST_CHUNK = 100
TASKS_PER_WORKER = 2  # one runs and one waits, so that no worker is idle while the driver writes
OBJECT_STORE_BYTES = 80_000_000  # Ray would reserve a third of the memory; results are a few kilobytes
GRACE_S = 2.0  # a trial stops at its time limit; if it does not, its process ends this much later
KNOCK_S = 10.0
LARGEST_LOSS = 10  # a trial whose nodes were lost this often is given up
TEMP_PREFIX = "robocell-ray-"
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_task_oom_retries": "1",  # the default retries a task that does not fit into memory for ever
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # a local Ray listens on 127.0.0.1 only
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # the new behaviour, without the warning about the old one
    "POLARS_MAX_THREADS": "1",
}
LOCAL = {"RAY_worker_niceness": "0"}  # the default, 15, lets trials wait for any other program of this machine


class RayExecutor(ClosedOnExit):
    """Runs trials as Ray tasks. A Ray that is already initialised in this process is used, and left running.

    Raises ExperimentError when no cluster answers at `ray_address`, or when a node has another robocell.
    """

    name = "ray"

    def __init__(self, setup: Setup) -> None:
        self._function = setup.function
        self._limits = setup.limits
        self._temp: Path | None = None
        self._software = versions()
        os.environ.update({name: value for name, value in SETTINGS.items() if name not in os.environ})
        import ray
        import ray.exceptions

        self._ray: Any = ray
        self._owned = not ray.is_initialized()
        address = setup.ray_address or os.environ.get("RAY_ADDRESS")
        if self._owned:
            try:
                self._connect(address, setup.user_modules) if address else self._start(setup.workers)
            except BaseException:
                self.close()
                raise
        cores = int(ray.cluster_resources().get("CPU", 1))
        self.workers = min(setup.workers, cores) if address is None else setup.workers
        self._remote = ray.remote(max_retries=0, num_cpus=1)(run_chunk)
        self._trial_s = CHUNK_S  # running mean of the time of a trial

    @property
    def where(self) -> str:
        return f"on Ray, {counted(self.workers, 'worker')}"

    def run(self, trials: Sequence[Trial]) -> Iterator[TrialResult]:
        queue = deque(trials)
        alone: set[str] = set()  # trials of lost tasks: one of them may have killed its worker
        deaths: Counter[str] = Counter()
        losses: Counter[str] = Counter()
        flight: dict[Any, list[Trial]] = {}
        try:
            while queue or flight:
                while queue and len(flight) < TASKS_PER_WORKER * self.workers:
                    chunk = self._next_chunk(queue, alone)
                    flight[self._remote.remote(self._function, chunk, self._limits, self._software)] = chunk
                done, _ = self._ray.wait(list(flight), num_returns=1)
                for reference in done:
                    chunk = flight.pop(reference)
                    yield from self._collect(reference, chunk, queue, alone, deaths, losses)
        finally:
            for reference in flight:
                with contextlib.suppress(Exception):
                    self._ray.cancel(reference, force=True)

    def close(self) -> None:
        if self._owned and self._ray.is_initialized():
            self._ray.shutdown()
        if self._temp is not None:
            shutil.rmtree(self._temp, ignore_errors=True)
            self._temp = None

    def _next_chunk(self, queue: deque[Trial], alone: set[str]) -> list[Trial]:
        fair = len(queue) // (TASKS_PER_WORKER * self.workers)  # the last tasks should end together
        size = max(1, min(int(CHUNK_S / self._trial_s), fair, LARGEST_CHUNK))
        chunk = [queue.popleft()]
        while len(chunk) < size and queue and not alone.intersection((chunk[0].id, queue[0].id)):
            chunk.append(queue.popleft())
        return chunk

    def _collect(
        self,
        reference: Any,
        chunk: list[Trial],
        queue: deque[Trial],
        alone: set[str],
        deaths: Counter[str],
        losses: Counter[str],
    ) -> Iterator[TrialResult]:
        errors = self._ray.exceptions
        try:
            results: list[TrialResult] = self._ray.get(reference)
        except errors.RayTaskError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, ExperimentError):
                raise ExperimentError(str(cause)) from None
            raise ExperimentError(f"Ray could not run trials: {str(error).strip().splitlines()[-1]}") from error
        except errors.RayError as error:
            blame = losses if isinstance(error, (errors.NodeDiedError, errors.ObjectLostError)) else deaths
            if len(chunk) == 1:
                blame[chunk[0].id] += 1
            alone.update(trial.id for trial in chunk)
            given_up = [t for t in chunk if deaths[t.id] >= MAX_ATTEMPTS or losses[t.id] >= LARGEST_LOSS]
            queue.extendleft(trial for trial in reversed(chunk) if trial not in given_up)
            for trial in given_up:
                yield self._died(trial, deaths[trial.id] + losses[trial.id], type(error).__name__)
            return
        for result in results:
            self._trial_s += (max(result.wall_s, 1e-4) - self._trial_s) / 4
            yield replace(result, attempts=1 + deaths[result.id] + losses[result.id])

    def _died(self, trial: Trial, attempts: int, cause: str) -> TrialResult:
        limit = f", or hung beyond its time limit of {self._limits.time_s:g} s" if self._limits.time_s else ""
        error = f"its Ray worker died, {attempts} times ({cause}: a crash, out of memory{limit})"
        return TrialResult(id=trial.id, status=Status.DIED, error=error, attempts=attempts)

    def _start(self, workers: int) -> None:
        _remove_leftovers()
        folder = "/tmp" if Path("/tmp").is_dir() else None  # Ray puts its sockets here; their paths must be short
        self._temp = Path(tempfile.mkdtemp(prefix=f"{TEMP_PREFIX}{os.getpid()}-", dir=folder))
        same_imports = os.pathsep.join(path for path in sys.path if path)  # Ray passes on only the script's folder
        with environment(dict.fromkeys(ONE_THREAD, "1") | LOCAL, PYTHONPATH=same_imports):
            self._init(address="local", num_cpus=workers, object_store_memory=OBJECT_STORE_BYTES, temp=self._temp)

    def _connect(self, address: str, user_modules: Sequence[Path]) -> None:
        runtime_env: dict[str, Any] = {"env_vars": dict.fromkeys(ONE_THREAD, "1")}
        if user_modules:
            self._temp = Path(tempfile.mkdtemp(prefix=f"{TEMP_PREFIX}{os.getpid()}-"))
            runtime_env["working_dir"] = str(copy_modules(user_modules, self._temp / "modules"))
        try:
            _knock(address)
            self._init(address=address, runtime_env=runtime_env)
        except (OSError, RuntimeError, ValueError) as error:
            raise ExperimentError(
                f"no Ray cluster could be reached at {address!r} ({' '.join(str(error).split())[:200]}); is it running "
                "(`ray start --head`), and do driver and nodes share RAY_AUTH_MODE and RAY_AUTH_TOKEN?"
            ) from error

    def _init(self, *, temp: Path | None = None, **options: Any) -> None:
        if temp is not None:
            options |= {"_temp_dir": str(temp), "include_dashboard": False}
        before = {blow: signal.getsignal(blow) for blow in (signal.SIGINT, signal.SIGTERM)}
        self._ray.init(log_to_driver=False, logging_level=logging.ERROR, configure_logging=True, **options)
        if threading.current_thread() is threading.main_thread():
            for blow, handler in before.items():  # Ray exits on SIGTERM in its own way
                signal.signal(blow, handler)


def versions() -> tuple[str, str]:
    """The versions that must be the same on all nodes, because results depend on them."""
    return software(), platform.python_version()


def run_chunk(
    function: TrialFunction, trials: list[Trial], limits: Limits, driver: tuple[str, str]
) -> list[TrialResult]:
    """The Ray task: runs trials one after the other in a worker process; `driver` is the software of the driver."""
    here = versions()
    if here != driver:
        raise ExperimentError(
            f"node {platform.node()} has robocell {here[0]} on Python {here[1]}, the driver has {driver[0]} on Python "
            f"{driver[1]}; results would differ: install the same on every node"
        )
    results = []
    for trial in trials:
        if limits.time_s is not None:  # for a hang in compiled code, which no Python signal handler can end
            faulthandler.dump_traceback_later(limits.time_s + GRACE_S, exit=True, file=sys.__stderr__ or 2)
        try:
            with captured(whole_process=True) as said:
                result = attempt(function, trial, limits)
            results.append(replace(result, printed=said.text))
        finally:
            faulthandler.cancel_dump_traceback_later()
    return results


def _knock(address: str) -> None:
    """Fails at once where nothing listens; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=KNOCK_S).close()


def _remove_leftovers() -> None:
    """Deletes the temporary folders of drivers that were killed and could not do it themselves."""
    for folder in Path("/tmp").glob(f"{TEMP_PREFIX}*"):
        driver = folder.name.removeprefix(TEMP_PREFIX).split("-")[0]
        if driver.isdecimal() and not _alive(int(driver)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
