"""What comes from outside and disturbs a factory: a breakdown, a rush job, a blocked aisle.

Everything goes through the clock: it happens in the next step, in its turn among the events of that instant, and is
followed by the negotiations that it causes. A disturbed run is as reproducible as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.job import Order
from .errors import ScenarioError
from .layout import NO_CELL
from .motion.distance import UNREACHABLE, reverse_moves
from .motion.grid import GridTraffic

if TYPE_CHECKING:
    from ..agents.agv import AGV
    from ..agents.station import Station
    from .clock import Event
    from .factory import Factory

REPAIR_S = 300.0
RUSH = 0.5  # a rush job is due after this part of the usual time


class Disturbances:
    """Disturbs one factory.

    Attributes:
        closed: cells that nobody may enter, in the order of closing.
    """

    def __init__(self, factory: Factory) -> None:
        self.factory = factory
        self.closed: list[int] = []
        self._repairs: dict[Any, Event] = {}
        self._own_moves = False

    # -- breakdowns -------------------------------------------------------------------------------------------

    def break_down(self, agent: AGV | Station, *, repair_s: float = REPAIR_S) -> None:
        """A vehicle, or the first machine of a station that works, is out of order for `repair_s` seconds.

        Nothing happens to what is broken already.
        """
        self.factory.clock.schedule(0.0, self._break_down, agent, repair_s)

    def repair(self, agent: AGV | Station) -> None:
        """What was broken here is repaired at once; a failure of its own takes its time."""
        self.factory.clock.schedule(0.0, self._repair_all, agent)

    def broken(self, agent: AGV | Station) -> bool:
        """Whether something of the agent was broken here."""
        return any(part in self._repairs for part in _parts(agent))

    def _break_down(self, agent: AGV | Station, repair_s: float) -> None:
        part = next((part for part in _parts(agent) if not part.down), None)
        if part is None:
            return
        if part.failures is not None:
            part.failures.suspend()
        part.break_down()
        self._repairs[part] = self.factory.clock.schedule(repair_s, self._repair, part)

    def _repair_all(self, agent: AGV | Station) -> None:
        for part in _parts(agent):
            if part in self._repairs:
                self._repairs[part].cancel()
                self._repair(part)

    def _repair(self, part: Any) -> None:
        del self._repairs[part]
        if part.failures is not None:
            part.failures.resume()
        part.repair()

    # -- rush jobs --------------------------------------------------------------------------------------------

    def rush_job(self, product: str | None = None) -> None:
        """An order that nobody expected, due in half the usual time; its random numbers are from the stream "rush".

        Raises:
            ScenarioError: there is no such product.
        """
        products = self.factory.spec.products
        name = next(iter(products)) if product is None else product
        if name not in products:
            raise ScenarioError(f"there is no product {name!r} to rush; the factory makes {', '.join(products)}")
        self.factory.clock.schedule(0.0, self._release, name)

    def _release(self, product: str) -> None:
        factory = self.factory
        workload = factory.workload
        routing = workload.routings[product]
        usual_s = factory.spec.products[product].due_s
        order = Order(
            number=workload.released,
            product=product,
            product_index=workload.products.index(product),
            routing=routing,
            due_s=float("inf") if usual_s is None else factory.now_s + RUSH * usual_s,
            uniforms=factory.stream("rush").random((len(routing), 2)),
        )
        workload.released += 1
        workload.in_process += 1
        factory.add_job(order)

    # -- aisles -----------------------------------------------------------------------------------------------

    def close_cell(self, cell: int) -> None:
        """Nobody enters the cell until `open_cell`; who drives through it takes another way.

        Raises:
            ScenarioError: it is a wall, a dock or a parking cell, somebody stands on it or is going to, or some place
                could not be reached any more.
        """
        traffic = self._floor()
        layout = traffic.layout
        row, column = divmod(cell, layout.width)
        docks = {dock: name for name, cells in layout.docks.items() for dock in cells}
        reason = None
        if not 0 <= cell < layout.size or not layout.passable[cell]:
            reason = "it is a wall"
        elif cell in docks:
            reason = f"it is a dock of {docks[cell]!r}"
        elif cell in layout.parking:
            reason = "it is a parking cell"
        elif cell in traffic.node or cell in traffic._goal or traffic._taken[cell]:
            reason = "a vehicle stands there or is on its way to it"
        if reason is not None:
            raise ScenarioError(f"row {row}, column {column} cannot be closed: {reason}; choose a free floor cell")
        if cell in self.closed:
            return
        if not self._own_moves:
            traffic._neighbours = traffic._neighbours.copy()
            self._own_moves = True
        before = traffic._neighbours.copy()
        traffic._neighbours[traffic._neighbours == cell] = NO_CELL
        _redraw(traffic)
        cut_off = _cut_off(traffic, docks)
        if cut_off:
            traffic._neighbours[:] = before
            _redraw(traffic)
            raise ScenarioError(
                f"row {row}, column {column} cannot be closed: {cut_off!r} could not be reached any more; "
                "choose a cell that vehicles can drive round"
            )
        traffic._taken[cell] = True
        self.closed.append(cell)

    def open_cell(self, cell: int) -> None:
        """The cell may be entered again."""
        if cell not in self.closed:
            return
        traffic = self._floor()
        self.closed.remove(cell)
        allowed = traffic.layout.neighbours == cell
        traffic._neighbours[allowed] = cell
        traffic._taken[cell] = False
        _redraw(traffic)

    def _floor(self) -> GridTraffic:
        traffic = self.factory.traffic
        if not isinstance(traffic, GridTraffic):
            raise ScenarioError(f"factory {self.factory.spec.name!r} has no floor, so no cell can be closed or opened")
        return traffic


def _parts(agent: Any) -> list[Any]:
    """What can break: the vehicle itself, or the machines of a station."""
    return list(getattr(agent, "machines", [agent]))


def _redraw(traffic: GridTraffic) -> None:
    """The moves have changed: all distances anew."""
    fields = traffic._fields
    entries = reverse_moves(traffic._neighbours)
    fields.entries = traffic._lengths.entries = entries
    for goal in fields._idle:
        fields._free.append(fields._row_of.pop(goal))
    fields._idle.clear()
    for goal, row in fields._row_of.items():
        fields._fill(goal, row)
    traffic._travel_rows = [None] * len(traffic.places)
    traffic._best[:] = UNREACHABLE
    traffic._still = False


def _cut_off(traffic: GridTraffic, docks: dict[int, str]) -> str | None:
    """A place with a dock that vehicles on other docks, or vehicles on the floor, cannot reach."""
    starts = np.array(sorted({*docks, *traffic.node.tolist()}), np.int32)
    for dock, name in docks.items():
        lengths = traffic._lengths.lengths_to(np.array([dock], np.int32))
        if (lengths[starts] == UNREACHABLE).any():
            return name
    return None
