"""What the contract net needs of the world that it runs in: a clock, random streams, a log. No factory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from .messages import Performative
    from .tasks import Task


class Due(Protocol):
    """Something that will happen."""

    at_s: float

    def cancel(self) -> None:
        """It will not happen."""
        ...


class Clock(Protocol):
    """The time, in seconds, and what is due."""

    now_s: float

    def schedule(self, delay_s: float, callback: Callable[..., object], *args: Any) -> Due:
        """Call `callback(*args)` after `delay_s` seconds; after what is due at that instant already."""
        ...


class NegotiationLog(Protocol):
    """Where every message is written down at the time of sending."""

    def message(
        self,
        time_s: float,
        performative: Performative,
        conversation: int,
        sender: int,
        receiver: int,
        count: int,
        value: float,
    ) -> None:
        """A message, or `count` of them from or to many (NOBODY in their place)."""
        ...

    def conversation(
        self, conversation: int, task: int, task_kind: int, job: int, manager: int, opened_s: float, reply_by_s: float
    ) -> None:
        """A call for proposals goes out."""
        ...

    def part_called(self, time_s: float, manager: int, part: int, task: int, conversation: int) -> None:
        """The call for a divisible task names one of its parts."""
        ...

    def part_offered(self, time_s: float, contractor: int, parts: int, conversation: int) -> None:
        """A contractor offers to take so many parts of a divisible task."""
        ...

    def part_awarded(self, time_s: float, contractor: int, part: int, task: int, conversation: int) -> None:
        """A part is in the share that a contractor has won."""
        ...


class EngineWorld(Protocol):
    """All that the engine asks of its world."""

    @property
    def clock(self) -> Clock: ...

    @property
    def log(self) -> NegotiationLog: ...

    @property
    def now_s(self) -> float: ...

    def stream(self, name: str, /) -> np.random.Generator:
        """The random stream of that name; the engine draws from "mechanism"."""
        ...

    def infeasible(self, task: Task) -> None:
        """No contractor can ever do the task."""
        ...
