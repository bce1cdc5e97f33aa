"""Classes that a program hands over as objects: `Experiment.load(path, {"fleet.agvs.class": MyAGV})`.

In data a class stands as text. One that workers can import becomes `module:Name`, and its module travels like any
other of the user. One of a notebook, of a script (`__main__`) or of a function cannot be imported: it becomes
`__main__:Name`, and travels by value.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..environments.own_classes import LIBRARIES, OF_THE_PROGRAM, give
from .errors import ExperimentError
from .fingerprint import fingerprint


@dataclass(frozen=True)
class GivenClass:
    """A class that travels by value.

    Attributes:
        path: how it is called in data, `__main__:Name`.
        fingerprint: equal for classes that do the same.
    """

    path: str
    cls: type = field(repr=False)
    fingerprint: str

    def pickled(self) -> bytes:
        """By value, with all that it needs of its program."""
        import cloudpickle

        try:
            return cloudpickle.dumps(self.cls)
        except Exception as error:
            raise ExperimentError(
                f"class {self.cls.__name__} cannot be sent to workers ({' '.join(str(error).split())}); put it into a "
                "module of its own, or choose executor: serial"
            ) from error


@lru_cache(maxsize=256)
def unpickled(pickled: bytes) -> type:
    """The same class object at every call in a process."""
    import cloudpickle

    return cloudpickle.loads(pickled)


class GivenClasses:
    """Takes the classes out of data.

    Attributes:
        by_value: those that no worker can import, by path.
        folders: from which workers import the modules of the others.
    """

    def __init__(self, by_value: Mapping[str, GivenClass] | None = None, folders: Sequence[Path] = ()) -> None:
        """Those of data that were read before."""
        self.by_value = dict(by_value or {})
        self.folders = list(folders)

    def named(self, data: Any) -> Any:
        """Data with the path of every class in place of the class; the data themselves where there is none.

        Raises:
            ExperimentError: two classes of the program have the same name.
        """
        if isinstance(data, type):
            return self._name(data)
        if isinstance(data, Mapping):
            return {key: self.named(value) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return type(data)(self.named(value) for value in data) if type(data) in (list, tuple) else data
        return data

    def _name(self, cls: type) -> str:
        if _importable(cls):
            folder = _folder_of(cls)
            if folder is not None and folder not in self.folders:
                self.folders.append(folder)
            return f"{cls.__module__}:{cls.__name__}"
        path = OF_THE_PROGRAM + cls.__name__
        known = self.by_value.get(path)
        if known is not None and known.cls is not cls:
            raise ExperimentError(f"two classes are called {cls.__name__}; give one of them another __name__")
        if known is None:
            self.by_value[path] = GivenClass(path, cls, fingerprint(cls))
            give(path, cls)
        return path


def _importable(cls: type) -> bool:
    """Whether a process that does not run this program finds the class by its name."""
    if cls.__module__ == "__main__" or "." in cls.__qualname__:
        return False
    return getattr(importlib.import_module(cls.__module__), cls.__name__, None) is cls


def _folder_of(cls: type) -> Path | None:
    """Where the top-level module of the class lies; None for what is installed, or has no file."""
    top = importlib.import_module(cls.__module__.partition(".")[0])
    file = getattr(top, "__file__", None)
    if file is None or file.startswith(LIBRARIES) or top.__name__ == "robocell":
        return None
    return Path(file).resolve().parents[1 if hasattr(top, "__path__") else 0]
