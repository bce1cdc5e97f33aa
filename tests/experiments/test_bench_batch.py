"""What the benchmark of the executors computes from what it has timed."""

from collections.abc import Iterator, Sequence

import pytest

from robocell.experiments.benchmarks import batch
from robocell.experiments.design.trials import Trial
from robocell.experiments.execution.attempts import Status, TrialResult


class HalfLoaded:
    """Two workers, whose trials wait for a core a third of their time; ten seconds pass."""

    def run(self, trials: Sequence[Trial]) -> Iterator[TrialResult]:
        for trial in trials:
            yield TrialResult(id=trial.id, status=Status.DONE, values={"cpu_s": 1.0}, wall_s=1.5)


def test_efficiency_is_relative_to_the_machine_and_occupation_to_the_executor(monkeypatch):
    clock = iter((0.0, 10.0))
    monkeypatch.setattr(batch.time, "perf_counter", lambda: next(clock))
    found = batch._efficiency(HalfLoaded(), 2)
    assert found == {"efficiency": 12 / 20, "occupied": 18 / 20, "cpu_s": 12.0, "wall_s": 10.0}


def test_a_cold_sweep_is_timed_in_processes_of_its_own(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(batch.subprocess, "run", lambda script, check: asked.append(script[-1]))
    clock = iter((0.0, 10.0, 10.0, 15.0, 15.0, 27.0, 27.0, 33.0))
    monkeypatch.setattr(batch.time, "perf_counter", lambda: next(clock))
    assert batch._cold_sweep(2, repeats=2) == {"cold_serial_s": 10.0, "cold_pool_s": 5.0, "cold_speedup": 2.0}
    monkeypatch.undo()
    monkeypatch.setattr(batch, "SHORT_TRIALS", 2)
    exec(asked[0])


@pytest.mark.parametrize("name", ["efficiency", "occupied", "cold_speedup", "load"])
def test_every_figure_says_how_it_was_measured(name):
    assert batch._how(2, 3)[name]
