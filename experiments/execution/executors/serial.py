"""Trials one after the other in this process: for small experiments, debuggers and profilers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...design.trials import Trial
from ..attempts import NO_LIMITS, TrialFunction, TrialResult, attempt
from ..limits import Limits
from ..printed import printed
from .base import ClosedOnExit


class SerialExecutor(ClosedOnExit):
    """Runs in the caller's process. A trial that ends the process ends the experiment (which can then be resumed)."""

    name = "serial"
    workers = 1

    def __init__(self, function: TrialFunction, *, limits: Limits = NO_LIMITS) -> None:
        self._function = function
        self._limits = limits

    def run(self, trials: Sequence[Trial]) -> Iterator[TrialResult]:
        for trial in trials:
            with printed(whole_process=False) as said:
                result = attempt(self._function, trial, self._limits)
            yield replace(result, printed=said.text)

    def close(self) -> None:
        pass
