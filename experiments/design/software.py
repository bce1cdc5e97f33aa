"""Identifies this robocell: its version, and a hash of the code that determines the result of a trial."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
SIMULATOR = ("agents", "environments")
DIGEST_BYTES = 6


@cache
def software() -> str:
    """`0.1.0+1f2e3d4c5b6a`: part of the id of every trial, so that results of different code are never reused."""
    return f"{version('robocell')}+{source_digest([ROOT / name for name in SIMULATOR])}"


def source_digest(folders: Sequence[Path], *, containing: bytes = b"") -> str:
    """Hash of all Python files below the folders that contain these bytes, by name and content."""
    total = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            content = file.read_bytes()
            if containing in content:
                total.update(file.relative_to(folder.parent).as_posix().encode() + b"\0" + content + b"\0")
    return total.hexdigest()
