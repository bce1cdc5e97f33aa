"""A run loses nothing and makes nothing twice, whatever interrupts it, and ends in the same bytes."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from fakes import named_trial, study
from test_executors import wait_until

from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.experiments.command.outcome_document import outcome_document
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.journal import Journal
from robocell.experiments.execution.progress import Silent
from robocell.experiments.execution.store import FAILURES, JOURNAL, SUMMARY, TRIALS, Store
from robocell.experiments.report.charts import Chart
from robocell.experiments.results import claims, headlines
from robocell.experiments.results.tables import load
from robocell.experiments.runner import finish, run

HERE = Path(__file__).parent
SHORT = {"replications": 2, "horizon": "10min", "warm_up": "1min", "sweep.grid.fleet.agvs.count": [1, 2]}


def tables(directory: Path) -> list[bytes]:
    return [(directory / name).read_bytes() for name in (TRIALS, FAILURES, SUMMARY)]


def go(experiment, directory, executor="serial", **options):
    return run(experiment, directory, function=named_trial, executor=executor, **options)


def test_a_run_makes_every_trial_once_and_a_second_run_makes_none(tmp_path):
    first = go(study(), tmp_path)
    before = tables(tmp_path)
    second = go(study(), tmp_path)
    assert (first.ran, first.reused, second.ran, second.reused) == (12, 0, 0, 12)
    assert tables(tmp_path) == before


def counted(patch: pytest.MonkeyPatch, calls: Counter[str], owner: object, name: str) -> None:
    """Counts the calls of a function, or of a class method, under its name."""
    real = getattr(owner, name)

    def counting(*given, **named):
        calls[name] += 1
        return real(*given, **named)

    patch.setattr(owner, name, counting)


def test_a_run_parses_its_experiment_and_computes_its_results_once(tmp_path, monkeypatch):
    calls: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    once = [(headlines, "headlines"), (headlines, "case_rows"), (claims, "claims_of"), (claims, "view_of")]
    for owner, name in [*once, (Scenario, "parse"), (Experiment, "_of")]:
        counted(monkeypatch, calls, owner, name)
    finished = Chart.__post_init__
    monkeypatch.setattr(Chart, "__post_init__", lambda chart: (drawn.update([chart.name]), finished(chart)))
    experiment = Experiment.load("quickstart", SHORT)
    outcome = run(experiment, tmp_path, executor="serial")
    outcome_document(outcome)
    assert calls["_of"] == 1
    assert calls["parse"] <= 1 + len(experiment.cases)  # the scenario as given, and each case
    assert all(calls[name] == 1 for _, name in once), calls
    assert {"throughput", "vehicle_time"} < set(drawn)
    assert set(drawn.values()) == {1}


def test_serial_processes_and_worker_counts_write_the_same_bytes(tmp_path):
    go(study(), tmp_path / "serial")
    for workers in (1, 2):
        outcome = go(study(), tmp_path / f"pool {workers}", executor="processes", workers=workers)
        assert (outcome.executor, outcome.workers) == ("processes", workers)
        assert tables(tmp_path / f"pool {workers}") == tables(tmp_path / "serial")


def test_a_longer_sweep_reuses_the_trials_of_a_shorter_one(tmp_path):
    go(study(), tmp_path)
    outcome = go(study(machines=(3, 4, 1), replications=5), tmp_path)
    assert (outcome.ran, outcome.reused) == (7, 8)


def test_replications_see_the_same_seeds_in_every_case(tmp_path):
    trials = go(study(), tmp_path).results.trials
    seeds = set(zip(trials["replication"], trials["seed"], strict=True))
    assert len(seeds) == len({seed for _, seed in seeds}) == 4


@pytest.mark.parametrize("torn", [b'{"id":"12', b'{"id":"12","status":"done"', b"\0\0\0"])
def test_a_truncated_last_line_of_the_journal_is_removed_and_its_trial_rerun(tmp_path, torn):
    go(study(), tmp_path)
    before = tables(tmp_path)
    journal = tmp_path / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-2]) + torn)
    assert go(study(), tmp_path).ran == 2
    assert tables(tmp_path) == before
    assert len(journal.read_bytes().splitlines()) == 12


def test_a_damaged_line_costs_only_its_own_trial(tmp_path):
    go(study(), tmp_path)
    before = tables(tmp_path)
    journal = tmp_path / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:3], b"not json\n", *lines[4:]]))
    assert go(study(), tmp_path).ran == 1
    assert tables(tmp_path) == before


def test_failed_trials_are_recorded_kept_and_run_again_only_on_request(tmp_path):
    broken = study(behave="raise", at=[1])
    outcome = go(broken, tmp_path)
    assert (outcome.ran, outcome.failed) == (12, 3)
    failures = outcome.results.failures
    assert list(failures["error"]) == ["ZeroDivisionError: a part was lost"] * 3
    assert all("fakes.py" in text for text in failures["traceback"])
    assert set(outcome.results.summary["n"]) == {3}
    assert go(broken, tmp_path).ran == 0
    assert go(broken, tmp_path, retry_failed=True).ran == 3


def test_fresh_discards_earlier_results(tmp_path):
    go(study(), tmp_path)
    assert go(study(), tmp_path, fresh=True).ran == 12


def test_the_logs_of_first_replications_are_kept_and_made_again_when_lost(tmp_path):
    asked = study()
    logged = asked.config.model_copy(update={"outputs": asked.config.outputs.model_copy(update={"logs": "first"})})
    from dataclasses import replace

    asked = replace(asked, config=logged)
    go(asked, tmp_path)
    logs = sorted((tmp_path / "logs").iterdir())
    assert len(logs) == 3
    logs[0].unlink()
    assert go(asked, tmp_path).ran == 1
    assert sorted((tmp_path / "logs").iterdir()) == logs


DRIVER = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from fakes import named_trial, study
from robocell.experiments.execution.progress import Silent
from robocell.experiments.runner import finish, run
if __name__ == "__main__":
    run(study(replications=8, sleep_s=0.02), sys.argv[1], function=named_trial, executor=sys.argv[2], workers=2)
"""


def driver(directory: Path, executor: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", DRIVER, str(directory), executor], stderr=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("executor", "blow"),
    [
        ("serial", signal.SIGINT),
        ("processes", signal.SIGKILL),
        pytest.param("serial", signal.SIGKILL, marks=pytest.mark.slow),
        pytest.param("processes", signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_a_driver_that_is_killed_is_resumed_without_loss(tmp_path, executor, blow):
    asked = study(replications=8, sleep_s=0.02)
    journal = tmp_path / "killed" / JOURNAL
    process = driver(tmp_path / "killed", executor)
    wait_until(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= 5)
    process.send_signal(blow)
    process.wait()
    survived = journal.read_bytes().count(b"\n")
    assert 5 <= survived < 24
    assert go(asked, tmp_path / "killed").ran == 24 - survived
    go(asked, tmp_path / "whole")
    assert tables(tmp_path / "killed") == tables(tmp_path / "whole")


def test_a_full_disk_stops_the_run_with_one_line_and_loses_nothing(tmp_path):
    script = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2500, resource.RLIM_INFINITY))\n" + DRIVER
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "full"), "serial"], capture_output=True, text=True, check=False
    )
    survived = len((tmp_path / "full" / JOURNAL).read_bytes().splitlines())
    assert 0 < survived < 24
    assert f"device); {survived} trials are safe: make room" in ran.stderr.splitlines()[-1]
    asked = study(replications=8, sleep_s=0.02)
    assert go(asked, tmp_path / "full").ran == 24 - survived
    go(asked, tmp_path / "whole")
    assert tables(tmp_path / "full") == tables(tmp_path / "whole")


def test_two_runs_cannot_write_to_one_directory(tmp_path):
    with Store(tmp_path), pytest.raises(ExperimentError, match=f"another run is writing here .process {os.getpid()}"):
        Store(tmp_path)
    go(study(), tmp_path)


def test_a_folder_with_other_files_is_not_mistaken_for_a_run(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ExperimentError, match="holds other files and no run; choose a new or empty folder"):
        go(study(), tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_a_run_is_read_back_from_its_directory_alone(tmp_path):
    outcome = go(study(), tmp_path)
    back = load(tmp_path)
    assert back.trials.equals(outcome.results.trials)
    assert back.keys == ("stations.cell.machines",)
    assert back.metrics == ("throughput_per_h", "flow_time_mean_s")
    assert back.missing == 0
    assert back.provenance["versions"]["robocell"]


class Listener(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_results_of_other_code_are_read_and_not_mixed_with_new_ones(tmp_path, monkeypatch):
    for module in ("design.trials", "execution.provenance"):
        monkeypatch.setattr(f"robocell.experiments.{module}.software", lambda: "0.0.1+abc")
    go(study(), tmp_path)
    before = tables(tmp_path)
    monkeypatch.undo()
    finish(load(tmp_path))
    assert tables(tmp_path) == before
    listener = Listener()
    assert go(study(), tmp_path, progress=listener).ran == 12
    assert len(listener.notes) == 1
    assert "holds results of robocell 0.0.1+abc" in listener.notes[0]
    assert go(study(), tmp_path, progress=listener).ran == 0
    assert len(listener.notes) == 1


def test_reading_a_folder_without_a_run_gives_an_error(tmp_path):
    with pytest.raises(ExperimentError, match="is not the folder of a run; make one with `robocell run"):
        load(tmp_path)


def test_ten_thousand_recorded_trials_are_scanned_quickly_in_little_memory(tmp_path):
    values = {f"station.{i}.processing": i / 7 for i in range(60)}
    line = {"status": "done", "seed": 1, "wall_s": 1.0, "attempts": 1, "values": values}
    with (tmp_path / "journal.jsonl").open("w") as file:
        for number in range(10_000):
            file.write(json.dumps({"id": f"{number:020x}"} | line) + "\n")
    before_kb, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    journal = Journal(tmp_path / "journal.jsonl")
    assert time.process_time() - started < 2.0
    assert len(journal.records) == 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 100_000
    journal.close()


@pytest.mark.parametrize("given", ["quickstart", Path("quickstart.yaml"), {}])
def test_a_path_or_plain_data_is_refused_as_factory_or_experiment(given, tmp_path):
    with pytest.raises(TypeError, match=r"Factory needs a Scenario, not .*; make one with Scenario.load or .parse"):
        Factory(given)
    with pytest.raises(TypeError, match=r"run needs an Experiment, not .*; make one with Experiment.load or .parse"):
        run(given, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", [Experiment, Scenario])
def test_loading_a_mapping_is_refused_with_the_right_function_named(kind):
    with pytest.raises(TypeError, match=r"load needs the path of a file, .*; write \w+.parse\("):
        kind.load({"name": "mine"})
