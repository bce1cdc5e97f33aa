"""What is made: products, their routings, and by when they are wanted."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ..config.distributions import Distribution
from ..config.section import Names, Positive, Section, Weight
from ..config.units import Duration, PositiveDuration


class StepSpec(Section):
    """One operation of a routing; a plain name is a step that any capable station may do in its usual time."""

    operation: str
    stations: Annotated[Names, Field(min_length=1)] | None = None  # only these; None = all that have the operation
    time: Distribution | None = None  # instead of the station's own processing time


def _step(value: Any) -> Any:
    return {"operation": value} if isinstance(value, str) else value


class Product(Section):
    """A kind of part: its operations in order, and by when it is wanted."""

    routing: Annotated[tuple[Annotated[StepSpec, BeforeValidator(_step)], ...], Field(strict=False, min_length=1)]
    due_s: PositiveDuration | None = Field(alias="due", default=None)  # after its release; None = no due date
    share: Weight = 1.0  # weight in the product mix
    lot_size: Positive = 1  # parts of one order; one call goes out for all that have the same next place
    lot_wait_s: Duration = Field(alias="lot_wait", default=0.0)  # ready parts wait so long for the others
