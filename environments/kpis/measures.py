"""KPIs of a run: throughput, times, work in process, use of stations and vehicles, energy, messages.

All figures come from the log alone and refer to the window [warm-up, end of the log]. docs/kpis.md defines them;
`measure` computes them over whole columns, so a log of a million events takes a fraction of a second.

Dimensions: E events, W steps of the work in process, I intervals.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...agents.events import BY_HAND
from ..log import AgentKind, Event, EventLog, RobotState, StationState, VehicleState
from .bottleneck import limiting_s
from .order_streams import stream_figures

if TYPE_CHECKING:
    from enum import IntEnum

    from ..scenario import Scenario

Floats = NDArray[np.float64]

PARTS, START = 10, 2  # equal parts of the window; growth is measured after the first two, a possible start-up

OF_DUE_DATES = ("tardiness_mean_s", "late_share", "service_level")  # have no value without due dates

_STATE_EVENTS: dict[AgentKind, tuple[Event, "type[IntEnum]"]] = {
    AgentKind.STATION: (Event.STATION_STATE, StationState),
    AgentKind.AGV: (Event.VEHICLE_STATE, VehicleState),
    AgentKind.ROBOT: (Event.ROBOT_STATE, RobotState),
}


class _Window(NamedTuple):
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return max(self.end_s - self.start_s, 0.0)

    def overlap_s(self, start_s: Floats, end_s: Floats) -> Floats:
        """Seconds that each interval spends in the window."""
        return np.clip(np.minimum(end_s, self.end_s) - np.maximum(start_s, self.start_s), 0.0, None)

    def share(self, stay: tuple[float, float] | None) -> float:
        """The share of the window covered by a stay in the factory; None: the agent was always there."""
        if stay is None:
            return 1.0
        return _ratio(max(min(stay[1], self.end_s) - max(stay[0], self.start_s), 0.0), self.length_s)


class _Jobs(NamedTuple):
    """One row per released job; inf if it has not left."""

    released_s: Floats
    due_s: Floats
    left_s: Floats
    finished: NDArray[np.bool_]


def measure(log: EventLog, scenario: "Scenario", *, warm_up_s: float | None = None) -> dict[str, float]:
    """All KPIs of a log, flat: `throughput_per_h`, `station.<name>.processing`, `vehicles.loaded`, ….

    Args:
        log: a log; while the run goes on, the figures are those of a run that ends now.
        scenario: the factory that wrote it (machines per station, battery capacity).
        warm_up_s: earlier events are ignored; `scenario.warm_up_s` if None.

    Returns:
        Value by name; NaN if a figure is undefined (such as a mean over no jobs).
    """
    log = log.so_far()
    window = _Window(scenario.warm_up_s if warm_up_s is None else warm_up_s, log.end_s)
    events = log.events
    kind, time_s = events["kind"], events["time_s"]
    jobs = _jobs(events)
    counted = time_s >= window.start_s
    figures = _flow_figures(jobs, window)
    for name, event in (("released", Event.RELEASED), ("finished", Event.FINISHED), ("scrapped", Event.SCRAPPED)):
        figures[name] = float(np.count_nonzero(counted & (kind == event)))
    figures["throughput_per_h"] = _ratio(figures["finished"] * 3600.0, window.length_s)
    figures["demand_per_h"] = _ratio(figures["released"] * 3600.0, window.length_s)
    figures["demand_met"] = _ratio(figures["finished"], figures["released"])
    figures |= _wip_figures(log, jobs, window)
    figures |= _growth_figures(jobs, window)
    figures |= stream_figures(log, scenario, window.start_s)
    figures |= _station_figures(log, scenario, window)
    figures |= _shares(log, AgentKind.AGV, "vehicles", window)
    figures |= _shares(log, AgentKind.ROBOT, "robots", window)
    figures |= _bottleneck_figures(log, scenario, window)
    figures |= _energy_figures(log, scenario, window, figures["finished"])
    figures |= _negotiation_figures(log, window)
    figures["infeasible"] = float(np.count_nonzero(counted & (kind == Event.INFEASIBLE)))
    figures["jammed"] = float((kind == Event.JAMMED).any())
    figures["standstills"] = float(np.count_nonzero(counted & (kind == Event.STANDSTILL)))
    return figures


def kpi_names(scenario: "Scenario") -> list[str]:
    """Names of the KPIs that `measure` returns for this factory, in its order; needs no run."""
    log = EventLog(scenario.name, seed=None)
    agents = [(AgentKind.STATION, name) for name in scenario.stations]
    agents += [(AgentKind.ROBOT, name) for name in scenario.robots]
    agents += [(AgentKind.AGV, "agv")] * (scenario.agv_count > 0)
    for unique_id, (kind, name) in enumerate(agents):
        log.add_agent(unique_id, kind, name)
    log.close(0.0)
    return list(measure(log, scenario))


def wip_series(log: EventLog) -> tuple[Floats, NDArray[np.int64]]:
    """Work in process as a step function: times (W,) from 0 on, and the jobs in the factory from then on (W,)."""
    events = log.events
    kind = events["kind"]
    step = (kind == Event.RELEASED).astype(np.int64)
    step -= (kind == Event.FINISHED) | (kind == Event.SCRAPPED)
    rows = np.flatnonzero(step)
    time_s = np.concatenate([[0.0], events["time_s"][rows]])
    level = np.concatenate([[0], np.cumsum(step[rows])])
    last_of_instant = np.append(time_s[1:] != time_s[:-1], True)
    return time_s[last_of_instant], level[last_of_instant]


def state_intervals(log: EventLog, agent: int, *, machine: int = 0) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """The states of one agent as a Gantt bar without gaps, over the whole log or from joining to leaving.

    Args:
        agent: id of a station, a robot or a vehicle.
        machine: index of the machine in a station with parallel machines.

    Returns:
        Start times (I,), end times (I,) and states (I,): StationState, VehicleState or RobotState. An agent is starved
        or idle until its first row.

    Raises:
        ValueError: the agent has no states (a job, a charger, an unknown id).
    """
    kind = log.kind_of(agent)
    if kind is None or kind not in _STATE_EVENTS:
        raise ValueError(f"{log.name_of(agent)} has no states; give the id of a station, a robot or a vehicle.")
    log = log.so_far()
    events = log.events
    chosen = (events["kind"] == _STATE_EVENTS[kind][0]) & (events["agent"] == agent)
    if kind == AgentKind.STATION:
        chosen &= np.maximum(events["other"], 0) == machine
    from_s, to_s = log.stays().get(agent, (0.0, log.end_s))
    start_s = np.concatenate([[from_s], events["time_s"][chosen]])
    end_s = np.append(start_s[1:], to_s)
    state = np.concatenate([[0], events["value"][chosen].astype(np.int64)])
    lasting = end_s > start_s
    start_s, state = start_s[lasting], state[lasting]
    begins = np.flatnonzero(np.diff(state, prepend=-1))  # a repeated state continues the bar
    start_s, state = start_s[begins], state[begins]
    return start_s, np.append(start_s[1:], to_s), state


def _jobs(events: NDArray[Any]) -> _Jobs:
    kind = events["kind"]
    released = events[kind == Event.RELEASED]
    left = events[(kind == Event.FINISHED) | (kind == Event.SCRAPPED)]
    order = np.argsort(released["job"], kind="stable")
    released = released[order]
    left_s = np.full(len(released), np.inf)
    finished = np.zeros(len(released), np.bool_)
    if len(released):
        row = np.minimum(np.searchsorted(released["job"], left["job"]), len(released) - 1)
        known = released["job"][row] == left["job"]
        left_s[row[known]] = left["time_s"][known]
        finished[row[known]] = left["kind"][known] == Event.FINISHED
    return _Jobs(released["time_s"].copy(), released["value"].copy(), left_s, finished)


def _flow_figures(jobs: _Jobs, window: _Window) -> dict[str, float]:
    counted = jobs.finished & (jobs.left_s >= window.start_s)
    flow_s = jobs.left_s[counted] - jobs.released_s[counted]
    p50, p95 = np.percentile(flow_s, (50, 95)) if flow_s.size else (np.nan, np.nan)
    has_due = counted & np.isfinite(jobs.due_s)
    late_s = jobs.left_s[has_due] - jobs.due_s[has_due]
    due = (jobs.due_s >= window.start_s) & (jobs.due_s <= window.end_s)
    makespan_s = jobs.left_s[jobs.finished].max() - jobs.released_s.min() if jobs.finished.any() else np.nan
    return {
        "makespan_s": float(makespan_s),
        "flow_time_mean_s": _mean(flow_s),
        "flow_time_p50_s": float(p50),
        "flow_time_p95_s": float(p95),
        "tardiness_mean_s": _mean(np.maximum(late_s, 0.0)),
        "late_share": _mean(late_s > 0.0),
        "service_level": _mean(jobs.finished[due] & (jobs.left_s[due] <= jobs.due_s[due])),
    }


def _wip_figures(log: EventLog, jobs: _Jobs, window: _Window) -> dict[str, float]:
    time_s, wip = wip_series(log)
    area = float(wip @ window.overlap_s(time_s, np.append(time_s[1:], window.end_s)))
    sojourn_s = float(window.overlap_s(jobs.released_s, jobs.left_s).sum())
    counted = np.isfinite(jobs.left_s) & (jobs.left_s >= window.start_s)
    wip_mean = _ratio(area, window.length_s)
    arriving = _ratio(float(np.count_nonzero(counted)), window.length_s)
    stay_s = _mean(jobs.left_s[counted] - jobs.released_s[counted])
    return {
        "wip_mean": wip_mean,
        "littles_law_gap": abs(area - sojourn_s) / max(area, sojourn_s) if max(area, sojourn_s) > 0 else 0.0,
        "littles_law_classical_gap": _ratio(abs(wip_mean - arriving * stay_s), wip_mean),
    }


def _growth_figures(jobs: _Jobs, window: _Window) -> dict[str, float]:
    """Work in process gained per hour after the start of the window, with its standard error."""
    edges_s = (window.start_s + window.length_s * np.linspace(0.0, 1.0, PARTS + 1))[START:]
    came = np.histogram(jobs.released_s, edges_s)[0]
    went = np.histogram(jobs.left_s[np.isfinite(jobs.left_s)], edges_s)[0]
    per_h = (came - went) * _ratio(3600.0 * PARTS, window.length_s)
    return {
        "wip_growth_per_h": float(per_h.mean()),
        "wip_growth_error_per_h": float(per_h.std(ddof=1) / np.sqrt(per_h.size)),
    }


def _station_figures(log: EventLog, scenario: "Scenario", window: _Window) -> dict[str, float]:
    ids = {log.name_of(uid): uid for uid in log.ids(AgentKind.STATION)}
    events = log.events
    counted = events["time_s"] >= window.start_s
    ended = events["agent"][counted & (events["kind"] == Event.PROCESSING_ENDED)]
    scrapped = events["agent"][counted & (events["kind"] == Event.SCRAPPED) & (events["value"] != BY_HAND)]
    spent_s = _time_in_states(log, AgentKind.STATION, window)
    figures: dict[str, float] = {}
    stays = log.stays()
    oee, machines = [], []
    for name, station in scenario.stations.items():
        uid = ids.get(name)
        own_s = spent_s.get(uid, np.zeros(len(StationState))).copy() if uid is not None else np.zeros(len(StationState))
        there = window.share(stays.get(uid)) if uid is not None else 1.0
        total_s = station.machines * window.length_s * there
        own_s[StationState.STARVED] += total_s - own_s.sum()  # until their first row machines are starved
        share = {state.name.lower(): _ratio(float(own_s[state]), total_s) for state in StationState}
        processed = int(np.count_nonzero(ended == uid))
        quality = 1.0 - float(np.count_nonzero(scrapped == uid)) / processed if processed else 1.0
        figures |= {f"station.{name}.{state}": value for state, value in share.items()}
        figures[f"station.{name}.oee"] = _oee(share, quality) if there > 0.0 else float("nan")
        if there > 0.0:
            oee.append(figures[f"station.{name}.oee"])
            machines.append(station.machines * there)
    figures["oee"] = float(np.average(oee, weights=machines)) if oee else float("nan")
    return figures


def _bottleneck_figures(log: EventLog, scenario: "Scenario", window: _Window) -> dict[str, float]:
    """The share of the window in which each station, or one of the vehicles or robots, was the bottleneck."""
    seconds = limiting_s(log, window.start_s, window.end_s)
    ids = {log.name_of(uid): uid for uid in log.ids(AgentKind.STATION)}
    limiting = {f"station.{name}.bottleneck": seconds.get(ids.get(name, -1), 0.0) for name in scenario.stations}
    for name, kind in (("vehicles", AgentKind.AGV), ("robots", AgentKind.ROBOT)):
        if members := log.ids(kind):
            limiting[f"bottleneck.{name}"] = sum(seconds.get(uid, 0.0) for uid in members)
    return {name: _ratio(spent_s, window.length_s) for name, spent_s in limiting.items()}


def _oee(share: dict[str, float], quality: float) -> float:
    """Availability x performance x quality (Nakajima, Introduction to TPM, 1988, the six big losses)."""
    planned = 1.0 - share["off"]
    availability = (planned - share["down"] - share["setup"]) / planned if planned > 0 else 0.0
    performance = share["processing"] / (planned * availability) if planned * availability > 0 else 0.0
    return availability * performance * quality


def _shares(log: EventLog, kind: AgentKind, prefix: str, window: _Window) -> dict[str, float]:
    ids, stays = log.ids(kind), log.stays()
    if not ids:
        return {}
    states = _STATE_EVENTS[kind][1]
    spent_s = sum(_time_in_states(log, kind, window).values(), np.zeros(len(states)))
    total_s = sum(window.share(stays.get(uid)) for uid in ids) * window.length_s
    spent_s[0] += total_s - spent_s.sum()  # idle until their first row
    return {f"{prefix}.{state.name.lower()}": _ratio(float(spent_s[state]), total_s) for state in states}


def _time_in_states(log: EventLog, kind: AgentKind, window: _Window) -> Mapping[int, Floats]:
    """Seconds of the window that each agent (sum over its machines) spent in each state, from its first row on.

    For an agent that leaves, until then.
    """
    event, states = _STATE_EVENTS[kind]
    rows = log.events[log.events["kind"] == event]
    machine = np.maximum(rows["other"], 0) if kind == AgentKind.STATION else np.zeros(len(rows), np.int64)
    key = rows["agent"].astype(np.int64) << 20 | machine
    rows, key = rows[order := np.argsort(key, kind="stable")], key[order]
    start_s = rows["time_s"]
    end_s = np.append(start_s[1:], log.end_s)
    end_s[:-1][key[1:] != key[:-1]] = log.end_s
    for agent, (_, left_s) in log.stays().items():
        own = rows["agent"] == agent
        end_s[own] = np.minimum(end_s[own], left_s)
    agents, index = np.unique(rows["agent"], return_inverse=True)
    cell = index * len(states) + rows["value"].astype(np.int64)
    spent_s = np.bincount(cell, window.overlap_s(start_s, end_s), len(agents) * len(states)).astype(np.float64)
    return dict(zip(agents.tolist(), spent_s.reshape(len(agents), len(states)), strict=True))


def _energy_figures(log: EventLog, scenario: "Scenario", window: _Window, finished: float) -> dict[str, float]:
    """Energy used by the vehicles: energy charged minus the gain of the batteries."""
    battery = scenario.fleet.agvs.battery if scenario.fleet is not None else None
    if battery is None:
        return {"energy_kwh": 0.0, "energy_wh_per_job": 0.0 if finished else float("nan")}
    events = log.events
    charged = (events["kind"] == Event.ENERGY) & (events["time_s"] >= window.start_s)
    levels = events[events["kind"] == Event.BATTERY]
    rise = 0.0
    for vehicle in log.ids(AgentKind.AGV):
        own = levels[levels["agent"] == vehicle]
        if len(own):
            before = int(np.searchsorted(own["time_s"], window.start_s))
            at_start = own["value"][before - 1] if before else battery.start
            rise += float(own["value"][-1] - at_start)
    used_wh = (float(events["value"][charged].sum()) - rise * battery.capacity_j) / 3600.0
    return {"energy_kwh": used_wh / 1000.0, "energy_wh_per_job": _ratio(used_wh, finished)}


def _negotiation_figures(log: EventLog, window: _Window) -> dict[str, float]:
    calls = log.conversations
    calls = calls[calls["opened_s"] >= window.start_s]
    tasks = len(np.unique(calls["task"]))
    in_call = np.isin(log.messages["conversation"], calls["conversation"])
    return {
        "calls": float(len(calls)),
        "messages_per_task": _ratio(float(log.messages["count"][in_call].sum()), tasks),
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if values.size else float("nan")
