"""Puts the question of an experiment: to a run, which makes what is missing, or to what is recorded."""

from dataclasses import replace
from typing import TYPE_CHECKING

from .asking import Answer, Asker, Make, UnansweredError, recall
from .optimise import Optimise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...design.experiment import Experiment
    from ...execution.journal import Record


def ask(experiment: "Experiment", make: Make, extended: "Callable[[Experiment], None]") -> Answer:
    """Answers the question; `extended` is told when it adds cases to the sweep, before they run."""
    asker = Asker(experiment, make, extended)
    asked = experiment.config.asked
    assert asked is not None
    return asked.ask(asker)


def recalled(experiment: "Experiment", records: "Mapping[str, Record]") -> Answer | None:
    """The answer that the records give; None where there is no question, or records are missing."""
    asked = experiment.config.asked
    if asked is None:
        return None
    if isinstance(asked, Optimise):
        experiment = _without_added(experiment)
    try:
        return asked.ask(Asker(experiment, recall(records)))
    except UnansweredError:
        return None


def _without_added(experiment: "Experiment") -> "Experiment":
    """An optimisation adds its points itself; it starts from the scenario as given."""
    return replace(experiment, cases=experiment.cases[:1])
