"""A second opinion on every log: what cannot have happened, by docs/kpis.md and docs/negotiation.md alone.

Written in plain Python without a line of robocell, so that neither the simulator nor `robocell check` is asked
whether it is right. `read` a saved log, and give it with the data of its scenario.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import parts, promises, roads, shifts
from .plan import Plan
from .record import Record, read

if TYPE_CHECKING:
    from .plan import Data

__all__ = ["faults", "read"]


def faults(record: Record, data: Data) -> list[str]:
    """All that the log tells and that cannot have happened, in sentences; empty: it may be true."""
    found = record.nonsense()
    if found:
        return found
    plan = Plan(data)
    factory = parts.Factory(record, plan)
    found = [*factory.faults(), *promises.Promises(record, plan).faults()]
    if plan.drains:
        found += [f"{part} is left in the factory" for part in factory.left()]
    return [*found, *roads.faults(record, plan), *shifts.faults(record, plan)]
