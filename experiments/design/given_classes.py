"""Classes that a program passes as objects: `Experiment.load(path, {"fleet.agvs.class": MyAGV})`.

In data a class is a text. A class that workers can import becomes `module:Name`, and its module is sent like any other
module of the user. A class of a notebook, of a script (`__main__`) or of a function cannot be imported: it becomes
`__main__:Name`, and is sent by value.
"""

import importlib
import io
import pickle
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...environments.scenario.own_classes import LIBRARIES, OF_THE_PROGRAM, give
from ..errors import ExperimentError
from .fingerprint import fingerprint


@dataclass(frozen=True)
class GivenClass:
    """A class that is sent to workers by value.

    Attributes:
        path: its name in data, `__main__:Name`.
        fingerprint: equal for classes with the same behaviour.
    """

    path: str
    cls: type = field(repr=False)
    fingerprint: str


def pickled(given: Mapping[str, GivenClass]) -> bytes:
    """The classes as they are now, with everything that they need from their program; empty where there are none.

    One pickle holds all of them, so that a class that another one names stays the same class.

    Raises:
        ExperimentError: something in them cannot be pickled.
    """
    if not given:
        return b""
    file = io.BytesIO()
    try:
        _pickler(file).dump({path: each.cls for path, each in given.items()})
    except Exception as error:
        names = " or ".join(each.cls.__name__ for each in given.values())
        raise ExperimentError(
            f"class {names} cannot be sent to workers ({' '.join(str(error).split())}); make what cannot be pickled in "
            "a method, or put the class into a module of its own"
        ) from error
    return file.getvalue()


def _pickler(file: io.BytesIO) -> Any:
    from cloudpickle import Pickler
    from cloudpickle.cloudpickle import _get_or_create_tracker_id

    class OfNewClasses(Pickler):
        """Pickles classes so that unpickling always makes new ones.

        Where a class is known already, cloudpickle refills it. In the process of the program this would separate its
        methods from the globals of the program, and in a worker it would change an earlier version of the class.
        """

        def reducer_override(self, obj: Any) -> Any:
            reduced = super().reducer_override(obj)
            if not isinstance(obj, type) or not isinstance(reduced, tuple):
                return reduced
            make, arguments, *rest = reduced
            tracker = _get_or_create_tracker_id(obj)
            return make, tuple(None if argument is tracker else argument for argument in arguments), *rest

    return OfNewClasses(file)


@lru_cache(maxsize=256)
def unpickled(classes: bytes) -> Mapping[str, type]:
    """Classes by path; equal pickles give the same class objects in a process."""
    return pickle.loads(classes) if classes else {}


class GivenClasses:
    """Replaces classes in data by their names.

    Attributes:
        by_value: the classes that no worker can import, by path.
        folders: the folders from which workers import the modules of the other classes.
    """

    def __init__(self, classes: Iterable[type] = (), folders: Sequence[Path] = ()) -> None:
        """`classes` are those of data that were read before."""
        self.by_value: dict[str, GivenClass] = {}
        self.folders = list(folders)
        for cls in classes:
            self._name(cls)

    def named(self, data: Any) -> Any:
        """Data with the path of every class in place of the class.

        Raises:
            ExperimentError: two classes of the program have the same name.
        """
        if isinstance(data, type):
            return self._name(data)
        if isinstance(data, Mapping):
            return {key: self.named(value) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.named(value) for value in data]
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
    return getattr(sys.modules.get(cls.__module__), cls.__name__, None) is cls


def _folder_of(cls: type) -> Path | None:
    """The folder of the top-level module of the class; None if it is installed, or has no file."""
    top = importlib.import_module(cls.__module__.partition(".")[0])
    file = getattr(top, "__file__", None)
    if file is None or file.startswith(LIBRARIES) or top.__name__ == "robocell":
        return None
    return Path(file).resolve().parents[1 if hasattr(top, "__path__") else 0]
