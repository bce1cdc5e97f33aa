"""One order of a given list."""

from pydantic import Field

from ...config.section import Priority, Section
from ...config.units import Duration, PositiveDuration


class OrderSpec(Section):
    """One order of a given list."""

    at_s: Duration = Field(alias="at")
    product: str
    due_s: PositiveDuration | None = Field(alias="due", default=None)  # after its release; None = that of the product
    id: str | None = None
    start: str | None = Field(alias="from", default=None)  # the place where its part enters; None = that of the stream
    end: str | None = Field(alias="to", default=None)  # the place where it leaves; None = that of the stream
    priority: Priority | None = None  # None = that of the stream
