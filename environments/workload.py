"""The workload: arrivals, product mix, due dates, and the random numbers of each order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.shop.order import Order, Step
from .clock import RESOLUTION_S
from .config.errors import StalledClockError
from .scenario.names import lot_name, part_name, parts_of_order
from .scenario.orders import Arrival

if TYPE_CHECKING:
    from ..agents.shop.job import Job
    from ..agents.shop.lot import Lot
    from .factory import Factory

AT_ONCE = 1000


class Workload:
    """Releases orders into the factory.

    Streams: "arrivals" for the times of Poisson arrivals, "mix" for products, "work" for the draws of an order
    (processing times, quality): order number k is the same in every trial with the same seed.

    Attributes:
        ordered: number of orders so far.
        released: number of parts so far; an order is for one part or a lot.
        in_process: number of parts in the factory.
        exhausted: whether no further order will come.
    """

    def __init__(self, model: Factory) -> None:
        spec = model.spec
        self.model = model
        self.orders = spec.orders
        self.products = list(spec.products)
        self.routings = {product: _steps(model, product) for product in self.products}
        shares = np.array([spec.products[product].share for product in self.products])
        self._mix = np.cumsum(shares / shares.sum())
        self._mix_rng = model.stream("mix")
        self._work_rng = model.stream("work")
        self._source = spec.orders.source(model.stream("arrivals"))
        self.ordered = 0
        self.released = 0
        self.in_process = 0
        self.exhausted = False
        self._at_once = 0  # consecutive parts that left at the instant of their release

    def start(self) -> None:
        """Schedule the first orders."""
        if self.orders.kept_in_process is None:
            self._await_next()
        else:
            for _ in range(self.orders.kept_in_process):
                self._release_now()

    def stop(self) -> None:
        """Stop all further orders."""
        self.exhausted = True

    def left(self, job: Job) -> None:
        """Record that a part has left; under conwip the last part of a lot triggers the next order."""
        self.in_process -= 1
        kept = self.orders.kept_in_process
        if kept is not None and (job.lot is None or not job.lot.parts):
            self._must_have_taken_time(job, kept)
            self._release_now()

    def _release_now(self) -> None:
        self.model.clock.schedule(0.0, self._release, Arrival(self.model.now_s))

    def _must_have_taken_time(self, job: Job, kept: int) -> None:
        """Raise an error if parts leave at the instant of their release, which under conwip would go on endlessly."""
        if self.model.now_s > job.released_s + RESOLUTION_S:
            self._at_once = 0
        else:
            self._at_once += 1
            if self._at_once > AT_ONCE + kept:
                raise StalledClockError(
                    f"time stands still at {self.model.now_s:g} s: {self._at_once} parts in a row left at the instant "
                    "at which they came, and under conwip the next one comes at once; give an operation of "
                    f"{job.order.product!r} a duration"
                )

    def _await_next(self) -> None:
        arrival = next(self._source, None)
        if arrival is None:
            self.exhausted = True
        else:
            self.model.clock.schedule(max(arrival.at_s - self.model.now_s, 0.0), self._arrive, arrival)

    def _arrive(self, arrival: Arrival) -> None:
        self._release(arrival)
        if not self.exhausted:
            self._await_next()

    def _release(self, arrival: Arrival) -> None:
        if self.exhausted:
            return
        spec = self.model.spec
        product, order_id = arrival.product, arrival.order_id
        if product is None:
            index = 0 if len(self.products) == 1 else int(np.searchsorted(self._mix, self._mix_rng.random(), "right"))
            product = self.products[index]
        self.ordered += 1
        if self.orders.limit is not None and self.ordered >= self.orders.limit:
            self.exhausted = True
        size, wait_s = spec.products[product].lot_size, spec.products[product].lot_wait_s
        lot = self.model.add_lot(order_id or lot_name(product, self.ordered - 1), wait_s) if size > 1 else None
        if order_id is None:
            names = [part_name(product, self.released + number) for number in range(size)]
        else:
            names = parts_of_order(order_id, size)
        due_s = spec.products[product].due_s if arrival.due_s is None else arrival.due_s
        for name in names:
            self._release_part(name, product, due_s=due_s, rng=self._work_rng, start=arrival.start, lot=lot)

    def rush(self, product: str, *, due_share: float, rng: np.random.Generator) -> None:
        """Release an unexpected part, due after `due_share` of the usual time; random numbers come from `rng`."""
        self.ordered += 1
        usual_s = self.model.spec.products[product].due_s
        due_s = None if usual_s is None else due_share * usual_s
        self._release_part(part_name(product, self.released), product, due_s=due_s, rng=rng)

    def _release_part(
        self,
        name: str,
        product: str,
        *,
        due_s: float | None,
        rng: np.random.Generator,
        start: str | None = None,
        lot: Lot | None = None,
    ) -> None:
        """`due_s` counts from now; None: no due date. `start` is the place where the part enters."""
        spec, routing = self.model.spec, self.routings[product]
        order = Order(
            number=self.released,
            name=name,
            product=product,
            product_index=self.products.index(product),
            place=spec.places.index(start or self.orders.start or spec.source),
            routing=routing,
            due_s=float("inf") if due_s is None else self.model.now_s + due_s,
            uniforms=rng.random((len(routing), 2)),
        )
        self.released += 1
        self.in_process += 1
        self.model.add_job(order, lot)


def _steps(model: Factory, product: str) -> tuple[Step, ...]:
    """The routing of a product, with the capable stations and the expected durations."""
    spec = model.spec
    steps: list[Step] = []
    tail_s = 0.0
    for index, step in reversed(list(enumerate(spec.products[product].routing))):
        able = [
            station
            for station in model.stations
            if station.spec.time_of(step.operation, product) is not None
            and (step.stations is None or station.name in step.stations)
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
