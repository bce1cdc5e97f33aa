"""Several streams of orders, as a list under `orders`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import ConfigDict, Field, RootModel, ValidatorFunctionWrapHandler, WrapValidator, model_validator
from pydantic_core import PydanticCustomError

from .base import OrderProcess

if TYPE_CHECKING:
    from .base import Loc
    from .order import OrderSpec


class OrderStreams(RootModel[Annotated[tuple[OrderProcess, ...], Field(strict=False)]]):
    """The streams of a list, each with a name and draws of its own: one more stream does not change the others."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _has_some(self) -> Self:
        if not self.root:
            raise PydanticCustomError("streams", "is an empty list; give at least one stream of orders")
        return self

    @property
    def streams(self) -> tuple[tuple[Loc, OrderProcess], ...]:
        """The streams of orders, and where each is in the config, below `orders`."""
        return tuple(((number,), stream) for number, stream in enumerate(self.root))

    @property
    def kind(self) -> str:
        """The kinds of all streams, for people."""
        return ", ".join(f"{stream.name} ({stream.kind})" for stream in self.root)

    @property
    def listed(self) -> tuple[OrderSpec, ...]:
        """The orders that are given one by one."""
        return tuple(order for stream in self.root for order in stream.listed)

    @property
    def most_at_a_time(self) -> float:
        """Orders that may be in the factory at one time; inf without a bound."""
        return math.fsum(stream.most_at_a_time for stream in self.root)

    def at_once(self, within_s: float) -> bool:
        """Whether all orders of the first `within_s` seconds are released at one instant."""
        return len(self.root) == 1 and self.root[0].at_once(within_s)

    def scaled(self, demand: float) -> Self:
        """The streams with `demand` times as many orders; orders that are given one by one stay as they are."""
        return self.model_copy(update={"root": tuple(stream.scaled(demand) for stream in self.root)})


def _one_or_several(given: Any, read: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(given, list | tuple):
        return OrderStreams.model_validate(given)
    return given if isinstance(given, OrderStreams) else read(given)


if TYPE_CHECKING:
    Orders = OrderProcess | OrderStreams
else:
    Orders = Annotated[OrderProcess, WrapValidator(_one_or_several)]
