"""What a reader of a floor file returns and raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...config.errors import LayoutError
from ...config.workbooks import OtherFileError, optional_package
from ..printed import free_symbol

if TYPE_CHECKING:
    from collections.abc import Iterable


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


def place_symbols(names: Iterable[str]) -> dict[str, str]:
    """A symbol for each place, if possible its initial."""
    symbols: dict[str, str] = {}
    for name in names:
        symbols[name] = free_symbol(name[:1], set(symbols.values()))
    return symbols


def package(name: str, file: str) -> Any:
    """A module of an optional package; FloorFileError with the remedy if it is not installed."""
    try:
        return optional_package(name, file)
    except OtherFileError as error:
        raise FloorFileError(str(error), error.key) from None
