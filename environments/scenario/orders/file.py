"""Orders in a CSV file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from ...config.quoting import quoted
from .base import OrderProcess
from .clock_times import moment
from .table import read_orders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from .base import Problem


def _moment(given: Any) -> datetime:
    try:
        return moment(given)
    except ValueError as error:
        raise PydanticCustomError("moment", "{value} {rule}", {"value": quoted(given), "rule": str(error)}) from None


class OrdersFile(OrderProcess):
    """Orders in a CSV file with the columns at, product, due, id, from; `Scenario.parse` makes it an `OrderList`."""

    kind: Literal["csv"] = "csv"
    file: str
    begins: Annotated[datetime, BeforeValidator(_moment)] | None = Field(alias="start", default=None)
    # the moment of time 0; clock times and dates in the file are counted from it

    def problems(self) -> Iterator[Problem]:
        yield ("file",), f"{self.file!r} was not read; use Scenario.load or Scenario.parse"

    @classmethod
    def read_in(cls, data: dict[str, Any], *, products: Collection[str], read: Callable[[str], str]) -> dict[str, Any]:
        """The data of an `OrderList`; invalid data stay unchanged and are refused later, with all other errors."""
        try:
            table = cls.model_validate(data)
        except ValidationError:
            return data
        rows = read_orders(read(table.file), name=table.file, products=products, start=table.begins)
        rest = {name: value for name, value in data.items() if name not in ("kind", "file", "start")}
        return {**rest, "kind": "list", "orders": rows}
