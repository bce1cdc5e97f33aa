"""Which parameters matter: the points at which the factory is simulated, with SALib.

    question:
      kind: sensitivity
      metric: throughput_per_h
      samples: 64                      # a power of two; takes samples x (parameters + 2) cases
      keys:
        fleet.agvs.speed: {low: 0.5m/s, high: 2m/s}
        stations.smt.input_capacity: {low: 1, high: 20}

Saltelli's design (Saltelli et al., Computer Physics Communications 181, 2010).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from ....environments.config.section import Positive
from ..sampling import Range
from .base import Question
from .packages import part_of

if TYPE_CHECKING:
    from ..cases import Case


class Sensitivity(Question):
    """Which parameters matter?"""

    repeats_points: ClassVar[bool] = True
    package: ClassVar[str] = "SALib"

    kind: Literal["sensitivity"]
    metric: str = "throughput_per_h"
    samples: Annotated[Positive, Field(le=2**16)] = 64
    keys_: Annotated[dict[str, Range], Field(min_length=2, alias="keys")]

    @property
    def kpis(self) -> Mapping[tuple[str, ...], str]:
        return {("metric",): self.metric}

    @property
    def drawn(self) -> Mapping[str, Range]:
        return self.keys_

    @property
    def space(self) -> dict[str, Any]:
        """The parameters in the form of SALib: each is the share of its range."""
        return {"num_vars": len(self.keys_), "names": list(self.keys_), "bounds": [[0.0, 1.0]] * len(self.keys_)}

    def own_points(self, seed: int) -> list[Mapping[str, Any]]:
        design = part_of(self.package, "sample.sobol").sample(
            self.space, self.samples, calc_second_order=False, seed=seed
        )
        return [
            {"name": f"point {number}"}
            | {key: wide.at(float(u)) for (key, wide), u in zip(self.keys_.items(), row, strict=True)}
            for number, row in enumerate(design)
        ]

    def problem(self, cases: "Sequence[Case]", most: int) -> str | None:
        if self.samples & (self.samples - 1):
            return f"samples must be a power of two, not {self.samples}"
        if len(cases) != self.samples * (len(self.keys_) + 2):
            return "a sensitivity question brings its own cases; leave the sweep out"
        return None
