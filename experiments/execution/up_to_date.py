"""What tables, figures and report of a run were made from, so that a run with nothing new makes none of them again."""

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from ..design.software import ROOT, source_digest
from .durable import write_atomically
from .store import EXPERIMENT, FAILURES, FIGURES, JOURNAL, PLAN, REPORT, SUMMARY, TRIALS

MADE = "trials/made.json"
READ = (EXPERIMENT, PLAN, JOURNAL)
MAKERS = ("experiments", "drawing")
PACKAGES = ("matplotlib", "numpy", "pandas", "pyarrow", "scipy")
CHUNK_BYTES = 1 << 20


def is_up_to_date(directory: Path) -> bool:
    """Whether all that was made in the run directory is still there, unchanged, and would be made the same."""
    try:
        made = json.loads((directory / MADE).read_bytes())
        files = [directory / name for name in made["files"]]
        return made["from"] == _origin(directory) and made["files"] == _stamps(directory, files)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def note_made(directory: Path) -> None:
    """Records the files that have just been made."""
    files = [directory / name for name in (TRIALS, FAILURES, SUMMARY, REPORT)]
    files += sorted((directory / FIGURES).glob("*"))
    stamps = _stamps(directory, (file for file in files if file.is_file()))
    text = json.dumps({"from": _origin(directory), "files": stamps}, indent=1)
    write_atomically(directory / MADE, text.encode())


def _stamps(directory: Path, files: Iterable[Path]) -> dict[str, list[int]]:
    """Size and time of each file."""
    found = {file.relative_to(directory).as_posix(): file.stat() for file in files}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in found.items()}


def _origin(directory: Path) -> str:
    """Hash of the files that are read, the code that reads them, and the name of the folder, which a report tells."""
    total = hashlib.blake2b(digest_size=16)
    for name in READ:
        with (directory / name).open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                total.update(chunk)
    code = source_digest([ROOT / name for name in MAKERS])
    total.update(json.dumps([str(directory), code, *map(version, PACKAGES)]).encode())
    return total.hexdigest()
