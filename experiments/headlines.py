"""Which figures of a run are shown first, how they are called, and in which unit a person reads them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .statistics import INTERVALS

if TYPE_CHECKING:
    import pandas as pd

    from .tables import Results

Compute = Callable[["pd.DataFrame"], np.ndarray]

BUSY = ("vehicles.loaded", "vehicles.empty", "vehicles.handling")
_SECONDS = (("h", 3600.0, 3 * 3600.0), ("min", 60.0, 180.0), ("s", 1.0, 0.0))


@dataclass(frozen=True)
class Headline:
    """A figure per trial, made for reading."""

    key: str
    title: str
    unit: str
    values: np.ndarray  # (trials,) in `unit`, NaN where undefined
    greater_is_better: bool


@dataclass(frozen=True)
class CaseRow:
    """A case in a table: mean and 95 % interval of every headline."""

    index: int
    label: str
    n: int
    means: tuple[float, ...]
    lows: tuple[float, ...]  # NaN where n < 2
    highs: tuple[float, ...]
    texts: tuple[str, ...]


def headlines(results: "Results") -> list[Headline]:
    """Throughput, lead time, work in process, use of vehicles and of the busiest station: those that the run has.

    A run of another model, which has none of them, gets its first KPIs as they are.
    """
    trials = results.trials
    found: list[Headline] = []

    def add(key: str, title: str, unit: str, values: np.ndarray, *, greater_is_better: bool) -> None:
        if np.isfinite(values).any():
            found.append(Headline(key, title, unit, values, greater_is_better))

    def column(name: str) -> np.ndarray:
        return trials[name].to_numpy(dtype=float) if name in trials else np.full(len(trials), np.nan)

    add("throughput_per_h", "throughput", "parts/h", column("throughput_per_h"), greater_is_better=True)
    if np.isfinite(column("flow_time_mean_s")).any():
        unit, factor = time_unit(float(np.nanmean(column("flow_time_mean_s"))))
        add("flow_time_mean_s", "lead time", unit, column("flow_time_mean_s") / factor, greater_is_better=False)
        add("flow_time_p95_s", "95 % below", unit, column("flow_time_p95_s") / factor, greater_is_better=False)
    add("wip_mean", "work in process", "parts", column("wip_mean"), greater_is_better=False)
    if all(name in trials for name in BUSY):
        busy = sum((column(name) for name in BUSY), np.zeros(len(trials)))
        add("vehicles.busy", "vehicles busy", "%", 100 * busy, greater_is_better=True)
    add("station.busiest", "busiest station", "%", 100 * _busiest(trials), greater_is_better=True)
    if not found:
        for name in results.metrics[:5]:
            add(name, name, "", column(name), greater_is_better=True)
    return found


def case_rows(results: "Results", columns: list[Headline]) -> list[CaseRow]:
    """The cases in their order; one without a finished trial has n = 0."""
    trials = results.trials
    case = trials["case"].to_numpy()
    done = (trials["status"] == "done").to_numpy()
    interval = INTERVALS[results.experiment.config.intervals]
    rows = []
    for item in results.experiment.cases:
        mine = (case == item.index) & done
        figures = []
        for column in columns:
            values = column.values[mine]
            values = values[np.isfinite(values)]
            mean = float(values.mean()) if values.size else math.nan
            low, high = interval(values)
            figures.append((mean, low, high, with_interval(mean, low, high)))
        means, lows, highs, texts = zip(*figures, strict=True) if figures else ((), (), (), ())
        rows.append(CaseRow(item.index, item.label, int(mine.sum()), means, lows, highs, texts))
    return rows


def with_interval(mean: float, low: float, high: float) -> str:
    """`59.8 ± 0.4`, with as many digits as the interval deserves; `59.8 (59.5 … 60.4)` for a lopsided one.

    A single value has no interval.
    """
    if math.isnan(mean):
        return "–"
    if not math.isfinite(high - low):
        return f"{mean:.4g}"
    half = (high - low) / 2
    if half == 0:
        return f"{mean:.4g} ± 0"
    digits = max(0, min(6, 1 - math.floor(math.log10(half))))
    if abs((high + low) / 2 - mean) > 1e-9 * half:
        return f"{mean:z.{digits}f} ({low:.{digits}f} … {high:.{digits}f})"
    return f"{mean:z.{digits}f} ± {half:.{digits}f}"


def time_unit(seconds: float) -> tuple[str, float]:
    """The unit in which a duration reads best, and its seconds."""
    return next((unit, factor) for unit, factor, least in _SECONDS if abs(seconds) >= least)


def _busiest(trials: "pd.DataFrame") -> np.ndarray:
    names = [name for name in trials.columns if name.startswith("station.") and name.endswith(".processing")]
    if not names:
        return np.full(len(trials), np.nan)
    return trials[names].to_numpy(dtype=float).max(axis=1)
