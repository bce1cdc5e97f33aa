"""The contract net as an engine that knows no factory: give it a world with a clock, a log and random streams.

| name | is |
|---|---|
| `ContractNet` | the engine: managers announce tasks to it, contractors say when they are free, done, or fail |
| `Task`, `Contract`, `ContractPhase`, `Manager` | what is to be done, where the contract for it stands, and for whom |
| `Contractor`, `Pool` | an agent that bids; all that bid for one kind of task |
| `Call`, `Proposal`, `Refusal`, `Reason`, `Performative` | what they say |
| `PerfectChannel`, `FaultyChannel` | how messages travel |
| `Terms` | deadlines, leases, and how offers bind |
| `Market`, `Mechanism`, `BestOffer` | the offers for some calls, and how they are cleared |
| `EngineWorld`, `Observer` | what the engine asks of its world; what may watch it |

`examples/drones.py` shows it alone.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # pyright: ignore[reportUnknownVariableType]
