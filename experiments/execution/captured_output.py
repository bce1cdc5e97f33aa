"""Captures the output of a trial: it belongs to the trial, not to the terminal from which the experiment is run."""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import TextIO

LONGEST = 1_000_000  # letters of one trial that are kept; the rest is only counted


class Captured:
    """The output of a block, available when the block has ended."""

    text = ""


@contextlib.contextmanager
def captured(*, whole_process: bool) -> Iterator[Captured]:
    """Captures standard output and standard error in this block.

    In a separate process the output of C code and child processes is captured too; in the process of the driver only
    what Python prints, because a progress bar may be drawn at the same time.
    """
    found = Captured()
    if whole_process:
        with _descriptors(found):
            yield found
        return
    ear = _Ear(sys.stdout)
    try:
        with contextlib.redirect_stdout(ear), contextlib.redirect_stderr(ear):
            yield found
    finally:
        found.text = ear.heard()


class _Ear(io.TextIOBase):
    """Keeps what is written to it; the dialogue of a debugger with the user is passed through."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._parts: list[str] = []
        self._letters = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if sys.gettrace() is not None:
            return self._terminal.write(text)
        if self._letters < LONGEST:
            self._parts.append(text)
        self._letters += len(text)
        return len(text)

    def flush(self) -> None:
        if sys.gettrace() is not None:
            self._terminal.flush()

    def heard(self) -> str:
        return _cut("".join(self._parts), self._letters)


@contextlib.contextmanager
def _descriptors(found: Captured) -> Iterator[None]:
    with tempfile.TemporaryFile() as file, contextlib.ExitStack() as back:
        for descriptor in (1, 2):
            kept = os.dup(descriptor)
            back.callback(os.close, kept)
            back.callback(os.dup2, kept, descriptor)
            os.dup2(file.fileno(), descriptor)
        try:
            yield
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):  # a trial may have closed it
                    stream.flush()
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            found.text = _cut(file.read(LONGEST).decode(errors="replace"), size)


def _cut(text: str, length: int) -> str:
    return text[:LONGEST] + (f"\n… and {length - LONGEST} more\n" if length > LONGEST else "")
