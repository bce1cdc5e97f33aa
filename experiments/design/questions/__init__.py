"""Questions: what an experiment is to find out, when it does not simply run every case equally often.

A question is a section of the experiment file. To add one, write a `Question` in a separate file and a line in
`QUESTIONS`, and the procedure that answers it with a line in `PROCEDURES` of `results.questions.ask`.
"""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from .base import Question, Stopping
from .best_policy import BestPolicy
from .gain import Gain
from .optimise import Optimise
from .precision import Until
from .sensitivity import Sensitivity
from .smallest_fleet import SmallestFleet

__all__ = [
    "QUESTIONS",
    "AnyQuestion",
    "BestPolicy",
    "Gain",
    "Optimise",
    "Question",
    "Sensitivity",
    "SmallestFleet",
    "Stopping",
    "Until",
]

QUESTIONS: dict[str, type[Question]] = {
    "smallest_fleet": SmallestFleet,
    "best_policy": BestPolicy,
    "gain": Gain,
    "sensitivity": Sensitivity,
    "optimise": Optimise,
}


def _spelt_out(given: Any) -> Any:
    return {"kind": given} if isinstance(given, str) else given


if TYPE_CHECKING:
    AnyQuestion = Question
else:
    AnyQuestion = Annotated[
        Annotated[reduce(or_, QUESTIONS.values()), Field(discriminator="kind")], BeforeValidator(_spelt_out)
    ]
