"""Where it happens: the floor, the traffic, the orders, the clock, the log; and the factory that joins them.

| name | is |
|---|---|
| `Scenario` | the description of a factory and its run |
| `Factory` | the Mesa model that runs it |
| `EventLog`, `measure`, `check` | what happened, the figures, the proof that nothing impossible did |
| `Layout` | the floor |
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # imported on first use
