"""A damaged run directory is told in one message that says what to do, or costs nothing but a trial that runs again."""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import named_trial, study
from test_runs import Listener, tables

from robocell.experiments.design.config import Outputs
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.durable import write_atomically
from robocell.experiments.execution.store import JOURNAL, PLAN, PROVENANCE
from robocell.experiments.results.audit import audit
from robocell.experiments.results.tables import load
from robocell.experiments.runner import finish, run


def go(experiment, directory, **options):
    return run(experiment, directory, function=named_trial, executor="serial", **options)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("finished") / "run"
    go(study(), folder)
    return folder


@pytest.fixture
def done(finished, tmp_path) -> Path:
    """A copy, to be damaged."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


@pytest.fixture
def sound(done) -> list[bytes]:
    return tables(done)


def lines_of(directory: Path) -> list[bytes]:
    return (directory / JOURNAL).read_bytes().splitlines(keepends=True)


WRONG_JSON = ["", "null", "7", "{", "[]", "{}", "[null, null, null]", '"text"', "\0" * 40, "[" * 100_000]


@pytest.mark.parametrize("content", WRONG_JSON)
def test_a_damaged_plan_is_reported_and_written_again_by_a_run(done, sound, content):
    (done / PLAN).write_text(content)
    with pytest.raises(ExperimentError, match=r"plan\.json: .*; `robocell run .* mends it, and runs again only what"):
        load(done)
    assert go(study(), done).ran == 0
    assert tables(done) == sound


def test_a_plan_with_another_length_or_other_keys_is_reported(done):
    plan = json.loads((done / PLAN).read_text())
    other = [dict(case, settings={"horizon": "2h"}) for case in plan]
    for wrong in (plan[:2], plan + plan, other):
        (done / PLAN).write_text(json.dumps(wrong))
        with pytest.raises(ExperimentError, match=r"plan\.json: has other cases than experiment\.yaml beside it"):
            load(done)


@pytest.mark.parametrize(
    "content",
    [
        *(
            pytest.param(content, marks=() if content in ("", "{", "[]") else pytest.mark.slow)
            for content in WRONG_JSON
        ),
        '{"versions": {}, "workers": "many"}',
    ],
)
def test_damaged_provenance_costs_no_result_and_is_stated_in_the_report(done, sound, content):
    (done / PROVENANCE).write_text(content)
    from robocell.experiments.report.page import write_report

    report = write_report(load(done), charts=[]).read_text()
    assert "provenance.json: is missing or damaged; the next run into this folder writes it again" in report
    assert go(study(), done).ran == 0
    assert load(done).provenance["executor"] == "serial"
    assert tables(done) == sound


def edited(line: bytes, **changes: object) -> bytes:
    return json.dumps(json.loads(line) | changes).encode() + b"\n"


NONSENSE = [
    b"null\n", b"7\n", b"[]\n", b"{}\n", b"\xff\xfe\n", b"\0\0\0\n", b"\n", b"[" * 100_000 + b"\n", b'{"id": 1}\n',
]  # fmt: skip
WRONG_TYPES: list[dict[str, object]] = [
    {"values": [1.0, 2.0]}, {"values": {"throughput_per_h": "fast"}}, {"values": {"throughput_per_h": 10**400}},
    {"seed": "seven"}, {"seed": float("nan")}, {"id": None}, {"status": "fine"}, {"status": []}, {"wall_s": "1"},
    {"attempts": None}, {"error": 3}, {"traceback": []}, {"extra": 1},
]  # fmt: skip


@pytest.mark.parametrize("wrong", [*NONSENSE, *WRONG_TYPES], ids=range(len(NONSENSE) + len(WRONG_TYPES)))
def test_a_damaged_line_is_named_and_its_trial_runs_again(done, sound, wrong):
    lines = lines_of(done)
    line = wrong
    if isinstance(wrong, dict):
        document = json.loads(lines[3])
        del document["check"]
        line = edited(json.dumps(document).encode(), **wrong)
    before = b"".join([*lines[:3], line, *lines[4:]])
    (done / JOURNAL).write_bytes(before)
    with pytest.raises(ExperimentError, match=r"journal\.jsonl: line 4 is damaged; `robocell run"):
        load(done)
    listener = Listener()
    assert go(study(), done, progress=listener).ran == 1
    assert len([note for note in listener.notes if "line 4 is damaged; its trial runs again" in note]) == 1
    assert tables(done) == sound
    assert (done / "trials" / "journal.damaged").read_bytes() == before
    assert go(study(), done).ran == 0


def test_an_edited_figure_is_found_and_named(done, sound):
    lines = lines_of(done)
    trial = json.loads(lines[5])
    value = str(trial["values"]["throughput_per_h"])
    lines[5] = lines[5].replace(value.encode(), b"99.5")
    (done / JOURNAL).write_bytes(b"".join(lines))
    said = rf"line 6 \(trial {trial['id']}\) was changed after it was written"
    with pytest.raises(ExperimentError, match=said):
        load(done)
    listener = Listener()
    assert go(study(), done, progress=listener).ran == 1
    assert re.search(said, listener.notes[0])
    assert tables(done) == sound


def test_old_journals_without_checksums_and_repeated_lines_are_read(done, sound):
    plain = [{key: value for key, value in json.loads(line).items() if key != "check"} for line in lines_of(done)]
    old = [json.dumps(document, separators=(",", ":")).encode() + b"\n" for document in plain]
    (done / JOURNAL).write_bytes(b"".join(old + old[:5]))
    assert go(study(), done).ran == 0
    assert tables(done) == sound


@pytest.mark.parametrize(
    "name", ["logs", "trials", "trials/journal.jsonl", "trials/plan.json", "experiment.yaml", ".lock"]
)
def test_a_file_in_place_of_a_folder_is_reported_and_vice_versa(done, name):
    path = done / name
    if path.is_dir():
        shutil.rmtree(path)
        path.touch()
    else:
        path.unlink()
        path.mkdir()
    with pytest.raises(ExperimentError, match=re.escape(str(done))):
        go(study(), done)


class Meddler(Listener):
    """Does something to the folder of a run when the third trial has ended."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        super().__init__()
        self._meddle, self._count = meddle, 0

    def advance(self, record: object) -> None:
        self._count += 1
        if self._count == 3:
            self._meddle()


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_results_of_a_folder_that_went_away_are_kept_beside_it(tmp_path, how):
    folder = tmp_path / "run"

    def meddle() -> None:
        if how == "deleted":
            shutil.rmtree(folder)
        else:
            folder.rename(tmp_path / "elsewhere")
        if how == "replaced":
            go(study(machines=(7,)), folder)

    asked = study()
    logged = replace(asked, config=asked.config.model_copy(update={"outputs": Outputs(logs="all", report=False)}))
    with pytest.raises(ExperimentError, match="while the run went on; the 4 finished trials are kept in ") as told:
        go(logged, folder, progress=Meddler(meddle))
    assert folder.exists() == (how == "replaced"), "nothing is written into a folder that is gone"
    (rescued,) = tmp_path.glob("run-rescued-*")
    assert f"kept in {rescued}: name it {folder}, or run the same command with -o {rescued}" in str(told.value)
    assert go(study(), rescued).ran == 8
    go(study(), tmp_path / "whole")
    assert tables(rescued) == tables(tmp_path / "whole")


def test_a_folder_that_becomes_read_only_is_noticed_at_the_next_result(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    may = os.access

    def lock() -> None:  # root may write everywhere
        monkeypatch.setattr(os, "access", lambda path, mode: path != folder / "trials" and may(path, mode))

    with pytest.raises(ExperimentError, match="made read-only while the run went on; the 4 finished trials are kept"):
        go(study(), folder, progress=Meddler(lock))


def test_a_log_that_was_replaced_is_reported(tmp_path):
    directory = real_run(tmp_path / "run")
    assert not any(audit(directory).values())
    trials = load(directory).trials
    first, second = (directory / "logs" / f"{trial}.npz" for trial in trials.loc[trials["case"] == 0, "trial"])
    content = first.read_bytes()
    shutil.copy(second, first)
    with pytest.raises(ExperimentError, match=f"{first.name}: is not the log that the run wrote; delete it, and `"):
        audit(directory)
    finish(load(directory))
    first.write_bytes(content[:-30])
    with pytest.raises(ExperimentError, match=rf"{first.name} is not an event log: .* Delete it, and `robocell run"):
        audit(directory)
    first.unlink()
    assert run(Experiment.load(directory), directory, executor="serial").ran == 1
    assert first.read_bytes() == content
    assert not any(audit(directory).values())


def real_run(directory: Path, machines: tuple[int, ...] = (1, 2)) -> Path:
    from fakes import line

    sweep = {"grid": {"stations.cell.machines": list(machines)}}
    outputs = {"figures": False, "report": False, "logs": "all"}
    scenario = line() | {"horizon": "3min"}
    asked = Experiment.parse({"scenario": scenario, "sweep": sweep, "replications": 2, "outputs": outputs})
    run(asked, directory, executor="serial")
    return directory


def test_a_file_is_synced_before_it_is_renamed_and_its_folder_afterwards(tmp_path, monkeypatch):
    done: list[str] = []
    sync, put = os.fsync, os.replace

    def synced(handle: int) -> None:
        done.append(f"sync {Path(os.readlink(f'/proc/self/fd/{handle}')).name}")
        sync(handle)

    def replaced(source: Path, target: Path) -> None:
        done.append("replace")
        put(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    write_atomically(tmp_path / "folder" / "plan.json", b"[]")
    assert done == ["sync .plan.json.new", "replace", "sync folder"]
    (tmp_path / "file").touch()
    with pytest.raises(ExperimentError, match=r"plan\.json: cannot be written \(File exists\); put that right and run"):
        write_atomically(tmp_path / "file" / "plan.json", b"[]")
