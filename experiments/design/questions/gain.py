"""Where a gain comes from: the effect of each step from one factory to another.

sweep: {cases: [{name: old}, {name: faster, …}, {name: new, …}, {name: new but slow, …}, {name: old but late, …}]}
question:
  kind: gain
  path: [old, faster, new]               # every case has one change more than the case before it
  without: {faster: new but slow}        # the last case of the path without what this step brought
  map: {from: [old, old but late], to: [new]}  # the gain of each of these over each of those
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ....environments.config.section import Names, Section
from ....environments.config.suggestions import nearest
from .base import Question

if TYPE_CHECKING:
    from ..cases import Case

Path = Annotated[Names, Field(min_length=2)]
Some = Annotated[Names, Field(min_length=1)]


class GainMap(Section):
    """Pairs of cases whose gain is computed."""

    from_: Some = Field(alias="from")
    to: Some


class Gain(Question):
    """Which step brings how much?"""

    kind: Literal["gain"]
    metric: str = "throughput_per_h"
    path: Path
    without: dict[str, str] = Field(default_factory=dict)
    map: GainMap | None = None

    @property
    def kpis(self) -> Mapping[tuple[str, ...], str]:
        return {("metric",): self.metric}

    @property
    def named(self) -> list[str]:
        """All cases that are needed, once."""
        pairs = (*self.map.from_, *self.map.to) if self.map is not None else ()
        return list(dict.fromkeys((*self.path, *self.without.values(), *pairs)))

    def problem(self, cases: "Sequence[Case]", most: int) -> str | None:
        labels = [case.label for case in cases]
        for name in self.named:
            if name not in labels:
                return f"{name!r} is no case of the sweep; there are {', '.join(labels)}{nearest(name, labels)}"
        for step in self.without:
            if step not in self.path[1:]:
                return f"without: {step!r} is no step of the path; there are {', '.join(self.path[1:])}"
        return None
