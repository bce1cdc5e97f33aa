"""The interface of every executor: it takes trials and yields their results in the order in which they end."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from ...design.trials import Trial
from ..attempts import TrialFunction, TrialResult
from ..limits import Limits

MAX_ATTEMPTS = 2  # a trial whose process died is tried once more, then recorded as died

# One trial uses one core: threads started by libraries would only compete with each other.
ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
)


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The arguments of an executor; each executor uses what it needs."""

    function: TrialFunction
    workers: int
    limits: Limits
    ray_address: str | None
    preload: Sequence[str]  # modules that are imported once for all workers of a pool
    user_modules: Sequence[Path]  # files of agent classes that other machines do not have


class Executor(Protocol):
    """Runs trials somewhere. Results do not depend on where: the same trial gives the same values on every executor."""

    name: str
    workers: int

    @property
    def where(self) -> str:
        """Where the trials run, in words: `on 4 processes`."""
        ...

    def run(self, trials: Sequence[Trial]) -> Iterator[TrialResult]:
        """Yields one result per trial, failed ones included; may be called again, the workers stay warm."""
        ...

    def close(self) -> None:
        """Ends every process and removes every temporary file; safe to call twice and in the middle of a run."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class ClosedOnExit:
    """`with executor:` closes it, whatever happens inside."""

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextlib.contextmanager
def environment(settings: dict[str, str], **forced: str) -> Iterator[None]:
    """Processes started in this block see these variables; values set by the user override `settings`."""
    before = dict(os.environ)
    os.environ.update({name: value for name, value in settings.items() if name not in before} | forced)
    try:
        yield
    finally:
        for name in (*settings, *forced):
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]
