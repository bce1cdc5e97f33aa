"""The interface between the contract net and its world: a clock, random streams and a log. It knows no factory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from .messages import Performative
    from .tasks import Task


class Due(Protocol):
    """A scheduled event."""

    at_s: float

    def cancel(self) -> None:
        """Remove the event from the calendar."""
        ...


class Clock(Protocol):
    """The simulation time in seconds, and the calendar of events."""

    now_s: float

    def schedule(self, delay_s: float, callback: Callable[..., object], *args: Any) -> Due:
        """Call `callback(*args)` after `delay_s` seconds, after the events already scheduled for that instant."""
        ...


class NegotiationLog(Protocol):
    """Log of negotiations; every message is recorded at the time of sending."""

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
        """Record a message, or `count` of them from or to many agents (NOBODY in their place)."""
        ...

    def messages_each(
        self,
        time_s: float,
        performative: NDArray[np.integer[Any]] | int,
        conversation: int,
        sender: NDArray[np.int64] | int,
        receiver: NDArray[np.int64] | int,
        value: NDArray[np.float64] | float = ...,
    ) -> None:
        """Record several messages of a conversation, one row each; columns (N,), or one value for all of them."""
        ...

    def conversation(
        self, conversation: int, task: int, task_kind: int, job: int, manager: int, opened_s: float, reply_by_s: float
    ) -> None:
        """Record a call for proposals."""
        ...

    def part_called(self, time_s: float, manager: int, part: int, task: int, conversation: int) -> None:
        """Record that the call for a divisible task names one of its parts."""
        ...

    def part_offered(self, time_s: float, contractor: int, parts: int, conversation: int) -> None:
        """Record that a contractor offers to take `parts` parts of a divisible task."""
        ...

    def part_awarded(self, time_s: float, contractor: int, part: int, task: int, conversation: int) -> None:
        """Record that a part belongs to the share that a contractor has won."""
        ...


class EngineWorld(Protocol):
    """The world as the engine sees it."""

    @property
    def clock(self) -> Clock: ...

    @property
    def log(self) -> NegotiationLog: ...

    @property
    def now_s(self) -> float: ...

    def stream(self, name: str, /) -> np.random.Generator:
        """The random stream called `name`; the engine draws from "mechanism"."""
        ...

    def infeasible(self, task: Task) -> None:
        """Report that no contractor can ever do `task`."""
        ...
