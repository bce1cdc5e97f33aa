"""What a class does, as a hash: equal when it is made again from the same source, in another process or notebook.

Source alone does not tell: a class that a function makes depends on the arguments of the function, and a method on the
constants and functions of its program. So code is followed to all that it names.
"""

import functools
import hashlib
import pickle
import sys
import types
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..environments.own_classes import LIBRARIES

PLAIN = (type(None), bool, int, float, complex, str, bytes, type(...), type(NotImplemented))
NOT_WRITTEN = {  # what Python adds to a class by itself
    "__dict__",
    "__weakref__",
    "__module__",
    "__doc__",
    "__qualname__",
    "__firstlineno__",
    "__static_attributes__",
    "__annotations__",
    "__annotate__",
    "__annotate_func__",
    "__annotations_cache__",
    "__abstractmethods__",
    "_abc_impl",
}


def fingerprint(cls: type) -> str:
    """32 hexadecimal digits; never the same again where something in the class cannot be compared."""
    total = hashlib.blake2b(digest_size=16)
    for part in _parts(cls, {}):
        total.update(part.encode() + b"\0")
    return total.hexdigest()


def _parts(thing: Any, seen: dict[int, int]) -> Iterator[str]:
    if isinstance(thing, PLAIN):
        yield f"{type(thing).__name__} {thing!r}"
        return
    if id(thing) in seen:
        yield f"again {seen[id(thing)]}"
        return
    seen[id(thing)] = len(seen)
    yield type(thing).__name__
    if isinstance(thing, types.ModuleType):
        yield from _of_module(thing)
    elif isinstance(thing, type | types.FunctionType | types.BuiltinFunctionType) and (home := _home(thing)):
        yield thing.__qualname__
        yield from _of_module(home)
    else:
        yield from _inside(thing, seen)


def _home(thing: Any) -> types.ModuleType | None:
    """The module in which it is found by its name; None for what only its program has."""
    module = sys.modules.get(thing.__module__ or "")
    if module is None or module.__name__ == "__main__":
        return None
    found: Any = module
    for name in thing.__qualname__.split("."):
        found = getattr(found, name, None)
    return module if found is thing else None


def _of_module(module: types.ModuleType) -> Iterator[str]:
    """The name, and the text where it is a module of the user."""
    yield module.__name__
    file = getattr(module, "__file__", None)
    if file and not file.startswith(LIBRARIES) and module.__name__.partition(".")[0] != "robocell":
        yield hashlib.blake2b(Path(file).read_bytes(), digest_size=16).hexdigest()


def _inside(thing: Any, seen: dict[int, int]) -> Iterator[str]:
    for part in _contents(thing):
        yield from _parts(part, seen)


def _contents(thing: Any) -> list[Any]:
    match thing:
        case type():
            own = [item for name, value in vars(thing).items() if name not in NOT_WRITTEN for item in (name, value)]
            return [thing.__name__, *thing.__bases__, *own]
        case types.FunctionType():
            names = _names(thing.__code__)
            used = [item for name in names if name in thing.__globals__ for item in (name, thing.__globals__[name])]
            held = [cell.cell_contents for cell in thing.__closure__ or () if _filled(cell)]
            return [thing.__code__, thing.__defaults__, thing.__kwdefaults__, *held, *used]
        case types.CodeType():
            return [thing.co_code, *thing.co_names, *thing.co_consts, thing.co_flags]
        case staticmethod() | classmethod():
            return [thing.__func__]
        case property():
            return [thing.fget, thing.fset, thing.fdel]
        case functools.cached_property():
            return [thing.func]
        case functools.partial():
            return [thing.func, thing.args, thing.keywords]
        case tuple() | list():
            return list(thing)
        case dict():
            return [item for pair in thing.items() for item in pair]
        case set() | frozenset():
            return sorted(map(repr, thing))
        case types.MemberDescriptorType():
            return [thing.__name__]
        case _:
            return [_pickled(thing)]


def _names(code: types.CodeType) -> list[str]:
    """Names that the code and the functions in it use, in the order of their coming."""
    found = dict.fromkeys(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= dict.fromkeys(_names(constant))
    return list(found)


def _filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # nothing is in it
        return False


def _pickled(thing: Any) -> bytes | str:
    try:
        return pickle.dumps(thing)
    except Exception:
        return uuid.uuid4().hex
