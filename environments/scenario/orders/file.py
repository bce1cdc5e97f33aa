"""Orders in a CSV file, or in a sheet of a workbook."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from ...config.quoting import quoted
from ...config.text_files import as_text
from ...config.units import DURATION
from ...config.workbooks import OtherFileError, open_sheet
from .base import OrderProcess
from .clock_times import moment
from .table import read_orders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from .base import Problem


_ZIP = b"PK\x03\x04"  # with which workbooks begin


def _moment(given: Any) -> datetime:
    try:
        return moment(given)
    except ValueError as error:
        raise PydanticCustomError("moment", "{value} {rule}", {"value": quoted(given), "rule": str(error)}) from None


class OrdersFile(OrderProcess):
    """Orders in a table, whose columns `table` describes; `Scenario.parse` makes it an `OrderList`."""

    kind: Literal["csv"] = "csv"
    file: str
    begins: Annotated[datetime, BeforeValidator(_moment)] | None = Field(alias="start", default=None)
    # the moment of time 0; clock times and dates in the file are counted from it

    def problems(self) -> Iterator[Problem]:
        yield ("file",), f"{self.file!r} was not read; use Scenario.load or Scenario.parse"

    def table(self, content: bytes) -> str:
        """The content of the file as a table of text; OtherFileError otherwise."""
        try:
            return as_text(content)
        except ValueError as error:
            other = "; a workbook is of kind: xlsx" if content.startswith(_ZIP) else ""
            raise OtherFileError(f"{self.file!r} cannot be read as UTF-8 text: {error}{other}") from None

    @classmethod
    def read_in(
        cls, data: dict[str, Any], *, products: Collection[str], read: Callable[[str], bytes]
    ) -> dict[str, Any]:
        """The data of an `OrderList`; invalid data stay unchanged and are refused later, with all other errors."""
        try:
            given = cls.model_validate(data)
        except ValidationError:
            return data
        rows = read_orders(given.table(read(given.file)), name=given.file, products=products, start=given.begins)
        rest = {name: value for name, value in data.items() if name not in ("kind", "file", "sheet", "start")}
        return {**rest, "kind": "list", "orders": rows}


class OrdersSheet(OrdersFile):
    """Orders in a sheet of a workbook, as a CSV file has them."""

    kind: Literal["xlsx"] = "xlsx"  # pyright: ignore[reportIncompatibleVariableOverride]
    sheet: str | None = None  # None = the only one

    def table(self, content: bytes) -> str:
        rows = open_sheet(content, self.file, self.sheet).iter_rows(values_only=True)
        return "\n".join("\t".join(_cell(value) for value in row) for row in rows)


def _cell(value: Any) -> str:
    """The value of a cell as a table of text has it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, time):
        return value.isoformat("seconds")
    if isinstance(value, timedelta):
        return DURATION.write(value / timedelta(seconds=1))
    text = (f"{value:g}" if isinstance(value, float) else str(value)).replace("\n", " ")
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in '"\t') else text
