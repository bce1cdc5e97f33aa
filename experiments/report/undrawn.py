"""A figure that cannot be drawn is a line in the report, not an error: figures can be made later from the results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ...agents.errors import RobocellError

Drawn = TypeVar("Drawn")
LONGEST = 200  # letters of a reason


@dataclass(frozen=True)
class Undrawn:
    """In place of a figure: what it would show, and why it cannot be drawn."""

    title: str
    why: str
    name: str = ""  # of no file

    @property
    def sentence(self) -> str:
        return f"The figure {self.title!r} could not be drawn: {self.why}."


def drawn(title: str, draw: Callable[[], Drawn]) -> Drawn | Undrawn:
    """The result of `draw`; an exception becomes the reason."""
    try:
        return draw()
    except RobocellError as error:
        return Undrawn(title, str(error).rstrip("."))
    except Exception as error:
        text = " ".join(str(error).split())[:LONGEST].rstrip(".")
        return Undrawn(title, f"{type(error).__name__}: {text}" if text else type(error).__name__)
