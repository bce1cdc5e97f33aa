"""A command loads only what it uses: to check a config takes no compiler, no data frames and no plots."""

import json
import subprocess
import sys

import pytest

SMALL = """
scenario:
  layout: {art: "I.O\\n.S.\\n...", legend: {I: source, O: sink, S: cell}}
  stations: {cell: {operations: {work: 5s}}}
  fleet: {agvs: {count: 1}}
  products: {part: {routing: [work]}}
  orders: {kind: deterministic, every: 20s}
  horizon: 2min
sweep: {grid: {fleet.agvs.count: [1, 2]}}
replications: 2
"""
HEAVY = {
    "filelock", "jinja2", "matplotlib", "mesa", "networkx", "numba", "numpy.ma", "pandas", "pyarrow", "ray", "rich",
    "scipy.sparse", "scipy.special", "scipy.stats",
}  # fmt: skip
BASIC = {"numpy", "pydantic", "scipy", "yaml"}

MAIN = """
import contextlib, sys
from robocell.experiments.command.cli import main
with contextlib.suppress(SystemExit):
    main()
"""


def loaded(program: str, *arguments: str) -> set[str]:
    """The modules that a process has loaded at its end."""
    return printed(program, *arguments)[1]


def printed(program: str, *arguments: str) -> tuple[str, set[str]]:
    """What a process has printed, and the modules that it has loaded at its end."""
    script = f"{program}\nimport sys; print('loaded:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    text, _, modules = done.stdout.rpartition("loaded:")
    return text, set(modules.split())


def test_the_command_itself_is_light():
    found = loaded("import robocell.experiments.command.cli, robocell.experiments")
    assert "typer" in found
    assert not found & (HEAVY | BASIC)


def test_help_needs_no_simulator():
    found = loaded(MAIN, "--help")
    assert "typer" in found
    assert not found & (HEAVY | BASIC) - {"rich"}


@pytest.mark.parametrize("config", ["quickstart", "fleet_sizing", "job_shop", "job_shop_agvs"])
def test_a_config_is_checked_with_what_reads_it(config):
    found = loaded(MAIN, "validate", config)
    assert "robocell.environments.scenario.jam_risk" in found
    assert not found & HEAVY


def test_a_run_with_nothing_new_shows_the_same_without_what_runs_and_tells_it(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL)
    command = ("run", str(tmp_path / "small.yaml"), "-o", str(tmp_path / "out"))
    first, found = printed(MAIN, *command, "--executor", "serial")
    assert {"pandas", "numba", "mesa", "matplotlib"} < found
    again, found = printed(MAIN, *command)
    assert "rich" in found
    assert not found & HEAVY - {"filelock", "rich"}

    def figures(text: str) -> list[str]:
        return [line for line in text.splitlines() if " trials in " not in line]

    assert figures(again) == figures(first)
    assert len(figures(again)) > 5
    as_json, found = printed(MAIN, *command, "--json")
    assert json.loads(as_json)["cases"][1]["throughput_per_h"]["text"] in first
    assert not found & HEAVY - {"filelock"}
