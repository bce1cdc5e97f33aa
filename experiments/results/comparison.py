"""Differences between cases, or between groups of cases, taken within replications.

Replication r of all cases has the same arrivals and breakdowns (common random numbers), so the difference is taken
within replications (Law, Simulation Modeling and Analysis, 5th ed., section 11.2). Where groups of cases are compared,
the values of a replication are averaged first: its cases share their random numbers, so ten fleets with one seed are
one observation, not ten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...environments.config.suggestions import nearest
from ..counting import every_replication
from ..design.sweep import label, short_names, text_of
from ..errors import ExperimentError
from .by_case import Replications
from .statistics import INTERVALS, holm, paired_rows

if TYPE_CHECKING:
    import pandas as pd

    from .tables import Results

HEADLINE_METRICS = (
    "throughput_per_h",
    "flow_time_mean_s",
    "flow_time_p95_s",
    "tardiness_mean_s",
    "wip_mean",
    "vehicles.empty",
    "vehicles.loaded",
    "energy_wh_per_job",
    "messages_per_task",
)


@dataclass(frozen=True)
class Pairs:
    """Finished trials of two groups of cases, side by side: S settings that both have in common, R replications."""

    settings: tuple[str, ...]  # what the cases of a pair have in common, such as `count=6`, in the order of the sweep
    first: Sequence[int]  # the case of the first group in each setting
    second: Sequence[int]
    trials: Replications
    interval: str

    def values(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """(R, S) the KPI on both sides, NaN where either side has none."""
        values = self.trials.values(metric)
        one, other = values[:, self.first], values[:, self.second]
        known = np.isfinite(one) & np.isfinite(other)
        return np.where(known, one, np.nan), np.where(known, other, np.nan)

    def means(self, metric: str) -> tuple[np.ndarray, np.ndarray, int]:
        """(R,) both sides, averaged over the settings within each replication; NaN where it has not all settings.

        Settings in which no trial has the KPI are ignored; the last is the number of the others.
        """
        one, other = self.values(metric)
        defined = np.isfinite(one).any(axis=0)
        count = int(defined.sum())
        whole = np.isfinite(one[:, defined]).all(axis=1) & defined.any()
        sides = (np.ascontiguousarray(side[:, defined]).sum(axis=1) / max(count, 1) for side in (one, other))
        first, second = (np.where(whole, side, np.nan) for side in sides)
        return first, second, count

    def differences(self, metric: str) -> list[dict[str, Any]]:
        """One row per setting."""
        one, other = (np.ascontiguousarray(side.T) for side in self.values(metric))
        found = paired_rows(one, other, INTERVALS[self.interval])
        return [{"metric": metric, "setting": name} | row for name, row in zip(self.settings, found, strict=True)]

    def same_replications(self, metrics: Sequence[str]) -> int:
        """The replications of both sides, where all their KPIs are equal to the last digit; else 0."""
        one, other = (self.trials.finished[:, side] for side in (self.first, self.second))
        values = map(self.trials.values, metrics)
        same = np.array_equal(one, other) and all(
            np.array_equal(both[:, self.first], both[:, self.second], equal_nan=True) for both in values
        )
        return int(one.any(axis=1).sum()) if same else 0


def mean_differences(asked: Sequence[tuple[Pairs, str]]) -> list[dict[str, Any]]:
    """One row for each of some pairs and a KPI: the difference of the means over its settings, see `Pairs.means`."""
    if not asked:
        return []
    one, other, counts = zip(*(pairs.means(metric) for pairs, metric in asked), strict=True)
    found = paired_rows(np.stack(one), np.stack(other), INTERVALS[asked[0][0].interval])
    return [
        {"metric": metric, "settings": count} | row
        for (_, metric), count, row in zip(asked, counts, found, strict=True)
    ]


def compare(results: "Results", a: str, b: str, *, metrics: Sequence[str] | None = None) -> "pd.DataFrame":
    """Paired comparison of two cases, or of two groups of cases that differ in one key (`mechanism=nearest`).

    Cases are paired that have the same values of all keys that neither text names; where there are several such pairs
    (several fleets), their mean difference within a replication is one observation. One row per KPI: settings that
    were averaged, n replications, mean_a, mean_b, difference (b - a) with its 95 % interval low..high, p (of no
    difference, two-sided), p_holm (corrected for the number of KPIs), effect (the difference in standard deviations of
    the differences). Raises ExperimentError where a text fits no case, or where the cases cannot be paired.
    """
    pairs = pair(results, select(results, a), select(results, b))
    return corrected(mean_differences([(pairs, metric) for metric in metrics or results.metrics]))


def compare_each(results: "Results", a: str, b: str, *, metrics: Sequence[str] | None = None) -> "pd.DataFrame":
    """The same, setting by setting: one row per KPI and pair of cases, named by their common settings.

    Columns as in `compare`, with the name of the setting (`count=6`) for their number; p_holm is corrected for all
    rows.
    """
    pairs = pair(results, select(results, a), select(results, b))
    return corrected([row for metric in metrics or results.metrics for row in pairs.differences(metric)])


def corrected(rows: list[dict[str, Any]], *, among: int = 0) -> "pd.DataFrame":
    """The rows as a table, with p values corrected for their number, or for the number they were picked from (Holm)."""
    import pandas as pd

    table = pd.DataFrame(rows)
    table["p_holm"] = holm(table["p"].to_numpy(dtype=float), among=among)
    return table


def sameness(results: "Results", a: str, b: str) -> str:
    """A sentence where both sides gave the same figures in every KPI and replication, else ""."""
    n = pair(results, select(results, a), select(results, b)).same_replications(results.metrics)
    return f"{a} and {b} gave the same figures in {every_replication(n)}." if n else ""


def select(results: "Results", text: str) -> "list[int]":
    """Indices of the cases that `text` selects: a label or its beginning, or key=value, joined by commas or spaces.

    Several values of one key are alternatives.

    Raises ExperimentError with the nearest label when nothing fits.
    """
    cases = results.experiment.cases
    exact = [case.index for case in cases if case.label == text]
    if exact := exact or [case.index for case in cases if case.label.startswith(f"{text} ")]:
        return exact
    keys = results.experiment.keys
    names = {short: key for key, short in short_names(keys).items()} | {key: key for key in keys}
    wanted: dict[str, set[str]] = {}
    for part in text.replace(",", " ").split():
        key, equals, value = part.partition("=")
        if not equals or key not in names:
            labels = [case.label for case in cases]
            if len(labels) == 1:
                raise ExperimentError(
                    f"{text!r} is no case of this run, which has one case and nothing to compare; add a sweep"
                )
            raise ExperimentError(
                f"{text!r} is no case of this run; name a label ({'; '.join(labels[:8])}{'; …' if labels[8:] else ''}) "
                f"or key=value with one of {', '.join(names) or 'no keys'}{nearest(text, labels)}"
            )
        wanted.setdefault(names[key], set()).add(value)
    found = [
        case.index
        for case in cases
        if all(key in case.settings and text_of(case.settings[key]) in values for key, values in wanted.items())
    ]
    if not found:
        values = {
            key: list(dict.fromkeys(text_of(c.settings[key]) for c in cases if key in c.settings)) for key in wanted
        }
        allowed = "; ".join(f"{key} is one of {', '.join(choices)}" for key, choices in values.items())
        raise ExperimentError(f"{text!r} fits no case; {allowed}")
    return found


def pair(results: "Results", first: Sequence[int], second: Sequence[int]) -> Pairs:
    """Pairs two groups of cases by their common settings; a case without a partner is dropped."""
    cases = results.experiment.cases
    if twins := sorted(set(first) & set(second)):
        raise ExperimentError(f"both sides mean case {cases[twins[0]].label!r}")
    differing = _differing_keys(results, first, second)
    names = short_names(results.experiment.keys)

    def common(index: int) -> str:
        return label({key: value for key, value in cases[index].settings.items() if key not in differing}, names)

    sides = []
    for group in (first, second):
        named: dict[str, int] = {}
        for index in group:
            name = common(index) if len(first) + len(second) > 2 else ""
            if name in named:
                twin, rival = cases[named[name]].label, cases[index].label
                raise ExperimentError(f"{twin!r} and {rival!r} have the same partner; name one more key to choose one")
            named[name] = index
        sides.append(named)
    settings = tuple(name for name in sides[0] if name in sides[1])
    one, other = ([side[name] for name in settings] for side in sides)
    finished = results.replications.finished
    if not (finished[:, one] & finished[:, other]).any():
        labels = [cases[group[0]].label for group in (first, second)]
        raise ExperimentError(f"{labels[0]!r} and {labels[1]!r} have no finished replication in common")
    return Pairs(settings, one, other, results.replications, interval=results.experiment.config.intervals)


def _differing_keys(results: "Results", first: Sequence[int], second: Sequence[int]) -> set[str]:
    """Keys whose values in the two groups have nothing in common: the subject of the comparison."""
    cases = results.experiment.cases
    differing = set()
    for key in results.experiment.keys:
        one = {text_of(cases[index].settings.get(key)) for index in first}
        other = {text_of(cases[index].settings.get(key)) for index in second}
        if not one & other:
            differing.add(key)
    return differing
