"""The best case of a sweep, with certainty.

replications: 100                                  # at most, per case
question: {kind: best_policy, metric: throughput_per_h, indifference: 1%}
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ....environments.config.section import Many, Positive
from ....environments.config.units import Share
from .base import Question

if TYPE_CHECKING:
    from ..cases import Case


class BestPolicy(Question):
    """Which case is the best?"""

    kind: Literal["best_policy"]
    metric: str = "throughput_per_h"
    goal: Literal["max", "min"] | None = None  # None = by the KPI
    indifference: Share = 0.01  # a difference smaller than this share of the mean does not matter
    first: Annotated[Positive, Field(ge=5)] = 8
    budget: Many = 10_000  # trials in all

    @property
    def kpis(self) -> Mapping[tuple[str, ...], str]:
        return {("metric",): self.metric}

    def problem(self, cases: "Sequence[Case]", most: int) -> str | None:
        many = len(cases)
        if many < 2:
            return "the sweep must have two or more cases"
        if most < self.first:
            return (
                f"replications: {most} is less than first: {self.first}, which every case gets before any is dropped; "
                f"write replications: {self.first} or more, the most that a case may get"
            )
        if self.budget < self.first * many:
            return (
                f"budget: {self.budget} is less than the {self.first * many} trials that {many} cases take before any "
                f"is dropped (first: {self.first}); raise the budget, or leave cases out"
            )
        return None
