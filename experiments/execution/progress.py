"""Progress of a run: the runner calls these methods; a terminal, a log or a test implements them."""

from typing import Protocol

from .journal import Record


class Progress(Protocol):
    """Listener of a run."""

    def begin(self, *, total: int, reused: int, where: str) -> None:
        """The experiment has `total` trials (as far as known), of which `reused` already have results."""
        ...

    def note(self, text: str) -> None:
        """A message for the user, in one line."""
        ...

    def confirm(self, question: str) -> bool:
        """Whether the user agrees; False where no user can be asked."""
        ...

    def advance(self, record: Record) -> None:
        """A trial has ended, successfully or not, and its result is saved."""
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
