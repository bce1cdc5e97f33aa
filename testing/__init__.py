"""Test kit for your own agents, mechanisms and planners: a bare world, small and random factories, conformance checks.

| name | is |
|---|---|
| `BareWorld`, `Manager`, `Worker` | negotiations with nothing but a clock, a log and a channel |
| `check_agent`, `check_mechanism`, `check_planner` | conformance checks of a class; raise `ConformanceError` |
| `assert_conforms` | checks the messages of a log against the protocol |
| `random_scenario`, `random_factory`, `draw_factory` | random factories with one stream of orders |
| `random_language_factory`, `draw_language` | random factories over the whole scenario language |
| `CELL`, `TABLE`, `changed` | two small factories, one on a floor, one with a table of travel times |
"""

from .bare_world import TERMS, BareWorld, Manager, Worker, is_at_rest
from .check_agent import check_agent
from .check_mechanism import check_mechanism
from .check_planner import check_planner
from .conformance import ConformanceError
from .protocol import assert_conforms, sessions
from .random_factories import draw_factory, random_factory, random_scenario
from .random_language import draw_language, random_language_factory
from .small_factories import CELL, TABLE, changed

__all__ = [
    "CELL",
    "TABLE",
    "TERMS",
    "BareWorld",
    "ConformanceError",
    "Manager",
    "Worker",
    "assert_conforms",
    "changed",
    "check_agent",
    "check_mechanism",
    "check_planner",
    "draw_factory",
    "draw_language",
    "is_at_rest",
    "random_factory",
    "random_language_factory",
    "random_scenario",
    "sessions",
]
