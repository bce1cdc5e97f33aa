"""The output of `--json`: exactly one JSON object on standard output."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any


class OnlyJson:
    """Standard output of a command that prints one JSON object: whatever else is printed goes to standard error."""

    def __init__(self) -> None:
        self._stream: Any = None

    @contextlib.contextmanager
    def reserved(self) -> Iterator[None]:
        """Keeps standard output for `print` in this block, also from child processes and C code."""
        self._stream = sys.stdout
        with contextlib.ExitStack() as back:
            if sys.stdout is sys.__stdout__ and sys.stdout is not None:
                sys.stdout.flush()
                kept = os.dup(1)
                self._stream = os.fdopen(kept, "w", encoding=sys.stdout.encoding, errors="backslashreplace")
                back.callback(self._stream.close)
                back.callback(os.dup2, kept, 1)
                os.dup2(2, 1)
            back.enter_context(contextlib.redirect_stdout(sys.stderr))
            try:
                yield
            finally:
                self._stream.flush()
        self._stream = None

    def print(self, text: str) -> None:
        """Prints to the reserved standard output, or to the usual one where none is reserved."""
        print(text, file=self._stream)


OUTPUT = OnlyJson()


def print_json(document: Any) -> None:
    """Prints the object indented; missing values are null."""
    OUTPUT.print(json.dumps(_plain(document), indent=2, allow_nan=False))


def _plain(value: Any) -> Any:
    """Plain data: JSON has no NaN and no NumPy types."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not (float("-inf") < value < float("inf")):
        return None
    return value
