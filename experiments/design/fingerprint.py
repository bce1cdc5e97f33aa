"""The behaviour of a class as a hash: equal when it is made again from the same source, in another process or notebook.

The source alone is not enough: a class that a function makes depends on the arguments of the function, and a method
on the constants and functions of its program. So the hash covers everything that the code names.
"""

import copyreg
import dis
import functools
import hashlib
import sys
import types
import uuid
from pathlib import Path
from typing import Any

from ...environments.scenario.own_classes import LIBRARIES
from .classes import UserModule

PLAIN = {type(None), bool, int, float, complex, str, bytes, type(...), type(NotImplemented)}
NOT_WRITTEN = {  # attributes that Python adds to a class
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
    """32 hexadecimal digits; different every time where something in the class cannot be compared."""
    total = hashlib.blake2b(digest_size=16)
    seen: dict[int, tuple[int, Any]] = {}  # id -> number and object, which must live as long as its id is in use
    left: list[Any] = [cls]
    while left:
        thing = left.pop()
        if type(thing) in PLAIN:
            told = f"{type(thing).__name__} {thing!r}"
        elif id(thing) in seen:
            told = f"again {seen[id(thing)][0]}"
        else:
            seen[id(thing)] = (len(seen), thing)
            contents = _contents(thing)
            told = f"{type(thing).__name__} of {len(contents)}"
            left += reversed(contents)
        total.update(told.encode("utf-8", "backslashreplace") + b"\0")
    return total.hexdigest()


def _contents(thing: Any) -> list[Any]:
    """The parts that define the object, in a fixed order."""
    match thing:
        case types.ModuleType():
            return _of_module(thing)
        case type() | types.FunctionType() | types.BuiltinFunctionType() if home := _home(thing):
            return [thing.__qualname__, home]
        case type():
            own = [item for name, value in vars(thing).items() if name not in NOT_WRITTEN for item in (name, value)]
            return [thing.__name__, type(thing), *thing.__bases__, *own]
        case types.FunctionType():
            names = _global_names(thing.__code__)
            used = [item for name in names if name in thing.__globals__ for item in (name, thing.__globals__[name])]
            held = [_content(cell) for cell in thing.__closure__ or ()]
            return [thing.__code__, thing.__defaults__, thing.__kwdefaults__, vars(thing), *held, *used]
        case types.CodeType():
            counts = [thing.co_argcount, thing.co_posonlyargcount, thing.co_kwonlyargcount, thing.co_flags]
            arguments = thing.co_varnames[: thing.co_argcount + thing.co_kwonlyargcount]
            code = [thing.co_code, thing.co_exceptiontable]
            return [*counts, arguments, *code, thing.co_names, thing.co_freevars, thing.co_cellvars, thing.co_consts]
        case types.MethodType():
            return [thing.__func__, thing.__self__]
        case staticmethod() | classmethod():
            return [thing.__func__]
        case property():
            return [thing.fget, thing.fset, thing.fdel]
        case functools.cached_property():
            return [thing.func]
        case types.MemberDescriptorType():
            return [thing.__name__]
        case _ if type(thing) in (tuple, list):
            return list(thing)
        case _ if type(thing) in (dict, types.MappingProxyType):
            return [item for pair in thing.items() for item in pair]
        case _ if type(thing) in (set, frozenset):
            return sorted(thing, key=repr)
        case _:
            return _of_object(thing)


def _home(thing: Any) -> types.ModuleType | None:
    """The module in which the object is found by its name; None for an object that only its program has."""
    module = sys.modules.get(thing.__module__ or "")
    if module is None or module.__name__ == "__main__":
        return None
    found: Any = module
    for name in thing.__qualname__.split("."):
        found = getattr(found, name, None)
    return module if found is thing else None


def _of_module(module: types.ModuleType) -> list[Any]:
    """The name; for a module of the user also the text, and the modules of the user that it imports."""
    own = _own(module)
    if own is None:
        return [module.__name__]
    values = list(vars(module).values())
    taken = [sys.modules.get(value.__module__) for value in values if isinstance(value, type | types.FunctionType)]
    taken += [value for value in values if isinstance(value, types.ModuleType)]
    return [module.__name__, own.digest(), *(other for other in taken if other is not None and _own(other))]


def _own(module: types.ModuleType) -> UserModule | None:
    """The module of the user that defines it; None where that module is installed, or the program itself."""
    name = module.__name__.partition(".")[0]
    top = sys.modules.get(name, module)
    file = getattr(top, "__file__", None) or getattr(module, "__file__", None)
    if name in ("__main__", "robocell") or not file or file.startswith(LIBRARIES) or not Path(file).is_file():
        return None
    return UserModule(name, Path(file).parent if Path(file).name == "__init__.py" else Path(file))


def _global_names(code: types.CodeType) -> list[str]:
    """Names of globals that the code and the functions in it use, in the order of first use."""
    found = {
        step.argval: None
        for step in dis.get_instructions(code)
        if "GLOBAL" in step.opname or step.opname == "LOAD_NAME"
    }
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= dict.fromkeys(_global_names(constant))
    return list(found)


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing is in it
        return None


def _of_object(thing: Any) -> list[Any]:
    """Class and state, as for a pickle; but a pickle only names objects of the program, without their behaviour."""
    if "__wrapped__" in getattr(thing, "__dict__", {}):  # a cache, or compiled
        return [thing.__wrapped__]
    try:
        reducer = copyreg.dispatch_table.get(type(thing))
        reduced = thing.__reduce_ex__(4) if reducer is None else reducer(thing)
        if isinstance(reduced, str):
            return [reduced]
        make, arguments, state, items, pairs, *_ = (*reduced, None, None, None)
        return [make, arguments, state, list(items or ()), list(pairs or ())]
    except Exception:
        return [uuid.uuid4().hex]
