"""What is to be made and when: arrivals, product mix, due dates, and the random numbers that belong to each order."""

from __future__ import annotations

from itertools import count, repeat
from typing import TYPE_CHECKING

import numpy as np

from ..agents.job import Order, Step
from .scenario import Batch, Conwip, Deterministic, OrderList, Poisson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..agents.job import Job
    from .factory import Factory

# at_s; product, due date (after the release) and place of entry where they are given
Arrival = tuple[float, str | None, float | None, str | None]


class Workload:
    """Releases orders into the factory.

    Streams: "arrivals" for the times of Poisson arrivals, "mix" for products, "work" for what an order meets
    (processing times, quality): order number k is the same in every trial with the same seed.

    Attributes:
        ordered: orders so far.
        released: parts so far; an order is for one, or for a lot of them.
        in_process: parts in the factory.
        exhausted: no further order will come.
    """

    def __init__(self, model: Factory) -> None:
        spec = model.spec
        self.model = model
        self.orders = spec.orders
        self.products = list(spec.products)
        self.routings = {product: _steps(model, product) for product in self.products}
        shares = np.array([spec.products[product].share for product in self.products])
        self._mix = np.cumsum(shares / shares.sum())
        self._arrivals_rng = model.stream("arrivals")
        self._mix_rng = model.stream("mix")
        self._work_rng = model.stream("work")
        self._arrivals = self._times()
        self.ordered = 0
        self.released = 0
        self.in_process = 0
        self.exhausted = False

    def start(self) -> None:
        """Let the first orders come."""
        if isinstance(self.orders, Conwip):
            for _ in range(self.orders.wip):
                self.model.clock.schedule(0.0, self._release, None, None, None)
        else:
            self._await_next()

    def stop(self) -> None:
        """No orders any more."""
        self.exhausted = True

    def left(self, job: Job) -> None:
        """A part has left; a constant work in process asks for the next order after the last of a lot."""
        self.in_process -= 1
        if isinstance(self.orders, Conwip) and (job.lot is None or not job.lot.parts):
            self.model.clock.schedule(0.0, self._release, None, None, None)

    def _times(self) -> Iterator[Arrival]:
        orders = self.orders
        match orders:
            case Poisson():
                at_s = 0.0
                while True:
                    at_s += self._arrivals_rng.exponential(1.0 / orders.rate_per_s)
                    yield at_s, None, None, None
            case Deterministic():
                for beat in count():
                    yield beat * orders.every_s, None, None, None
            case Batch():
                for beat in count():
                    yield from repeat((beat * orders.every_s, None, None, None), orders.size)
            case OrderList():
                for order in sorted(orders.orders, key=lambda order: order.at_s):
                    yield order.at_s, order.product, order.due_s, order.start

    def _await_next(self) -> None:
        arrival = next(self._arrivals, None)
        if arrival is None:
            self.exhausted = True
        else:
            at_s, product, due_s, start = arrival
            self.model.clock.schedule(max(at_s - self.model.now_s, 0.0), self._arrive, product, due_s, start)

    def _arrive(self, product: str | None, due_s: float | None, start: str | None) -> None:
        self._release(product, due_s, start)
        if not self.exhausted:
            self._await_next()

    def _release(self, product: str | None, due_s: float | None, start: str | None) -> None:
        if self.exhausted:
            return
        spec = self.model.spec
        if product is None:
            index = 0 if len(self.products) == 1 else int(np.searchsorted(self._mix, self._mix_rng.random(), "right"))
            product = self.products[index]
        else:
            index = self.products.index(product)
        self.ordered += 1
        if self.orders.limit is not None and self.ordered >= self.orders.limit:
            self.exhausted = True
        size, wait_s = spec.products[product].lot_size, spec.products[product].lot_wait_s
        lot = self.model.add_lot(f"{product}-lot-{self.ordered - 1}", wait_s) if size > 1 else None
        allowance_s = spec.products[product].due_s if due_s is None else due_s
        routing = self.routings[product]
        start = start or self.orders.start or spec.source
        for _ in range(size):
            order = Order(
                number=self.released,
                product=product,
                product_index=index,
                place=spec.places.index(start),
                routing=routing,
                due_s=float("inf") if allowance_s is None else self.model.now_s + allowance_s,
                uniforms=self._work_rng.random((len(routing), 2)),
            )
            self.released += 1
            self.in_process += 1
            self.model.add_job(order, lot)


def _steps(model: Factory, product: str) -> tuple[Step, ...]:
    """The routing of a product, with whom to call and how long it is expected to take."""
    spec = model.spec
    steps: list[Step] = []
    tail_s = 0.0
    for index, step in reversed(list(enumerate(spec.products[product].routing))):
        able = [
            station
            for station in model.stations
            if step.operation in station.spec.operations and (step.stations is None or station.name in step.stations)
        ]
        work_s = {station.slot: model.work_time(product, index, station.name).mean_s for station in able}
        steps.append(
            Step(
                name=step.operation,
                eligible=np.array([station.slot for station in able], np.intp),
                work_s=work_s,
                tail_s=tail_s,
            )
        )
        tail_s += min(work_s.values())
    return tuple(reversed(steps))
