"""Agent classes of the user (`class: my_module:MyAGV`): where their modules are, and whether they define such a class.

Modules are located but not imported here: the driver need not load code that only workers run. Their source is part
of a trial's identity, so the trials of a changed class are run again and those of an unchanged class are not.
"""

import ast
import contextlib
import hashlib
import importlib.machinery
import importlib.util
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...environments.config.suggestions import nearest
from ...environments.scenario.own_classes import OF_THE_PROGRAM

Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class UserModule:
    """A top-level module or package in one of the user's folders: it is sent to workers, and its source is hashed."""

    name: str
    path: Path  # the file, or the folder of the package

    @property
    def files(self) -> list[Path]:
        """Its source."""
        return sorted(self.path.rglob("*.py")) if self.path.is_dir() else [self.path]

    def digest(self) -> str:
        """Hash of the source."""
        total = hashlib.blake2b(digest_size=16)
        for file in self.files:
            total.update(file.relative_to(self.path.parent).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
        return total.hexdigest()


def named_classes(data: Any, at: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Every agent class (`class: module:Name`) and mechanism in the data of a scenario, with its place."""
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, dict):
                yield from named_classes(value, (*at, key))
            elif isinstance(value, str) and ":" in value and _names_class(key, at):
                yield (*at, key), value


def _names_class(key: Any, at: Loc) -> bool:
    return key == "class" or "mechanism" in (key, *at[-1:]) or at[-1:] == ("agent_classes",)


def find_class(path: str, folders: Sequence[Path]) -> UserModule | None:
    """The user's module that holds `module:Name`; None where an installed package, or only a program, holds it.

    Raises LookupError, which says what is missing and what is near.
    """
    if path.startswith(OF_THE_PROGRAM):
        return None
    dotted, _, name = path.partition(":")
    top, *inner = dotted.split(".")
    own = importlib.machinery.PathFinder.find_spec(top, [str(folder) for folder in folders])
    if own is None or own.origin is None:
        file, module = _installed(dotted, folders), None
    else:
        file, module = _below(Path(own.origin), inner), UserModule(top, _root(Path(own.origin)))
    if not file.is_file():
        raise LookupError(f"there is no module {dotted!r}: {file} does not exist")
    names = _top_level_names(file)
    if name not in names and "*" not in names:
        raise LookupError(f"{file.name} has no class {name!r}{nearest(name, names)}")
    return module


def with_imports(module: UserModule, folders: Sequence[Path]) -> list[UserModule]:
    """The module, and all modules in the user's folders that it imports, directly or through others."""
    found = {module.name: module}
    todo = [module]
    while todo:
        for name in _imported(todo.pop()):
            other = None if name in found else _own(name, folders)
            if other is not None:
                found[name] = other
                todo.append(other)
    return list(found.values())


def _imported(module: UserModule) -> set[str]:
    """Top-level names that it imports; none for a file that is not Python, which is reported elsewhere."""
    names: set[str] = set()
    for file in module.files:
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Import):
                    names.update(alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.partition(".")[0])
    return names


def _own(name: str, folders: Sequence[Path]) -> UserModule | None:
    if name in sys.stdlib_module_names or name == "robocell":
        return None
    spec = importlib.machinery.PathFinder.find_spec(name, [str(folder) for folder in folders])
    return None if spec is None or spec.origin is None else UserModule(name, _root(Path(spec.origin)))


def copy_modules(paths: Sequence[Path], folder: Path) -> Path:
    """Copies modules (files and packages) next to each other into a new folder; returns it."""
    folder.mkdir(parents=True)
    for path in paths:
        if path.is_dir():
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(path, folder / path.name)
    return folder


def make_importable(folders: Iterable[str | Path]) -> None:
    """Lets the user's modules be imported from these folders, after everything that is installed."""
    sys.path += [folder for folder in map(str, folders) if folder not in sys.path]


def _installed(dotted: str, folders: Sequence[Path]) -> Path:
    try:
        found = importlib.util.find_spec(dotted)
    except ModuleNotFoundError:
        found = None
    if found is None or found.origin is None:
        where = " or ".join(str(folder) for folder in folders)
        others = [near.stem for folder in folders for near in folder.glob("*.py")]
        raise LookupError(f"there is no module {dotted!r} in {where}, and none is installed{nearest(dotted, others)}")
    return Path(found.origin)


def _root(origin: Path) -> Path:
    return origin.parent if origin.name == "__init__.py" else origin


def _below(origin: Path, inner: Sequence[str]) -> Path:
    if not inner:
        return origin
    inside = _root(origin).joinpath(*inner)
    return inside / "__init__.py" if inside.is_dir() else inside.with_suffix(".py")


def _top_level_names(file: Path) -> set[str]:
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise LookupError(f"{file}:{error.lineno}: {error.msg}") from None
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in statement.names)
        elif isinstance(statement, ast.Assign):
            names.update(target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.If | ast.Try):
            names.add("*")  # defined under a condition: only an import can decide
    return names
