"""Reproduces the figures of README and docs: `python -m docs.figures [DOC …]` compares, `--update` writes them in.

A block of figures names the command that prints it:

    <!-- figures: python studies/mechanisms.py 5 -->
    | policy | flow time, min | ... |
    <!-- end of figures -->

In a table, the rows of the document are looked up in what the command prints, by their first cell; the document may
leave rows out. Columns that depend on the machine (milliseconds, megabytes, so much a second) are not compared. In
other text, each line has to be among the lines that the command prints; `…` stands for anything. A command may name a
variable of the environment ($TRAFFIC: the folder of public traffic instances); where it is not set, the block is left
out.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- figures: (?P<command>.+?) -->\n)(?P<text>.*?)(<!-- end of figures -->)", re.DOTALL)
VARIABLE = re.compile(r"\$(\w+)")
OF_THE_MACHINE = re.compile(r"\b(ms|MB|CPU)\b|/s\b|machine", re.IGNORECASE)
PROGRAMS = {"python": [sys.executable], "robocell": [sys.executable, "-m", "robocell.experiments.command.cli"]}


class Block(NamedTuple):
    """Figures in a document, and the command that prints them."""

    document: Path
    command: str
    text: str

    @property
    def lacks(self) -> str | None:
        """The variable of the environment that the command names and that is not set."""
        found = VARIABLE.search(os.path.expandvars(self.command))
        return None if found is None else found[1]

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}: {self.command}"


def blocks(*documents: Path) -> list[Block]:
    """All blocks of some documents, or of README and docs."""
    return [
        Block(document, found["command"], found["text"])
        for document in documents or (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
        for found in BLOCK.finditer(document.read_text(encoding="utf-8"))
    ]


@lru_cache
def printed_by(command: str) -> str:
    """What a command prints, run in the root of the project; once, however many blocks it is for."""
    program, *arguments = shlex.split(os.path.expandvars(command))
    return subprocess.run(
        [*PROGRAMS[program], *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    ).stdout


def remade(text: str, printed: str) -> str:
    """The text of a block, its tables with the figures that were printed; other text stays as it is.

    Raises ValueError for a row that the command prints no more.
    """
    return "".join(f"{new if _is_row(old) else old}\n" for old, new in _pairs(text, printed))


def differences(text: str, printed: str) -> list[str]:
    """Where a block says other than what was printed; ValueError as for `remade`."""
    columns = next((_cells(line) for line in text.splitlines() if _is_row(line)), [])
    return [
        f"it says {old.strip()!r}, the command prints {new.strip()!r}"
        for old, new in _pairs(text, printed)
        if not (_same_figures(old, new, columns) if _is_row(old) else old == new)
    ]


def _pairs(text: str, printed: str) -> Iterator[tuple[str, str]]:
    """Each line of a block with the row that was printed for it, or with itself where such a line was printed."""
    lines = printed.splitlines()
    rows = _rows_under(next((line for line in text.splitlines() if _is_row(line)), ""), lines)
    for line in text.splitlines():
        if not _is_row(line):
            yield line, line if not line.strip() or any(_fits(line, new) for new in lines) else ""
        elif _cells(line)[0] in rows:
            yield line, rows[_cells(line)[0]]
        else:
            raise ValueError(f"the command prints no row {_cells(line)[0]!r}")


def _rows_under(header: str, lines: list[str]) -> dict[str, str]:
    """The rows, by their first cells, of the first printed table that has this header."""
    found: dict[str, str] = {}
    for line in lines:
        if _is_row(line) and (found or _cells(line) == _cells(header)):
            found.setdefault(_cells(line)[0], line)
        elif found:
            break
    return found


def _same_figures(old: str, new: str, columns: list[str]) -> bool:
    cells = zip(_cells(old), _cells(new), columns, strict=True)
    return all(one == other or bool(OF_THE_MACHINE.search(column)) for one, other, column in cells)


def _fits(line: str, printed: str) -> bool:
    words = (" ".join(part.split()) for part in line.split("…"))
    return re.fullmatch(".*".join(map(re.escape, words)), " ".join(printed.split())) is not None


def _is_row(line: str) -> bool:
    return line.startswith("|")


def _cells(row: str) -> list[str]:
    return [cell.strip().strip("*") for cell in row.strip().strip("|").split("|")]


def main() -> int:
    parser = argparse.ArgumentParser(description="Reproduces the figures of README and docs.")
    parser.add_argument("documents", nargs="*", type=Path)
    parser.add_argument("--update", action="store_true")
    asked = parser.parse_args()
    wrong = 0
    for block in blocks(*(path.resolve() for path in asked.documents)):
        if block.lacks:
            print(f"{block}: left out, as {block.lacks} is not set", file=sys.stderr)
            continue
        printed = printed_by(block.command)
        if asked.update:
            whole = block.document.read_text(encoding="utf-8")
            block.document.write_text(whole.replace(block.text, remade(block.text, printed)), encoding="utf-8")
        for difference in differences(block.text, printed):
            print(f"{block}: {difference}")
            wrong += 1
    return int(wrong > 0 and not asked.update)


if __name__ == "__main__":
    sys.exit(main())
