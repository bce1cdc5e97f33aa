"""The description of a factory: a strict pydantic model of a scenario file.

| name | describes |
|---|---|
| `Scenario` | the whole factory: `Scenario.load(path)`, `Scenario.parse(data)` |
| `StationSpec`, `Setup`, `Breakdown`, `StorageSpec`, `RobotSpec` | machines, buffers and robots |
| `FleetSpec`, `Agvs`, `Battery`, `ChargerSpec` | vehicles and their chargers |
| `Floor`, `Grid`, `Matrix`, `Instant` | the floor and the three kinds of transport |
| `ShiftSpec`, `Pause` | the working times of people |
| `Product`, `StepSpec` | the products and their routings |
| `Poisson`, `Deterministic`, `Batch`, `Conwip`, `OrderList`, `OrdersFile`, `OrderSpec` | the order processes |
| `Negotiation`, `Mechanisms`, `AgentClasses`, `Record` | assignment of work; classes of agents; contents of the log |
| `ChannelSpec`, `Link`, `Partition` | the delivery of messages and its faults |
| `self_contained`, `named_files` | scenario data with its files read in; the files it names |
"""

from .channel import ChannelSpec, Link, Partition
from .files import named_files
from .fleet import Agvs, Battery, ChargerSpec, FleetSpec
from .negotiation import Mechanisms, Negotiation
from .orders import ORDERS, Batch, Conwip, Deterministic, OrderList, OrderProcess, OrdersFile, OrderSpec, Poisson
from .products import Product, StepSpec
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
    "FleetSpec",
    "Floor",
    "Grid",
    "Instant",
    "Link",
    "Matrix",
    "Mechanisms",
    "Negotiation",
    "OrderList",
    "OrderProcess",
    "OrderSpec",
    "OrdersFile",
    "Partition",
    "Pause",
    "Poisson",
    "Product",
    "Record",
    "RobotSpec",
    "Scenario",
    "Setup",
    "ShiftSpec",
    "StationSpec",
    "StepSpec",
    "StorageSpec",
    "TransportSpec",
    "named_files",
    "self_contained",
]
