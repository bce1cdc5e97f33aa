"""Environments: the floor, the traffic, the orders, the clock and the log, and the factory that connects them.

| name | meaning |
|---|---|
| `Scenario` | the description of a factory and its run |
| `Factory` | the Mesa model that runs it |
| `EventLog`, `measure`, `check` | the record of a run, its KPIs, and the check that it contains nothing impossible |
| `Layout` | the floor |
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # imported on first use
