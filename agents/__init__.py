"""Who decides: the agents of a factory, and the contract net by which they place work.

| name | is |
|---|---|
| `Job` | a part; manager of its operations and transports |
| `Lot` | the parts of one order; manager of the transports that they share |
| `Station`, `Machine` | contractor of operations; manager of handling |
| `Robot` | contractor of handling: loads and unloads machines |
| `AGV` | contractor of transports; manager of charging |
| `Charger`, `Storage`, `Source`, `Sink` | contractors of charging and keeping; the way in and out |
| `Contractor`, `Call`, `Proposal`, `Refusal`, `Reason` | to write an agent that bids in its own way |
| `ContractNet`, `Terms`, `Market`, `Mechanism`, `MECHANISMS` | the engine, and how calls are cleared |
| `Operation`, `Transport`, `Handling`, `Charge`, `Task`, `TaskKind` | what is contracted |
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # pyright: ignore[reportUnknownVariableType]
