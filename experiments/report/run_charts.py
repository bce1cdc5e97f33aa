"""Pictures of one typical run, from its event log: where vehicles drive, and what each agent does when."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ...drawing import palette
from ..results.statistics import mser5
from .charts import Chart, series, timeline
from .floor_svg import draw_layout

if TYPE_CHECKING:
    from ...environments.log import EventLog
    from ...environments.scenario import Scenario
    from ..results.tables import Results

WINDOW_S = 3600.0  # an hour of a Gantt chart is readable, a day is not
MOST_ROWS = 36
SAMPLES = 600  # points of a time series; MSER-5 sees them in batches of five


def typical_log(results: "Results", case: int) -> "EventLog | None":
    """The kept log of the lowest replication of a case; None where none was kept. ExperimentError for a damaged one."""
    from ..execution.store import LOGS
    from ..results.kept_logs import kept_log

    for trial in results.trials.loc[results.trials["case"] == case, "trial"]:
        if (results.directory / LOGS / f"{trial}.npz").exists():
            return kept_log(results, trial)
    return None


def traffic_counts(log: "EventLog", cells: int) -> np.ndarray:
    """(cells,) how often a vehicle entered each cell; all zero without a trace."""
    trace = np.asarray(log.trace_cells)  # (R, V)
    if trace.shape[0] < 2:
        return np.zeros(cells, dtype=np.int64)
    entered = trace[1:][(trace[1:] != trace[:-1]) & (trace[1:] >= 0)]  # below 0: the vehicle is not in the factory
    return np.bincount(entered, minlength=cells)[:cells]


def draw_traffic(scenario: "Scenario", log: "EventLog") -> str:
    """The floor with each cell coloured by how often it was entered; empty without a floor or a trace."""
    if scenario.layout is None:
        return ""
    counts = traffic_counts(log, scenario.build_layout().size)
    return draw_layout(scenario, counts / counts.max()) if counts.any() else ""


def draw_gantt(scenario: "Scenario", log: "EventLog") -> Chart | None:
    """What stations, robots and vehicles do in the first hour after the warm-up; None for a log without states."""
    from ...environments.kpis import state_intervals
    from ...environments.log import AgentKind, RobotState, StationState, VehicleState

    names: dict[AgentKind, Any] = {
        AgentKind.STATION: StationState,
        AgentKind.ROBOT: RobotState,
        AgentKind.AGV: VehicleState,
    }
    start_s = min(scenario.warm_up_s, log.end_s)
    end_s = min(start_s + WINDOW_S, log.end_s)
    rows: list[tuple[str, list[tuple[float, float, str]]]] = []
    for kind, states in names.items():
        for agent in log.agents[log.agents["kind"] == kind]["unique_id"]:
            name = log.name_of(int(agent))
            if kind == AgentKind.STATION and name not in scenario.stations:
                continue
            begin, end, state = state_intervals(log, int(agent))
            seen = (end > start_s) & (begin < end_s)
            bars = [
                (max(float(a), start_s) / 60, min(float(b), end_s) / 60, states(int(s)).name.lower())
                for a, b, s in zip(begin[seen], end[seen], state[seen], strict=True)
            ]
            rows.append((name, [bar for bar in bars if bar[2] not in ("idle", "starved") and bar[1] > bar[0]]))
    if not any(bars for _, bars in rows) or len(rows) > MOST_ROWS:
        return None
    known = [state for state in palette.STATES if any(bar[2] == state for _, bars in rows for bar in bars)]
    note = f"one trial (n = 1), minutes {start_s / 60:g} to {end_s / 60:g}; blank is idle or starved"
    note += "; first machine of each station"
    return timeline("gantt", "States over time", note, rows, known, x_title="time (min)")


def draw_warm_up(scenario: "Scenario", log: "EventLog") -> Chart | None:
    """Work in process over time, with the warm-up of the scenario and the cut that MSER-5 would make."""
    from ...environments.kpis import wip_series

    if not 0 < log.end_s < float("inf"):
        return None
    changes_s, level = wip_series(log)
    times_s = (np.arange(SAMPLES) + 0.5) * log.end_s / SAMPLES
    values = level[np.searchsorted(changes_s, times_s, side="right") - 1].astype(float)
    if not np.ptp(values):
        return None
    cut_s = mser5(values) * log.end_s / SAMPLES
    note = "one trial (n = 1); what is left of the warm-up line is not counted. A cut near the middle means: run longer"
    marks = {"warm-up": scenario.warm_up_s / 60, "MSER-5": cut_s / 60}
    return series(
        "warm_up", "Work in process", note, times_s / 60, values, marks, x_title="time (min)", y_title="parts"
    )
