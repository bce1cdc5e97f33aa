"""Reads text files as editors and spreadsheets save them: UTF-8, with or without a byte-order mark, any line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 1_000_000_000  # also of a device that never ends
_OTHER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_text(path: Path) -> str:
    """The text of a file, its lines ended by a newline each, without the mark that some programs put in front.

    Raises:
        OSError: there is no such file, or it may not be read.
        ValueError: it is no UTF-8 text; says why, and what to do.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES} bytes")
    mark = _OTHER_MARKS.get(content[:2])
    if mark is not None:
        raise ValueError(f"it is {mark} text; save it as UTF-8")
    if b"\0" in content:
        raise ValueError(f"line {_line(content, content.index(0))} holds a NUL byte, so it is no text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02x}"
        raise ValueError(f"line {_line(content, error.start)} holds the {byte}; save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(content: bytes, at: int) -> int:
    """Number of the line, from 1, in which a byte lies."""
    return content.count(b"\n", 0, at) + 1
