"""Kernels are compiled once, before the first trial, in a folder that can be written to, and one line says so."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from robocell.environments.scenario import Scenario
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.execution import kernel_cache, kernels
from robocell.experiments.execution.kernels import KERNEL_SETS, TINY, compile_kernels, kernel_sets_of
from robocell.experiments.execution.progress import Silent
from robocell.experiments.runner import run
from robocell.testing import changed

COUNT = """
import gc
from pathlib import Path
from numba.core.dispatcher import Dispatcher
from robocell import Experiment, Factory
from robocell.experiments.execution.kernels import compile_kernels, kernel_sets_of

scenarios = {{}}
for config in sorted(Path({configs!r}).glob("*.yaml")):
    for case in Experiment.load(str(config)).cases:
        agvs = case.scenario.fleet.agvs if case.scenario.fleet else None
        kind = (config, case.scenario.transport, case.scenario.negotiation.mechanism, agvs and agvs.kinematics)
        scenarios.setdefault(kind, case.scenario)
compile_kernels(kernel_sets_of(scenarios.values()), print)
for scenario in scenarios.values():
    factory = Factory(scenario.model_copy(update={{"horizon_s": 300.0, "warm_up_s": 60.0}}), rng=1)
    factory.run_until(300.0)
    factory.close()
ours = [d for d in gc.get_objects() if isinstance(d, Dispatcher) and d.py_func.__module__.startswith("robocell")]
print(sum(sum(d.stats.cache_misses.values()) for d in ours), sum(sum(d.stats.cache_hits.values()) for d in ours))
"""


@pytest.fixture
def cold(tmp_path, monkeypatch) -> Path:
    """An empty folder of kernels, in which compiling takes no time."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(kernels, "_compile", lambda sets: [each.mark.write_text(kernels._origin()) for each in sets])
    return tmp_path


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


def test_when_kernels_are_compiled_no_shipped_config_compiles_any():
    configs = Path(kernels.__file__).parents[1] / "configs"
    script = COUNT.format(configs=str(configs))
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    misses, hits = map(int, shown.splitlines()[-1].split())
    assert (misses, hits > 5) == (0, True)


def test_the_first_run_prints_one_line_and_the_next_none(cold, tmp_path):
    experiment = Experiment.parse({"scenario": TINY, "outputs": {"report": False, "figures": False}})
    for said in (["compiling the kernels, once, about 9 s"], []):
        notes = Notes()
        outcome = run(experiment, tmp_path / f"run{len(said)}", executor="serial", progress=notes)
        assert (outcome.ran > 0, notes.said) == (True, said)


def test_kernels_count_as_cold_when_their_source_or_numba_has_changed(cold, monkeypatch):
    assert [each.name for each in compile_kernels(KERNEL_SETS, str)] == ["floor", "what_if", "inertia", "lookahead"]
    assert compile_kernels(KERNEL_SETS, str) == []
    monkeypatch.setattr(kernels, "version", lambda package: "0.0")
    assert compile_kernels(KERNEL_SETS, str) == list(KERNEL_SETS)


def test_only_the_kernels_that_scenarios_use_are_compiled():
    def names(**changes: object) -> list[str]:
        return [each.name for each in kernel_sets_of([Scenario.parse(changed(TINY, **changes))])]

    assert names() == ["floor"]
    assert names(negotiation={"mechanism": "what_if"}) == ["floor", "what_if"]
    assert names(fleet__agvs__kinematics="differential") == ["floor", "inertia"]
    assert names(fleet__agvs__loaded_speed="0.5m/s") == ["floor", "inertia"]
    assert names(transport={"kind": "grid", "planner": "lookahead"}) == ["floor", "lookahead"]


@pytest.mark.parametrize("kernel_set", KERNEL_SETS, ids=lambda each: each.name)
def test_the_sample_of_each_set_uses_it(kernel_set):
    assert kernel_set in kernel_sets_of([Scenario.parse(kernel_set.sample)])


def test_a_process_that_fails_leaves_no_mark(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    notes: list[str] = []
    unknown = replace(KERNEL_SETS[0], name="unknown")
    assert compile_kernels([unknown], notes.append) == [unknown]
    assert (len(notes), unknown.compiled) == (1, False)


def test_two_runs_that_start_together_compile_once(cold, monkeypatch):
    quick, calls = kernels._compile, []

    def slow(sets):
        calls.append(sets)
        time.sleep(0.2)
        quick(sets)

    monkeypatch.setattr(kernels, "_compile", slow)
    threads = [threading.Thread(target=compile_kernels, args=(KERNEL_SETS, str)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert compile_kernels(KERNEL_SETS, pytest.fail) == []


def folder_chosen(monkeypatch, *, beside: bool, **environment: str) -> str | None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(kernel_cache, "_writable", lambda folder: beside)
    monkeypatch.setattr(kernel_cache.sys, "platform", "linux")
    monkeypatch.setattr(sys.modules["numba"].config, "CACHE_DIR", "")
    kernel_cache.choose_folder()
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    return chosen


def test_kernels_are_kept_where_they_can_be_written(tmp_path, monkeypatch):
    home, cache = tmp_path / "home", tmp_path / "cache"
    assert folder_chosen(monkeypatch, beside=True) is None
    assert folder_chosen(monkeypatch, beside=False, NUMBA_CACHE_DIR="mine") == "mine"
    assert folder_chosen(monkeypatch, beside=False, XDG_CACHE_HOME=str(cache)) == str(cache / "robocell" / "kernels")
    assert folder_chosen(monkeypatch, beside=False, XDG_CACHE_HOME="", HOME=str(home)) == str(
        home / ".cache" / "robocell" / "kernels"
    )


def test_without_a_home_kernels_are_kept_in_a_temporary_folder_of_this_user(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    home = {"XDG_CACHE_HOME": "", "HOME": str(tmp_path / "file")}
    chosen = folder_chosen(monkeypatch, beside=False, **home)
    assert chosen is not None
    assert Path(chosen).parent == tmp_path
    assert Path(chosen).stat().st_mode & 0o077 == 0
    assert chosen == sys.modules["numba"].config.CACHE_DIR  # numba was imported before
    monkeypatch.setattr(kernel_cache.os, "getuid", lambda: 12345)
    (tmp_path / "robocell-kernels-12345").mkdir()  # made by another user, who could put anything into it
    assert folder_chosen(monkeypatch, beside=False, **home) is None
