"""Where it happens: the floor, the traffic, the orders, the clock, the log; and the factory that joins them.

| name | is |
|---|---|
| `Scenario` | the description of a factory and its run |
| `Factory` | the Mesa model that runs it |
| `EventLog`, `measure`, `check` | what happened, the figures, the proof that nothing impossible did |
| `Layout` | the floor |
"""

from typing import TYPE_CHECKING

from ..agents.lazy import lazily

if TYPE_CHECKING:
    from .checks import check
    from .factory import Factory
    from .kpis import measure
    from .layout import Layout
    from .log import EventLog
    from .scenario import Scenario

__all__ = ["EventLog", "Factory", "Layout", "Scenario", "check", "measure"]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "EventLog": "log",
        "Factory": "factory",
        "Layout": "layout",
        "Scenario": "scenario",
        "check": "checks",
        "measure": "kpis",
    },
)
