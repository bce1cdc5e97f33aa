"""The best values of parameters.

question:
  kind: optimise
  metric: throughput_per_h
  keys: {negotiation.reply_by: {low: 0.5s, high: 10s}, fleet.agvs.count: {low: 2, high: 20}}
  points: 40
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from ....environments.config.section import Positive
from ..sampling import Range
from .base import Question

if TYPE_CHECKING:
    from ..cases import Case


class Optimise(Question):
    """Which values are the best?"""

    adds_cases: ClassVar[bool] = True
    package: ClassVar[str] = "optuna"

    kind: Literal["optimise"]
    metric: str = "throughput_per_h"
    goal: Literal["max", "min"] | None = None  # None = by the KPI
    keys_: Annotated[dict[str, Range], Field(min_length=1, alias="keys")]
    points: Positive = 40

    @property
    def kpis(self) -> Mapping[tuple[str, ...], str]:
        return {("metric",): self.metric}

    @property
    def drawn(self) -> Mapping[str, Range]:
        return self.keys_

    def problem(self, cases: "Sequence[Case]", most: int) -> str | None:
        return "an optimisation brings its own cases; leave the sweep out" if cases[0].settings else None
