"""Cases with the same figures to the last digit: they are reported as the same, not as hard to distinguish."""

import hashlib
from typing import TYPE_CHECKING, Any

from ..counting import every_replication
from ..design.sweep import label, short_names
from .by_case import finished_by_case, values_by_case

if TYPE_CHECKING:
    from .tables import Results

MOST_TOLD = 3


def same_figures(results: "Results") -> list[str]:
    """Sentences about lines of the sweep, and about single cases, that agree in every KPI of every replication."""
    figures = _figures(results)
    view = results.claims.view
    told: list[tuple[list[str], int]] = []
    covered: set[frozenset[int]] = set()
    lines: dict[Any, list[int]] = {}
    for number, series in enumerate(view.series):
        if len(view.series) > 1 and all(figures[case] for case in series):
            lines.setdefault(tuple((view.values[case], figures[case]) for case in series), []).append(number)
    for alike in lines.values():
        if len(alike) > 1:
            told.append(([view.groups[number] for number in alike], _count(results, view.series[alike[0]][0])))
            columns = zip(*(view.series[number] for number in alike), strict=True)
            covered |= {frozenset(cases) for cases in columns}
    cases: dict[bytes, list[int]] = {}
    for case, bytes_ in enumerate(figures):
        if bytes_:
            cases.setdefault(bytes_, []).append(case)
    names = short_names(results.experiment.keys)
    told += [
        (_shortest(results, alike, names), _count(results, alike[0]))
        for alike in cases.values()
        if len(alike) > 1 and frozenset(alike) not in covered
    ]
    sentences = [f"{_listed(names)} gave the same figures in {every_replication(n)}." for names, n in told[:MOST_TOLD]]
    if len(told) > MOST_TOLD:
        sentences.append(f"So did {len(told) - MOST_TOLD} more groups of cases among themselves.")
    return sentences


def _figures(results: "Results") -> list[bytes]:
    """By case, bytes that are equal where all KPIs of all replications are; b"" where there is no trial."""
    trials = results.trials
    replications = trials["replication"].to_numpy()
    groups = finished_by_case(trials, len(results.experiment.cases))
    return [
        hashlib.blake2b(replications[mine].tobytes() + (values + 0.0).tobytes()).digest() if len(mine) else b""
        for mine, values in zip(groups, values_by_case(trials, results.metrics, groups), strict=True)
    ]  # + 0.0: no negative zeros


def _shortest(results: "Results", cases: list[int], names: dict[str, str]) -> list[str]:
    """Names of cases without their common part, which follows the last one."""
    settings = [results.experiment.cases[case].settings for case in cases]
    labels = [results.experiment.cases[case].label for case in cases]
    shared = {
        key: value for key, value in settings[0].items() if all(other.get(key) == value for other in settings[1:])
    }
    differing = [{key: value for key, value in own.items() if key not in shared} for own in settings]
    if not shared or not all(differing) or results.experiment.shown_keys != results.experiment.keys:
        return labels
    found = [label(own, names) for own in differing]
    found[-1] += f" (with {label(shared, names)})"
    return found


def _count(results: "Results", case: int) -> int:
    """Its finished replications."""
    trials = results.trials
    mine = (trials["case"] == case).to_numpy() & (trials["status"] == "done").to_numpy()
    return int(mine.sum())


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
