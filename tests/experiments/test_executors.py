"""An executor returns the same results wherever trials run, and survives whatever a trial does to its process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import fake_trial

from robocell.experiments.design.trials import Trial, identity, trial_id, trial_seed
from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.attempts import Status
from robocell.experiments.execution.executors import choose_executor, start_executor
from robocell.experiments.execution.executors.base import Executor
from robocell.experiments.execution.limits import Limits

HERE = Path(__file__).parent


def trials(count: int, **scenario: object) -> list[Trial]:
    made = []
    for replication in range(count):
        seed = trial_seed(7, replication)
        name = trial_id(identity(scenario), seed)
        made.append(Trial(id=name, case=0, replication=replication, seed=seed, scenario=dict(scenario)))
    return made


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with start_executor("processes", fake_trial, workers=2, limits=Limits(time_s=0.3, memory_bytes=300e6)) as executor:
        yield executor


def by_replication(results, asked):
    order = {trial.id: trial.replication for trial in asked}
    return sorted(results, key=lambda result: order[result.id])


def test_a_pool_returns_what_serial_returns(pool):
    asked = trials(12, level=2)
    serial = list(start_executor("serial", fake_trial, workers=1).run(asked))
    pooled = by_replication(pool.run(asked), asked)
    assert [(r.id, r.values) for r in serial] == [(r.id, r.values) for r in pooled]
    assert len({tuple(r.values.values()) for r in pooled}) == 12


def test_an_exception_is_recorded_with_its_traceback_and_the_other_trials_continue(pool):
    asked = trials(5, behave="raise", at=[2])
    results = by_replication(pool.run(asked), asked)
    assert [r.status for r in results] == [Status.DONE] * 2 + [Status.FAILED] + [Status.DONE] * 2
    assert results[2].error == "ZeroDivisionError: a part was lost"
    assert "fakes.py" in results[2].traceback


def test_a_trial_that_exits_is_a_failed_trial(pool):
    (result,) = pool.run(trials(1, behave="exit"))
    assert (result.status, result.error) == (Status.FAILED, "SystemExit: 3")


@pytest.mark.parametrize(
    ("how", "cause"), [("die", "ended itself with exit code 3"), ("killed", "was killed by SIGKILL (out of memory?)")]
)
def test_a_trial_that_kills_its_process_is_tried_twice_and_takes_no_other_with_it(pool, how, cause):
    asked = trials(6, behave=how, at=[1])
    results = by_replication(pool.run(asked), asked)
    assert [r.status for r in results].count(Status.DONE) == 5
    assert (results[1].status, results[1].attempts) == (Status.DIED, 2)
    assert results[1].error == f"its process {cause}, 2 times"


def test_a_trial_whose_process_was_killed_once_is_done_in_the_second_attempt(pool, tmp_path):
    (result,) = pool.run(trials(1, behave="killed once", flag=str(tmp_path / "flag")))
    assert (result.status, result.attempts) == (Status.DONE, 2)


def test_a_trial_that_runs_out_of_time_stops_and_reports_its_position(pool):
    asked = trials(3, behave="hang", at=[0])
    results = by_replication(pool.run(asked), asked)
    assert [r.status for r in results] == [Status.TIMEOUT, Status.DONE, Status.DONE]
    assert results[0].error == "took longer than its time limit of 0.3 s"
    assert "time.sleep(600)" in results[0].traceback


def test_a_trial_that_does_not_react_to_its_time_limit_is_killed(pool):
    started = time.monotonic()
    (result,) = pool.run(trials(1, behave="hang deaf"))
    assert result.status == Status.TIMEOUT
    assert time.monotonic() - started < 8


def test_a_trial_that_takes_too_much_memory_is_recorded_and_the_others_continue(pool):
    asked = trials(4, behave="eat", at=[1])
    results = by_replication(pool.run(asked), asked)
    assert [r.status for r in results] == [Status.DONE, Status.FAILED, Status.DONE, Status.DONE]
    assert results[1].error == "MemoryError: took more memory than its limit of 300 MB"
    assert "fakes.py" in results[1].traceback
    assert results[1].attempts == 1, "its process lives"
    assert len(np.ones(50_000_000)) == 50_000_000, "the limit is the trial's, not ours"


def test_serial_keeps_limits_too():
    (result,) = start_executor("serial", fake_trial, workers=1, limits=Limits(time_s=0.1)).run(trials(1, behave="hang"))
    assert result.status == Status.TIMEOUT
    limits = Limits(memory_bytes=300e6)
    (result,) = start_executor("serial", fake_trial, workers=1, limits=limits).run(trials(1, behave="eat"))
    assert result.error == "MemoryError: took more memory than its limit of 300 MB"
    assert len(np.ones(50_000_000)) == 50_000_000, "the limit has ended with the trial"


def test_workers_do_not_outlive_a_driver_that_is_killed(tmp_path):
    log = tmp_path / "pids"
    script = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from test_executors import trials\nfrom fakes import fake_trial\n"
        "from robocell.experiments.execution.executors import start_executor\n"
        "if __name__ == '__main__':\n"
        "    with start_executor('processes', fake_trial, workers=2) as pool:\n"
        f"        list(pool.run(trials(2, behave='hang', append_to={str(log)!r})))\n"
    )
    driver = subprocess.Popen([sys.executable, "-c", script])
    wait_until(lambda: log.exists() and len(log.read_text().splitlines()) == 2)
    driver.kill()
    driver.wait()
    workers = [int(line.split()[1]) for line in log.read_text().splitlines()]
    wait_until(lambda: not any(alive(worker) for worker in workers))


def test_a_script_without_a_main_guard_gets_an_explanation(tmp_path):
    script = tmp_path / "study.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from test_executors import trials\nfrom fakes import fake_trial\n"
        "from robocell.experiments.execution.executors import start_executor\n"
        "with start_executor('processes', fake_trial, workers=1) as pool:\n"
        "    list(pool.run(trials(1)))\n"
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].endswith('put the call below `if __name__ == "__main__":`')
    assert len(ran.stderr.splitlines()) < 20, "one error, not a cascade"


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"ray_address": "10.0.0.1:6379"}, "ray"),
        ({"expected_s": 0.5}, "serial"),
        ({"expected_s": 60.0}, "processes"),
        ({"expected_s": 60.0, "trials": 1}, "serial"),
        ({"expected_s": 60.0, "workers": 1}, "serial"),
    ],
)
def test_auto_chooses_the_executor_that_fits_the_work(asked, kind):
    defaults = {"expected_s": 60.0, "trials": 100, "workers": 2, "ray_address": None}
    assert choose_executor("auto", **(defaults | asked)) == kind
    assert choose_executor("serial", **(defaults | asked)) == "serial"


def test_an_unknown_executor_is_refused():
    with pytest.raises(ExperimentError, match="executor: 'slurm' is unknown; choose one of auto, serial, processes"):
        start_executor("slurm", fake_trial, workers=1)


def wait_until(true, timeout_s=20.0):
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
