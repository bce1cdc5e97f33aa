"""Replicates until the answer of a run is clear: `robocell run --until-clear`."""

from ..design.answer_rules import AnswerRules
from .claims import claims_from
from .equivalence import looks
from .questions.asking import Answer, Asker


def ask(rules: AnswerRules, asker: Asker) -> Answer:
    """Replicates until the claims are clear, or the next look would go beyond `most`."""
    cases = range(len(asker.experiment.cases))
    replications = asker.experiment.config.replications
    assert isinstance(replications, int)
    n, *later = looks(replications)
    while True:
        asker.need(dict.fromkeys(cases, n))
        if claims_from(asker.experiment, asker.records(n)).clear:
            said = f"The answer is clear after {n} replications of each case."
            break
        if later[0] > rules.most:
            said = f"Not all of it is clear after {n} replications of each case; the next look is after {later[0]}."
            break
        n = later.pop(0)
    return Answer((said,), (), len(asker.taken))
