"""As many replications as the answer needs: `replications: until ±2%`.

    replications: {until: 2%, of: throughput_per_h, least: 10, most: 100}

Every case is replicated until the interval of the KPI is narrower than the share of its mean (Law, Simulation Modeling
and Analysis, 5th ed., section 9.4.1, the sequential procedure), or until `most`.

A rule that stops at the first interval that is narrow enough prefers those that came out too narrow. Of 95 % t
intervals from five replications on, 92 to 94 % hold the mean where the KPI is normal, and as few as 84 % where it is
skewed. So the rule looks at 97 % intervals that allow for skew, from ten replications on, to keep the 95 % that it
promises.
"""

import math
import re
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ....environments.section import Positive, Section
from ....environments.units import parse_share
from ..statistics import skew_interval
from .asking import Answer, Asker

_SHORT = re.compile(r"until\s*(?:±|\+-|\+/-)?\s*(\S+)(?:\s+of\s+(\S+))?")
STOPPING = 0.97  # confidence of the interval that stops a case
GROWTH = 2.0  # the most that the number of replications grows by at once: the first intervals are guesses


class Until(Section):
    """Stop when the interval is narrow enough."""

    until: Annotated[float, Field(gt=0, lt=1)]  # half-width of the interval over the mean
    of: str = "throughput_per_h"
    least: Annotated[Positive, Field(ge=3)] = 10
    most: Positive = 100

    @model_validator(mode="after")
    def _least_is_allowed(self) -> Self:
        if "least" in self.model_fields_set and self.least > self.most:
            raise PydanticCustomError(
                "until", "least: {least} is more than most: {most}", {"least": self.least, "most": self.most}
            )
        return self

    def ask(self, asker: Asker) -> Answer:
        counts = dict.fromkeys(range(len(asker.experiment.cases)), min(self.least, self.most))
        waiting = dict(counts)
        reached: dict[int, float] = {}
        while waiting:
            asker.need(waiting)
            following = {}
            for case, n in waiting.items():
                values = asker.values(case, self.of, n)
                reached[case] = _relative_halfwidth(values[np.isfinite(values)])
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
            text = f"Every case has its {self.of} to within ±{self.until:.2%}, each with 95 % confidence, "
            text += f"after {spread} replications."
        sentences = [text]
        if gaps := [labels[case] for case, n in counts.items() if np.isnan(asker.values(case, self.of, n)).any()]:
            sentences.append(f"Replications without a value are left out of: {', '.join(gaps)}.")
        return Answer(tuple(sentences), table, len(asker.taken), 0)


def _relative_halfwidth(values: np.ndarray) -> float:
    """The longer arm of the interval over the mean; inf for fewer than two values."""
    if values.size < 2:
        return math.inf
    mean = float(values.mean())
    low, high = skew_interval(values, confidence=STOPPING)
    half = max(mean - low, high - mean)
    return half / abs(mean) if mean else (0.0 if half == 0 else math.inf)


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
