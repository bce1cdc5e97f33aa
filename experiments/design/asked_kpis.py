"""The KPIs that an experiment names: checked against its factories before a trial is run."""

from typing import TYPE_CHECKING, NamedTuple

from ...environments.config.suggestions import nearest
from ...environments.kpis import OF_DUE_DATES, kpi_names
from ..errors import ExperimentError
from .questions import Stopping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .config import ExperimentConfig
    from .experiment import Experiment

SHOWN = 8


class AskedKpi(NamedTuple):
    """A KPI, and the place in the experiment file that names it."""

    place: tuple[str, ...]
    name: str


def asked_kpis(config: "ExperimentConfig") -> "Iterator[AskedKpi]":
    """All KPIs that decide something, in the order of the file."""
    parts = {"replications": config.replications, "question": config.question, "answer": config.answer}
    for key, part in parts.items():
        if isinstance(part, Stopping):
            for place, name in part.kpis.items():
                yield AskedKpi((key, *place), name)


def check_asked_kpis(experiment: "Experiment") -> None:
    """ExperimentError for a KPI that no trial will have, or that has no value in any of the factories."""
    for place, name in asked_kpis(experiment.config):
        if problem := _problem(experiment, name):
            raise ExperimentError(experiment.maker.document.complain(place, problem))


def _problem(experiment: "Experiment", name: str) -> str | None:
    scenarios = [case.scenario for case in experiment.cases]
    if not any(name in kpi_names(scenario) for scenario in scenarios):
        known = kpi_names(scenarios[0])
        return f"there is no KPI {name!r}; there are {', '.join(known[:SHOWN])}, …{nearest(name, known)}"
    if name in OF_DUE_DATES and not any(scenario.has_due_dates for scenario in scenarios):
        return f"{name} has no value where nothing is due; give products or orders a due date (`due: 30min`)"
    return None
