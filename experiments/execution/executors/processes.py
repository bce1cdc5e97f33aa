"""A supervised pool of processes on this machine.

Every worker has its own pipe, so the driver knows which trial a worker was running when it died or ran out of time:
only that trial is tried again or recorded (a ProcessPoolExecutor cannot tell which one it was).
Workers are forked from a server process that has imported everything and compiled the motion kernels once.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import connection, forkserver, resource_tracker
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

from ...counting import counted
from ...design.trials import Trial
from ...errors import ExperimentError
from ..attempts import Status, TrialResult
from . import worker
from .base import MAX_ATTEMPTS, ONE_THREAD, ClosedOnExit, Setup, environment

GRACE_S = 2.0  # a trial stops itself at its time limit; one that has not after this long is killed
GOODBYE_S = 1.0  # idle workers are asked to end and are killed after this long


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Any  # multiprocessing.connection.Connection, or PipeConnection on Windows
    ready: bool = False
    trial: Trial | None = None
    started_s: float = 0.0


class ProcessExecutor(ClosedOnExit):
    """Runs trials on processes of this machine.

    The fork server imports the modules of `preload` before it forks workers; `execution.warm` also compiles the
    kernels. Raises ExperimentError when workers cannot be started at all.
    """

    name = "processes"

    def __init__(self, setup: Setup) -> None:
        worker.refuse_to_start_again()
        self.workers = setup.workers
        self._function = setup.function
        self._limits = setup.limits
        self._context = _context([setup.function.__module__, *setup.preload])
        self._pool: list[_Worker] = []

    @property
    def where(self) -> str:
        return f"on {counted(self.workers, 'process', 'processes')}"

    def run(self, trials: Sequence[Trial]) -> Iterator[TrialResult]:
        queue = deque(trials)
        attempts: Counter[str] = Counter()
        while queue or any(member.trial for member in self._pool):
            self._hand_out(queue, attempts)
            finished: list[TrialResult] = []
            for member in self._awake():
                result = self._listen(member, attempts, queue)
                if result is not None:
                    finished.append(result)
            self._hand_out(queue, attempts)  # before the caller writes results, so that no worker waits for the disk
            yield from finished

    def close(self) -> None:
        for member in self._pool:
            if member.trial is None:
                with contextlib.suppress(OSError):
                    member.pipe.send(None)
            else:
                member.process.kill()
        patience_s = time.monotonic() + GOODBYE_S
        for member in self._pool:
            member.process.join(max(0.0, patience_s - time.monotonic()))
            self._bury(member)
        self._pool.clear()

    def _hand_out(self, queue: deque[Trial], attempts: Counter[str]) -> None:
        while len(self._pool) < min(self.workers, len(queue) + sum(member.trial is not None for member in self._pool)):
            self._pool.append(self._start())
        for member in self._pool:
            if queue and member.ready and member.trial is None:
                trial = queue.popleft()
                attempts[trial.id] += 1
                member.trial, member.started_s = trial, time.monotonic()
                with contextlib.suppress(OSError):  # a worker that has just died is noticed by _listen
                    member.pipe.send(trial)

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        process = self._context.Process(  # pyright: ignore[reportAttributeAccessIssue]  (typeshed: only on subclasses)
            target=worker.serve, args=(there, self._function, self._limits), daemon=True
        )
        with environment(dict.fromkeys(ONE_THREAD, "1")):
            if self._context.get_start_method() == "forkserver":
                resource_tracker.ensure_running()  # it would allow interrupts again
                with _no_interrupts():  # the server and its workers inherit this: Ctrl-C is for the driver only
                    forkserver.ensure_running()
            with _no_main_without_a_file():
                process.start()
        there.close()
        return _Worker(process, here)

    def _awake(self) -> list[_Worker]:
        """Waits until a worker has sent a message, has died or is overdue; returns these workers in pool order."""
        by_handle: dict[object, _Worker] = {}
        for member in self._pool:
            by_handle[member.pipe] = by_handle[member.process.sentinel] = member
        ready = {id(by_handle[handle]) for handle in connection.wait(list(by_handle), self._patience_s())}  # pyright: ignore[reportArgumentType]
        return [member for member in self._pool if id(member) in ready or self._overdue_s(member) >= 0]

    def _patience_s(self) -> float | None:
        if self._limits.time_s is None:
            return None
        return max(0.0, min((-self._overdue_s(member) for member in self._pool if member.trial), default=1.0))

    def _overdue_s(self, member: _Worker) -> float:
        if member.trial is None or self._limits.time_s is None:
            return -1.0
        return time.monotonic() - member.started_s - self._limits.time_s - GRACE_S

    def _listen(self, member: _Worker, attempts: Counter[str], queue: deque[Trial]) -> TrialResult | None:
        trial = member.trial
        try:
            while member.pipe.poll():
                said = member.pipe.recv()
                if said == worker.READY:
                    member.ready = True
                    continue
                member.trial = None
                return replace(said, attempts=attempts[said.id])
        except (EOFError, OSError):
            member.process.join(GOODBYE_S)
        if self._overdue_s(member) >= 0 and trial is not None and member.process.is_alive():
            self._remove(member)
            elapsed = time.monotonic() - member.started_s
            return TrialResult(
                id=trial.id,
                status=Status.TIMEOUT,
                error=self._limits.out_of_time,
                wall_s=elapsed,
                attempts=attempts[trial.id],
            )
        if member.process.is_alive():
            return None
        return self._after_death(member, attempts, queue)

    def _after_death(self, member: _Worker, attempts: Counter[str], queue: deque[Trial]) -> TrialResult | None:
        self._remove(member)
        code, trial = member.process.exitcode, member.trial
        if not member.ready:
            raise ExperimentError(_never_started(code))
        if trial is None:
            return None
        if attempts[trial.id] < MAX_ATTEMPTS:
            queue.appendleft(trial)
            return None
        elapsed = time.monotonic() - member.started_s
        return TrialResult(
            id=trial.id,
            status=Status.DIED,
            error=f"its process {_cause(code)}, {attempts[trial.id]} times",
            wall_s=elapsed,
            attempts=attempts[trial.id],
        )

    def _remove(self, member: _Worker) -> None:
        self._pool.remove(member)
        self._bury(member)

    @staticmethod
    def _bury(member: _Worker) -> None:
        if member.process.is_alive():
            member.process.kill()
            member.process.join()
        member.pipe.close()


@contextlib.contextmanager
def _no_interrupts() -> Iterator[None]:
    """Delays a Ctrl-C until the end of this block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _no_main_without_a_file() -> Iterator[None]:
    """A program on standard input calls its file `<stdin>`; workers would try to run that and end."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is None or os.path.exists(file):
        yield
        return
    del main.__file__
    try:
        yield
    finally:
        main.__file__ = file


def _context(preload: Sequence[str]) -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["robocell.experiments.execution.executors.worker", *preload])
    return context


def _cause(exit_code: int | None) -> str:
    if exit_code is None:
        return "vanished"
    if exit_code >= 0:
        return f"ended itself with exit code {exit_code}"
    name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else f"signal {-exit_code}"
    return f"was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")


def _never_started(exit_code: int | None) -> str:
    if exit_code == worker.NO_MAIN_GUARD:
        script = sys.argv[0] or "your script"
        return f'{script} starts worker processes while being imported; put the call below `if __name__ == "__main__":`'
    return f"a worker process could not start: it {_cause(exit_code)}; try executor: serial to see why"
