"""The machine, vehicle or robot that limits the factory, by active periods (Roser, Nakano & Tanaka, WSC 2001).

    mill    ======   ==========    ==      active: working, being set up, down, off shift
    drill     ===================   ===    not active: it waits for a part, or to pass on the one that it holds
    limits  mmdddddddddddddddddd   dddd

At every moment the bottleneck is the resource with the longest uninterrupted active period around that moment: all
others wait for it sooner or later.

Dimensions: P active periods, S spans between the moments at which any of them begins or ends.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..log import AgentKind, Event, RobotState, StationState, VehicleState

if TYPE_CHECKING:
    from ..log import EventLog

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WAITING = {
    AgentKind.STATION: (Event.STATION_STATE, (StationState.STARVED, StationState.BLOCKED)),
    AgentKind.AGV: (Event.VEHICLE_STATE, (VehicleState.IDLE, VehicleState.WAITING)),
    AgentKind.ROBOT: (Event.ROBOT_STATE, (RobotState.IDLE,)),
}


def limiting_s(log: "EventLog", start_s: float, end_s: float) -> dict[int, float]:
    """Seconds between `start_s` and `end_s` in which each agent was the bottleneck; a station stands for its machines.

    Periods count with their whole length, including the part outside. Agents that never were the bottleneck are
    omitted, and so are moments at which nothing was active. Of periods of equal length the one that began first counts.
    """
    begins_s, ends_s, owner = active_periods(log)
    if not len(owner):
        return {}
    longest_last = np.lexsort((-begins_s, ends_s - begins_s))
    begins_s, ends_s, owner = begins_s[longest_last], ends_s[longest_last], owner[longest_last]
    moments_s = np.unique(np.concatenate([begins_s, ends_s]))
    first, after = np.searchsorted(moments_s, begins_s), np.searchsorted(moments_s, ends_s)
    longest = _highest_over(first, after, len(moments_s) - 1)
    lasting_s = np.clip(np.minimum(moments_s[1:], end_s) - np.maximum(moments_s[:-1], start_s), 0.0, None)
    taken = longest >= 0
    agents, index = np.unique(owner[longest[taken]], return_inverse=True)
    seconds = np.bincount(index, lasting_s[taken], len(agents))
    return dict(zip(agents.tolist(), seconds.tolist(), strict=True))


def active_periods(log: "EventLog") -> tuple[Floats, Floats, Ints]:
    """Start (P,), end (P,) and agent (P,) of all uninterrupted active periods of machines, vehicles and robots.

    A wait of zero length does not interrupt a period; a resource that leaves the factory ends its period.
    """
    parts = [_periods(log, *WAITING[kind]) for kind in WAITING]
    begins_s, ends_s, owner = (np.concatenate(column) for column in zip(*parts, strict=True))
    return begins_s, ends_s, owner


def _periods(log: "EventLog", event: Event, waiting: tuple[int, ...]) -> tuple[Floats, Floats, Ints]:
    rows = log.events[log.events["kind"] == event]
    resource = rows["agent"].astype(np.int64) << 20 | np.maximum(rows["other"], 0)  # machines of a station one by one
    order = np.argsort(resource, kind="stable")
    rows, resource = rows[order], resource[order]
    begins_s = rows["time_s"].astype(np.float64)
    last = np.append(resource[1:] != resource[:-1], True)[: len(rows)]
    ends_s = np.where(last, log.end_s, np.append(begins_s[1:], log.end_s)[: len(rows)])
    for agent, (_, left_s) in log.stays().items():
        own = rows["agent"] == agent
        ends_s[own] = np.minimum(ends_s[own], left_s)
    active = ~np.isin(rows["value"].astype(np.int64), waiting)
    lasting = ends_s > begins_s
    begins_s, ends_s, resource, active = begins_s[lasting], ends_s[lasting], resource[lasting], active[lasting]
    begins_s, ends_s, resource = begins_s[active], ends_s[active], resource[active]
    goes_on = np.zeros(len(resource), np.bool_)
    goes_on[1:] = (resource[1:] == resource[:-1]) & (begins_s[1:] == ends_s[:-1])
    opens = ~goes_on
    closes = np.append(opens[1:], True)[: len(resource)]
    return begins_s[opens], ends_s[closes], resource[opens] >> 20


def _highest_over(first: Ints, after: Ints, spans: int) -> Ints:
    """(S,) highest number p of a period that covers each span (period p: `first[p]` to before `after[p]`), or -1.

    A sparse table filled from above: a period is two overlapping blocks of 2^k spans, blocks are halved level by level
    (O((P + S) log S), whole columns at a time).
    """
    level = np.frexp((after - first).astype(np.float64))[1] - 1  # 2^level <= length
    number = np.arange(len(first))
    highest = np.full(spans, -1, np.int64)
    for k in range(int(level.max()), -1, -1):
        mine = level == k
        np.maximum.at(highest, first[mine], number[mine])
        np.maximum.at(highest, after[mine] - (1 << k), number[mine])
        if k:
            half = 1 << (k - 1)
            whole = highest.copy()
            np.maximum(highest[half:], whole[:-half], out=highest[half:])
    return highest
