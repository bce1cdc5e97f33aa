"""The protocol for observers of the traffic of a floor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TickObserver(Protocol):
    """Observes each tick of a floor (`GridTraffic.subscribe`)."""

    def tick_begins(self) -> None:
        """Called when the vehicles are about to set out."""
        ...

    def tick_ended(self, before: NDArray[np.int32], after: NDArray[np.int32]) -> None:
        """Called when they are in their next cells.

        before, after (V,): cell of each vehicle before and after the tick, NO_NODE once it has left; read only.
        """
        ...
