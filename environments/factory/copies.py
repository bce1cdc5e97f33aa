"""Models that can be copied at any moment between two steps."""

from __future__ import annotations

import copy
from itertools import count
from typing import TYPE_CHECKING, Any, Self

import mesa

from ..config.errors import CopyError

if TYPE_CHECKING:
    from ..clock import Clock


class CopyableModel(mesa.Model):
    """A Mesa model whose copies continue as it does, with the same agents, ids and random numbers."""

    clock: Clock
    _within_step = False

    @property
    def now_s(self) -> float:
        """The time, in seconds since the start."""
        return self.clock.now_s

    def copy(self) -> Self:
        """A factory in the same state, for what-if runs; without intervention both produce the same bytes.

        `copy.deepcopy` and `pickle` do the same. A copy has the agents, the random streams, the log and the pending
        events, but shares nothing with the original.

        Raises:
            CopyError: an agent calls it within a step, or a pending event cannot be copied (see `Clock`).
        """
        return copy.deepcopy(self)

    def register_agent(self, agent: mesa.Agent) -> None:
        """Register an agent; every new agent calls it."""
        super().register_agent(agent)  # newer versions of Mesa assign the id here
        self._latest_id = agent.unique_id

    def close(self) -> None:
        """Free the model: Mesa before 3.4 keeps a reference to every model."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def __getstate__(self) -> dict[str, Any]:
        if self._within_step:
            raise CopyError(
                f"the factory cannot be copied within a step, at {self.now_s:g} s, when half of its changes "
                "are made; copy it between two steps"
            )
        return self.__dict__.copy()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        ids = getattr(mesa.Agent, "_ids", None)
        if ids is not None:  # Mesa before 3.4 counts them outside the model
            ids[self] = count(self._latest_id + 1)
