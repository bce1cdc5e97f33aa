"""What all agents of a factory have in common: they know its world, and can leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from ..negotiation.contractor import Contractor

if TYPE_CHECKING:
    from ..world import World


class ShopAgent(mesa.Agent):
    """An agent that asks for work, or only lets parts through."""

    model: World  # pyright: ignore[reportIncompatibleVariableOverride]  # Mesa knows no models of its users

    def __init__(self, model: World) -> None:
        super().__init__(model)  # pyright: ignore[reportArgumentType, reportUnknownMemberType]  # every world is a Mesa model too


class ShopContractor(Contractor):
    """An agent that bids for the work of a factory."""

    model: World  # pyright: ignore[reportIncompatibleVariableOverride]  # it asks more than the engine does

    def remove(self) -> None:
        """Leave the factory at once; what the agent holds is given back, and others are called for it.

        After the end of the trial only Mesa forgets it.
        """
        there, self.present = self.present, False
        if there and not self.model.ended:
            self.model.net.leave(self)
            self._hand_back()
            self.model.left(self)
        super().remove()

    def _hand_back(self) -> None:
        """Stop, and give back all that is held."""
