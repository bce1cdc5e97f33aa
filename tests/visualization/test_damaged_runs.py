"""What is damaged, gone or cannot be made is said in one message: on the page, which goes on working, and by `log`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from robocell.experiments.design.experiment import Experiment
from robocell.experiments.errors import ExperimentError
from robocell.experiments.runner import run as run_experiment
from robocell.visualization import session
from robocell.visualization.recording import Recording, recordings_in

from .conftest import PATIENCE_S, Server, cell_document, choose, running

FUSSY = '''
from robocell.agents import AGV


class FussyAGV(AGV):
    """Does not work in any factory."""

    def __init__(self, *arguments, **keywords):
        raise ValueError("no factory is good enough")
'''


def _run(folder: Path) -> Path:
    document = {
        "name": "damage",
        "scenario": cell_document() | {"horizon": "2min"},
        "replications": 4,
        "executor": "serial",
        "outputs": {"logs": "all", "figures": False, "report": False},
    }
    run_experiment(Experiment.parse(document), folder)
    return folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _run(tmp_path_factory.mktemp("damage") / "recorded")


@pytest.fixture
def recording(recorded: Path, tmp_path: Path) -> Recording:
    """The first of four recorded runs, in a folder that may be damaged."""
    return recordings_in(shutil.copytree(recorded, tmp_path / "run"))[0]


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def test_a_missing_log_is_named_with_a_remedy(recording: Recording) -> None:
    recording.path.unlink()
    with pytest.raises(ExperimentError, match=r"npz: cannot be read \(No such file.*; show another run, or `robocell"):
        _ = recording.log


def test_a_missing_run_directory_is_named_with_a_remedy(recording: Recording) -> None:
    shutil.rmtree(recording.path.parent.parent)
    with pytest.raises(ExperimentError, match=r"npz: cannot be read \(No such file"):
        _ = recording.log


def test_a_log_that_was_cut_off_is_named_with_a_remedy(recording: Recording) -> None:
    _cut(recording.path)
    with pytest.raises(ExperimentError, match=r"npz is not an event log: .* Delete it, and show another run, or"):
        _ = recording.log


def test_a_description_that_became_invalid_does_not_hide_the_runs_that_are_open(recording: Recording) -> None:
    (recording.path.parent.parent / "experiment.yaml").write_text("scenario: [")
    assert recording.log.end_s == 120.0


@pytest.fixture(scope="module")
def servers(browser, recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """A replay that is damaged while it is open, and a config whose agents cannot be made."""
    folder = tmp_path_factory.mktemp("servers")
    (folder / "fussy.py").write_text(FUSSY)
    cell = cell_document()
    fussy = cell["fleet"] | {"agvs": cell["fleet"]["agvs"] | {"class": "fussy:FussyAGV"}}
    (folder / "fussy.yaml").write_text(yaml.safe_dump(cell | {"name": "fussy", "fleet": fussy}))
    shutil.copytree(recorded, folder / "run")
    started = {
        "replay": Server(folder / "run", folder / "replay.log"),
        "live": Server(folder / "fussy.yaml", folder / "live.log"),
    }
    with running(started):
        yield started


def test_the_page_of_a_replay_keeps_working_while_its_logs_vanish(browser, servers: dict[str, Server]) -> None:
    folder = servers["replay"].log.parent / "run"
    logs = [recording.path for recording in recordings_in(folder)]
    logs[0].unlink()
    _cut(logs[1])
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(servers["replay"].url)
    message = page.locator(".v-alert")

    def show(run: int) -> None:
        choose(page, "Run", run)
        page.get_by_role("button", name="Reset", exact=True).click()

    message.get_by_text(f"{logs[0]}: cannot be read").wait_for()
    assert page.get_by_role("button", name="▶", exact=True).is_disabled()
    show(1)
    message.get_by_text(f"{logs[1]} is not an event log").wait_for()
    show(2)
    page.wait_for_function("document.querySelector('canvas.rc-floor-canvas')?.dataset.tick === '0'")
    message.wait_for(state="detached")
    shutil.rmtree(folder)
    show(3)
    message.get_by_text(f"{logs[3]}: cannot be read").wait_for()
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("document.querySelector('canvas.rc-floor-canvas')?.dataset.tick === '1'")
    assert "Traceback" not in page.inner_text("body")
    assert "Traceback" not in servers["replay"].log.read_text()
    page.close()


def test_a_config_that_cannot_be_built_is_reported_and_another_one_can_be_chosen(
    browser, servers: dict[str, Server]
) -> None:
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(servers["live"].url)
    message = page.locator(".v-alert")
    message.get_by_text("no factory is good enough").wait_for()
    assert "fussy.py:9: ValueError" in message.inner_text()
    assert "Traceback" not in page.inner_text("body")
    choose(page, "Config", "quickstart")
    page.wait_for_function("document.querySelector('canvas.rc-floor-canvas')?.dataset.tick === '0'")
    message.wait_for(state="detached")
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("document.querySelector('canvas.rc-floor-canvas')?.dataset.tick === '1'")
    page.close()


def test_a_target_that_cannot_be_opened_is_reported_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ipyvuetify
    import reacton

    from robocell.visualization.page import Page

    monkeypatch.setenv(session.TARGET, str(tmp_path))
    monkeypatch.setattr(session, "_session", None)
    _, rendered = reacton.render(Page(), handle_error=False)
    rendered.find(ipyvuetify.Alert).assert_single()
    assert "holds no run (experiment.yaml is missing)" in str(rendered.find(ipyvuetify.Alert).widget.children)
    rendered.close()
