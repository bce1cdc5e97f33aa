"""A running factory with a live display.

`LiveFactory` is the factory of the experiments with a gate in front of `step` and a stage. Watching has no effect: the
stage only reads, and a run that is shown has the same log as one that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.events import AgentKind, VehicleState
from ..agents.negotiation.messages import Reason
from ..agents.shop.traffic import NO_NODE
from ..environments.factory import Factory
from ..environments.layout import NO_CELL
from ..environments.motion.grid import GridTraffic
from ..environments.motion.matrix import MatrixTraffic
from .history import History
from .observed_offers import ObservedOffers
from .pace import Paced
from .routes import closed_of, facing_of, goals_of, route_of
from .stage import Stage, mean_and_lowest
from .tally import ABSENT, Tally
from .traffic_counts import TrafficCounts
from .variants import variant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..agents.shop.tasks import TaskKind
    from ..environments.scenario import Scenario


class LiveFactory(Paced, Factory):  # pyright: ignore[reportIncompatibleVariableOverride]  # `Paced` only names what it needs
    """A displayed factory. Its parameters are those of Mesa's sliders; the rest comes from the class's scenario.

    Args:
        agvs: number of vehicles.
        mechanism: name of the mechanism that clears calls.
        demand: orders, in percent of the scenario's orders.
        seed: of the trial.
        breakdowns: whether random breakdowns occur.
    """

    base: Scenario  # set by `live_factory`

    def __init__(
        self,
        *,
        agvs: int | None = None,
        mechanism: str | None = None,
        demand: int = 100,
        seed: int | None = None,
        breakdowns: bool = True,
        rng: int | None = None,
    ) -> None:
        scenario = variant(self.base, agvs=agvs, mechanism=mechanism, demand=demand / 100.0, breakdowns=breakdowns)
        super().__init__(scenario, rng=rng if seed is None else seed)
        self.observed = ObservedOffers()
        self.net.subscribe(self.observed)
        self.stage = LiveStage(self)
        self.counts = TrafficCounts(self, self.stage.plan.width * self.stage.plan.height)
        if isinstance(self.traffic, GridTraffic):
            self.traffic.subscribe(self.counts)

    def one_tick(self) -> None:
        self.step()

    def advance(self, to_s: float) -> None:
        self.run_until(to_s)

    def settle(self) -> None:
        """Carry out external disturbances now."""
        if not self.ended:
            self._go(self.run_until, self.now_s)
        self.frame += 1


def live_factory(scenario: Scenario) -> type[LiveFactory]:
    """The class of factories of this scenario; Mesa creates an instance at every reset."""
    return type("Factory", (LiveFactory,), {"base": scenario, "__module__": __name__, "__init__": LiveFactory.__init__})


class LiveStage(Stage):
    """The stage of a running factory."""

    def __init__(self, factory: LiveFactory) -> None:
        super().__init__(factory.spec, factory.log)
        self.factory = factory
        self.tally = Tally(self.plan)
        self.history = History(self.plan)
        self._taken = {"events": 0, "conversations": 0, "messages": 0}
        self._agents = {agent.unique_id: agent for agent in (*factory.places, *factory.robots, *factory.agvs)}

    @property
    def now_s(self) -> float:  # type: ignore[override]
        return self.factory.now_s

    @property
    def tick(self) -> int:  # type: ignore[override]
        return self.factory.tick

    def refresh(self) -> None:
        """Count the new rows of the log."""
        if len(self.plan.agvs) < len(self.factory.fleet.present):
            self.plan.welcome(self.log.ids(AgentKind.AGV)[len(self.plan.agvs) :])
            self._agents |= {agv.unique_id: agv for agv in self.factory.agvs}
        rows = {}
        for table, start in self._taken.items():
            rows[table] = self.log.rows_since(table, start)
            self._taken[table] = start + len(rows[table])
        self.tally.take(self.plan, rows["events"], rows["conversations"], rows["messages"])
        self.history.take(rows["events"], self.now_s, mean_and_lowest(self.batteries()))

    def cells(self) -> NDArray[np.int32]:
        node = self.factory.traffic.node
        if self.plan.layout is not None:
            return node
        cells = [self.plan.cell_of_place[uid] for uid in self.plan.place_ids]
        return np.where(node == NO_NODE, NO_CELL, np.array(cells, np.int32)[node])

    def legs(self) -> list[tuple[int, int, float]]:
        traffic = self.factory.traffic
        if not isinstance(traffic, MatrixTraffic):
            return super().legs()
        cells = [self.plan.cell_of_place[uid] for uid in self.plan.place_ids]
        legs = map(traffic.leg, range(len(traffic.node)))
        return [
            (NO_CELL, NO_CELL, 0.0) if origin == NO_NODE else (cells[origin], cells[target], share)
            for origin, target, share in legs
        ]

    def goals(self) -> NDArray[np.int32]:
        return goals_of(self.factory.traffic) if self.plan.layout is not None else self._ends()

    def facing(self) -> NDArray[np.int8] | None:
        return facing_of(self.factory.traffic)

    def states(self) -> list[int]:
        states = [ABSENT] * len(self.factory.fleet.state)
        for agv in self.factory.agvs:
            states[agv.vehicle] = int(VehicleState.DOWN if agv.down else agv.state)
        return states

    def loads(self) -> list[int]:
        return self.factory.fleet.load.tolist()

    def batteries(self) -> NDArray[np.float64] | None:
        battery = self.factory.fleet.spec.battery
        if battery is None or not len(self.factory.agvs):
            return None
        levels = self.factory.fleet.energy_j() / battery.capacity_j
        for vehicle in np.flatnonzero(self.factory.fleet.state == VehicleState.CHARGING).tolist():
            since_s, level = self.tally.battery[self.plan.agvs[vehicle]]  # the fleet's own level is settled at the end
            gained = (self.now_s - since_s) * battery.charge_w / battery.capacity_j
            levels[vehicle] = max(level, min(level + gained, battery.target))
        levels[~self.factory.fleet.present] = np.nan
        return levels

    def route(self, vehicle: int) -> list[int]:
        if self.plan.layout is not None:
            return route_of(self.factory.traffic, vehicle)
        origin, target, _ = self.legs()[vehicle]
        return [] if origin == target else [origin, target]

    def heat(self, what: str) -> NDArray[np.float64]:
        counts = self.factory.counts
        return counts.entered if what == "traffic" else counts.waited_s

    def blocked(self) -> list[int]:
        return closed_of(self.factory.traffic)

    def agent(self, unique_id: int) -> Any:
        """The agent itself; None for a part or an unknown id."""
        return self._agents.get(unique_id)

    def plan_of(self, agent: int) -> list[str]:
        if agent not in self.plan.vehicle_of:
            return []
        agv: Any = self._agents[agent]
        places = self.scenario.places
        lines = [
            f"{'take' if stop.pick_up else 'bring'} {stop.part.name} "
            f"{'from' if stop.pick_up else 'to'} {places[stop.place]}"
            for stop in agv.plan.stops
        ]
        if agv.charge is not None:
            lines.append("charge" if agv.charger is None else f"charge at {agv.charger.name}")
        return lines

    def offers(self, conversation: int, kind: TaskKind) -> list[tuple[str, float, str]] | None:
        heard = self.factory.observed.offers.get(conversation)
        if heard is None:
            return None
        members = self.factory.net.pools[kind].members
        return [
            (members[slot].name, cost, Reason(reason).name.lower().replace("_", " "))
            for slot, cost, reason in zip(*(column.tolist() for column in heard), strict=True)
        ]
