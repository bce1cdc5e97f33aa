"""External disturbances of a factory: a breakdown, a rush job, a blocked aisle.

All disturbances go through the clock: each happens in the next step, in its turn among the events of that instant,
followed by the negotiations that it causes. A disturbed run is as reproducible as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..agents.shop.tasks import TaskKind
from .config.errors import LayoutError, ScenarioError
from .motion.grid import GridTraffic

if TYPE_CHECKING:
    from ..agents.shop.agv import AGV
    from ..agents.shop.station import Station
    from .clock import Event
    from .factory import Factory

REPAIR_S = 300.0
RUSH = 0.5  # a rush job is due after this share of the usual time


class Disturbances:
    """The disturbances of one factory."""

    def __init__(self, factory: Factory) -> None:
        self.factory = factory
        self._repairs: dict[Any, Event] = {}

    # -- breakdowns -------------------------------------------------------------------------------------------

    def break_down(self, agent: AGV | Station, *, repair_s: float = REPAIR_S) -> None:
        """Break down a vehicle, or the first working machine of a station, for `repair_s` seconds.

        No effect if it is already broken.
        """
        self.factory.clock.schedule(0.0, self._break_down, agent, repair_s)

    def repair(self, agent: AGV | Station) -> None:
        """Repair at once what `break_down` broke; other failures take their repair time."""
        self.factory.clock.schedule(0.0, self._repair_all, agent)

    def broken(self, agent: AGV | Station) -> bool:
        """Whether `break_down` broke the agent, or a machine of it, and it is not repaired yet."""
        return any(part in self._repairs for part in _parts(agent))

    def _break_down(self, agent: AGV | Station, repair_s: float) -> None:
        part = next((part for part in _parts(agent) if not part.down), None)
        if part is None:
            return
        if part.failures is not None:
            part.failures.suspend()
        part.break_down()
        self._repairs[part] = self.factory.clock.schedule(repair_s, self._repair, agent, part)

    def _repair_all(self, agent: AGV | Station) -> None:
        for part in _parts(agent):
            if part in self._repairs:
                self._repairs[part].cancel()
                self._repair(agent, part)

    def _repair(self, agent: AGV | Station, part: Any) -> None:
        del self._repairs[part]
        if not agent.present:
            return
        if part.failures is not None:
            part.failures.resume()
        part.repair()

    # -- rush jobs --------------------------------------------------------------------------------------------

    def rush_job(self, product: str | None = None) -> None:
        """Release an unexpected order, due in half the usual time; it draws random numbers from the stream "rush".

        Raises:
            ScenarioError: there is no such product.
        """
        products = self.factory.spec.products
        name = next(iter(products)) if product is None else product
        if name not in products:
            raise ScenarioError(f"there is no product {name!r} to rush; the factory makes {', '.join(products)}")
        self.factory.clock.schedule(0.0, self._rush, name)

    def _rush(self, product: str) -> None:
        self.factory.workload.rush(product, due_share=RUSH, rng=self.factory.stream("rush"))

    # -- aisles -----------------------------------------------------------------------------------------------

    @property
    def closed(self) -> list[int]:
        """Cells that no vehicle may enter, in the order of closing."""
        return self._floor().closed

    def close_cell(self, cell: int) -> None:
        """Close a cell until `open_cell`: no vehicle enters it; vehicles whose path crosses it are rerouted.

        Raises:
            ScenarioError: it is a wall, a dock or a parking cell, a vehicle stands on it or is about to, or some place
                would become unreachable.
        """
        try:
            self._floor().close([cell])
        except LayoutError as error:
            raise ScenarioError(str(error)) from None
        self.factory.net.disturbed(TaskKind.TRANSPORT)

    def open_cell(self, cell: int) -> None:
        """Open a cell again; tasks that were unreachable meanwhile are re-announced."""
        self._floor().open([cell])
        for kind in TaskKind:
            self.factory.net.reannounce_all(kind)

    def _floor(self) -> GridTraffic:
        traffic = self.factory.traffic
        if not isinstance(traffic, GridTraffic):
            raise ScenarioError(f"factory {self.factory.spec.name!r} has no floor, so no cell can be closed or opened")
        return traffic


def _parts(agent: Any) -> list[Any]:
    """The parts that can break: the vehicle itself, or the machines of a station."""
    return list(getattr(agent, "machines", [agent]))
