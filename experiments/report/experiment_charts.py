"""The charts of an experiment: its headline figures against the fleet size per policy, and the time use."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..design.sweep import text_of
from ..execution.durable import write_atomically
from ..execution.store import FIGURES
from ..plain_text import file_name
from ..results.headlines import CaseRow, Headline
from ..results.questions.asking import Grid, Steps
from ..results.views import View
from .charts import Chart, Curve, cells, dots, lines, stacked, waterfall
from .undrawn import Undrawn, drawn

if TYPE_CHECKING:
    from ..results.tables import Results

CHARTED = ("throughput_per_h", "flow_time_mean_s", "service_level", "vehicles.busy")
NAMES = {
    "throughput_per_h": "throughput",
    "flow_time_mean_s": "lead_time",
    "vehicles.busy": "vehicle_utilisation",
}
MOST_ROWS = 40
MOST_LINES = 10  # as many as a legend names; more cannot be told apart
STATION_STATES = ("processing", "setup", "blocked", "starved", "down", "off")
VEHICLE_STATES = ("loaded", "empty", "handling", "waiting", "charging", "idle", "down", "off")


def write_figures(directory: Path, charts: "Sequence[Chart | Undrawn]") -> list[Undrawn]:
    """Writes the charts of an experiment as PNG and SVG; returns those that cannot be drawn or written."""
    undrawn = []
    for chart in charts:
        files = chart if isinstance(chart, Undrawn) else drawn(chart.title, lambda chart=chart: _files(chart))
        if isinstance(files, Undrawn):
            undrawn.append(files)
            continue
        for name, content in files.items():
            write_atomically(directory / FIGURES / name, content)
    return undrawn


def _files(chart: Chart) -> dict[str, bytes]:
    return {f"{chart.name}.png": chart.png, f"{chart.name}.svg": chart.svg}


def all_charts(results: "Results") -> list[Chart | Undrawn]:
    """The figures of a question for gains, then the headlines, then the time use of vehicles and stations."""
    columns, rows = results.headlines, results.rows
    if not any(row.n for row in rows):
        return []
    view = results.claims.view
    charted = [column for column in columns if column.key in CHARTED] or columns[:3]
    drawings: dict[str, Callable[[], list[Chart]]] = {
        "gain": lambda: _of_answer(results),
        **{one.title: lambda one=one: [_headline(results, view, rows, columns, one)] for one in charted},
        "vehicle time": lambda: _vehicle_time(results, rows),
        "station time": lambda: _station_time(results, rows, columns),
    }
    charts: list[Chart | Undrawn] = []
    for title, draw in drawings.items():
        found = drawn(title, draw)
        charts += [found] if isinstance(found, Undrawn) else found
    return charts


def _of_answer(results: "Results") -> list[Chart]:
    """The figures that the answer to the question asks for."""
    n, kind = results.experiment.config.most_replications, results.experiment.config.intervals
    note = f"paired within n = {n} replications; bars and ± are 95 % {kind} intervals"
    return [_asked_for(figure, note) for figure in results.answer.figures] if results.answer is not None else []


def _asked_for(figure: Steps | Grid, note: str) -> Chart:
    better = figure.greater_is_better
    if isinstance(figure, Steps):
        return waterfall(
            figure.name, figure.title, note, figure.steps, whole=figure.whole, x_title=figure.axis,
            greater_is_better=better,
        )  # fmt: skip
    return cells(
        figure.name, figure.title, note, figure.rows, figure.columns, figure.means, figure.texts,
        greater_is_better=better,
    )  # fmt: skip


def best_case(rows: list[CaseRow], columns: list[Headline]) -> int:
    """The case with the best first headline."""
    finished = [row for row in rows if row.n]
    pick = max if columns[0].greater_is_better else min
    return pick(finished, key=lambda row: row.means[0]).index


def _headline(results: "Results", view: View, rows: list[CaseRow], columns: list[Headline], column: Headline) -> Chart:
    place = columns.index(column)
    mean, low, high = np.array([(row.means[place], row.lows[place], row.highs[place]) for row in rows]).T
    name = NAMES.get(column.key, file_name(column.key.replace(".", "_"), instead="figure"))
    title = column.title.capitalize()
    y_title = f"{title} ({column.unit})" if column.unit else title
    if view.x is None:
        shown = [row.index for row in rows if row.n][:MOST_ROWS]
        labels = [_terse(results, index) for index in shown]
        return dots(name, title, _note(results, rows), labels, mean[shown], low[shown], high[shown], x_title=y_title)
    finished = {group: [index for index in series if rows[index].n] for group, series in _lines(view)}
    shown = _best_lines({group: indices for group, indices in finished.items() if indices}, rows, columns[0])
    curves = []
    for group, indices in shown.items():
        x = np.array([view.value(index) for index in indices], dtype=float)
        curves.append(Curve(group, x, mean[indices], low[indices], high[indices]))
    against = f"{title} against {view.x_title.lower()}"
    note = _note(results, rows)
    if len(shown) < len(view.groups):
        note += f"; the {len(shown)} lines of {len(view.groups)} with the best {columns[0].title}"
    return lines(name, against, note, curves, x_title=view.axis_title, y_title=y_title)


def _lines(view: View) -> Iterator[tuple[str, list[int]]]:
    return zip(view.groups, view.series, strict=True)


def _best_lines(lines_of: dict[str, list[int]], rows: list[CaseRow], first: Headline) -> dict[str, list[int]]:
    """The lines with the best first headline in any case, as many as can be told apart, in the order of the sweep."""
    sign = -1.0 if first.greater_is_better else 1.0

    def rank(group: str) -> float:
        return min((sign * rows[index].means[0] for index in lines_of[group]), default=np.inf)

    best = set(sorted(lines_of, key=rank)[:MOST_LINES])
    return {group: indices for group, indices in lines_of.items() if group in best}


def _vehicle_time(results: "Results", rows: list[CaseRow]) -> list[Chart]:
    shown = [row for row in rows if row.n][:MOST_ROWS]
    parts = _shares(results, [f"vehicles.{state}" for state in VEHICLE_STATES], [row.index for row in shown])
    if not parts:
        return []
    named = {name.removeprefix("vehicles."): share for name, share in parts.items()}
    labels = [_terse(results, row.index) for row in shown]
    first = next(iter(parts))
    low, high = np.array([_interval(results, first, row.index) for row in shown]).T
    note = _share_note(results, rows, next(iter(named)))
    return [stacked("vehicle_time", "Where the vehicles' time goes", note, labels, named, low, high)]


def _station_time(results: "Results", rows: list[CaseRow], columns: list[Headline]) -> list[Chart]:
    """Stations of the best case, in the order of its scenario."""
    best = best_case(rows, columns)
    stations = list(results.experiment.cases[best].scenario.stations)
    table: dict[str, list[float]] = {state: [] for state in STATION_STATES}
    found = []
    for station in stations:
        names = [f"station.{station}.{state}" for state in STATION_STATES]
        share = _shares(results, names, [best])
        if share:
            found.append(station)
            for state, name in zip(STATION_STATES, names, strict=True):
                table[state].append(float(share[name][0]) if name in share else 0.0)
    if not found:
        return []
    parts = {state: np.array(values) for state, values in table.items() if any(values)}
    title = "Where the stations' time goes" + (f": {rows[best].label}" if len(rows) > 1 else "")
    first = next(iter(parts))
    low, high = np.array([_interval(results, f"station.{station}.{first}", best) for station in found]).T
    return [stacked("station_time", title, _share_note(results, rows, first), found, parts, low, high)]


def _shares(results: "Results", names: list[str], indices: list[int]) -> dict[str, np.ndarray]:
    """(cases,) mean share of time of each KPI that the run has and that is not always zero."""
    known = [name for name in names if name in results.trials]
    mine = (results.trials["status"] == "done") & results.trials["case"].isin(indices)
    trials: Any = results.trials.loc[mine, ["case", *known]]
    means = trials.groupby("case")[known].mean().reindex(indices).fillna(0.0)
    return {name: means[name].to_numpy() for name in known if means[name].any()}


def _interval(results: "Results", name: str, index: int) -> tuple[float, float]:
    """Interval of a KPI in a case; NaN where there is none."""
    trials = results.trials
    if name not in trials:
        return float("nan"), float("nan")
    values = trials.loc[(trials["status"] == "done") & (trials["case"] == index), name].to_numpy(dtype=float)
    return results.interval(values[np.isfinite(values)])


def _terse(results: "Results", index: int) -> str:
    """A case on an axis: its values without their keys, or its name."""
    case = results.experiment.cases[index]
    named = case.label.split(" ")[0].partition("=")[1] == "" and case.settings
    return case.label if named or not case.settings else " · ".join(text_of(value) for value in case.settings.values())


def _note(results: "Results", rows: list[CaseRow]) -> str:
    if all(row.n < 2 for row in rows):
        return "n = 1"
    return f"{_means_note(rows)}; bands and bars are 95 % {results.experiment.config.intervals} intervals"


def _share_note(results: "Results", rows: list[CaseRow], first: str) -> str:
    if all(row.n < 2 for row in rows):
        return "n = 1"
    interval = f"95 % {results.experiment.config.intervals} interval"
    return f"{_means_note(rows)}; whiskers are the {interval} of the share {first}"


def _means_note(rows: list[CaseRow]) -> str:
    counts = sorted({row.n for row in rows if row.n})
    n = f"n = {counts[0]}" if len(counts) == 1 else f"n = {counts[0]} to {counts[-1]}"
    return f"means of {n} replications" if counts[-1] > 1 else "n = 1"
