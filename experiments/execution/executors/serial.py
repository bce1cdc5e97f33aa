"""Trials one after the other in this process: for small experiments, debuggers and profilers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...design.trials import Trial
from ..attempts import TrialResult, attempt
from ..captured_output import captured
from .base import ClosedOnExit, Setup


class SerialExecutor(ClosedOnExit):
    """Runs in the caller's process. A trial that ends the process ends the experiment (which can then be resumed)."""

    name = "serial"
    workers = 1
    where = "in this process"

    def __init__(self, setup: Setup) -> None:
        self._function = setup.function
        self._limits = setup.limits

    def run(self, trials: Sequence[Trial]) -> Iterator[TrialResult]:
        for trial in trials:
            with captured(whole_process=False) as said:
                result = attempt(self._function, trial, self._limits)
            yield replace(result, printed=said.text)

    def close(self) -> None:
        pass
