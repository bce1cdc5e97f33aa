"""When an answer is clear, and how many replications it may take.

    answer: {indifference: 1%, of: flow_time_mean_s, until_clear: true, most: 50}

With `until_clear` (or `robocell run --until-clear`) the replications of all cases grow by half at a time, until more
replications would add nothing to the answer. The risk of a wrong statement is spread over all possible looks, so it
holds however often a run is resumed with a larger budget.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from ...environments.config.section import Positive
from ...environments.config.units import Share
from .questions.base import Stopping


class AnswerRules(Stopping):
    """How the cases of a sweep are judged."""

    indifference: Annotated[Share, Field(gt=0, lt=1)] = 0.01  # a gain smaller than this share does not matter
    of: str | None = None  # KPI; None = throughput in closed systems, lead time in open ones
    served: Annotated[Share, Field(gt=0, lt=1)] = 0.95  # share of the demand that a case must serve to be enough
    until_clear: bool = False
    most: Positive = 50  # replications of a case

    @property
    def kpis(self) -> Mapping[tuple[str, ...], str]:
        return {("of",): self.of} if self.of is not None else {}
