"""Imports the classes that a scenario names as `module:Name`, and locates errors in the user's modules."""

from __future__ import annotations

import importlib
import sys
import sysconfig
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..config.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OF_THE_PROGRAM = "__main__:"  # prefix for a class known only to the program that supplied it
LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))

_given: dict[str, type] = {}
_here: ContextVar[Mapping[str, type]] = ContextVar("_here", default=MappingProxyType({}))


def give(path: str, cls: type) -> None:
    """Let `path` stand for this class in this process, which cannot import it."""
    _given[path] = cls


@contextmanager
def with_classes(classes: Mapping[str, type]) -> Iterator[None]:
    """Let paths stand for these classes in this thread, overriding earlier classes of the same path."""
    token = _here.set(classes)
    try:
        yield
    finally:
        _here.reset(token)


def import_class(path: str) -> Any:
    """The class for `module:Name`: one that was supplied, or else one that can be imported.

    Raises:
        ScenarioError: there is no such module or name, or importing the module fails; with file and line.
    """
    given = _here.get().get(path) or _given.get(path)
    if given is not None:
        return given
    module_name, _, name = path.partition(":")
    if path.startswith(OF_THE_PROGRAM) and not hasattr(sys.modules["__main__"], name):
        raise ScenarioError(
            f"class {path!r} is known only to the program that gave it; run that program, or put the class into a "
            "module of its own"
        )
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{module_name}.".startswith(f"{error.name}."):
            raise ScenarioError(
                f"class {path!r}: cannot import {module_name!r} ({error}); put the module next to the config, "
                "or install it"
            ) from error
        raise ScenarioError(f"{fault_of(error)}; class {path!r} cannot be imported until the module can") from error
    if not hasattr(module, name):
        raise ScenarioError(f"class {path!r}: module {module_name!r} has no {name!r}")
    return getattr(module, name)


def fault_of(error: Exception) -> str:
    """`file:line: TypeError: …`: the place of the syntax error, or the innermost line outside libraries."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {type(error).__name__}: {error.msg}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    own = [frame for frame in frames if not frame.filename.startswith(LIBRARIES)]
    last = (own or frames)[-1]
    return f"{last.filename}:{last.lineno}: {type(error).__name__}: {' '.join(str(error).split())}"
