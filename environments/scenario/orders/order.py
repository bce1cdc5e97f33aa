"""One order of a given list."""

from pydantic import Field

from ...config.section import Section
from ...config.units import Duration, PositiveDuration


class OrderSpec(Section):
    """One order of a given list."""

    at_s: Duration = Field(alias="at")
    product: str
    due_s: PositiveDuration | None = Field(alias="due", default=None)  # after its release; None = that of the product
    id: str | None = None
    start: str | None = Field(alias="from", default=None)  # the place where its part enters; None = that of all orders
