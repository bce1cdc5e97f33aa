"""Limits of time and memory for a trial; exceeding one raises, so that the place in the code is recorded."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

AGAIN_S = 1.0  # between two raises of a limit: finalizers and callbacks of weak references swallow exceptions


class TimeLimitReached(BaseException):
    """Raised inside a trial that exceeds its time; a BaseException, so that `except Exception` cannot swallow it."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one trial; None = none."""

    time_s: float | None = None
    memory_bytes: float | None = None  # beyond what its process held before

    @property
    def out_of_time(self) -> str:
        """The line that is recorded for a trial that was stopped."""
        return f"took longer than its time limit of {self.time_s:g} s"

    @property
    def out_of_memory(self) -> str:
        """The line that is recorded for a trial that got no more memory."""
        if self.memory_bytes is None:
            return "ran out of memory"
        return f"took more memory than its limit of {self.memory_bytes / 1e6:g} MB"


@contextlib.contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Holds the block to the limits: raises TimeLimitReached or MemoryError inside it."""
    with _time_limit(limits.time_s), _memory_limit(limits.memory_bytes):
        yield


@contextlib.contextmanager
def _time_limit(limit_s: float | None) -> Iterator[None]:
    """Limits the time, where the platform has timers, in the main thread.

    Executors with worker processes also kill a trial that does not react (one that hangs in compiled code).
    """
    usable = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if limit_s is None or not usable:
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise TimeLimitReached

    def report(unraisable: "sys.UnraisableHookArgs") -> None:
        if unraisable.exc_type is not TimeLimitReached:
            report_before(unraisable)

    before, report_before = signal.signal(signal.SIGALRM, stop), sys.unraisablehook
    sys.unraisablehook = report
    signal.setitimer(signal.ITIMER_REAL, limit_s, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
        sys.unraisablehook = report_before


@contextlib.contextmanager
def _memory_limit(limit_bytes: float | None) -> Iterator[None]:
    """Limits the memory on Linux, which counts all private memory as data; elsewhere there is no limit."""
    held_bytes = _data_bytes() if limit_bytes is not None else None
    if limit_bytes is None or held_bytes is None:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held_bytes + int(limit_bytes)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int | None:
    """Private memory that this process has asked for; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except (OSError, IndexError):
        return None
    import resource

    return pages * resource.getpagesize()
