"""Who watches the traffic of a floor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TickObserver(Protocol):
    """Sees each tick of a floor (`GridTraffic.subscribe`)."""

    def tick_begins(self) -> None:
        """The vehicles are about to set out."""
        ...

    def tick_ended(self, before: NDArray[np.int32], after: NDArray[np.int32]) -> None:
        """They are in their next cells: (V,) where each vehicle was and is, NO_NODE once it has left; read only."""
        ...
