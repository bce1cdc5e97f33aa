"""A run goes on in its own folder with all that it needs, and takes no folder from another experiment."""

import shutil
from pathlib import Path

import pytest
import yaml
from fakes import line, named_trial, study
from test_cli import robocell

from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.trials import identity
from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.progress import Silent
from robocell.experiments.execution.store import EXPERIMENT, PLAN, Store
from robocell.experiments.runner import run

SHORT = ("--set", "outputs.report=false", "--set", "outputs.figures=false", "--executor", "serial", "--json")
CLASS = "from robocell.agents import Station\n\n\nclass Own(Station):\n    pass\n"


@pytest.fixture
def mine(tmp_path) -> Path:
    """A finished run in `run`, whose two agent classes, of a module and of a package, are kept there alone."""
    work = tmp_path / "work"
    (work / "shop").mkdir(parents=True)
    (work / "own_cell.py").write_text(CLASS)
    (work / "shop" / "__init__.py").write_text("")
    (work / "shop" / "press.py").write_text(CLASS)
    stations = {
        "cell": {"operations": {"work": "10s"}, "class": "own_cell:Own"},
        "press": {"operations": {"press": "10s"}, "class": "shop.press:Own"},
    }
    scenario = line() | {"stations": stations, "products": {"part": {"routing": ["work", "press"]}}, "horizon": "5min"}
    (work / "study.yaml").write_text(yaml.safe_dump({"scenario": scenario}))
    ran = robocell("run", "study.yaml", "-o", tmp_path / "run", *SHORT, cwd=work)
    assert ran.returncode == 0, ran.stderr
    shutil.rmtree(work)
    return tmp_path / "run"


def classes(directory: Path) -> list[str]:
    folder = directory / "modules"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))


@pytest.mark.parametrize("config", ["run", "run/experiment.yaml"])
@pytest.mark.parametrize(("options", "counts"), [((), '"reused": 1'), (("--fresh",), '"ran": 1')])
def test_a_run_continued_in_its_own_folder_keeps_the_classes_of_the_user(mine, config, options, counts):
    kept = ["own_cell.py", "shop/__init__.py", "shop/press.py"]
    for _ in range(2):
        ran = robocell("run", config, "-o", "run", *SHORT, *options, cwd=mine.parent)
        assert ran.returncode == 0, ran.stderr
        assert counts in ran.stdout
        assert classes(mine) == kept
    assert not list(mine.glob(".modules*"))


def test_the_folder_of_modules_holds_only_the_classes_of_the_last_run(mine):
    experiment = yaml.safe_load((mine / EXPERIMENT).read_text())
    del experiment["scenario"]["stations"]["press"]["class"]
    (mine.parent / "other.yaml").write_text(yaml.safe_dump(experiment))
    shutil.copy(mine / "modules" / "own_cell.py", mine.parent)
    ran = robocell("run", "other.yaml", "-o", "run", "--fresh", *SHORT, cwd=mine.parent)
    assert ran.returncode == 0, ran.stderr
    assert classes(mine) == ["own_cell.py"]


def test_a_fresh_run_that_dies_at_once_has_not_lost_its_config(mine):
    with Store(mine, fresh=True):
        pass
    assert not (mine / "trials" / "journal.jsonl").read_bytes()
    assert robocell("run", "run", "-o", "run", *SHORT, cwd=mine.parent).returncode == 0


class Asked(Silent):
    def __init__(self, answer: bool) -> None:
        self.answer = answer
        self.questions: list[str] = []

    def confirm(self, question: str) -> bool:
        self.questions.append(question)
        return self.answer


def go(experiment: Experiment, directory: Path, **options):
    return run(experiment, directory, function=named_trial, executor="serial", **options)


def test_a_folder_of_another_experiment_is_left_alone_unless_the_user_agrees(tmp_path):
    go(study(), tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in (EXPERIMENT, PLAN)}
    other = study(sleep_s=0.0)
    said = "holds 12 trials of another experiment, and none of this"
    with pytest.raises(ExperimentError, match=rf"{said}; choose another folder \(-o DIR\), or .* with --fresh"):
        go(other, tmp_path)
    no = Asked(False)
    with pytest.raises(ExperimentError, match=said):
        go(other, tmp_path, progress=no)
    assert said in no.questions[0]
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert go(other, tmp_path, progress=Asked(True)).ran == 12
    assert go(study(), tmp_path).reused == 12, "both lie side by side now"
    assert go(study(machines=(7,), sleep_s=0.1), tmp_path, fresh=True).ran == 4


def test_the_same_experiment_continues_without_a_question(tmp_path, monkeypatch):
    no = Asked(False)
    go(study(machines=(1, 2)), tmp_path, progress=no)
    assert go(study(machines=(2, 3), replications=5), tmp_path, progress=no).reused == 4
    monkeypatch.setattr(
        "robocell.experiments.design.cases.identity", lambda document: identity([document, "another robocell"])
    )
    assert go(study(machines=(3, 4)), tmp_path, progress=no).ran == 8
    assert not no.questions


def test_edited_classes_belong_to_the_same_experiment(mine):
    own = mine / "modules" / "own_cell.py"
    own.write_text(own.read_text() + "\n# edited\n")
    ran = robocell("run", "run", "-o", "run", *SHORT, cwd=mine.parent)
    assert ran.returncode == 0, ran.stderr
    assert '"ran": 1' in ran.stdout


def test_the_question_is_asked_only_on_a_terminal(monkeypatch, capsys):
    from io import StringIO

    from robocell.experiments.command.console import Bar

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    for text, agreed in (("y\n", True), ("\n", False), ("no\n", False)):
        monkeypatch.setattr("sys.stdin", Terminal(text))
        assert not Bar().confirm("really?"), "standard error is not a terminal"
        monkeypatch.setattr("sys.stderr", Terminal())
        assert Bar().confirm("really?") is agreed
        assert not Bar(quiet=True).confirm("really?")
        monkeypatch.undo()
