"""The lock of a run directory: one process writes to it at a time, on every operating system."""

import os
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import ExperimentError

LOCK = ".lock"
WRITER = ".writer"  # a separate file: on Windows no other process can read the locked file


class FolderLock:
    """Held from its construction until `release`, or until the process ends.

    Raises ExperimentError when another process, or another lock of this one, holds the directory, or when the lock
    file cannot be opened.
    """

    FILES = frozenset({LOCK, WRITER})

    def __init__(self, directory: Path) -> None:
        path, writer = directory / LOCK, directory / WRITER
        self._lock = FileLock(path, thread_local=False)
        try:
            self._lock.acquire(blocking=False)
            writer.write_text(str(os.getpid()))
        except Timeout:
            raise ExperimentError(
                f"{directory}: another run is writing here (process {_read(writer)}); "
                "wait for it or choose another folder"
            ) from None
        except OSError as error:
            self._lock.release()
            raise ExperimentError(f"{error.filename or path}: cannot be opened ({error.strerror})") from None

    def release(self) -> None:
        """Let another process write to the directory; no effect when released before."""
        self._lock.release()


def _read(writer: Path) -> str:
    """The process id that the holder has written; a question mark if it has not written one yet."""
    try:
        return writer.read_text().strip() or "?"
    except (OSError, UnicodeDecodeError):
        return "?"
