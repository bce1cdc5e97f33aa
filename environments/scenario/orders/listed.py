"""Orders that are given one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from .base import Amount, Arrival, OrderProcess, Source
from .order import OrderSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np


class OrderList(OrderProcess):
    """Given orders, in any order of time; a CSV file is read into one."""

    kind: Literal["list"] = "list"
    orders: Annotated[tuple[OrderSpec, ...], Field(strict=False, min_length=1)]

    def source(self, rng: np.random.Generator) -> ListedArrivals:
        return ListedArrivals(self.orders)

    @property
    def listed(self) -> tuple[OrderSpec, ...]:
        return self.orders

    @property
    def most_at_a_time(self) -> float:
        return min(super().most_at_a_time, len(self.orders))

    def amount(self, horizon_s: float) -> Amount:
        number = len(self.orders[: self.limit])
        return Amount("orders", at_once=number, in_all=number)

    def at_once(self, within_s: float) -> bool:
        releases_s = sorted(order.at_s for order in self.orders)[: self.limit]
        return len({at_s for at_s in releases_s if at_s <= within_s}) <= 1


class ListedArrivals(Source):
    """The orders of a list, in the order of their times."""

    def __init__(self, orders: Sequence[OrderSpec]) -> None:
        self._orders = sorted(orders, key=lambda order: order.at_s)
        self._number = 0

    def __next__(self) -> Arrival:
        if self._number == len(self._orders):
            raise StopIteration
        order = self._orders[self._number]
        self._number += 1
        return Arrival(order.at_s, order.product, order.due_s, order.id, order.start, order.end, order.priority)
