"""As many replications as the answer needs: `replications: until ±2%`.

replications: {until: 2%, of: throughput_per_h, least: 10, most: 100}
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ....environments.config.section import Positive
from ....environments.config.units import parse_share
from .base import Stopping

_SHORT = re.compile(r"until\s*(?:±|\+-|\+/-)?\s*(\S+)(?:\s+of\s+(\S+))?")


class Until(Stopping):
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

    @property
    def kpis(self) -> Mapping[tuple[str, ...], str]:
        return {("of",): self.of}


def parse_replications(given: Any) -> Any:
    """Turns `until ±2%`, or `until ±2% of wip_mean`, into the mapping that it abbreviates."""
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
