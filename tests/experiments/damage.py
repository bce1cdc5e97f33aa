"""Damages run directories at random, as disks, power cuts, editors and people do."""

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

WRONG = (b"null\n", b"[]\n", b"{}\n", b"7\n", b'"text"\n', b"[null]\n", b"\0\0\0\0", b"\xff\xfe\n", b"{\n", b"a: [b\n")


class Damager:
    """Draws damages of `directory`; `other` is the run that files are swapped with."""

    def __init__(self, directory: Path, other: Path, seed: int) -> None:
        self._directory, self._other = directory, other
        self._chance = random.Random(seed)
        self._ways: list[Callable[[Path], object]] = [
            self._cut, self._empty, self._garble, self._delete, self._swap, self._exchange, self._edit, self._wrong,
            self._lines,
        ]  # fmt: skip

    def strike(self) -> str:
        """Damages the directory at one to three places; says how."""
        told = []
        for _ in range(self._chance.choice((1, 1, 1, 2, 3))):
            entries = sorted(path for path in self._directory.rglob("*") if path.is_file() or path.name == "logs")
            if not entries:
                break
            path, way = self._chance.choice(entries), self._chance.choice(self._ways)
            if path.is_dir():
                way = self._chance.choice([self._delete, self._exchange])
            way(path)
            told.append(f"{way.__name__} {path.relative_to(self._directory)}")
        return ", ".join(told)

    def _cut(self, path: Path) -> None:
        path.write_bytes(path.read_bytes()[: self._chance.randrange(path.stat().st_size + 1)])

    def _empty(self, path: Path) -> None:
        path.write_bytes(b"")

    def _garble(self, path: Path) -> None:
        content = bytearray(path.read_bytes())
        for _ in range(self._chance.choice((1, 3, 30)) if content else 0):
            content[self._chance.randrange(len(content))] = self._chance.randrange(256)
        path.write_bytes(content)

    def _delete(self, path: Path) -> None:
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _swap(self, path: Path) -> None:
        others = sorted(self._other.rglob(f"*{path.suffix}")) if path.suffix else []
        twin = self._other / path.relative_to(self._directory)
        files = [twin] if twin.is_file() else [other for other in others if other.is_file()]
        if files:
            shutil.copy(self._chance.choice(files), path)

    def _exchange(self, path: Path) -> None:
        """A folder in place of a file, or a file in place of a folder."""
        self._delete(path)
        path.mkdir() if path.suffix else path.touch()

    def _edit(self, path: Path) -> None:
        """Another digit somewhere."""
        content = bytearray(path.read_bytes())
        digits = [found.start() for found in re.finditer(rb"[0-9]", bytes(content))]
        if digits:
            content[self._chance.choice(digits)] = self._chance.choice(b"0123456789")
        path.write_bytes(content)

    def _wrong(self, path: Path) -> None:
        path.write_bytes(self._chance.choice(WRONG))

    def _lines(self, path: Path) -> None:
        """Lines that are missing, stand twice, are mixed up or say something else."""
        lines = path.read_bytes().splitlines(keepends=True) or [b""]
        for _ in range(3):
            place = self._chance.randrange(len(lines))
            lines[place : place + 1] = self._chance.choice(
                ([], [lines[place]] * 2, [self._chance.choice(WRONG)], [lines[place], self._chance.choice(lines)])
            ) or [b""]
        path.write_bytes(b"".join(lines))
