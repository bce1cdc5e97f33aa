"""The description of a factory: a strict pydantic model of a scenario file.

| name | describes |
|---|---|
| `Scenario` | the whole factory: `Scenario.load(path)`, `Scenario.parse(data)` |
| `StationSpec`, `Setup`, `Breakdown`, `StorageSpec`, `RobotSpec` | machines, buffers and robots |
| `FleetSpec`, `Agvs`, `Battery`, `ChargerSpec` | vehicles and their chargers |
| `Floor`, `Grid`, `Matrix`, `Instant` | the floor and the three kinds of transport |
| `ShiftSpec`, `Pause` | the working times of people |
| `SourceSpec`, `SinkSpec` | where parts enter and leave |
| `Product`, `StepSpec`, `ResultSpec`, `PlannedStep` | the products and their routings |
| `Poisson`, `Renewal`, `FromTo`, `Deterministic`, `Batch`, `Conwip` | orders that arrive by a rule |
| `OrderList`, `OrdersFile`, `OrderSpec` | orders that are given one by one |
| `OrderStreams`, `ProfileSpec`, `FactorFrom` | several streams of orders; rates that change with time |
| `Negotiation`, `Mechanisms`, `AgentClasses`, `Record` | assignment of work; classes of agents; contents of the log |
| `ChannelSpec`, `Link`, `Partition` | the delivery of messages and its faults |
| `self_contained`, `named_files` | scenario data with its files read in; the files it names |
"""

from .channel import ChannelSpec, Link, Partition
from .ends import SinkSpec, SourceSpec
from .files import named_files
from .fleet import Agvs, Battery, ChargerSpec, FleetSpec
from .negotiation import Mechanisms, Negotiation
from .orders import (
    ORDERS,
    Batch,
    Conwip,
    Deterministic,
    FactorFrom,
    FromTo,
    OrderList,
    OrderProcess,
    OrdersFile,
    OrderSpec,
    OrderStreams,
    Poisson,
    ProfileSpec,
    Renewal,
)
from .products import Product
from .routing import PlannedStep, ResultSpec, StepSpec
from .scenario import AgentClasses, Record, Scenario, self_contained
from .shifts import Pause, ShiftSpec
from .stations import Breakdown, RobotSpec, Setup, StationSpec, StorageSpec
from .transport import TRANSPORTS, Floor, Grid, Instant, Matrix, TransportSpec

__all__ = [
    "ORDERS",
    "TRANSPORTS",
    "AgentClasses",
    "Agvs",
    "Batch",
    "Battery",
    "Breakdown",
    "ChannelSpec",
    "ChargerSpec",
    "Conwip",
    "Deterministic",
    "FactorFrom",
    "FleetSpec",
    "Floor",
    "FromTo",
    "Grid",
    "Instant",
    "Link",
    "Matrix",
    "Mechanisms",
    "Negotiation",
    "OrderList",
    "OrderProcess",
    "OrderSpec",
    "OrderStreams",
    "OrdersFile",
    "Partition",
    "Pause",
    "PlannedStep",
    "Poisson",
    "Product",
    "ProfileSpec",
    "Record",
    "Renewal",
    "ResultSpec",
    "RobotSpec",
    "Scenario",
    "Setup",
    "ShiftSpec",
    "SinkSpec",
    "SourceSpec",
    "StationSpec",
    "StepSpec",
    "StorageSpec",
    "TransportSpec",
    "named_files",
    "self_contained",
]
