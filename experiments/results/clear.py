"""When an answer is clear, and what may be spent on it.

    answer: {indifference: 1%, of: flow_time_mean_s, until_clear: true, most: 50}

With `until_clear` (or `robocell run --until-clear`) all cases are replicated, half as often again at a time, until
more replications would add nothing to the answer. The risk of a wrong statement is spread over all looks that there
can be, so it is kept however often a run is taken up again with a larger budget.
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ...environments.section import Positive, Section
from ...environments.units import Share
from .claims import claims_from
from .equivalence import looks
from .questions.asking import Answer

if TYPE_CHECKING:
    from .questions.asking import Asker


class AnswerRules(Section):
    """By what the cases of a sweep are judged."""

    indifference: Annotated[Share, Field(gt=0, lt=1)] = 0.01  # a gain smaller than this share does not matter
    of: str | None = None  # KPI; None = throughput in closed systems, lead time in open ones
    served: Annotated[Share, Field(gt=0, lt=1)] = 0.95  # share of the demand that a case must serve to be enough
    until_clear: bool = False
    most: Positive = 50  # replications of a case

    def ask(self, asker: "Asker") -> Answer:
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
            if later[0] > self.most:
                said = f"Not all of it is clear after {n} replications of each case; the next look is after {later[0]}."
                break
            n = later.pop(0)
        return Answer((said,), (), len(asker.taken))
