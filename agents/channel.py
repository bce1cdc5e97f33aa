"""How messages travel: at once and surely here; a channel that delays, loses or repeats has the same two calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

EVERYBODY = slice(None)
Which: TypeAlias = "slice | NDArray[np.intp]"  # who of an array: EVERYBODY, a slice, or an (M,) index array


class Channel(Protocol):
    """Carries messages between agents.

    Attributes:
        instant: every message arrives at the instant at which it is sent, once.
    """

    instant: bool

    def send(self, sender: int, receiver: int, deliver: Callable[..., None], *args: Any) -> None:
        """Call `deliver(*args)` when (and as often as) the message arrives."""
        ...

    def multicast(
        self,
        senders: NDArray[np.int64] | int,
        receivers: NDArray[np.int64] | int,
        deliver: Callable[..., None],
        *args: Any,
    ) -> None:
        """One to many, or many to one: call `deliver(which, *args)` for every group that arrives together.

        `which` indexes the array side: EVERYBODY, or an (M,) index array.
        """
        ...


class PerfectChannel:
    """Every message arrives at once, exactly once."""

    instant = True

    def send(self, sender: int, receiver: int, deliver: Callable[..., None], *args: Any) -> None:
        deliver(*args)

    def multicast(
        self,
        senders: NDArray[np.int64] | int,
        receivers: NDArray[np.int64] | int,
        deliver: Callable[..., None],
        *args: Any,
    ) -> None:
        deliver(EVERYBODY, *args)
