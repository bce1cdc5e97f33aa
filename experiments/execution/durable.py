"""Files that survive a power cut: complete in their old or their new version, never empty or truncated."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from ..errors import ExperimentError


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Replaces a file, by bytes or by parts of them in order; readers see the old one or the new one.

    ExperimentError where it cannot be written. The content is on disk before the name refers to it, and the name
    before this returns.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise ExperimentError(
            f"{path}: cannot be written ({error.strerror}); put that right and run the same command again"
        ) from None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems do not support it
            os.fsync(handle)
    finally:
        os.close(handle)
