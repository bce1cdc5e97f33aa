"""The figures of a run that are shown first, with their names and units."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..design.cases import Case
from .bottleneck import Bottleneck
from .by_case import Replications, mean_intervals
from .claims import Claims
from .statistics import Interval
from .wording import CUT, time_unit, with_interval

if TYPE_CHECKING:
    import pandas as pd

BUSY = ("vehicles.loaded", "vehicles.empty", "vehicles.handling")


@dataclass(frozen=True)
class Headline:
    """A figure per trial, made for reading."""

    key: str
    title: str
    unit: str
    values: np.ndarray  # (trials,) in `unit`, NaN where undefined
    greater_is_better: bool
    least: float = -math.inf  # possible range of a value
    most: float = math.inf


@dataclass(frozen=True)
class CaseRow:
    """A case in a table: mean and 95 % interval of every headline."""

    index: int
    label: str
    n: int
    means: tuple[float, ...]
    lows: tuple[float, ...]  # NaN where n < 2; cut at the possible range of a value
    highs: tuple[float, ...]
    texts: tuple[str, ...]
    bottleneck: str  # "" where nothing is known of it


def headlines(trials: "pd.DataFrame", metrics: Sequence[str], claims: Claims) -> list[Headline]:
    """The deciding KPI, then the other figures of jobs, vehicles and the bottleneck that the run has.

    Open systems are judged by lead time, and are shown with their demand and the share that is met; in closed ones,
    which make their own demand, throughput comes first. A run of another model, which has none of them, gets its
    first KPIs as they are.
    """
    found: dict[str, Headline] = {}

    def column(name: str) -> np.ndarray:
        return trials[name].to_numpy(dtype=float) if name in trials else np.full(len(trials), np.nan)

    def add(
        key: str,
        title: str,
        unit: str,
        values: np.ndarray,
        *,
        better: bool = True,
        least: float = 0.0,
        most: float = math.inf,
    ) -> None:
        if np.isfinite(values).any():
            found[key] = Headline(key, title, unit, values, better, least, most)

    if not claims.has_open_cases:
        add("throughput_per_h", "throughput", "parts/h", column("throughput_per_h"))
    if np.isfinite(column("flow_time_mean_s")).any():
        unit, factor = time_unit(float(np.nanmean(column("flow_time_mean_s"))))
        add("flow_time_mean_s", "lead time", unit, column("flow_time_mean_s") / factor, better=False)
        add("flow_time_p95_s", "95 % below", unit, column("flow_time_p95_s") / factor, better=False)
    if claims.has_open_cases:
        add("demand_per_h", "demand", "parts/h", column("demand_per_h"))
        add("throughput_per_h", "throughput", "parts/h", column("throughput_per_h"))
        add("demand_met", "demand met", "%", 100 * column("demand_met"))
    add("service_level", "on time", "%", 100 * column("service_level"), most=100.0)
    add("wip_mean", "work in process", "parts", column("wip_mean"), better=False)
    if all(name in trials for name in BUSY):
        busy = sum((column(name) for name in BUSY), np.zeros(len(trials)))
        add("vehicles.busy", "vehicles busy", "%", 100 * busy, most=100.0)
    if not found:
        for name in metrics[:5]:
            add(name, name, "", column(name), least=-math.inf)
    if claims.kpi not in found:
        better, bounded = claims.greater_is_better, {"least": -math.inf}
        add(claims.kpi, claims.kpi, "", column(claims.kpi), better=better, **bounded)
    first = [found[claims.kpi]] if claims.kpi in found else []
    return first + [headline for headline in found.values() if headline not in first]


def case_rows(
    cases: Sequence[Case],
    trials: Replications,
    columns: Sequence[Headline],
    limiting: Sequence[Bottleneck | None],
    interval: Interval,
) -> list[CaseRow]:
    """The cases in their order; one without a finished trial has n = 0. `limiting` are their bottlenecks."""
    counts = trials.finished.sum(axis=0).tolist()
    found = [[ends.tolist() for ends in mean_intervals(trials.by_case(one.values), interval)] for one in columns]
    rows = []
    for place, (item, bottleneck) in enumerate(zip(cases, limiting, strict=True)):
        figures = []
        for column, (mean_of, low_of, high_of) in zip(columns, found, strict=True):
            mean, low, high = mean_of[place], low_of[place], high_of[place]
            text = with_interval(mean, low, high, least=column.least, most=column.most)
            figures.append((mean, max(low, column.least), min(high, column.most), text))
        means, lows, highs, texts = zip(*figures, strict=True) if figures else ((), (), (), ())
        limits = "" if bottleneck is None else str(bottleneck)
        rows.append(CaseRow(item.index, item.label, counts[place], means, lows, highs, texts, limits))
    return rows


def footnote(rows: list[CaseRow]) -> str:
    """The meaning of the mark of cut intervals; "" where there is none."""
    if not any(CUT in text for row in rows for text in row.texts):
        return ""
    return f"{CUT} The interval would go beyond what the figure can be and is cut there; more replications narrow it."
