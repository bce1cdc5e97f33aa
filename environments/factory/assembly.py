"""Assembly of a factory from its scenario: the classes of its agents, the agents, mechanism and channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...agents.events import AgentKind, Event, RobotState, StationState
from ...agents.mechanisms import MECHANISMS, Mechanism
from ...agents.negotiation.channel import FaultyChannel, PerfectChannel
from ...agents.shop.agv import AGV
from ...agents.shop.charger import Charger
from ...agents.shop.depot import Storage
from ...agents.shop.job import Job
from ...agents.shop.robot import Robot
from ...agents.shop.station import Station
from ...agents.shop.tasks import TaskKind
from ..config.errors import ScenarioError
from ..scenario.own_classes import import_class

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...agents.negotiation.channel import Channel
    from ..scenario import Mechanisms, Scenario
    from .factory import Factory

AGENT_CLASSES: dict[str, type] = {"agv": AGV, "station": Station, "robot": Robot, "charger": Charger, "job": Job}


class AgentClasses:
    """The class of each kind of agent: the program's own, the scenario's, or robocell's."""

    def __init__(self, scenario: Scenario, own: Mapping[str, type]) -> None:
        for kind, cls in own.items():
            if kind not in AGENT_CLASSES:
                raise ScenarioError(f"agent_classes has no kind {kind!r}; allowed: {', '.join(AGENT_CLASSES)}")
            check_class(f"agent_classes[{kind!r}]", cls, AGENT_CLASSES[kind])
        named = {kind: path for kind, path in scenario.agent_classes if path is not None and kind not in own}
        self._of_kind = {
            **AGENT_CLASSES,
            **own,
            **{kind: _named_class(path, AGENT_CLASSES[kind]) for kind, path in named.items()},
        }

    def __call__(self, kind: str, path: str | None = None) -> Any:
        """The class of an agent of that kind; the class `path` if the agent's own section names one."""
        return self._of_kind[kind] if path is None else _named_class(path, AGENT_CLASSES[kind])


def build_robots(factory: Factory) -> list[Robot]:
    """All robots, in the pool of handling."""
    robots: list[Robot] = []
    for name, spec in factory.spec.robots.items():
        robot = factory.agent_class("robot", spec.class_)(factory, name=name, spec=spec)
        factory.net.pools[TaskKind.HANDLING].add(robot)
        robots.append(robot)
    return robots


def build_stations(factory: Factory) -> list[Station]:
    """All stations, in the pool of operations; each knows the robots that reach it."""
    stations: list[Station] = []
    for name, spec in factory.spec.stations.items():
        tenders = np.array([robot.slot for robot in factory.robots if name in robot.spec.stations], np.intp)
        station = factory.agent_class("station", spec.class_)(
            factory,
            name=name,
            place=factory.spec.places.index(name),
            spec=spec,
            tenders=tenders if len(tenders) else None,
        )
        factory.net.pools[TaskKind.OPERATION].add(station)
        stations.append(station)
    return stations


def build_storages(factory: Factory) -> list[Storage]:
    """All storages, in the pool of operations."""
    storages: list[Storage] = []
    for name, spec in factory.spec.storage.items():
        storage = Storage(factory, name=name, place=factory.spec.places.index(name), capacity=spec.capacity)
        factory.net.pools[TaskKind.OPERATION].add(storage)
        storages.append(storage)
    return storages


def build_chargers(factory: Factory) -> list[Charger]:
    """All chargers, in the pool of charging."""
    chargers: list[Charger] = []
    for name, spec in factory.spec.chargers.items():
        charger = factory.agent_class("charger", spec.class_)(
            factory, name=name, place=factory.spec.places.index(name), spec=spec
        )
        factory.net.pools[TaskKind.CHARGE].add(charger)
        chargers.append(charger)
    return chargers


def build_mechanism(given: str | Mechanisms) -> Mechanism | dict[TaskKind, Mechanism]:
    """The mechanism of that name, or one for each kind of task; equal names share one mechanism."""
    if isinstance(given, str):
        return _mechanism(given)
    names = {kind: getattr(given, kind.name.lower()) for kind in TaskKind}
    made = {name: _mechanism(name) for name in names.values()}
    return {kind: made[name] for kind, name in names.items()}


def build_channel(factory: Factory) -> Channel:
    """The channel that carries messages; it draws random numbers from the stream "channel"."""
    spec = factory.spec.negotiation.channel
    if spec is None:
        return PerfectChannel()
    return FaultyChannel(spec, clock=factory.clock, rng=factory.stream("channel"), name_of=factory.log.name_of)


def log_start(factory: Factory) -> None:
    """Log the names of all agents and their initial states."""
    log = factory.log
    for agent in (*factory.sources, *factory.sinks, *factory.stations, *factory.storages):
        log.add_agent(agent.unique_id, AgentKind.STATION, agent.name)
    for kind, agents in (
        (AgentKind.CHARGER, factory.chargers),
        (AgentKind.ROBOT, factory.robots),
        (AgentKind.AGV, factory.agvs),
    ):
        for agent in agents:
            log.add_agent(agent.unique_id, kind, agent.name)
    for station in factory.stations:
        for machine in station.machines:
            log.event(0.0, Event.STATION_STATE, station.unique_id, other=machine.index, value=StationState.STARVED)
    for robot in factory.robots:
        log.event(0.0, Event.ROBOT_STATE, robot.unique_id, value=RobotState.IDLE)
    for agv in factory.agvs:
        factory.log_vehicle(agv)
    if factory.spec.record.trace and factory.agvs:
        log.trace(0, factory.traffic.node)


def check_class(where: str, cls: Any, base: type | None) -> None:
    """Raise a ScenarioError beginning with `where` unless `cls` is a class and a subclass of `base`."""
    if not isinstance(cls, type) or (base is not None and not issubclass(cls, base)):
        wanted = "a class" if base is None else f"a subclass of robocell.agents.{base.__name__}"
        raise ScenarioError(f"{where} is {cls!r}; it must be {wanted}")


def _mechanism(name: str) -> Mechanism:
    return (MECHANISMS[name] if name in MECHANISMS else _named_class(name, Mechanism))()


def _named_class(path: str, base: type | None) -> Any:
    """The class `module:Name`."""
    cls = import_class(path)
    check_class(f"class {path!r}", cls, base)
    return cls
