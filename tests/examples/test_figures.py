"""The figures of README and docs are those that the commands beside them print."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def docs_figures() -> Any:
    spec = importlib.util.spec_from_file_location("docs_figures", ROOT / "docs" / "figures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FIGURES = docs_figures()
SAYS = "| case | parts/h | ms a tick |\n|---|---|---|\n| **two** | 20.5 ± 1.0 | 3 |\n"
PRINTED = (
    "some words\n| case | other |\n|---|---|\n| two | 1 |\n\n| case | parts/h | ms a tick |\n"
    "|---|---|---|\n| one | 10.0 | 1 |\n| two | {} | {} |\n"
)


def test_a_table_that_differs_only_by_the_machine_is_accepted():
    assert FIGURES.differences(SAYS, PRINTED.format("20.5 ± 1.0", "99")) == []
    assert FIGURES.remade(SAYS, PRINTED.format("20.5 ± 1.0", "99")).splitlines()[-1] == "| two | 20.5 ± 1.0 | 99 |"


def test_a_figure_that_the_code_does_not_produce_is_reported_and_can_be_replaced():
    printed = PRINTED.format("20.6 ± 1.0", "3")
    (difference,) = FIGURES.differences(SAYS, printed)
    assert "20.5" in difference
    assert "20.6" in difference
    assert FIGURES.differences(FIGURES.remade(SAYS, printed), printed) == []


def test_a_row_that_is_no_longer_printed_is_reported():
    with pytest.raises(ValueError, match="no row 'two'"):
        FIGURES.differences(SAYS, "| case | parts/h | ms a tick |\n|---|---|---|\n| one | 1 | 2 |\n")
    with pytest.raises(ValueError, match="no row 'case'"):
        FIGURES.differences(SAYS, "| case | parts/day | ms a tick |\n| two | 1 | 2 |\n")


def test_lines_of_other_text_may_leave_something_out():
    printed = "With 2 AGVs   35.2 ± 2.8  parts/h\nReport: x\n"
    assert FIGURES.differences("    With 2 AGVs 35.2 ± 2.8 …\n", "With 2 AGVs   35.2 ± 2.8  parts/h\n") == []
    assert FIGURES.differences("    With 2 AGVs 35.3 …\n\n", printed) != []


def test_a_block_whose_command_lacks_its_data_says_so(monkeypatch):
    block = FIGURES.Block(ROOT / "README.md", "python studies/traffic.py $NO_SUCH_FOLDER", "")
    assert block.lacks == "NO_SUCH_FOLDER"
    monkeypatch.setenv("NO_SUCH_FOLDER", "/somewhere")
    assert block.lacks is None


@pytest.mark.slow
@pytest.mark.parametrize("command", dict.fromkeys(block.command for block in FIGURES.blocks()))
def test_every_figure_is_what_its_command_prints(command, monkeypatch):
    traffic = ROOT.parent / "shared" / "benchmarks" / "traffic"
    if "TRAFFIC" not in os.environ and traffic.is_dir():
        monkeypatch.setenv("TRAFFIC", str(traffic))
    if lacking := FIGURES.Block(ROOT, command, "").lacks:
        pytest.skip(f"{lacking} is not set: the folder of the public instances that this command needs")
    printed = FIGURES.printed_by(command)
    for block in FIGURES.blocks():
        if block.command == command:
            assert FIGURES.differences(block.text, printed) == [], block.document.name
