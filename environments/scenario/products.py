"""Products, their routings and their due dates."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ..config.distributions import Distribution
from ..config.section import Names, Positive, Priority, Section, Weight
from ..config.units import Duration, PositiveDuration


class StepSpec(Section):
    """One operation of a routing; a plain name is a step that any capable station may do in its own processing time."""

    operation: str
    stations: Annotated[Names, Field(min_length=1)] | None = None  # only these; None = all that have the operation
    time: Distribution | None = None  # instead of the station's own processing time


def _step(value: Any) -> Any:
    return {"operation": value} if isinstance(value, str) else value


class Product(Section):
    """A kind of part: its operations in order, none for a load that is only carried, and its due date."""

    routing: Annotated[tuple[Annotated[StepSpec, BeforeValidator(_step)], ...], Field(strict=False)]
    due_s: PositiveDuration | None = Field(alias="due", default=None)  # after its release; None = no due date
    share: Weight = 1.0  # weight in the product mix
    priority: Priority = 0  # the higher, the earlier in queues and awards; a stream or an order may say otherwise
    lot_size: Positive = 1  # parts of one order; all parts with the same next place share one call
    lot_wait_s: Duration = Field(alias="lot_wait", default=0.0)  # time that ready parts wait for the others
