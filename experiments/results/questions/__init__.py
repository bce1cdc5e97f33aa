"""Questions: what an experiment wants to know, when it is not simply every case equally often.

A question asks for replications of cases, looks at what it got, asks for more where that still matters, and answers in
sentences. It depends on results alone, never on time or on the number of workers: asked again over a journal it asks
for the same trials, so a question is resumed like any run. To add one, write a Section with `kind` and `ask` in a
file of its own, and name it in `AnyQuestion`.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .best_policy import BestPolicy
from .gain import Gain
from .optimise import Optimise
from .precision import Until
from .sensitivity import Sensitivity
from .smallest_fleet import SmallestFleet

__all__ = ["AnyQuestion", "BestPolicy", "Gain", "Optimise", "Sensitivity", "SmallestFleet", "Until"]


def _spelt_out(given: Any) -> Any:
    return {"kind": given} if isinstance(given, str) else given


AnyQuestion = Annotated[
    Annotated[SmallestFleet | BestPolicy | Gain | Sensitivity | Optimise, Field(discriminator="kind")],
    BeforeValidator(_spelt_out),
]
