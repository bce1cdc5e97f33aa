"""What a reader of a floor file returns and raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ...config.errors import LayoutError

EXTRA = "floors"  # of the packages that readers need


class FloorFileError(LayoutError):
    """Raised for a file that is no floor; `key` is the key of `layout` that is to blame."""

    def __init__(self, problem: str, key: str = "file") -> None:
        super().__init__(problem)
        self.key = key


@dataclass(frozen=True)
class Drawing:
    """A floor that was read: its text, and the values of keys that follow from the file."""

    art: str
    keys: dict[str, Any] = field(default_factory=dict)

    def section(self) -> dict[str, Any]:
        """Keys of the section `layout`."""
        return {"art": self.art, **self.keys}


def package(name: str, file: str) -> Any:
    """An optional package; FloorFileError with the remedy if it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise FloorFileError(
            f"{file!r} needs {name}, which is not installed; install it with: pip install 'robocell[{EXTRA}]'"
        ) from None
