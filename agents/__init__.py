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
    from .agv import AGV
    from .charger import Charger
    from .contract_net import ContractNet, Terms
    from .contractor import Contractor
    from .depot import Sink, Source, Storage
    from .errors import RobocellError
    from .events import AgentKind, Event, RobotState, StationState, VehicleState
    from .job import Job
    from .lot import Lot
    from .machine import Machine
    from .mechanisms import MECHANISMS, Market, Mechanism
    from .messages import Call, Performative, Proposal, Reason, Refusal
    from .robot import Robot
    from .station import Station
    from .tasks import Charge, Handling, Operation, Task, TaskKind, Transport

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
        "AGV": "agv",
        "AgentKind": "events",
        "Call": "messages",
        "Charge": "tasks",
        "Charger": "charger",
        "ContractNet": "contract_net",
        "Contractor": "contractor",
        "Event": "events",
        "Handling": "tasks",
        "Job": "job",
        "Lot": "lot",
        "MECHANISMS": "mechanisms",
        "Machine": "machine",
        "Market": "mechanisms",
        "Mechanism": "mechanisms",
        "Operation": "tasks",
        "Performative": "messages",
        "Proposal": "messages",
        "Reason": "messages",
        "Refusal": "messages",
        "RobocellError": "errors",
        "Robot": "robot",
        "RobotState": "events",
        "Sink": "depot",
        "Source": "depot",
        "Station": "station",
        "StationState": "events",
        "Storage": "depot",
        "Task": "tasks",
        "TaskKind": "tasks",
        "Terms": "contract_net",
        "Transport": "tasks",
        "VehicleState": "events",
    },
)
