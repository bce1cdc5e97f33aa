"""Reads text files as editors and spreadsheets save them: UTF-8, with or without a byte-order mark, any line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 1_000_000_000  # also limits devices without end
_OTHER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_text(path: Path) -> str:
    """The text of a file with newlines as line ends and without a byte-order mark.

    Raises:
        OSError: the file does not exist or cannot be read.
        ValueError: it is not UTF-8 text; the message names cause and cure.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES} bytes")
    mark = _OTHER_MARKS.get(content[:2])
    if mark is not None:
        raise ValueError(f"it is {mark} text; save it as UTF-8")
    if b"\0" in content:
        raise ValueError(f"line {_line(content, content.index(0))} holds a NUL byte, so it is not text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02x}"
        raise ValueError(f"line {_line(content, error.start)} holds the {byte}; save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(content: bytes, at: int) -> int:
    """Number, from 1, of the line that holds a byte."""
    return content.count(b"\n", 0, at) + 1
