"""The question for the smallest fleet that meets a target (`results.questions.smallest_fleet` answers it).

sweep: {grid: {fleet.agvs.count: {from: 2, to: 16}, negotiation.mechanism: [contract_net, nearest]}}
replications: 40                                   # at most, per fleet
question:
  kind: smallest_fleet
  target: {metric: throughput_per_h, at_least: 50}  # or {metric: flow_time_mean_s, at_most: 30min}
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ....environments.config.section import Positive
from ..keys import FLEET
from .base import Question
from .target import Target

if TYPE_CHECKING:
    from ..cases import Case

FEWEST = 2  # minimum replications of a search, and of a proof
MOST_SEARCH = 10


class SmallestFleet(Question):
    """Which fleet is enough?"""

    kind: Literal["smallest_fleet"]
    target: Target
    key: str = FLEET
    first: Annotated[Positive, Field(ge=FEWEST)] | None = None  # replications of the search; None = a third, at most 10

    @property
    def kpis(self) -> Mapping[tuple[str, ...], str]:
        return {("target", "metric"): self.target.metric}

    def problem(self, cases: "Sequence[Case]", most: int) -> str | None:
        values = [case.settings.get(self.key) for case in cases]
        if not all(isinstance(value, int | float) for value in values) or len(set(values)) < 2:
            return f"the sweep must vary {self.key} over two or more numbers"
        search = self.of_search(most)
        if most < search + FEWEST:
            return (
                f"replications: {most} is too few: the search takes {search} of them, and a proof at least {FEWEST} "
                "more; write 20 or more"
            )
        return None

    def of_search(self, most: int) -> int:
        """The replications of a fleet, of `most`, that the search takes."""
        return self.first if self.first is not None else min(max(most // 3, FEWEST), MOST_SEARCH)
