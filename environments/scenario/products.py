"""Products, their routings and their due dates."""

from functools import cached_property

from pydantic import Field

from ..config.section import Positive, Priority, Section, Weight
from ..config.units import Duration, PositiveDuration
from .routing import PlannedStep, RoutingSteps, plan_steps


class Product(Section):
    """A kind of part: its operations in order, none for a load that is only carried, and its due date."""

    routing: RoutingSteps
    due_s: PositiveDuration | None = Field(alias="due", default=None)  # after its release; None = no due date
    share: Weight = 1.0  # weight in the product mix
    priority: Priority = 0  # the higher, the earlier in queues and awards; a stream or an order may say otherwise
    lot_size: Positive = 1  # parts of one order; all parts with the same next place share one call
    lot_wait_s: Duration = Field(alias="lot_wait", default=0.0)  # time that ready parts wait for the others

    @cached_property
    def steps(self) -> tuple[PlannedStep, ...]:
        """The steps of the routing and of its detours, by the numbers that the log gives them."""
        return plan_steps(self.routing)
