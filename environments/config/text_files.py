"""Reads text files as editors and spreadsheets save them: UTF-8, with or without a byte-order mark, any line ends.

Other files are kept as text where a config holds the contents of its files: `base64:` and their bytes in base64.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 1_000_000_000  # also limits devices without end
_BASE64 = "base64:"
_OTHER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_text(path: Path) -> str:
    """The text of a file with newlines as line ends and without a byte-order mark.

    Raises:
        OSError: the file does not exist or cannot be read.
        ValueError: it is not UTF-8 text; the message names cause and cure.
    """
    return as_text(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: the file does not exist or cannot be read.
        ValueError: it is too large.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES} bytes")
    return content


def as_text(content: bytes) -> str:
    """The text in the bytes of a file, as `read_text` gives it; ValueError if it is not UTF-8 text."""
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


def kept(content: bytes) -> str:
    """The bytes of any file as text for a config, which `restored` turns into bytes again; of text, its line ends."""
    try:
        return as_text(content)
    except ValueError:
        return _BASE64 + b64encode(content).decode()


def restored(text: str) -> bytes:
    """The bytes of a text that `kept` made."""
    return b64decode(text.removeprefix(_BASE64)) if text.startswith(_BASE64) else text.encode()


def _line(content: bytes, at: int) -> int:
    """Number, from 1, of the line that holds a byte."""
    return content.count(b"\n", 0, at) + 1
