"""Who decides: the agents of a factory, and the contract net by which they place work.

| name | is |
|---|---|
| `Job` | a part; manager of its operations and transports |
| `Lot` | the parts of one order; manager of the transports that they share |
| `Station`, `Machine` | contractor of operations; manager of handling |
| `Robot` | contractor of handling: mounts and dismounts parts |
| `AGV` | contractor of transports; manager of charging |
| `Charger`, `Storage`, `Source`, `Sink` | contractors of charging and keeping; the way in and out |
| `Contractor`, `Call`, `Proposal`, `Refusal`, `Reason` | to write an agent that bids in its own way |
| `ContractNet`, `Terms`, `Market`, `Mechanism`, `MECHANISMS` | the engine, and how calls are cleared |
| `Operation`, `Transport`, `Handling`, `Charge`, `Task`, `TaskKind` | what is contracted |
"""

from typing import TYPE_CHECKING

from .lazy import lazily

if TYPE_CHECKING:
    from .errors import RobocellError
    from .events import AgentKind, Event, RobotState, StationState, VehicleState
    from .mechanisms import MECHANISMS
    from .negotiation.contractor import Contractor
    from .negotiation.engine import ContractNet
    from .negotiation.market import Market
    from .negotiation.mechanism import Mechanism
    from .negotiation.messages import Call, Performative, Proposal, Reason, Refusal
    from .negotiation.tasks import Task
    from .negotiation.terms import Terms
    from .shop.agv import AGV
    from .shop.charger import Charger
    from .shop.depot import Sink, Source, Storage
    from .shop.job import Job
    from .shop.lot import Lot
    from .shop.machine import Machine
    from .shop.robot import Robot
    from .shop.station import Station
    from .shop.tasks import Charge, Handling, Operation, TaskKind, Transport

__all__ = [
    "AGV",
    "MECHANISMS",
    "AgentKind",
    "Call",
    "Charge",
    "Charger",
    "ContractNet",
    "Contractor",
    "Event",
    "Handling",
    "Job",
    "Lot",
    "Machine",
    "Market",
    "Mechanism",
    "Operation",
    "Performative",
    "Proposal",
    "Reason",
    "Refusal",
    "RobocellError",
    "Robot",
    "RobotState",
    "Sink",
    "Source",
    "Station",
    "StationState",
    "Storage",
    "Task",
    "TaskKind",
    "Terms",
    "Transport",
    "VehicleState",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "AGV": "shop.agv",
        "AgentKind": "events",
        "Call": "negotiation.messages",
        "Charge": "shop.tasks",
        "Charger": "shop.charger",
        "ContractNet": "negotiation.engine",
        "Contractor": "negotiation.contractor",
        "Event": "events",
        "Handling": "shop.tasks",
        "Job": "shop.job",
        "Lot": "shop.lot",
        "MECHANISMS": "mechanisms",
        "Machine": "shop.machine",
        "Market": "negotiation.market",
        "Mechanism": "negotiation.mechanism",
        "Operation": "shop.tasks",
        "Performative": "negotiation.messages",
        "Proposal": "negotiation.messages",
        "Reason": "negotiation.messages",
        "Refusal": "negotiation.messages",
        "RobocellError": "errors",
        "Robot": "shop.robot",
        "RobotState": "events",
        "Sink": "shop.depot",
        "Source": "shop.depot",
        "Station": "shop.station",
        "StationState": "events",
        "Storage": "shop.depot",
        "Task": "negotiation.tasks",
        "TaskKind": "shop.tasks",
        "Terms": "negotiation.terms",
        "Transport": "shop.tasks",
        "VehicleState": "events",
    },
)
