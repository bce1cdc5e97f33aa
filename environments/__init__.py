"""Where it happens: the floor, the traffic, the orders, the clock, the log; and the factory that joins them.

| name | is |
|---|---|
| `Scenario` | the description of a factory and its run |
| `Factory` | the Mesa model that runs it |
| `EventLog`, `measure`, `check` | what happened, the figures, the proof that nothing impossible did |
| `Layout` | the floor |
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checks import check
    from .factory import Factory
    from .kpis import measure
    from .layout import Layout
    from .log import EventLog
    from .scenario import Scenario

__all__ = ["EventLog", "Factory", "Layout", "Scenario", "check", "measure"]

_MODULES = {
    "EventLog": "log",
    "Factory": "factory",
    "Layout": "layout",
    "Scenario": "scenario",
    "check": "checks",
    "measure": "kpis",
}


def __getattr__(name: str) -> Any:
    """Import on first use: Mesa alone takes a second, and a scenario can be read without it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
