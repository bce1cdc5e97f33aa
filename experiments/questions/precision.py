"""As many replications as the answer needs: `replications: until ±2%`.

    replications: {until: 2%, of: throughput_per_h, least: 5, most: 100}

Every case is replicated until the 95 % interval of the KPI is narrower than the share of its mean (Law, Simulation
Modeling and Analysis, 5th ed., section 9.4.1, the sequential procedure), or until `most`.
"""

import math
import re
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from pydantic_core import PydanticCustomError

from ...environments.section import Positive, Section
from ...environments.units import parse_share
from ..statistics import t_halfwidth
from .asking import Answer, Asker

_SHORT = re.compile(r"until\s*(?:±|\+-|\+/-)?\s*(\S+)(?:\s+of\s+(\S+))?")
GROWTH = 2.0  # the most that the number of replications grows by at once: the first intervals are guesses


class Until(Section):
    """Stop when the interval is narrow enough."""

    until: Annotated[float, Field(gt=0, lt=1)]  # half-width of the interval over the mean
    of: str = "throughput_per_h"
    least: Annotated[int, Field(ge=3)] = 5
    most: Positive = 100

    def ask(self, asker: Asker) -> Answer:
        counts = dict.fromkeys(range(len(asker.experiment.cases)), min(self.least, self.most))
        waiting = dict(counts)
        reached: dict[int, float] = {}
        while waiting:
            asker.need(waiting)
            following = {}
            for case, n in waiting.items():
                values = asker.values(case, self.of, n)
                values = values[np.isfinite(values)]
                mean, half = (float(values.mean()), t_halfwidth(values)) if values.size else (math.nan, math.inf)
                reached[case] = half / abs(mean) if mean else (0.0 if half == 0 else math.inf)
                if not reached[case] <= self.until and n < self.most:
                    factor = min((reached[case] / self.until) ** 2, GROWTH)
                    following[case] = counts[case] = min(self.most, max(n + 1, math.ceil(n * factor)))
            waiting = following
        return self._answer(asker, counts, reached)

    def _answer(self, asker: Asker, counts: dict[int, int], reached: dict[int, float]) -> Answer:
        labels = [case.label for case in asker.experiment.cases]
        table = tuple(
            {"case": labels[case], "n": n, "relative half-width": reached[case]} for case, n in counts.items()
        )
        short = [case for case in counts if not reached[case] <= self.until]
        spread = f"{min(counts.values())} to {max(counts.values())}"
        if short:
            text = f"{len(short)} of {len(counts)} cases have their {self.of} less precisely than ±{self.until:.2%} "
            text += f"after {self.most} replications."
        else:
            text = f"Every case has its {self.of} to within ±{self.until:.2%} with 95 % confidence, "
            text += f"after {spread} replications."
        return Answer((text,), table, len(asker.taken), 0)


def parse_replications(given: Any) -> Any:
    """Turns `until ±2%`, or `until ±2% of wip_mean`, into the mapping that it stands for."""
    if isinstance(given, str) and (found := _SHORT.fullmatch(given.strip())):
        return {"until": _share(found[1])} | ({"of": found[2]} if found[2] else {})
    if isinstance(given, dict) and isinstance(given.get("until"), str):
        return given | {"until": _share(given["until"].strip().removeprefix("±"))}
    return given


def _share(text: str) -> float:
    try:
        return parse_share(text)
    except ValueError as error:
        raise PydanticCustomError("until", "{explanation}", {"explanation": str(error)}) from None
