"""The contract net as an engine that knows no factory: give it a world with a clock, a log and random streams.

| name | is |
|---|---|
| `ContractNet` | the engine: managers announce tasks to it; contractors report availability, completion and failure |
| `Task`, `Contract`, `ContractPhase`, `Manager` | a piece of work, its contract and its state, the agent it is for |
| `Contractor`, `Pool` | an agent that bids; all agents that bid for one kind of task |
| `Call`, `Proposal`, `Refusal`, `Reason`, `Performative` | the messages |
| `PerfectChannel`, `FaultyChannel` | the transport of messages |
| `Terms` | deadlines, leases, and how offers bind |
| `Market`, `Mechanism`, `BestOffer` | the offers for some calls, and their clearing |
| `EngineWorld`, `Observer` | the interface of the engine to its world; a passive observer |

`examples/drones.py` uses it without a factory.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # pyright: ignore[reportUnknownVariableType]
