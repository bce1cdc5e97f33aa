"""When orders come: an iterator for each kind of `orders`. Iterators are objects, not generators, to be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from . import Batch, Deterministic, OrderList, Poisson

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from .orders import Orders


class Arrival(NamedTuple):
    """An order that comes; without a product one is drawn, without a due date that of the product holds."""

    at_s: float
    product: str | None = None
    due_s: float | None = None  # after the release
    order_id: str | None = None
    start: str | None = None  # the place where its parts enter; None = as for all orders


class _Arrivals:
    def __iter__(self) -> Self:
        return self


class RandomArrivals(_Arrivals):
    """Independent arrivals: times between them are exponential, drawn from `rng`; without end."""

    def __init__(self, rate_per_s: float, rng: np.random.Generator) -> None:
        self._mean_s = 1.0 / rate_per_s
        self._rng = rng
        self._at_s = 0.0

    def __next__(self) -> Arrival:
        self._at_s += self._rng.exponential(self._mean_s)
        return Arrival(self._at_s)


class RegularArrivals(_Arrivals):
    """So many at every beat, the first at time 0; without end."""

    def __init__(self, every_s: float, size: int = 1) -> None:
        self._every_s = every_s
        self._size = size
        self._number = 0

    def __next__(self) -> Arrival:
        beat = self._number // self._size
        self._number += 1
        return Arrival(beat * self._every_s)


class ListedArrivals(_Arrivals):
    """Those of a list, in the order of their times."""

    def __init__(self, orders: OrderList) -> None:
        self._orders = sorted(orders.orders, key=lambda order: order.at_s)
        self._number = 0

    def __next__(self) -> Arrival:
        if self._number == len(self._orders):
            raise StopIteration
        order = self._orders[self._number]
        self._number += 1
        return Arrival(order.at_s, order.product, order.due_s, order.id, order.start)


def arrivals(orders: Orders, rng: np.random.Generator) -> Iterator[Arrival]:
    """All that come by themselves; none where an order comes only when another has left (conwip)."""
    match orders:
        case Poisson():
            return RandomArrivals(orders.rate_per_s, rng)
        case Deterministic():
            return RegularArrivals(orders.every_s)
        case Batch():
            return RegularArrivals(orders.every_s, orders.size)
        case OrderList():
            return ListedArrivals(orders)
        case _:
            return iter(())
