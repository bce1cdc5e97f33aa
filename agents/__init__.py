"""The agents of a factory, and the contract net by which they assign work.

| name | is |
|---|---|
| `Job` | a part; manager of its operations and transports |
| `Lot` | the parts of one order; manager of the transports that they share |
| `Station`, `Machine` | contractor of operations; manager of handling |
| `Robot` | contractor of handling: loads and unloads machines |
| `AGV` | contractor of transports; manager of charging |
| `Charger`, `Storage`, `Source`, `Sink` | contractors of charging and storing; entry and exit of parts |
| `Contractor`, `Call`, `Proposal`, `Refusal`, `Reason` | building blocks for an agent with its own bids |
| `ContractNet`, `Terms`, `Market`, `Mechanism`, `MECHANISMS` | the engine, and the clearing of calls |
| `Operation`, `Transport`, `Handling`, `Charge`, `Task`, `TaskKind` | the tasks |
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # pyright: ignore[reportUnknownVariableType]
