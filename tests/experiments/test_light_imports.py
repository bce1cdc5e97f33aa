"""A command loads only what it uses: to check a config takes no compiler, no data frames and no plots."""

import subprocess
import sys

import pytest

HEAVY = {
    "jinja2", "matplotlib", "mesa", "networkx", "numba", "numpy.ma", "pandas", "pyarrow", "ray", "rich",
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
    script = f"{program}\nimport sys; print('loaded:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("loaded:")[2].split())


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
