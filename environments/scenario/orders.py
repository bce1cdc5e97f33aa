"""What is made and when it is asked for: products with routings, and the ways in which orders arrive."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ..config.distributions import Distribution
from ..config.quoting import quoted
from ..config.section import Many, Names, Positive, Section, Weight
from ..config.units import Duration, PositiveDuration, Rate
from .clock_times import moment


class Step(Section):
    """One operation of a routing; a plain name is a step that any capable station may do in its usual time."""

    operation: str
    stations: Annotated[Names, Field(min_length=1)] | None = None  # only these; None = all that have the operation
    time: Distribution | None = None  # instead of the station's own processing time


def _step(value: Any) -> Any:
    return {"operation": value} if isinstance(value, str) else value


class Product(Section):
    """A kind of part: its operations in order, and by when it is wanted."""

    routing: Annotated[tuple[Annotated[Step, BeforeValidator(_step)], ...], Field(strict=False, min_length=1)]
    due_s: PositiveDuration | None = Field(alias="due", default=None)  # after its release; None = no due date
    share: Weight = 1.0  # weight in the product mix
    lot_size: Positive = 1  # parts of one order; one call goes out for all that go the same way
    lot_wait_s: Duration = Field(alias="lot_wait", default=0.0)  # parts that could go wait so long for others to come


class _Arrivals(Section):
    limit: Many | None = None  # no more orders than this; None = unlimited
    start: str | None = Field(alias="from", default=None)  # the place where parts enter; None = the source

    def at_once(self, within_s: float) -> bool:
        """Whether all orders of the first `within_s` seconds are released at one instant."""
        return False


class Poisson(_Arrivals):
    """Independent arrivals: exponential times between orders."""

    kind: Literal["poisson"] = "poisson"
    rate_per_s: Rate = Field(alias="rate")


class Deterministic(_Arrivals):
    """One order at every beat, the first at time 0."""

    kind: Literal["deterministic"] = "deterministic"
    every_s: PositiveDuration = Field(alias="every")


class Batch(_Arrivals):
    """`size` orders at once at every beat, the first at time 0."""

    kind: Literal["batch"] = "batch"
    every_s: PositiveDuration = Field(alias="every")
    size: Positive

    def at_once(self, within_s: float) -> bool:
        return self.every_s > within_s or (self.limit is not None and self.limit <= self.size)


class Conwip(_Arrivals):
    """Constant work in process: `wip` orders at time 0, then one whenever a part leaves."""

    kind: Literal["conwip"] = "conwip"
    wip: Positive

    def at_once(self, within_s: float) -> bool:
        return self.limit is not None and self.limit <= self.wip


class Order(Section):
    """One order of a given list."""

    at_s: Duration = Field(alias="at")
    product: str
    due_s: PositiveDuration | None = Field(alias="due", default=None)  # after its release; None = as the product says
    id: str | None = None
    start: str | None = Field(alias="from", default=None)  # the place where its part enters; None = as for all orders


class OrderList(_Arrivals):
    """Given orders, in any order of time; a CSV file becomes one of these."""

    kind: Literal["list"] = "list"
    orders: Annotated[tuple[Order, ...], Field(strict=False, min_length=1)]

    def at_once(self, within_s: float) -> bool:
        releases_s = sorted(order.at_s for order in self.orders)[: self.limit]
        return len({at_s for at_s in releases_s if at_s <= within_s}) <= 1


def _moment(given: Any) -> datetime:
    try:
        return moment(given)
    except ValueError as error:
        raise PydanticCustomError("moment", "{value} {rule}", {"value": quoted(given), "rule": str(error)}) from None


class OrdersFile(_Arrivals):
    """Orders in a CSV file with the columns at, product, due, id, from; `Scenario.parse` makes it an `OrderList`."""

    kind: Literal["csv"] = "csv"
    file: str
    begins: Annotated[datetime, BeforeValidator(_moment)] | None = Field(alias="start", default=None)
    # the moment of time 0; clock times and dates in the file are counted from it


Orders = Annotated[Poisson | Deterministic | Batch | Conwip | OrderList | OrdersFile, Field(discriminator="kind")]
