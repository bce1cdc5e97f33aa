"""What a run tells and asks while it goes on. The runner calls; a terminal, a log line or a test listens."""

from typing import Protocol

from .journal import Record


class Progress(Protocol):
    """Listener of a run."""

    def begin(self, *, total: int, reused: int, where: str) -> None:
        """`total` trials make the experiment (as far as known), `reused` of them are there already."""
        ...

    def note(self, text: str) -> None:
        """Something that the user should know, in one line."""
        ...

    def confirm(self, question: str) -> bool:
        """Whether the user wants it; False where no user can be asked."""
        ...

    def advance(self, record: Record) -> None:
        """A trial has ended, well or not, and its result is safe."""
        ...

    def end(self) -> None:
        """No more trials; also after an interruption."""
        ...


class Silent:
    """Listens to nothing, agrees to nothing."""

    def begin(self, *, total: int, reused: int, where: str) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def confirm(self, question: str) -> bool:
        return False

    def advance(self, record: Record) -> None:
        pass

    def end(self) -> None:
        pass
