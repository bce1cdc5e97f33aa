"""What tables, figures and report of a run were made from, so that a run with nothing new makes none of them again.

The note also holds what was shown at the end of the run, which is then shown again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..design.software import ROOT, source_digest
from .durable import write_atomically
from .store import EXPERIMENT, FAILURES, FIGURES, JOURNAL, PLAN, REPORT, SUMMARY, TRIALS

MADE = "trials/made.json"
READ = (EXPERIMENT, PLAN, JOURNAL)
MAKERS = ("experiments", "drawing")
PACKAGES = ("matplotlib", "numpy", "pandas", "pyarrow", "scipy")
CHUNK_BYTES = 1 << 20


def shown_before(directory: Path) -> dict[str, Any] | None:
    """What was shown, if all that was made in the run directory is still there, and would be made the same."""
    try:
        made = json.loads((directory / MADE).read_bytes())
        check = made.pop("check")
        files = [directory / name for name in made["files"]]
        same = made["from"] == _origin(directory) and made["files"] == _stamps(directory, files)
        return made["shown"] if same and check == _check(json.dumps(made).encode()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def note_made(directory: Path, shown: Mapping[str, Any]) -> None:
    """Records the files that have just been made, and what is shown of them."""
    files = [directory / name for name in (TRIALS, FAILURES, SUMMARY, REPORT)]
    files += sorted((directory / FIGURES).glob("*"))
    stamps = _stamps(directory, (file for file in files if file.is_file()))
    made = {"from": _origin(directory), "files": stamps, "shown": shown}
    text = json.dumps(made).encode()
    write_atomically(directory / MADE, [text[:-1], f', "check": "{_check(text)}"}}'.encode()])


def _check(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=16).hexdigest()


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
