"""Whatever is damaged in a run directory: one error that says what, or a sound result, and soon."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from damage import Damager
from fakes import line
from test_runs import tables

from robocell.agents.errors import RobocellError
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.trials import Trial
from robocell.experiments.execution.attempts import Measurement, run_trial
from robocell.experiments.execution.provenance import provenance
from robocell.experiments.results.audit import audit
from robocell.experiments.results.comparison import compare
from robocell.experiments.results.tables import Results, load
from robocell.experiments.runner import finish, run

LONGEST_S = 10.0


def experiment(machines: tuple[int, ...], *, report: bool = False) -> Experiment:
    sweep = {"grid": {"stations.cell.machines": list(machines)}}
    outputs = {"figures": False, "report": report, "logs": "all"}
    scenario = line() | {"horizon": "3min"}
    return Experiment.parse({"scenario": scenario, "sweep": sweep, "replications": 2, "outputs": outputs})


def small_trial(trial: Trial) -> Measurement:
    """The factory with its log, and only some of its figures: tables are made in no time."""
    measured = run_trial(trial)
    return replace(measured, values={name: measured.values[name] for name in ("throughput_per_h", "flow_time_mean_s")})


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Iterator[tuple[Path, Path]]:
    """A run, and another with other numbers. Software and machine are looked up once for all."""
    folder = tmp_path_factory.mktemp("runs")
    origin = provenance(seed=0, executor="serial", workers=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("robocell.experiments.runner.provenance", lambda **_: origin)
        for name, machines in (("one", (1, 2)), ("other", (3, 4))):
            run(experiment(machines), folder / name, function=small_trial, executor="serial")
        yield folder / "one", folder / "other"


def told(action: Callable[[], Any], what: str) -> Any:
    """What the action returns, None if it says what is wrong; anything else that it raises is a fault."""
    started = time.monotonic()
    with contextlib.suppress(RobocellError):
        try:
            return action()
        except RobocellError:
            raise
        except Exception as error:
            raise AssertionError(what) from error
        finally:
            assert time.monotonic() - started < LONGEST_S, what
    return None


def survives(runs: tuple[Path, Path], folder: Path, seed: int, *, thorough: bool = False) -> bool:
    """Damages a copy of a run and uses it in all ways, or in some; whether anything had to be told."""
    one, other = runs
    shutil.copytree(one, folder)
    what = f"seed {seed}: {Damager(folder, other, seed).strike()}"
    asked = experiment((1, 2), report=thorough and seed % 10 == 0)
    results: Results | None = told(lambda: load(folder), what)
    if results is not None:
        sound(results, load(one), load(other), what)
    if results is not None and (thorough or seed % 2):
        told(lambda: compare(results, "machines=1", "machines=2", metrics=["flow_time_mean_s"]), what)
    if thorough or seed % 3 == 1:
        told(lambda: finish(load(folder)), what)
    if thorough or seed % 3 == 2:
        again = shutil.copytree(folder, folder.with_name("again"))
        told(lambda: run(Experiment.load(again), again, function=small_trial, executor="serial"), what)
        shutil.rmtree(again)
    told(lambda: audit(folder), what)
    done = told(lambda: run(asked, folder, function=small_trial, executor="serial"), what)
    if done is not None:
        assert tables(folder) == tables(one), what
    shutil.rmtree(folder)
    return results is None or done is None


def sound(results: Results, one: Results, other: Results, what: str) -> None:
    """Every figure is one that was measured."""
    true = pd.concat([one.trials, other.trials]).set_index("trial")
    for row in results.trials.to_dict("records"):
        for metric in results.metrics:
            assert row[metric] == true.loc[row["trial"], metric] or pd.isna(row[metric]), what


def test_a_hundred_damages_are_reported_or_repaired(runs, tmp_path):
    assert 20 < sum(survives(runs, tmp_path / "run", seed) for seed in range(100)) < 100


@pytest.mark.slow
def test_a_thousand_damages_are_reported_or_repaired_with_their_reports(runs, tmp_path):
    assert sum(survives(runs, tmp_path / "run", seed, thorough=True) for seed in range(1000, 2000)) > 200
