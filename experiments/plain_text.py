"""Makes names given by users fit for one line of text, and for one file name."""

import re

UNSHOWN = "\N{REPLACEMENT CHARACTER}"
LONGEST_FILE_NAME = 60  # letters; file systems take 255 bytes, a letter has up to four, and endings are added


def one_line(text: str) -> str:
    """The text without line ends, and with a visible sign for each letter that cannot be shown."""
    shown = (letter if letter.isprintable() or letter.isspace() else UNSHOWN for letter in text)
    return " ".join("".join(shown).split())


def file_name(text: str, *, instead: str) -> str:
    """The text as the name of a file or folder, without path separators; `instead` where no letter is left."""
    safe = re.sub(r"[^\w.+=-]+", "_", one_line(text)).lstrip("._-+=")
    return safe[:LONGEST_FILE_NAME].rstrip("._-") or instead
