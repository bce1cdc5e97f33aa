"""Ray, for real: one local Ray for all tests of this file, since it takes seconds to start."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import fake_trial, named_trial, study
from test_executors import by_replication, trials, wait_until

from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.attempts import Status
from robocell.experiments.execution.executors import start_executor
from robocell.experiments.execution.executors.base import Executor
from robocell.experiments.execution.executors.cluster import run_chunk
from robocell.experiments.execution.limits import Limits
from robocell.experiments.execution.store import FAILURES, SUMMARY, TRIALS
from robocell.experiments.runner import run


@pytest.fixture(scope="module")
def cluster() -> Iterator[Executor]:
    with start_executor("ray", fake_trial, workers=2, limits=Limits(time_s=1.0, memory_bytes=300e6)) as executor:
        yield executor


def test_ray_returns_what_serial_returns(cluster):
    asked = trials(30, level=2)
    serial = list(start_executor("serial", fake_trial, workers=1).run(asked))
    results = by_replication(cluster.run(asked), asked)
    assert [(r.id, r.values) for r in serial] == [(r.id, r.values) for r in results]


def test_a_trial_that_kills_its_ray_worker_takes_no_other_of_its_chunk_with_it(cluster):
    asked = trials(40, behave="killed", at=[7])
    results = by_replication(cluster.run(asked), asked)
    assert [r.status for r in results].count(Status.DONE) == 39
    assert (results[7].status, results[7].attempts) == (Status.DIED, 2)
    assert "WorkerCrashedError" in results[7].error


def test_failures_and_time_limits_are_recorded(cluster):
    asked = trials(2, behave="raise", at=[0]) + trials(2, behave="hang", at=[1]) + trials(2, behave="eat", at=[0])
    results = {r.id: r for r in cluster.run(asked)}
    statuses = [results[trial.id].status for trial in asked]
    assert statuses == [Status.FAILED, Status.DONE, Status.DONE, Status.TIMEOUT, Status.FAILED, Status.DONE]
    assert results[asked[4].id].error == "MemoryError: took more memory than its limit of 300 MB"


def test_output_of_a_trial_is_returned_with_its_result(cluster):
    asked = trials(6, behave="print", at=[1, 4])
    printed = [result.printed for result in by_replication(cluster.run(asked), asked)]
    assert printed == ["", "bidding\na warning\n", "", "", "bidding\na warning\n", ""]


def test_workers_of_a_local_ray_have_the_niceness_of_the_driver(cluster):
    assert {result.printed for result in cluster.run(trials(4, behave="tell niceness"))} == {f"{os.nice(0)}\n"}


def test_a_missing_ray_is_explained():
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from robocell.experiments.execution.executors import start_executor\n"
            "start_executor('ray', print, workers=1, ray_address='127.0.0.1:1')",
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "no Ray cluster could be reached at '127.0.0.1:1'" in ran.stderr.splitlines()[-1]


def test_an_interrupted_driver_leaves_no_ray_process_behind(tmp_path):
    log = tmp_path / "pids"
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_executors import trials\nfrom fakes import fake_trial\n"
        "from robocell.experiments.execution.executors import start_executor\n"
        "with start_executor('ray', fake_trial, workers=1) as cluster:\n"
        f"    list(cluster.run(trials(2, behave='hang', append_to={str(log)!r})))\n"
    )
    driver = subprocess.Popen([sys.executable, "-c", script], start_new_session=True, stderr=subprocess.DEVNULL)
    wait_until(log.exists, timeout_s=60)
    os.killpg(driver.pid, 2)
    driver.wait(timeout=30)
    assert not list(Path("/tmp").glob(f"robocell-ray-{driver.pid}-*"))
    wait_until(lambda: not processes_of_session(driver.pid))


def processes_of_session(session: int) -> list[str]:
    found = subprocess.run(["ps", "-s", str(session), "-o", "args="], capture_output=True, text=True, check=False)
    return found.stdout.split("\n")[:-1]


def test_ray_writes_the_same_tables_as_serial(cluster, tmp_path):
    run(study(), tmp_path / "serial", function=named_trial, executor="serial")
    outcome = run(study(), tmp_path / "ray", function=named_trial, executor="ray")
    assert (outcome.executor, outcome.ran) == ("ray", 12)
    for name in (TRIALS, FAILURES, SUMMARY):
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "serial" / name).read_bytes()


def test_a_node_with_another_robocell_is_refused():
    with pytest.raises(ExperimentError, match=r"has robocell .*, the driver has 0.0.1 on Python 3; .* the same"):
        run_chunk(fake_trial, trials(1), Limits(), ("0.0.1", "3"))
