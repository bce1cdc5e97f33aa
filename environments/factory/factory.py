"""The factory: a Mesa model with its agents, their queries, and the joining and leaving of agents."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import mesa
import numpy as np

from ...agents.events import AgentKind, Event, VehicleState
from ...agents.negotiation.engine import ContractNet
from ...agents.negotiation.terms import Terms
from ...agents.shop.agv import AGV
from ...agents.shop.depot import Sink, Source
from ...agents.shop.fleet import Fleet
from ...agents.shop.handling import HandlingTimes
from ...agents.shop.job import Job
from ...agents.shop.lot import Lot
from ...agents.shop.tasks import TaskKind
from ..clock import Clock
from ..config.errors import ScenarioError
from ..log import EventLog
from ..motion.grid import GridTraffic
from ..scenario import Agvs, Scenario
from ..scenario.names import vehicle_name
from ..streams import Streams
from ..workload import Workload
from .assembly import (
    AgentClasses,
    build_channel,
    build_chargers,
    build_mechanism,
    build_robots,
    build_stations,
    build_storages,
    check_class,
    log_start,
)
from .jams import jammed_parts, report_jam
from .trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from ...agents.negotiation.contractor import Contractor
    from ...agents.negotiation.tasks import Task
    from ...agents.shop.order import Order
    from ...agents.shop.place import Place
    from ...agents.shop.traffic import Traffic
    from ...agents.world import ShopPlanner
    from ..config.distributions import Distribution
    from ..layout import Layout
    from ..layout.mesa_floor import MesaFloor


class Factory(Trial):
    """A running factory.

    Args:
        scenario: the description of the factory.
        rng: the seed of the trial; the scenario's own if None.
        agent_classes: your own classes for "agv", "station", "robot", "charger" or "job", instead of the scenario's
            `agent_classes`; an agent whose section names a class keeps that class.

    Attributes:
        spec: the scenario.
        places: the agents of all places, in the order of `scenario.places`; agents that have left may still hold parts.
        sources, sinks: the agents of the places where parts enter and leave.
        agvs, stations, robots, chargers, storages: the agents now in the factory.
        jammed: parts that wait for each other's places and can never proceed.
        log: the record of the run, the only source of KPIs and checks.
        datacollector: Mesa's, without reporters: `mesa.batch_run` asks for one. A subclass puts its own here.

    Raises:
        ScenarioError: a class that the scenario names cannot be found or is not of the required kind.
    """

    def __init__(
        self, scenario: Scenario, *, rng: int | None = None, agent_classes: Mapping[str, type] | None = None
    ) -> None:
        if not isinstance(scenario, Scenario):
            raise TypeError(f"Factory needs a Scenario, not {scenario!r:.60}; make one with Scenario.load or .parse")
        self.trial_seed = scenario.seed if rng is None else int(rng)
        super().__init__(rng=self.trial_seed)
        self.spec = scenario
        self.clock = Clock(self._population)
        self.stream = Streams(self.trial_seed)
        self.log = EventLog(scenario.name, self.trial_seed)
        self.log.written_by(self._write_end)
        self.tick_s = scenario.tick_s
        self.layout: Layout | None = scenario.build_layout() if scenario.transport.on_floor else None
        self.parts_move_themselves = not scenario.transport.needs_vehicles
        places = scenario.places
        self.ends = [places.index(name) for name in scenario.ends]
        self.orders_differ = scenario.orders_differ
        out = () if scenario.transport.carries_out else scenario.all_sinks
        self._walked_to = frozenset(places.index(name) for name in out)
        self.queue_limit = scenario.queue_limit
        self.traffic: Traffic = scenario.transport.build_traffic(
            scenario, self._agvs_spec, layout=self.layout, owner=self
        )
        self.handling_key = int(self.stream("handling").integers(2**63))
        handling = HandlingTimes(self._agvs_spec, self.handling_key)
        self.fleet = Fleet(self._agvs_spec, self.traffic, self.clock, handling)
        self._grid = self.traffic if isinstance(self.traffic, GridTraffic) else None
        self._jam_suspected = False
        self.jammed: set[Job] = set()
        terms = scenario.negotiation
        self.net = ContractNet(
            self,
            kinds=TaskKind,
            mechanism=build_mechanism(terms.mechanism),
            channel=build_channel(self),
            terms=Terms(**{field.name: getattr(terms, field.name) for field in dataclasses.fields(Terms)}),
            full=scenario.record.messages == "full",
        )
        self.agent_class = AgentClasses(scenario, agent_classes or {})
        self._build_agents()
        log_start(self)
        self.workload = Workload(self)
        self.workload.start()
        self._stepping = [a for a in self.agents if type(a).step is not mesa.Agent.step]
        self.datacollector = mesa.DataCollector()

    # -- queries of agents ------------------------------------------------------------------------------------

    @property
    def planner(self) -> ShopPlanner | None:
        """The mechanism that clears the calls, if it is a planner."""
        return cast("ShopPlanner | None", self.net.planner)

    @property
    def has_floor(self) -> bool:
        """Whether vehicles drive on a floor, where they can block each other."""
        return self.layout is not None

    @property
    def jobs(self) -> list[Job]:
        """The parts in the factory, the oldest first."""
        by_type = cast("dict[type, Iterable[Job]]", self.agents_by_type)
        return [job for cls, members in by_type.items() if issubclass(cls, Job) for job in members]

    @cached_property
    def grid(self) -> MesaFloor | None:
        """The floor as a Mesa grid with the vehicles on it, created on first use; None without a floor."""
        from ..layout.mesa_floor import MesaFloor

        return None if self.layout is None else MesaFloor(self.layout, self.agvs)

    def position_of(self, node: int) -> tuple[int, int]:
        """Column and row of a node, as Mesa counts (x, y); without a floor, (node, 0)."""
        if self.layout is None:
            return (node, 0)
        row, column = self.layout.row_column(node)
        return (column, row)

    def approach_s(self, origin: int, destination: int, *, loaded: bool = True) -> float:
        """Seconds from place to place on an empty floor, for a carried part or an empty vehicle."""
        if self.parts_move_themselves:
            return 0.0
        return self.traffic.travel_between_s(origin, destination, loaded=loaded)

    def moves_itself(self, destination: int) -> bool:
        """Whether parts reach a place without a vehicle."""
        return self.parts_move_themselves or destination in self._walked_to

    def work_time(self, product: str, step: int, station: str) -> Distribution:
        """The processing time of an operation at a station: the routing's own, or the station's."""
        operation = self.spec.products[product].steps[step].spec
        time = operation.time or self.spec.stations[station].time_of(operation.operation, product)
        if time is None:
            raise KeyError(f"{station} cannot do {operation.operation} for {product}")
        return time

    def storages_with_room(self) -> NDArray[np.intp]:
        """Pool slots of the storages that can take a part."""
        return np.array([storage.slot for storage in self.storages if storage.has_room], np.intp)

    def relieve_stations(self) -> None:
        """Let blocked stations use a storage that has room again."""
        for station in self.stations:
            station.relieve()

    def infeasible(self, task: Task) -> None:
        """Log that no contractor can ever do the task."""
        job = {} if task.job is None else {"job": task.job.unique_id}
        self.log.event(self.now_s, Event.INFEASIBLE, task.manager.unique_id, value=task.kind, **job)

    def suspect_jam(self) -> None:
        """Schedule a check for a jam, because a machine is blocked or a part finds no station."""
        self._jam_suspected = True

    def _population(self) -> int:
        return len(self.agents)

    def _settle(self) -> None:
        """Negotiate until nothing is due at this instant; then check for jams."""
        self.net.settle()
        if self._jam_suspected:
            self._jam_suspected = False
            if jammed := jammed_parts(self):
                report_jam(self, jammed)

    def _report_parts_left(self) -> None:
        """Log the parts that have not left by now as jammed, even if no circle was found."""
        if self.workload.in_process and not self.jammed:
            for job in self.jobs:
                where = self.places[job.place].unique_id
                self.log.event(self.now_s, Event.JAMMED, where, job.unique_id, value=self.workload.in_process)

    def add_agv(self, *, at: str | int | None = None, agv_class: type[AGV] | None = None) -> AGV:
        """Add a vehicle, named by the next number; numbers are never reused.

        Args:
            at: the place or the floor cell (its number) where it joins; None: a parking cell, or the best free cell;
                without a floor, the place where all vehicles started.
            agv_class: a subclass of `AGV`; the class of the other vehicles if None.

        Raises:
            ScenarioError: parts move without vehicles, the place does not exist, or `agv_class` is not a vehicle class.
            LayoutError: no vehicle can stand there, or the floor has no room for another.
            TrialEndedError: the trial has ended.
        """
        self._must_not_have_ended("add_agv()")
        if self.parts_move_themselves:
            raise ScenarioError(
                f"factory {self.spec.name!r} moves parts without vehicles; use transport: {{kind: grid}} or matrix"
            )
        if agv_class is not None:
            check_class("agv_class", agv_class, AGV)
        vehicle = self.traffic.join(self._joining_node(at))
        self.fleet.join()
        agv = self._build_agv(vehicle, agv_class or self.agent_class("agv", self._agvs_spec.class_))
        self.log.add_agent(agv.unique_id, AgentKind.AGV, agv.name)
        self.log.event(self.now_s, Event.JOINED, agv.unique_id)
        self.log_vehicle(agv)
        if type(agv).step is not mesa.Agent.step:
            self._stepping.append(agv)
        self._trace_is_due = True
        if self.fleet.open[vehicle]:
            self.net.available(agv, TaskKind.TRANSPORT)
        self.schedule_settle()
        return agv

    def left(self, agent: Contractor) -> None:
        """Remove an agent that has left and has given back what it held."""
        self.log.event(self.now_s, Event.LEFT, agent.unique_id)
        groups = (self.agvs, self.stations, self.robots, self.chargers, self.storages, self._stepping)
        for group in cast("tuple[list[Any], ...]", groups):
            if agent in group:
                group.remove(agent)
        self._trace_is_due = True
        self.schedule_settle()

    def schedule_settle(self) -> None:
        """Settle the negotiations at this instant, even if no event is due."""
        self.clock.schedule(0.0, self.net.settle)

    def add_lot(self, name: str, wait_s: float) -> Lot:
        """Create the lot of a new order, whose parts enter together and wait at most `wait_s` for each other."""
        lot = Lot(self, name=name, wait_s=wait_s)
        self.log.add_agent(lot.unique_id, AgentKind.LOT, name)
        return lot

    def add_job(self, order: Order, lot: Lot | None = None) -> Job:
        """Release a new part at the source, in a lot or on its own."""
        job: Job = self.agent_class("job")(self, order)
        self.log.add_agent(job.unique_id, AgentKind.JOB, job.name)
        if lot is not None:
            lot.parts.append(job)
            job.lot = lot
        job.release()
        return job

    # -- building ---------------------------------------------------------------------------------------------

    @property
    def _agvs_spec(self) -> Agvs:
        return Agvs(count=0) if self.spec.fleet is None else self.spec.fleet.agvs

    def _build_agents(self) -> None:
        spec = self.spec
        self.sources = [Source(self, name=name, place=spec.places.index(name)) for name in spec.all_sources]
        self.sinks = [Sink(self, name=name, place=spec.places.index(name)) for name in spec.all_sinks]
        self.robots = build_robots(self)
        self.stations = build_stations(self)
        self.storages = build_storages(self)
        self.chargers = build_chargers(self)
        self.places: list[Place] = [
            *self.sources, *self.sinks, *self.stations, *self.storages, *self.chargers,
        ]  # fmt: skip
        self.agvs: list[AGV] = []
        self._vehicles: list[AGV] = []
        agv_class = self.agent_class("agv", self._agvs_spec.class_)
        for vehicle in range(self._agvs_spec.count):
            self._build_agv(vehicle, agv_class)
        self._has_batteries = self._agvs_spec.battery is not None

    def _build_agv(self, vehicle: int, agv_class: type[AGV]) -> AGV:
        agv = agv_class(self, name=vehicle_name(vehicle + 1), vehicle=vehicle)
        self.net.pools[TaskKind.TRANSPORT].add(agv)
        self.agvs.append(agv)
        self._vehicles.append(agv)
        return agv

    def log_vehicle(self, agv: AGV) -> None:
        """Log the state of a vehicle when it joins."""
        self.log.event(self.now_s, Event.VEHICLE_STATE, agv.unique_id, value=VehicleState.IDLE)
        self.log.event(self.now_s, Event.BATTERY, agv.unique_id, value=agv.battery)

    def _joining_node(self, at: str | int | None) -> int:
        """The cell or the place where a vehicle joins."""
        if self._grid is None:
            name = at if at is not None else self._agvs_spec.start or self.spec.source
            place = self._place_named(name) if isinstance(name, str) else name
            return self.traffic.node_of(place)
        if at is None:
            return self._grid.free_node()
        return self._grid.free_dock(self._place_named(at)) if isinstance(at, str) else at

    def _place_named(self, name: str) -> int:
        if name not in self.spec.places:
            raise ScenarioError(f"there is no place {name!r} to join at; places are {', '.join(self.spec.places)}")
        return self.spec.places.index(name)
