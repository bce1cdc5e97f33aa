"""Base classes for all agents of a factory, which know its world and can leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from ..negotiation.contractor import Contractor

if TYPE_CHECKING:
    from ..world import World


class ShopAgent(mesa.Agent):
    """An agent that only announces tasks, or that parts only pass through."""

    model: World  # pyright: ignore[reportIncompatibleVariableOverride]  # Mesa types it as its own Model

    def __init__(self, model: World) -> None:
        super().__init__(model)  # pyright: ignore[reportArgumentType, reportUnknownMemberType]  # every world is a Mesa model too


class ShopContractor(Contractor):
    """An agent that bids for the work of a factory."""

    model: World  # pyright: ignore[reportIncompatibleVariableOverride]  # a wider interface than that of the engine

    def remove(self) -> None:
        """Leave the factory at once; the tasks that the agent holds are given back and re-announced.

        After the end of the trial it is only deregistered from Mesa.
        """
        there, self.present = self.present, False
        if there and not self.model.ended:
            self.model.net.leave(self)
            self._hand_back()
            self.model.left(self)
        super().remove()

    def _hand_back(self) -> None:
        """Stop, and give back all tasks held."""
