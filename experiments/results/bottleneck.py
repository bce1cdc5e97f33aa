"""Which resource limits each case, and how the stations use their time.

Two methods are used. The simple one takes the resource that waits least: stations starved or blocked, vehicles and
robots idle or waiting. If the active period method (Roser, Nakano & Tanaka 2001; `environments/kpis/bottleneck.py`)
names another resource, that one counts: a station may wait little and still limit nothing.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .by_case import finished_by_case, values_by_case

if TYPE_CHECKING:
    import pandas as pd

    from ...environments.scenario import Scenario, StationSpec
    from ..design.experiment import Experiment

STATES = ("processing", "setup", "blocked", "down", "starved", "off")
POOLS = {
    "vehicles": ("AGVs", ("vehicles.idle", "vehicles.waiting")),
    "robots": ("robots", ("robots.idle",)),
}


@dataclass(frozen=True)
class Candidate:
    """A resource that may limit a case: means over its replications, as shares of time."""

    name: str
    waiting: float
    limiting: float  # share in which it has the longest active period of all; of twins together
    split: dict[str, float]  # of a station, by state; empty for a pool of vehicles or robots

    @property
    def pause(self) -> str:
        return f"{100 * self.waiting:.2g} %"


@dataclass(frozen=True)
class Bottleneck:
    """The bottleneck of a case."""

    candidate: Candidate
    least_waiting: Candidate

    @property
    def pauses(self) -> str:
        """In words, how much of the time it waits."""
        how = "starved or blocked" if self.candidate.split else "idle or waiting"
        return f"{how} for {self.candidate.pause} of the time"

    @property
    def agreed(self) -> bool:
        return self.candidate.name == self.least_waiting.name

    def document(self) -> dict[str, object]:
        """As plain data."""
        return {
            "name": self.candidate.name,
            "waiting": self.candidate.waiting,
            "limiting": self.candidate.limiting,
            "split": self.candidate.split,
            "least_waiting": self.least_waiting.name,
        }

    def __str__(self) -> str:
        text = f"{self.candidate.name}, waits {self.candidate.pause}"
        return text if self.agreed else f"{text} ({self.least_waiting.name} {self.least_waiting.pause})"


def bottlenecks(experiment: "Experiment", trials: "pd.DataFrame") -> list[Bottleneck | None]:
    """By case; None where no trial was finished, or the KPIs are missing."""
    columns = [name for name in trials.columns if name.startswith(("station.", "vehicles.", "robots.", "bottleneck."))]
    groups = finished_by_case(trials, len(experiment.cases))
    found: list[Bottleneck | None] = []
    for case, values in zip(experiment.cases, values_by_case(trials, columns, groups), strict=True):
        candidates = _candidates(case.scenario, _means(values, columns)) if len(values) else []
        found.append(_limiting(candidates) if candidates else None)
    return found


def _means(values: np.ndarray, names: list[str]) -> dict[str, float]:
    """The mean (K,) over the trials (n, K) that have a KPI, by name; NaN where none has it."""
    columns = np.ascontiguousarray(values.T)
    gaps = np.isnan(columns)
    count = (~gaps).sum(axis=1)
    total = np.where(gaps, 0.0, columns).sum(axis=1)
    return dict(
        zip(names, np.divide(total, count, out=np.full(len(names), np.nan), where=count > 0).tolist(), strict=True)
    )


def _candidates(scenario: "Scenario", mean: dict[str, float]) -> list[Candidate]:
    """All resources that have the KPIs; stations that do the same operations for the same products are twins."""
    found = []
    work = {name: _work(station, scenario) for name, station in scenario.stations.items()}
    for name in scenario.stations:
        split = {state: mean.get(f"station.{name}.{state}", np.nan) for state in STATES}
        twins = [other for other in work if work[other] == work[name]]
        limiting = sum(mean.get(f"station.{twin}.bottleneck", np.nan) for twin in twins)
        found.append(Candidate(name, split["starved"] + split["blocked"], limiting, split))
    for pool, (name, idle) in POOLS.items():
        waiting = sum(mean.get(state, np.nan) for state in idle)
        found.append(Candidate(name, waiting, mean.get(f"bottleneck.{pool}", np.nan), {}))
    return [one for one in found if math.isfinite(one.waiting) and math.isfinite(one.limiting)]


def _work(station: "StationSpec", scenario: "Scenario") -> frozenset[tuple[str, str]]:
    """The operations that a station can do, each with a product for which it has a time."""
    able = ((name, product) for name in station.operations for product in scenario.products)
    return frozenset((name, product) for name, product in able if station.time_of(name, product) is not None)


def _limiting(candidates: list[Candidate]) -> Bottleneck:
    least_waiting = min(candidates, key=lambda candidate: candidate.waiting)
    most = max(candidate.limiting for candidate in candidates)
    limiting = [candidate for candidate in candidates if candidate.limiting >= most * (1 - 1e-9)]
    return Bottleneck(min(limiting, key=lambda candidate: candidate.waiting), least_waiting)
