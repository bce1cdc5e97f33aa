"""Drivers, workers and nodes are killed at random points; in the end every trial is there once, byte for byte."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import named_trial, study
from test_executors import wait_until
from test_runs import tables

from robocell.experiments.execution.journal import Record, read
from robocell.experiments.execution.store import JOURNAL
from robocell.experiments.runner import run

HERE = Path(__file__).parent
DRIVER = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from pathlib import Path
from fakes import named_trial, study
from robocell.experiments import runner
from robocell.experiments.execution import session
from robocell.experiments.execution.executors import start_executor

folder, executor, replications, pids = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
address = sys.argv[5] if len(sys.argv) > 5 else None

def start(name, function, **options):  # the fake trials travel to the nodes like the agent classes of a user
    return start_executor(name, function, **options | {{"user_modules": [Path({str(HERE / "fakes.py")!r})]}})

if __name__ == "__main__":
    session.start_executor = start
    asked = study(replications=replications, sleep_s=0.05, append_to=pids)
    options = {{"executor": executor, "workers": 2, "ray_address": address, "retry_failed": True}}
    runner.run(asked, folder, function=named_trial, **options)
"""


class Chaos:
    """A run that is killed and started again, until it gets through."""

    def __init__(
        self, folder: Path, executor: str, *, replications: int, seed: int, address: str | None = None
    ) -> None:
        self.folder, self.pids, self.errors = folder, folder.with_suffix(".pids"), folder.with_suffix(".errors")
        self.random = random.Random(seed)
        self.blows = 0
        arguments = [str(folder), executor, str(replications), str(self.pids), *([address] if address else [])]
        self._command = [sys.executable, "-c", DRIVER, *arguments]
        self.driver = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.errors.open("a") as errors:
            return subprocess.Popen(self._command, stderr=errors, stdout=subprocess.DEVNULL)

    def lines(self) -> int:
        journal = self.folder / JOURNAL
        return journal.read_bytes().count(b"\n") if journal.exists() else 0

    def wait_for(self, more: int, timeout_s: float = 60.0) -> bool:
        """Until the journal has grown; False when the run has ended before."""
        goal = self.lines() + more
        wait_until(lambda: self.lines() >= goal or self.driver.poll() is not None, timeout_s)
        return self.driver.poll() is None

    def kill_a_worker(self) -> None:
        """The process of the youngest trial, at a random moment of it."""
        time.sleep(self.random.uniform(0.0, 0.05))
        process = int(self.pids.read_text().splitlines()[-1].split()[1])
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            self.blows += 1

    def kill_the_driver(self) -> None:
        self.driver.kill()
        self.driver.wait()
        self.blows += 1
        self.driver = self._start()

    def finish(self) -> None:
        """To the end; a trial that was hit twice is recorded as died, and --retry-failed runs it again."""
        for _ in range(3):
            assert self.driver.wait(timeout=300) == 0, self.errors.read_text()[-3000:]
            last = {record.id: record for record, _ in read(self.folder / JOURNAL) if isinstance(record, Record)}
            if all(record.done for record in last.values()):
                return
            self.driver = self._start()
        raise AssertionError("some trials died again and again")


def same_as_undisturbed(chaos: Chaos, replications: int, tmp_path: Path) -> None:
    """Nothing lost, nothing twice, the same bytes."""
    told = {"sleep_s": 0.05, "append_to": str(chaos.pids)}
    run(
        study(replications=replications, **told),
        tmp_path / "whole",
        function=named_trial,
        executor="processes",
        workers=2,
    )
    assert tables(chaos.folder) == tables(tmp_path / "whole")
    done = [record.id for record, _ in read(chaos.folder / JOURNAL) if isinstance(record, Record) and record.done]
    assert len(done) == len(set(done)) == 3 * replications


def test_five_blows_to_a_pool_cost_nothing(tmp_path):
    chaos = Chaos(tmp_path / "run", "processes", replications=15, seed=1)
    while chaos.blows < 5:
        if not chaos.wait_for(chaos.random.randint(1, 4)):
            break
        if chaos.blows % 3 == 2:
            chaos.kill_the_driver()
        else:
            chaos.kill_a_worker()
    chaos.finish()
    assert chaos.blows == 5
    same_as_undisturbed(chaos, 15, tmp_path)


@pytest.mark.slow
def test_two_hundred_blows_to_a_pool_cost_nothing(tmp_path):
    chaos = Chaos(tmp_path / "run", "processes", replications=250, seed=2)
    while chaos.blows < 200 and chaos.wait_for(chaos.random.randint(1, 4)):
        chaos.kill_the_driver() if chaos.blows % 7 == 6 else chaos.kill_a_worker()
    chaos.finish()
    assert chaos.blows == 200
    same_as_undisturbed(chaos, 250, tmp_path)


class Cluster:
    """A Ray cluster of two nodes on this machine; they know nothing of this folder and its modules."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self._temp = folder
        self.head = self._node("--head", f"--port={port}", f"--temp-dir={folder}", "--include-dashboard=false")
        wait_until(self._listens, timeout_s=60)
        self.second = self.add_node()

    def add_node(self) -> subprocess.Popen[bytes]:
        return self._node(f"--address={self.address}")

    def _node(self, *options: str) -> subprocess.Popen[bytes]:
        ray = str(Path(sys.executable).with_name("ray"))
        command = [ray, "start", *options, "--block", "--num-cpus=1", "--object-store-memory=80000000"]
        command += ["--node-ip-address=127.0.0.1", "--disable-usage-stats"]
        return subprocess.Popen(
            command, start_new_session=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _listens(self) -> bool:
        host, port = self.address.split(":")
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return True
        return False

    @staticmethod
    def kill(node: subprocess.Popen[bytes]) -> None:
        """The node with everything that runs on it, as when its plug is pulled."""
        for process in session(node.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        node.wait()


def session(leader: int) -> list[int]:
    found = subprocess.run(["ps", "-s", str(leader), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(process) for process in found.stdout.split()]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", os.urandom(32).hex())
        import tempfile

        with tempfile.TemporaryDirectory(prefix="rc-", dir="/tmp", ignore_cleanup_errors=True) as folder:
            running = Cluster(Path(folder))
            try:
                yield running
            finally:
                running.kill(running.second)
                running.kill(running.head)


def blows_to_a_cluster(cluster: Cluster, folder: Path, *, blows: int, seed: int, replications: int) -> Chaos:
    chaos = Chaos(folder, "ray", replications=replications, seed=seed, address=cluster.address)
    nodes = drivers = 0
    while chaos.blows < blows and chaos.wait_for(chaos.random.randint(1, 4), timeout_s=120):
        if chaos.blows >= (nodes + 1) * blows // 2 and nodes < 1:
            cluster.kill(cluster.second)
            chaos.blows, nodes = chaos.blows + 1, nodes + 1
            cluster.second = cluster.add_node()
        elif chaos.blows >= (drivers + 1) * blows // 3:
            chaos.kill_the_driver()
            drivers += 1
        else:
            chaos.kill_a_worker()
    chaos.finish()
    assert chaos.blows == blows
    return chaos


def test_four_blows_to_a_cluster_of_two_nodes_cost_nothing(cluster, tmp_path):
    chaos = blows_to_a_cluster(cluster, tmp_path / "run", blows=4, seed=3, replications=12)
    same_as_undisturbed(chaos, 12, tmp_path)


@pytest.mark.slow
def test_two_hundred_blows_to_a_cluster_cost_nothing(cluster, tmp_path):
    chaos = blows_to_a_cluster(cluster, tmp_path / "run", blows=200, seed=4, replications=450)
    same_as_undisturbed(chaos, 450, tmp_path)
