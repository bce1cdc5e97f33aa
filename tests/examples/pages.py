"""Runs the pages of docs/ that are written to be followed: each of their snippets, in order, in one folder.

| block | is |
|---|---|
| yaml, python or csv that begins with `# name.ext` | saved in a file of that name |
| other python | run, with the names of the blocks before it |
| sh | commands, run one by one |
| text | lines that the blocks before it have printed; `…` stands for anything |

    python pages.py PAGE          follows a page in the present folder, with the robocell of this interpreter

Indented commands are not run: a browser, a cluster, an hour of computing. `test_commands` proves that they exist.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

DOCS = Path(__file__).parents[2] / "docs"
FOLLOWED = sorted([*(DOCS / "tutorials").glob("*.md"), *(DOCS / "how_to").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# ([\w.]+\.\w+)\n")
PROGRAMS = {"python": [sys.executable], "robocell": [sys.executable, "-m", "robocell.experiments.command.cli"]}


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The name of the file that the block stands for."""
        named = NAMED.match(self.text)
        return None if named is None else named[1]


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page."""
    return [Block(*found) for found in BLOCK.findall(page.read_text(encoding="utf-8"))]


def follow(page: Path) -> None:
    """Do what a page says; AssertionError where it prints other than the page shows."""
    sys.path.insert(0, os.getcwd())
    names: dict[str, Any] = {"__name__": page.stem}
    printed: list[str] = []
    for block in blocks(page):
        if block.language == "text":
            assert_printed(block.text, printed)
        elif block.file is not None:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(block.text, page.name, "exec"), names)
            printed += out.getvalue().splitlines()
        elif block.language == "sh":
            for line in block.text.splitlines():
                printed += run(line).splitlines()
        else:
            raise AssertionError(f"{page.name}: blocks of {block.language!r} are neither run nor shown as text")


def run(line: str) -> str:
    """What a command of a page prints; it must succeed."""
    program, *words = shlex.split(line)
    ran = subprocess.run(
        [*PROGRAMS[program], *words],
        check=False,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert ran.returncode == 0, f"{line}\n{ran.stdout}"
    return ran.stdout


def assert_printed(text: str, printed: list[str]) -> None:
    """Each line of `text` is among those that were printed; `…` stands for anything, also for lines."""
    found = [" ".join(line.split()) for line in printed]
    for line in text.splitlines():
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in line.split("…")).replace(r".*\ ", ".*")
        assert any(re.fullmatch(f"{pattern}", one) for one in found), f"{line!r} was not printed, but\n" + "\n".join(
            found
        )


if __name__ == "__main__":
    follow(Path(sys.argv[1]).resolve())
