"""The factory: a Mesa model that builds the agents of a scenario and drives a step.

A step is one tick, the time in which a vehicle crosses a cell. Step k lasts from k ticks to k + 1 ticks:

    1. all vehicles set out by the orders that they have: those given until k ticks count, later ones do not
    2. events fire in the order of their times; after each instant negotiations run until all are settled
    3. at k + 1 ticks vehicles are in their next cells: those that have reached a dock act, then events that are due

Agents are woken, not polled: the method `step` of an agent is called only where its class defines one.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, Self, cast

import mesa
import numpy as np

from ...agents.events import NOBODY, AgentKind, Event, RobotState, StationState, VehicleState
from ...agents.mechanisms import MECHANISMS, Mechanism
from ...agents.negotiation.channel import FaultyChannel, PerfectChannel
from ...agents.negotiation.engine import ContractNet
from ...agents.negotiation.terms import Terms
from ...agents.shop.agv import AGV
from ...agents.shop.charger import Charger
from ...agents.shop.depot import Sink, Source, Storage
from ...agents.shop.fleet import Fleet
from ...agents.shop.job import Job
from ...agents.shop.lot import Lot
from ...agents.shop.robot import Robot
from ...agents.shop.station import Station
from ...agents.shop.tasks import TaskKind
from ...agents.shop.ticks import SAME_TICK
from ..clock import Clock
from ..config.errors import CopyError, ScenarioError, TrialEndedError
from ..log import EventLog
from ..motion.grid import GridTraffic
from ..scenario import Agvs, Scenario
from ..scenario.names import vehicle_name
from ..scenario.own_classes import import_class
from ..streams import Streams
from ..workload import Workload
from .jams import circle, jammed_parts, vain_calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from ...agents.negotiation.channel import Channel
    from ...agents.negotiation.contractor import Contractor
    from ...agents.negotiation.tasks import Task
    from ...agents.shop.job import Order
    from ...agents.shop.place import Place
    from ...agents.shop.traffic import Traffic
    from ...agents.world import ShopPlanner
    from ..config.distributions import Distribution
    from ..layout import Layout
    from ..mesa_floor import MesaFloor
    from ..scenario import Mechanisms

NO_TICK = -1
LONGEST_DRAIN = 10  # times the horizon: a factory that is not empty by then does not drain
AGENT_CLASSES: dict[str, type] = {"agv": AGV, "station": Station, "robot": Robot, "charger": Charger, "job": Job}


class Factory(mesa.Model):
    """A factory that runs.

    Args:
        scenario: what it consists of.
        rng: the seed of the trial; the scenario's own where it is None.
        agent_classes: classes of your own for "agv", "station", "robot", "charger" or "job", instead of the
            scenario's `agent_classes`; an agent for which the scenario names a class has that.

    Attributes:
        spec: the scenario.
        places: the agents of all places, in the order of `scenario.places`; those that have left may still hold parts.
        agvs, stations, robots, chargers, storages: those that are in the factory.
        jammed: parts that wait for each other's places and can never move on.
        log: what has happened; the one source of figures and checks.
        datacollector: Mesa's, without reporters: `mesa.batch_run` asks for one. A subclass puts its own here.

    Raises:
        ScenarioError: a class that the scenario names cannot be found or is none of its kind.
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
        self.log = EventLog(scenario.name, self.trial_seed, write_end=self._write_end)
        self.tick = 0  # whole ticks that are over
        self.tick_s = scenario.tick_s
        self.layout: Layout | None = scenario.build_layout() if scenario.transport.on_floor else None
        self.parts_move_themselves = not scenario.transport.needs_vehicles
        self._carries_out = scenario.transport.carries_out
        self.queue_limit = scenario.queue_limit
        self.traffic: Traffic = scenario.transport.build_traffic(
            scenario, self._agvs_spec, layout=self.layout, owner=self
        )
        self.fleet = Fleet(self._agvs_spec, self.traffic, self.clock)
        self._grid = self.traffic if isinstance(self.traffic, GridTraffic) else None
        self._begun = NO_TICK  # the tick whose motion has begun last
        self._standing_still = False
        self._jam_suspected = False
        self.jammed: set[Job] = set()
        terms = scenario.negotiation
        self.net = ContractNet(
            self,
            kinds=TaskKind,
            mechanism=_mechanisms(terms.mechanism),
            channel=self._build_channel(),
            terms=Terms(**{field.name: getattr(terms, field.name) for field in dataclasses.fields(Terms)}),
            full=scenario.record.messages == "full",
        )
        self._classes = _agent_classes(scenario, agent_classes or {})
        self._build_agents()
        self._log_start()
        self.workload = Workload(self)
        self.workload.start()
        self._stepping = [a for a in self.agents if type(a).step is not mesa.Agent.step]
        self.datacollector = mesa.DataCollector()

    # -- what agents ask --------------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """The time, in seconds since the start."""
        return self.clock.now_s

    @property
    def planner(self) -> ShopPlanner | None:
        """What clears the calls, if it is a planner."""
        return cast("ShopPlanner | None", self.net.planner)

    @property
    def has_floor(self) -> bool:
        """Vehicles drive on a floor, where they can be in each other's way."""
        return self.layout is not None

    @property
    def jobs(self) -> list[Job]:
        """The parts in the factory, the oldest first."""
        by_type = cast("dict[type, Iterable[Job]]", self.agents_by_type)
        return [job for cls, members in by_type.items() if issubclass(cls, Job) for job in members]

    @cached_property
    def grid(self) -> MesaFloor | None:
        """The floor as a Mesa grid with the vehicles on it, made when it is first asked for; None without a floor."""
        from ..mesa_floor import MesaFloor

        return None if self.layout is None else MesaFloor(self.layout, self.agvs)

    def position_of(self, node: int) -> tuple[int, int]:
        """Column and row of a node, as Mesa counts (x, y); without a floor, (node, 0)."""
        if self.layout is None:
            return (node, 0)
        row, column = self.layout.row_column(node)
        return (column, row)

    def approach_s(self, origin: int, destination: int, *, loaded: bool = True) -> float:
        """Seconds from place to place when nobody is in the way, for a part that is carried or an empty vehicle."""
        if self.parts_move_themselves:
            return 0.0
        return self.traffic.travel_between_s(origin, destination, loaded=loaded)

    def moves_itself(self, destination: int) -> bool:
        """Whether parts need no vehicle to get to a place."""
        return self.parts_move_themselves or (destination == self.sink.place and not self._carries_out)

    def work_time(self, product: str, step: int, station: str) -> Distribution:
        """The processing time of an operation at a station: the routing's own, or the station's."""
        operation = self.spec.products[product].routing[step]
        return operation.time or self.spec.stations[station].operations[operation.operation]

    def storages_with_room(self) -> NDArray[np.intp]:
        """Pool slots of the storages that can take a part."""
        return np.array([storage.slot for storage in self.storages if storage.has_room], np.intp)

    def relieve_stations(self) -> None:
        """A storage has room again: stations that are blocked may use it."""
        for station in self.stations:
            station.relieve()

    def infeasible(self, task: Task) -> None:
        """Nobody can ever do the task."""
        job = {} if task.job is None else {"job": task.job.unique_id}
        self.log.event(self.now_s, Event.INFEASIBLE, task.manager.unique_id, value=task.kind, **job)

    def suspect_jam(self) -> None:
        """A machine is blocked, or a part finds no station: parts may wait for each other, which is looked into."""
        self._jam_suspected = True

    def _population(self) -> int:
        return len(self.agents)

    def _settle(self) -> None:
        """Negotiate until nothing is due at this instant; then see whether anything can still happen to the parts."""
        self.net.settle()
        if self._jam_suspected:
            self._jam_suspected = False
            if jammed := jammed_parts(self):
                self._report_jam(jammed)

    def _report_jam(self, jammed: list[Job]) -> None:
        """Log who waits for whom, once for each circle, and let what they ask for rest."""
        if not self.jammed.issuperset(jammed):
            waits = circle(self, jammed)
            if not self.jammed.issuperset(wait.job for wait in waits):
                for wait in waits:
                    wanted = NOBODY if wait.waits_for is None else wait.waits_for.unique_id
                    self.log.event(self.now_s, Event.JAMMED, wait.at.unique_id, wait.job.unique_id, wanted, len(waits))
            self.jammed.update(jammed)
        for task in vain_calls(self, jammed):
            task.asleep = True

    def add_agv(self, *, at: str | int | None = None, agv_class: type[AGV] | None = None) -> AGV:
        """One more vehicle, from now on; it is named by the next number, and no number is given twice.

        Args:
            at: a place, or the number of a floor cell, where it joins; None: parking, or the best cell that is free;
                without a floor the place where all have started.
            agv_class: a subclass of `AGV`; that of the others where it is None.

        Raises:
            ScenarioError: parts move without vehicles, there is no such place, or it is no class of vehicles.
            LayoutError: no vehicle can stand there, or there is no room for another one.
            TrialEndedError: the trial has ended.
        """
        self._must_not_have_ended("add_agv()")
        if self.parts_move_themselves:
            raise ScenarioError(
                f"factory {self.spec.name!r} moves parts without vehicles; use transport: {{kind: grid}} or matrix"
            )
        if agv_class is not None:
            _check_class("agv_class", agv_class, AGV)
        vehicle = self.traffic.join(self._joining_node(at))
        self.fleet.join()
        agv = self._build_agv(vehicle, agv_class or self._class("agv", self._agvs_spec.class_))
        self.log.add_agent(agv.unique_id, AgentKind.AGV, agv.name)
        self.log.event(self.now_s, Event.JOINED, agv.unique_id)
        self._log_agv(agv)
        if type(agv).step is not mesa.Agent.step:
            self._stepping.append(agv)
        self._trace_is_due = True
        if self.fleet.open[vehicle]:
            self.net.available(agv, TaskKind.TRANSPORT)
        self.stir()
        return agv

    def left(self, agent: Contractor) -> None:
        """An agent has left, and has given back what it held."""
        self.log.event(self.now_s, Event.LEFT, agent.unique_id)
        groups = (self.agvs, self.stations, self.robots, self.chargers, self.storages, self._stepping)
        for group in cast("tuple[list[Any], ...]", groups):
            if agent in group:
                group.remove(agent)
        self._trace_is_due = True
        self.stir()

    def stir(self) -> None:
        """Have the negotiations settled at this instant, though nothing else may be due at it."""
        self.clock.schedule(0.0, self.net.settle)

    def add_lot(self, name: str, wait_s: float) -> Lot:
        """The parts of a new order will enter together; on their way they wait so long for each other."""
        lot = Lot(self, name=name, wait_s=wait_s)
        self.log.add_agent(lot.unique_id, AgentKind.LOT, name)
        return lot

    def add_job(self, order: Order, lot: Lot | None = None) -> Job:
        """A new part enters at the source, of a lot or on its own."""
        job: Job = self._classes["job"](self, order)
        self.log.add_agent(job.unique_id, AgentKind.JOB, job.name)
        if lot is not None:
            lot.parts.append(job)
            job.lot = lot
        job.release()
        return job

    # -- copies -----------------------------------------------------------------------------------------------

    def copy(self) -> Self:
        """A factory in the same state, to try what would happen if; both go on to the same bytes if nothing differs.

        `copy.deepcopy` and `pickle` do the same. A copy has the agents, the random streams, the log and whatever is
        due, but shares nothing with the original.

        Raises:
            CopyError: an agent asks for it within a step, or something is due that cannot be copied (see `Clock`).
        """
        return copy.deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        if self._within_step:
            raise CopyError(
                f"the factory cannot be copied within a step, at {self.now_s:g} s: half of what happens "
                "now has happened; copy it between two steps"
            )
        return self.__dict__.copy()

    def register_agent(self, agent: mesa.Agent) -> None:
        """Called by every agent that is made."""
        super().register_agent(agent)  # where newer versions of Mesa give it its id
        self._latest_id = agent.unique_id

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        ids = getattr(mesa.Agent, "_ids", None)
        if ids is not None:  # Mesa before 3.4 counts them outside the model
            ids[self] = count(self._latest_id + 1)

    # -- time -------------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether the trial is over: its log is closed, and nothing can happen any more."""
        return self._ended

    def step(self) -> None:
        """One tick; without a floor, on to the next instant at which something happens.

        The step that reaches the end of the trial (`run`) closes the log and sets `running` to False.

        Raises:
            TrialEndedError: the trial has ended.
        """
        self._must_not_have_ended("step()")
        end_s = self.clock.next_s() if self._grid is None else (self.tick + 1) * self.tick_s
        self._pass_the_horizon(end_s)
        if self._ended:
            return
        if end_s > self._latest_end_s:
            self._pass(self._latest_end_s)
        else:
            with self._no_copies():
                self._advance()
        self._look_at_the_end()

    def _advance(self) -> None:
        """What happens in a step."""
        if self._grid is None:
            next_s = self.clock.next_s()
            if next_s < math.inf:
                self._fire_until(next_s)
        else:
            self._set_out(self._grid)
            end_s = (self.tick + 1) * self.tick_s
            self._fire_before(end_s)
            if not self._over:
                self.tick += 1
                self.clock.advance(end_s)
                self._arrive(self._grid)
                self._fire_until(end_s)
        for agent in self._stepping:
            agent.step()
        if self._stepping:
            self._settle()

    def run_until(self, time_s: float) -> None:
        """Run to `time_s`, or to the end of the trial, leaping over ticks in which nothing moves and nothing is due.

        Raises:
            TrialEndedError: the trial has ended.
        """
        self._must_not_have_ended(f"run_until({time_s:g})")
        if self._grid is None:
            while not self._ended and self.clock.next_s() <= time_s:
                self.step()
        else:
            while not self._ended and (tick := self._next_tick(self._grid)) * self.tick_s <= time_s:
                self.tick = int(tick) - 1
                self.step()
        if not self._ended:
            self._pass_the_horizon(time_s)
        if not self._ended:
            self._pass(min(time_s, self._latest_end_s))
            self._look_at_the_end()

    def run(self) -> EventLog:
        """Run to the end of the trial, and return its log.

        It ends at the horizon. Where the scenario says `drain`, no order comes after the horizon, and the trial ends
        when the factory is empty, or after LONGEST_DRAIN horizons more.

        Raises:
            TrialEndedError: the trial has ended.
        """
        self.run_until(self._latest_end_s)
        return self.log

    def _report_left(self) -> None:
        """Parts that have not left in all this time will not, even if no circle was found."""
        if self.workload.in_process and not self.jammed:
            for job in self.jobs:
                where = self.places[job.place].unique_id
                self.log.event(self.now_s, Event.JAMMED, where, job.unique_id, value=self.workload.in_process)

    def finish(self) -> EventLog:
        """End the trial now: the last battery levels go into the log, and it is closed. Once ended, it stays so."""
        if not self._ended:
            self._write_end(self.log)
            self._end()
        return self.log

    def _write_end(self, log: EventLog) -> None:
        """The last battery levels, and the end."""
        for agv in self.agvs:
            log.event(self.now_s, Event.BATTERY, agv.unique_id, value=agv.battery)
        log.close(self.now_s)

    def remove_all_agents(self) -> None:
        """Mesa's way to clear a model: the trial ends here and now, and nothing is left that could go on."""
        if not self._ended:
            self.log.close(self.now_s)
            self._end()
        self.clock.clear()
        self.net.stop()
        super().remove_all_agents()

    def _end(self) -> None:
        self._ended = True
        self.running = False

    _ended = False
    _within_step = False
    _trace_is_due = False  # a vehicle has joined or left since the last row

    @property
    def _latest_end_s(self) -> float:
        return self.spec.horizon_s * (1 + LONGEST_DRAIN if self.spec.drain else 1)

    def _must_not_have_ended(self, call: str) -> None:
        if self._ended:
            raise TrialEndedError(
                f"{call} comes after the end of the trial of {self.spec.name!r} at {self.now_s:g} s; "
                "make a new Factory, or give the scenario a longer horizon"
            )

    def _pass_the_horizon(self, to_s: float) -> None:
        """The horizon lies before `to_s`: what is due until then happens first."""
        if self.now_s < self.spec.horizon_s < to_s:
            self._pass(self.spec.horizon_s)
            self._look_at_the_end()

    def _pass(self, time_s: float) -> None:
        """Time passes to `time_s`, before the next tick ends."""
        if self._grid is not None and not self._over:
            self.tick = max(math.floor(time_s / self.tick_s), self.tick)
            if self.tick * self.tick_s < time_s:
                self._set_out(self._grid)
        with self._no_copies():
            self._fire_until(time_s)

    @contextmanager
    def _no_copies(self) -> Iterator[None]:
        self._within_step = True
        try:
            yield
        finally:
            self._within_step = False

    def _look_at_the_end(self) -> None:
        if self.now_s >= self.spec.horizon_s:
            self.workload.stop()
        if self._over or self.now_s >= self._latest_end_s:
            if self.spec.drain:
                self._report_left()
            self.finish()

    def close(self) -> None:
        """Free the model: Mesa before 3.4 keeps every model that ever was."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    @property
    def _over(self) -> bool:
        return self._ended or (self.spec.drain and self.workload.exhausted and self.workload.in_process == 0)

    def _next_tick(self, traffic: GridTraffic) -> float:
        """The end of the next tick in which something can happen; inf if nothing ever will."""
        next_s = self.clock.next_s()
        if not traffic.settled or self._stepping:
            return self.tick + 1
        if next_s == math.inf:
            return math.inf
        tick = max(math.ceil(next_s / self.tick_s), self.tick + 1)
        while tick * self.tick_s < next_s:
            tick += 1
        while tick > self.tick + 1 and (tick - 1) * self.tick_s >= next_s:
            tick -= 1
        return tick

    def _fire_until(self, time_s: float) -> None:
        """Fire what is due at `time_s` or before."""
        while (due_s := self.clock.next_s()) <= time_s and not self._over:
            self._fire_at(due_s)
        if not self._over and self.clock.now_s < time_s:
            self.clock.advance(time_s)

    def _fire_before(self, time_s: float) -> None:
        while (due_s := self.clock.next_s()) < time_s and not self._over:
            self._fire_at(due_s)

    def _fire_at(self, due_s: float) -> None:
        """All that happens in one instant, and the negotiations that follow from it."""
        while self.clock.next_s() <= due_s:
            self.clock.fire_next()
        self._settle()

    def _set_out(self, traffic: GridTraffic) -> None:
        """The motion of the tick begins, by the orders given until now."""
        if self._begun == self.tick:
            return
        self._begun = self.tick
        self._fire_before((self.tick + SAME_TICK) * self.tick_s)
        if not traffic.settled and not self._over:
            traffic.begin_tick()

    def _arrive(self, traffic: GridTraffic) -> None:
        """The motion of the last tick ends."""
        if not traffic.under_way:
            return
        arrived = traffic.end_tick()
        if (traffic.moved or self._trace_is_due) and self.spec.record.trace:
            self.log.trace(self.tick, traffic.node)
            self._trace_is_due = False
        if not self._standing_still and (traffic.moved == 0 or self.tick % 64 == 0):
            self._report_standstill(traffic)
        if len(arrived):
            self._standing_still = False
            for vehicle in arrived.tolist():
                if self.fleet.present[vehicle]:
                    self._vehicles[vehicle].arrived()
        looks_at_batteries = self.tick % 64 == 0 and self._has_batteries
        if looks_at_batteries:
            for vehicle in np.flatnonzero(self.fleet.present & (self.fleet.energy_j() <= 0.0)).tolist():
                self._vehicles[vehicle].ran_empty()
        if len(arrived) or looks_at_batteries:
            self._fire_at(self.now_s)

    def vehicle_arrived(self, vehicle: int) -> None:
        """A vehicle has arrived at the place that it was sent to; called by the traffic."""
        self._vehicles[vehicle].arrived()

    def vehicle_admitted(self, vehicle: int) -> None:
        """A vehicle that waited for a dock drives on to it; called by the traffic."""
        self._vehicles[vehicle].admitted()

    def vehicle_stands_there(self, vehicle: int) -> None:
        """A vehicle was sent to the dock on which it stands; called by the traffic."""
        self.clock.schedule(0.0, self._stands, vehicle)

    def _stands(self, vehicle: int) -> None:
        """A vehicle was sent to the dock on which it stands; unless it was sent on, it has arrived."""
        if self._grid is not None and self.fleet.present[vehicle] and self._grid.take_arrival(vehicle):
            self._vehicles[vehicle].arrived()

    def _report_standstill(self, traffic: GridTraffic) -> None:
        for cycle in traffic.standstill():
            self._standing_still = True
            for vehicle in cycle:
                self.log.event(self.now_s, Event.STANDSTILL, self._vehicles[vehicle].unique_id, value=len(cycle))

    # -- building ---------------------------------------------------------------------------------------------

    @property
    def _agvs_spec(self) -> Agvs:
        return Agvs(count=0) if self.spec.fleet is None else self.spec.fleet.agvs

    def _build_channel(self) -> Channel:
        spec = self.spec.negotiation.channel
        if spec is None:
            return PerfectChannel()
        return FaultyChannel(spec, clock=self.clock, rng=self.stream("channel"), name_of=self.log.name_of)

    def _build_agents(self) -> None:
        spec, pools = self.spec, self.net.pools
        place = {name: index for index, name in enumerate(spec.places)}
        self.source = Source(self, name=spec.source, place=place[spec.source])
        self.sink = Sink(self, name=spec.sink, place=place[spec.sink])
        self.robots: list[Robot] = []
        for name, robot_spec in spec.robots.items():
            robot = self._class("robot", robot_spec.class_)(self, name=name, spec=robot_spec)
            pools[TaskKind.HANDLING].add(robot)
            self.robots.append(robot)
        self.stations: list[Station] = []
        for name, station_spec in spec.stations.items():
            tenders = np.array([robot.slot for robot in self.robots if name in robot.spec.stations], np.intp)
            station = self._class("station", station_spec.class_)(
                self, name=name, place=place[name], spec=station_spec, tenders=tenders if len(tenders) else None
            )
            pools[TaskKind.OPERATION].add(station)
            self.stations.append(station)
        self.storages: list[Storage] = []
        for name, storage_spec in spec.storage.items():
            storage = Storage(self, name=name, place=place[name], capacity=storage_spec.capacity)
            pools[TaskKind.OPERATION].add(storage)
            self.storages.append(storage)
        self.chargers: list[Charger] = []
        for name, charger_spec in spec.chargers.items():
            charger = self._class("charger", charger_spec.class_)(self, name=name, place=place[name], spec=charger_spec)
            pools[TaskKind.CHARGE].add(charger)
            self.chargers.append(charger)
        self.places: list[Place] = [self.source, self.sink, *self.stations, *self.storages, *self.chargers]
        self.agvs: list[AGV] = []
        self._vehicles: list[AGV] = []  # (V,) by number, with those that have left
        agv_class = self._class("agv", self._agvs_spec.class_)
        for vehicle in range(self._agvs_spec.count):
            self._build_agv(vehicle, agv_class)
        self._has_batteries = self._agvs_spec.battery is not None

    def _build_agv(self, vehicle: int, agv_class: type[AGV]) -> AGV:
        agv = agv_class(self, name=vehicle_name(vehicle + 1), vehicle=vehicle)
        self.net.pools[TaskKind.TRANSPORT].add(agv)
        self.agvs.append(agv)
        self._vehicles.append(agv)
        return agv

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

    def _class(self, kind: str, path: str | None) -> Any:
        return self._classes[kind] if path is None else _named_class(path, AGENT_CLASSES[kind])

    def _log_start(self) -> None:
        log = self.log
        for agent in (self.source, self.sink, *self.stations, *self.storages):
            log.add_agent(agent.unique_id, AgentKind.STATION, agent.name)
        for kind, agents in (
            (AgentKind.CHARGER, self.chargers),
            (AgentKind.ROBOT, self.robots),
            (AgentKind.AGV, self.agvs),
        ):
            for agent in agents:
                log.add_agent(agent.unique_id, kind, agent.name)
        for station in self.stations:
            for machine in station.machines:
                log.event(0.0, Event.STATION_STATE, station.unique_id, other=machine.index, value=StationState.STARVED)
        for robot in self.robots:
            log.event(0.0, Event.ROBOT_STATE, robot.unique_id, value=RobotState.IDLE)
        for agv in self.agvs:
            self._log_agv(agv)
        if self.spec.record.trace and self.agvs:
            log.trace(0, self.traffic.node)

    def _log_agv(self, agv: AGV) -> None:
        self.log.event(self.now_s, Event.VEHICLE_STATE, agv.unique_id, value=VehicleState.IDLE)
        self.log.event(self.now_s, Event.BATTERY, agv.unique_id, value=agv.battery)


def _mechanisms(given: str | Mechanisms) -> Mechanism | dict[TaskKind, Mechanism]:
    """The mechanism of that name, or one for each kind of task; the same name is the same mechanism."""
    if isinstance(given, str):
        return _mechanism(given)
    names = {kind: getattr(given, kind.name.lower()) for kind in TaskKind}
    made = {name: _mechanism(name) for name in names.values()}
    return {kind: made[name] for kind, name in names.items()}


def _mechanism(name: str) -> Mechanism:
    return (MECHANISMS[name] if name in MECHANISMS else _named_class(name, Mechanism))()


def _agent_classes(scenario: Scenario, own: Mapping[str, type]) -> dict[str, type]:
    for kind, cls in own.items():
        if kind not in AGENT_CLASSES:
            raise ScenarioError(f"agent_classes has no kind {kind!r}; allowed: {', '.join(AGENT_CLASSES)}")
        _check_class(f"agent_classes[{kind!r}]", cls, AGENT_CLASSES[kind])
    named = {kind: path for kind, path in scenario.agent_classes if path is not None and kind not in own}
    return {**AGENT_CLASSES, **own, **{kind: _named_class(path, AGENT_CLASSES[kind]) for kind, path in named.items()}}


def _check_class(where: str, cls: Any, base: type | None) -> None:
    if not isinstance(cls, type) or (base is not None and not issubclass(cls, base)):
        wanted = "a class" if base is None else f"a subclass of robocell.agents.{base.__name__}"
        raise ScenarioError(f"{where} is {cls!r}; it must be {wanted}")


def _named_class(path: str, base: type | None) -> Any:
    """The class `module:Name`."""
    cls = import_class(path)
    _check_class(f"class {path!r}", cls, base)
    return cls
