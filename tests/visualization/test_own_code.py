"""Agent modules of the user in the viewer: found as `run` finds them, and not run where they came with a run."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from robocell.experiments.command import cli
from robocell.experiments.command.starter import write_starter
from robocell.visualization.export import export
from robocell.visualization.live import live_factory
from robocell.visualization.session import open_session

MARK = "\nfrom pathlib import Path\nPath(__file__).with_name('was_run').touch()\n"


@pytest.fixture(autouse=True)
def clean_imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither the path nor the module of one test is there in the next one."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    sys.modules.pop("my_agv", None)


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """The folder that `robocell new` writes."""
    write_starter(tmp_path / "mine")
    return tmp_path / "mine"


def robocell(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["robocell", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(str(ended.value.code))


@pytest.fixture
def foreign_run(starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A run directory whose code says when it is run; what made it is gone."""
    short = (
        "--set",
        "record.trace=false",
        "--set",
        "horizon=3min",
        "--set",
        "warm_up=0s",
        "--set",
        "replications=1",
        "--executor",
        "serial",
    )
    short += ("--set", "sweep.grid.fleet.agvs.count=[1]")
    logs = ("--set", "outputs.logs=first", "--set", "outputs.figures=false")
    folder = starter.parent / "run"
    code = starter / "my_agv.py"
    code.write_text(code.read_text() + MARK)
    assert robocell(monkeypatch, "run", starter / "experiment.yaml", "-o", folder, *short, *logs) == 0
    sys.modules.pop("my_agv")
    capsys.readouterr()
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if not entry.startswith(str(starter.parent))])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert (starter / "was_run").exists()
    starter.rename(starter.with_name("elsewhere"))
    return folder


def test_the_starter_config_is_watched_and_drawn(starter: Path, tmp_path: Path) -> None:
    session = open_session(starter / "experiment.yaml")
    factory = live_factory(next(iter(session.factories.values())))()
    assert {type(agv).__name__ for agv in factory.agvs} == {"NearbyAGV"}
    assert export(starter / "experiment.yaml", tmp_path / "floor.png", start_s=10.0, width=300).exists()


def test_a_run_of_the_starter_is_replayed_without_its_code(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    short = ("--set", "horizon=3min", "--set", "warm_up=0s", "--set", "replications=1", "--executor", "serial")
    folder = starter.parent / "run"
    assert robocell(monkeypatch, "run", starter / "experiment.yaml", "-o", folder, *short) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    view = ("view", folder, "--export", starter.parent / "floor.png", "--from", "1min", "--width", 300)
    assert robocell(monkeypatch, *view) == 0, capsys.readouterr().err


def test_code_that_came_with_a_run_is_not_run_without_consent(
    foreign_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = foreign_run / "modules" / "was_run"
    picture = foreign_run.parent / "floor.png"
    view = ("view", foreign_run, "--export", picture, "--from", "1min", "--width", 300)
    assert robocell(monkeypatch, *view) == 2
    said = capsys.readouterr().err
    assert "modules/my_agv.py" in said
    assert "add --trust" in said
    assert robocell(monkeypatch, "view", foreign_run / "experiment.yaml", "--export", picture) == 2
    assert robocell(monkeypatch, "check", foreign_run) == 0
    assert robocell(monkeypatch, "report", foreign_run) == 0
    assert "my_agv" not in sys.modules
    assert not mark.exists()
    assert robocell(monkeypatch, *view, "--trust") == 0
    assert mark.exists()
    assert picture.exists()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("", 2)])
def test_consent_is_asked_for_on_a_terminal(
    foreign_run: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    monkeypatch.setattr(sys, "stdout", Terminal())
    picture = foreign_run.parent / "floor.png"
    assert robocell(monkeypatch, "view", foreign_run, "--export", picture, "--from", "1min", "--width", 300) == code
    assert (foreign_run / "modules" / "was_run").exists() == (code == 0)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("raise ValueError('no such thing')", "my_agv.py:1: ValueError: no such thing"),
        ("import pandaz", "my_agv.py:1: ModuleNotFoundError: No module named 'pandaz'"),
        ("import json; json.loads('{')", "my_agv.py:1: JSONDecodeError"),
        ("return", "my_agv.py:1: SyntaxError: 'return' outside function"),
    ],
)
def test_a_module_that_cannot_be_imported_is_named_with_its_line(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, text: str
) -> None:
    code = starter / "my_agv.py"
    code.write_text(f"{line}\n{code.read_text()}")
    assert robocell(monkeypatch, "view", starter / "experiment.yaml", "--no-open") == 2
    said = capsys.readouterr().err
    assert text in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("missing", ["uvicorn", "solara"])
def test_without_the_extra_the_message_says_what_to_install(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    loaded = ("robocell.visualization.page", f"{missing}.")  # by other tests
    for name in [name for name in sys.modules if name.startswith(loaded)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("robocell.visualization.page", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    assert robocell(monkeypatch, "view", starter / "experiment.yaml", "--no-open") == 2
    said = capsys.readouterr().err
    assert f"needs {missing}" in said
    assert "pip install 'robocell[viz]'" in said


def test_the_folder_of_a_config_is_watched_live_while_it_runs(starter: Path) -> None:
    session = open_session(starter)
    assert not session.recordings
    assert next(iter(session.factories)) == "mine"
