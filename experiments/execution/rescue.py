"""Saves the results of a run whose folder was lost: in a new run directory, which can be resumed."""

import contextlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..design.experiment import Experiment
from ..errors import ExperimentError, LostFolderError
from .journal import Record
from .store import Store


def rescued(
    lost: LostFolderError, directory: Path, experiment: Experiment, origin: dict[str, Any], records: Iterable[Record]
) -> ExperimentError:
    """Saves the records in a new folder, beside the old one or with temporary files; returns a message about it."""
    folder = _new_folder(directory)
    with Store(folder) as store:
        for record in records:
            store.journal.write(record)
        with contextlib.suppress(ExperimentError):  # the user's classes may have been lost with the folder
            store.describe(experiment, origin)
        kept = len(store.records)
    return ExperimentError(
        f"{lost}; the {kept} finished trials are kept in {folder}: name it {directory}, or run the same command with "
        f"-o {folder}, and only what is missing runs"
    )


def _new_folder(directory: Path) -> Path:
    prefix = f"{directory.name}-rescued-"
    try:
        return Path(tempfile.mkdtemp(prefix=prefix, dir=directory.parent))
    except OSError:
        return Path(tempfile.mkdtemp(prefix=prefix))
