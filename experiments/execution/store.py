"""A run directory: its content, the lock for writing, and the trials that are already done.

DIR/experiment.yaml      the experiment, resolved: needs no other file
    provenance.json      versions, seed, host, command
    modules/             the user's agent classes
    trials/plan.json     the cases, with what identifies their trials
    trials/journal.jsonl one line per finished trial; authoritative
    trials/trials.parquet, failures.parquet   made from it, the same bytes whatever the order of completion
    logs/<id>.npz        event logs, where kept
    logs/<id>.txt        what trials have printed
    summary.csv figures/ report.html
"""

import contextlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import yaml

from ..design.classes import UserModule, copy_modules
from ..design.experiment import Experiment
from ..design.trials import Trial
from ..errors import ExperimentError, LostFolderError
from .attempts import TrialResult
from .durable import write_atomically
from .folder_lock import FolderLock
from .journal import Journal, Record

EXPERIMENT = "experiment.yaml"
PROVENANCE = "provenance.json"
JOURNAL = "trials/journal.jsonl"
TRIALS = "trials/trials.parquet"
PLAN = "trials/plan.json"
FAILURES = "trials/failures.parquet"
SUMMARY = "summary.csv"
LOGS = "logs"
MODULES = "modules"
FIGURES = "figures"
REPORT = "report.html"
ORIGIN = {  # the parts of provenance.json that are read
    **dict.fromkeys(("command", "started", "executor", "host", "platform", "python"), str),
    "seed": int,
    "workers": int,
    "versions": dict,
}
RESULTS = (JOURNAL, PLAN, TRIALS, FAILURES, LOGS, FIGURES, PROVENANCE, SUMMARY, REPORT)


class Store:
    """A run directory opened for writing; at most one at a time, over all processes.

    Raises ExperimentError when another process has it, when it is not a run directory, or cannot be written.
    """

    def __init__(self, directory: str | Path, *, fresh: bool = False) -> None:
        self.directory = Path(directory)
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExperimentError(f"{self.directory}: cannot be made ({error.strerror})") from None
        try:
            foreign = any(self.directory.iterdir()) and not (self.directory / "trials").is_dir()
        except OSError as error:
            raise ExperimentError(f"{self.directory}: cannot be read ({error.strerror})") from None
        if foreign and not self._only_lock():
            raise ExperimentError(f"{self.directory}: holds other files and no run; choose a new or empty folder")
        self._lock = FolderLock(self.directory)
        try:
            if fresh:
                self._clear()
            for folder in ("trials", LOGS):
                (self.directory / folder).mkdir(exist_ok=True)
            self.journal = Journal(self.directory / JOURNAL)
        except OSError as error:
            self._lock.release()
            raise ExperimentError(
                f"{error.filename or self.directory}: cannot be opened ({error.strerror}); move what is there away, "
                "or run with --fresh"
            ) from None
        except BaseException:
            self._lock.release()
            raise

    @property
    def records(self) -> dict[str, Record]:
        """The latest record of every finished trial, by id; also of trials that are not in today's sweep."""
        return self.journal.records

    @property
    def software(self) -> str | None:
        """The version of robocell of the last run here; None if there was none, or it is not recorded."""
        try:
            return read_provenance(self.directory)["software"]
        except (ExperimentError, KeyError):
            return None

    def missing(self, trial: Trial, *, retry_failed: bool = False) -> bool:
        """Whether the trial has to run: no record, no log where one is kept, or a failure that is to be retried."""
        record = self.records.get(trial.id)
        if record is None or (retry_failed and not record.done):
            return True
        return record.done and trial.keep_log and not self.log_path(trial.id).is_file()

    def add(self, trial: Trial, result: TrialResult) -> Record:
        """Saves a result: first the log, then the line that says that the trial is finished."""
        with contextlib.suppress(LostFolderError):  # of which the journal tells, with the result in its records
            if result.log is not None:
                self._keep(self.log_path(trial.id), result.log)
            if result.printed:
                self._keep(self.log_path(trial.id).with_suffix(".txt"), result.printed.encode(errors="replace"))
        return self.journal.append(trial, result)

    def _keep(self, path: Path, content: bytes) -> None:
        self.journal.check_present()
        try:
            write_atomically(path, content)
        except ExperimentError as error:
            self.journal.check_present()
            raise ExperimentError(
                f"{error}; {len(self.records)} trials are safe (outputs.logs says which logs are kept)"
            ) from None

    def log_path(self, trial_id: str) -> Path:
        return self.directory / LOGS / f"{trial_id}.npz"

    def describe(self, experiment: Experiment, provenance: dict[str, Any]) -> None:
        """Writes the files that describe the run: experiment.yaml, provenance.json and the user's modules."""
        text = yaml.dump(experiment.resolved(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
        write_atomically(self.directory / EXPERIMENT, text.encode())
        self.plan(experiment)
        self.sign(provenance)
        try:
            self._keep_modules(experiment.modules)
        except OSError as error:
            raise ExperimentError(f"{self.directory / MODULES}: cannot be written ({error})") from None

    def sign(self, provenance: dict[str, Any]) -> None:
        """Writes provenance.json."""
        write_atomically(self.directory / PROVENANCE, (json.dumps(provenance, indent=2) + "\n").encode())

    def plan(self, experiment: Experiment) -> None:
        """Writes the cases, also whenever a question adds some."""
        write_atomically(self.directory / PLAN, (json.dumps(experiment.plan, indent=1) + "\n").encode())

    def close(self) -> None:
        self.journal.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _keep_modules(self, modules: Sequence[UserModule]) -> None:
        """Replaces the content of modules/ by these, which may be in modules/ themselves: so they are copied first."""
        folder, new, old = (self.directory / name for name in (MODULES, f".{MODULES}.new", f".{MODULES}.old"))
        if modules and all(module.path.resolve().parent == folder.resolve() for module in modules):
            return
        shutil.rmtree(new, ignore_errors=True)
        copy_modules([module.path for module in modules], new)
        if folder.exists():
            os.replace(folder, old)
        if modules:
            os.replace(new, folder)
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)

    def _only_lock(self) -> bool:
        return FolderLock.FILES.issuperset(entry.name for entry in self.directory.iterdir())

    def _clear(self) -> None:
        """Deletes results; the config and the classes, from which the new run may be made, are replaced later."""
        for name in RESULTS:
            _remove(self.directory / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class _Dumper(yaml.SafeDumper):
    """Writes floor plans and other multi-line texts as blocks, as a person would."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def read_provenance(directory: Path) -> dict[str, Any]:
    """The content of provenance.json; ExperimentError where it is missing or damaged."""
    path = directory / PROVENANCE
    try:
        found = json.loads(path.read_bytes())
        if not isinstance(found, dict) or not all(isinstance(found.get(key), kind) for key, kind in ORIGIN.items()):
            raise ValueError
    except (OSError, ValueError, RecursionError):
        raise ExperimentError(f"{path}: is missing or damaged; the next run into this folder writes it again") from None
    return found


def read_plan(directory: Path) -> list[dict[str, Any]] | None:
    """The cases in plan.json; None where there is no such file. ExperimentError where it is damaged."""
    path = directory / PLAN
    if not path.exists():
        return None
    shape = {"name": str, "settings": dict, "identity": str}
    try:
        plan = json.loads(path.read_bytes())
        for case in plan if isinstance(plan, list) else [None]:
            if not isinstance(case, dict) or not all(isinstance(case.get(key), kind) for key, kind in shape.items()):
                raise ValueError
    except (OSError, ValueError, RecursionError):
        raise ExperimentError(f"{path}: is damaged; {mended_by_a_run(directory)}") from None
    return plan


def mended_by_a_run(directory: Path) -> str:
    """The remedy for damage that costs only the trials that are affected."""
    return f"`robocell run {directory} -o {directory}` mends it, and runs again only what is lost"
