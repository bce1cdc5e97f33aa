"""Where the public traffic instances lie, which are not part of the project, and what their manifest says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...environments.errors import InstanceError
from ...environments.instances.documents import read_json, read_text

DEFAULT_FOLDER = Path("../shared/benchmarks/traffic")
MANIFEST = "MANIFEST.json"


def find_folder(data: Path | None, benchmark: str) -> Path:
    """The folder of all instances: the one named, else DEFAULT_FOLDER; InstanceError where it is none."""
    folder = DEFAULT_FOLDER if data is None else Path(data)
    if not folder.is_dir():
        raise InstanceError(
            f"bench {benchmark}: {folder} is not a folder; name an instance (robocell bench {benchmark} FILE.json) "
            "or the folder of the instances (--data DIR)"
        )
    return folder


def read_manifest(path: Path) -> list[dict[str, Any]]:
    """The rows of a manifest: `name`, `path`, and where known `steps` and `best_known`."""
    rows = read_json(str(path), read_text(path))
    if not isinstance(rows, list) or not all(isinstance(row, dict) and {"name", "path"} <= row.keys() for row in rows):
        raise InstanceError(f"{path}: must be a JSON list of objects, each with 'name' and 'path' at least")
    return rows


def manifest_row(instance: Path) -> dict[str, Any]:
    """What the nearest manifest above the instance says of it; empty where there is none."""
    for folder in instance.resolve().parents[:3]:
        if (folder / MANIFEST).is_file():
            for row in read_manifest(folder / MANIFEST):
                if Path(row["path"]).name == instance.name:
                    return row
    return {}
