"""Answers the question of an experiment: from a run, which makes missing trials, or from recorded results."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...design.answer_rules import AnswerRules
from ...design.questions import BestPolicy, Gain, Optimise, Sensitivity, SmallestFleet, Stopping, Until
from .. import until_clear
from . import best_policy, gain, optimise, precision, sensitivity, smallest_fleet
from .asking import Answer, Asker, Make, UnansweredError, recall

if TYPE_CHECKING:
    from ...design.experiment import Experiment
    from ...execution.journal import Record

PROCEDURES: Mapping[type[Stopping], Callable[[Any, Asker], Answer]] = {
    SmallestFleet: smallest_fleet.ask,
    BestPolicy: best_policy.ask,
    Gain: gain.ask,
    Sensitivity: sensitivity.ask,
    Optimise: optimise.ask,
    Until: precision.ask,
    AnswerRules: until_clear.ask,
}


def ask(experiment: "Experiment", make: Make, extended: "Callable[[Experiment], None]") -> Answer:
    """Answers the question; `extended` is told when it adds cases to the sweep, before they run."""
    return answer_to(Asker(experiment, make, extended))


def recalled(experiment: "Experiment", records: "Mapping[str, Record]") -> Answer | None:
    """The answer that the records give; None where there is no question, or records are missing."""
    asked = experiment.config.asked
    if asked is None:
        return None
    if asked.adds_cases:  # it starts from the scenario as given
        experiment = replace(experiment, cases=experiment.cases[:1])
    try:
        return answer_to(Asker(experiment, recall(records)))
    except UnansweredError:
        return None


def answer_to(asker: Asker) -> Answer:
    """The answer to the question of the asker's experiment."""
    asked = asker.experiment.config.asked
    assert asked is not None
    return PROCEDURES[type(asked)](asked, asker)
