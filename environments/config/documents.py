"""Positions of values in a file, so that error messages begin with `file:line:column: key.path: …`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ScenarioError
from .suggestions import nearest
from .text_files import read_bytes, read_text, restored
from .yaml_text import LONGEST, Loc, NotYamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Document:
    """A YAML file: its data, and line and column of every key and value."""

    name: str  # the path as given by the user
    folder: Path  # relative paths inside the file start here
    data: Any
    _keys: dict[Loc, tuple[int, int]] = field(default_factory=dict, repr=False)
    _values: dict[Loc, tuple[int, int]] = field(default_factory=dict, repr=False)
    _set: tuple[Loc, ...] = ()  # locations set by hand, which override the file
    files: Mapping[str, str] = field(default_factory=dict, repr=False)  # texts in place of files of these names

    def read(self, path: str) -> str:
        """The text of a file that the document names.

        Raises:
            OSError: the file does not exist or cannot be read.
            ValueError: it is not UTF-8 text.
        """
        return self.files[path] if path in self.files else read_text(self.folder / path)

    def read_bytes(self, path: str) -> bytes:
        """The bytes of a file that the document names.

        Raises:
            OSError: the file does not exist or cannot be read.
            ValueError: it is too large.
        """
        return restored(self.files[path]) if path in self.files else read_bytes(self.folder / path)

    def overridden(self, locs: Sequence[Loc]) -> Document:
        """The document with values at these locations overridden by `--set`; errors about them name no line."""
        return replace(self, _set=(*self._set, *locs))

    @classmethod
    def load(cls, path: str | Path, *, longest: int = LONGEST) -> Document:
        """Read a file; ScenarioError if it is missing, too long, not UTF-8, not YAML, or has a key twice."""
        path = Path(path)
        try:
            text = read_text(path)
        except FileNotFoundError:
            near = nearest(path.name, (other.name for other in path.parent.glob("*"))) if path.parent.is_dir() else ""
            raise ScenarioError(f"{path}: there is no such file{near}") from None
        except IsADirectoryError:
            raise ScenarioError(f"{path}: cannot be read, it is a folder; name one of its files") from None
        except (OSError, ValueError) as error:
            raise ScenarioError(f"{path}: cannot be read as UTF-8 text: {error}") from None
        return cls.from_text(text, name=str(path), folder=path.parent, longest=longest)

    @classmethod
    def from_text(
        cls, text: str, *, name: str = "config", folder: Path | None = None, longest: int = LONGEST
    ) -> Document:
        """Read YAML text; ScenarioError if it is not YAML, has a key twice, or is longer than a config can be."""
        try:
            found = read_yaml(text, longest=longest)
        except NotYamlError as error:
            place = "".join(f":{number}" for number in error.place or ())
            raise ScenarioError(f"{name}{place}: not valid YAML: {error}") from None
        return cls(name, folder or Path(), found.data, found.keys, found.values)

    def mark(self, loc: Sequence[str | int], *, of_key: bool = False) -> tuple[int, int]:
        """Line and column (from 1) of the deepest part of `loc` that the file has."""
        known = self.known(loc)
        first, second = (self._keys, self._values) if of_key else (self._values, self._keys)
        return first.get(known) or second.get(known) or (1, 1)

    def known(self, loc: Sequence[str | int]) -> Loc:
        """The part of `loc` that the file has; tags inserted by a validator are dropped."""
        found: Loc = ()
        for part in loc:
            if (*found, part) in self._values:
                found = (*found, part)
        return found

    def complain(self, loc: Sequence[str | int], text: str, *, of_key: bool = False) -> str:
        """`file:line:column: key.path: text`, or `--set key.path: text` if the value does not come from the file."""
        if any(tuple(map(str, loc[: len(part)])) == part for part in self._set):
            return f"--set {dotted(loc)}: {text}"
        line, column = self.mark(loc, of_key=of_key)
        path = f"{dotted(loc)}: " if loc else ""
        return f"{self.name}:{line}:{column}: {path}{text}"


def dotted(loc: Sequence[str | int]) -> str:
    """`fleet.agvs.count`: the key path of a location."""
    return ".".join(str(part) for part in loc)
