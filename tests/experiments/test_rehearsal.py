"""`robocell validate` builds what a user's own classes make, and says where they fail."""

import subprocess
import sys
from pathlib import Path

import pytest
from fakes import line

from robocell.agents.errors import RobocellError
from robocell.environments.config.documents import Document
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.execution.rehearsal import rehearse

SOURCE = """
from robocell.agents import AGV, Station

class Cell(Station): pass
class Truck(AGV): pass
class Locked(Station):
    def __init__(self, *given, **named):
        raise KeyError("lost")
"""


def study(folder: Path, module: str, source: str, name: str) -> Experiment:
    (folder / f"{module}.py").write_text(source)
    data = {"scenario": line(), "sweep": {"grid": {"stations.cell.class": [None, f"{module}:{name}"]}}}
    return Experiment._of(Document("study.yaml", folder, data), None)


@pytest.mark.parametrize(
    ("module", "source", "name", "said"),
    [
        ("kinds_a", SOURCE, "Truck", r"'kinds_a:Truck' .* must be a subclass of robocell\.agents\.Station"),
        ("kinds_b", SOURCE, "Locked", r"class=kinds_b:Locked: .* cannot be built: .*kinds_b\.py:8: KeyError: 'lost'"),
        ("kinds_c", "raise OSError('no disk')\nclass Cell: pass", "Cell", r"kinds_c\.py:1: OSError: no disk"),
        (
            "kinds_d",
            "import nowhere_at_all\nclass Cell: pass",
            "Cell",
            r"kinds_d\.py:1: ModuleNotFoundError: ",
        ),
    ],
)
def test_an_agent_that_cannot_be_built_is_reported_with_its_place(tmp_path, module, source, name, said):
    with pytest.raises(RobocellError, match=said):
        rehearse(study(tmp_path, module, source, name), pytest.fail)


def test_a_sound_class_passes_and_leaves_no_trace_in_the_path(tmp_path):
    before = list(sys.path)
    rehearse(study(tmp_path, "kinds_e", SOURCE, "Cell"), pytest.fail)
    assert "kinds_e" in sys.modules
    assert sys.path == before


def test_without_own_classes_no_factory_is_even_imported():
    script = "import sys, pytest; from robocell import Experiment\n"
    script += "from robocell.experiments.execution.rehearsal import rehearse\n"
    script += "rehearse(Experiment.load('quickstart'), pytest.fail)\n"
    script += "print([name for name in sys.modules if name.startswith('robocell.environments.factory')])"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
