"""How long the handling of a part takes at least, as the scenario says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..log import Event

if TYPE_CHECKING:
    from ..scenario.work_times import Handles

LOADING = (Event.LOADED, Event.MOUNTED)
HANDLING = (*LOADING, Event.UNLOADED, Event.DISMOUNTED)


def least_handling_s(handler: Handles, kind: int, product: str) -> float:
    """The shortest time (s) that a vehicle or a robot can take for an event of HANDLING."""
    time = handler.load_time(product) if kind in LOADING else handler.unload_time(product)
    return time.support_s[0]


def certain_handling_s(handler: Handles, kind: int, product: str) -> float:
    """The time (s) that it takes for an event of HANDLING; NaN if that is random."""
    time = handler.load_time(product) if kind in LOADING else handler.unload_time(product)
    least_s, most_s = time.support_s
    return least_s if least_s == most_s else math.nan
