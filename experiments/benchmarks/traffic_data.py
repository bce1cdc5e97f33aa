"""Public traffic instances, which are not part of the project: where to get them, and how to read their manifests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...environments.config.errors import InstanceError
from ...environments.instances.documents import read_json, read_text

MANIFEST = "MANIFEST.json"
SOURCES = {
    "lorr": "those of the League of Robot Runners are at https://github.com/MAPF-Competition/Benchmark-Archive",
    "mapd": "docs/traffic.md says what is in a mapd-1 file, and https://github.com/Kei18/pibt2 has maps",
}


def folder_of(data: Path | None, benchmark: str) -> Path:
    """The folder of instances that was named; InstanceError where none was named, or it is not a folder."""
    what = "no problem was named" if data is None else f"{data} is not a folder"
    if data is None or not data.is_dir():
        raise InstanceError(
            f"bench {benchmark}: {what}; name one (robocell bench {benchmark} FILE.json) or a folder of them "
            f"(--data DIR); {SOURCES[benchmark]}"
        )
    return data


def read_manifest(path: Path) -> list[dict[str, Any]]:
    """The rows of a manifest: `name`, `path`, and where known `steps` and `best_known`."""
    rows = read_json(str(path), read_text(path))
    if not isinstance(rows, list) or not all(isinstance(row, dict) and {"name", "path"} <= row.keys() for row in rows):
        raise InstanceError(f"{path}: must be a JSON list of objects, each with 'name' and 'path' at least")
    return rows


def manifest_row(instance: Path) -> dict[str, Any]:
    """The row of the instance in the nearest manifest above it; empty where there is none."""
    for folder in instance.resolve().parents[:3]:
        if (folder / MANIFEST).is_file():
            for row in read_manifest(folder / MANIFEST):
                if Path(row["path"]).name == instance.name:
                    return row
    return {}
