"""The description of a factory: a strict pydantic model of what stands in a scenario file.

| name | is |
|---|---|
| `Scenario` | the whole: `Scenario.load(path)`, `Scenario.parse(data)` |
| `StationSpec`, `Setup`, `Breakdown`, `StorageSpec`, `RobotSpec` | what works on parts, or holds them |
| `FleetSpec`, `Agvs`, `Battery`, `ChargerSpec` | what moves, and what feeds it |
| `Floor`, `Grid`, `Matrix`, `Instant` | the floor and the three ways to cross it |
| `ShiftSpec`, `Pause` | when people are there |
| `Product`, `StepSpec` | what is made |
| `Poisson`, `Deterministic`, `Batch`, `Conwip`, `OrderList`, `OrdersFile`, `OrderSpec` | when it is asked for |
| `Negotiation`, `Mechanisms`, `AgentClasses`, `Record` | how work is placed; by whom; what the log keeps |
| `ChannelSpec`, `Link`, `Partition` | what happens to messages on their way |
| `self_contained`, `named_files` | scenario data with the files it names read in; which files it names |
"""

from .channel import ChannelSpec, Link, Partition
from .files import SECTIONS_WITH_FILES, named_files
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
    "SECTIONS_WITH_FILES",
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
