"""The workload: arrivals, product mix, due dates, and the random numbers of each order."""

from __future__ import annotations

from hashlib import blake2b
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from ..agents.shop.order import Order, Result, Step
from .clock import RESOLUTION_S
from .config.errors import StalledClockError
from .scenario.names import lot_name, part_name, parts_of_order
from .scenario.orders import Arrival, ThinnedArrivals, peak_of

if TYPE_CHECKING:
    from ..agents.shop.job import Job
    from ..agents.shop.lot import Lot
    from .factory import Factory
    from .scenario.orders import OrderProcess

AT_ONCE = 1000


class OrderStream:
    """A stream of orders while the factory runs, with random numbers of its own.

    Attributes:
        number: its index in the scenario.
        key: a number made of its name.
        ordered, parts: number of its orders and of their parts so far.
        exhausted: whether no further order will come.
    """

    def __init__(self, number: int, spec: OrderProcess, model: Factory) -> None:
        scenario = model.spec
        self.number = number
        self.spec = spec
        self.ordered = 0
        self.exhausted = False
        self.at_once = 0  # consecutive parts that left at the instant of their release
        self.key = _key_of(spec.name or "")
        self.parts = 0
        of_stream = "" if spec.name is None else f"/{spec.name}"
        self.work_rng = model.stream(f"work{of_stream}")
        self._mix_rng = model.stream(f"mix{of_stream}")
        share_of = spec.products or {name: product.share for name, product in scenario.products.items()}
        self._products = list(share_of)
        shares = np.array(list(share_of.values()))
        self._mix = np.cumsum(shares / shares.sum())
        rng = model.stream(f"arrivals{of_stream}")
        profiles = [scenario.profiles[name] for name in spec.profile]
        if profiles:
            at_peak = spec.scaled(peak_of(profiles)).source(rng)
            self._source = iter(ThinnedArrivals(at_peak, profiles, rng, until_s=scenario.horizon_s))
        else:
            self._source = spec.source(rng)

    def next(self) -> Arrival | None:
        """The next order that arrives by itself; None after the last."""
        arrival = next(self._source, None)
        self.exhausted |= arrival is None
        return arrival

    def product(self) -> str:
        """Draw a product from the mix."""
        products = self._products
        index = 0 if len(products) == 1 else int(np.searchsorted(self._mix, self._mix_rng.random(), "right"))
        return products[index]


class Workload:
    """Releases orders into the factory.

    Random numbers of each stream of orders: "arrivals" for the times of arrivals, "mix" for products, "work" for the
    draws of an order (processing times, quality). Order number k of a stream is the same in every trial with the same
    seed, whatever other streams there are.

    Attributes:
        streams: the streams of orders.
        ordered: number of orders so far.
        released: number of parts so far; an order is for one part or a lot.
        in_process: number of parts in the factory.
    """

    def __init__(self, model: Factory) -> None:
        spec = model.spec
        self.model = model
        self.products = list(spec.products)
        self.routings = {product: _steps(model, product) for product in self.products}
        self.streams = [OrderStream(number, stream, model) for number, (_, stream) in enumerate(spec.orders.streams)]
        self.ordered = 0
        self.released = 0
        self.in_process = 0

    @property
    def exhausted(self) -> bool:
        """Whether no further order will come."""
        return all(stream.exhausted for stream in self.streams)

    def start(self) -> None:
        """Schedule the first orders."""
        for stream in self.streams:
            if stream.spec.kept_in_process is None:
                self._await_next(stream)
            else:
                for _ in range(stream.spec.kept_in_process):
                    self._release_now(stream)

    def stop(self) -> None:
        """Stop all further orders."""
        for stream in self.streams:
            stream.exhausted = True

    def left(self, job: Job) -> None:
        """Record that a part has left; under conwip the last part of a lot triggers the next order of its stream."""
        self.in_process -= 1
        stream = self.streams[job.order.stream]
        kept = stream.spec.kept_in_process
        if kept is not None and (job.lot is None or not job.lot.parts):
            self._must_have_taken_time(job, stream, kept)
            self._release_now(stream)

    def _release_now(self, stream: OrderStream) -> None:
        self.model.clock.schedule(0.0, self._release, stream, Arrival(self.model.now_s))

    def _must_have_taken_time(self, job: Job, stream: OrderStream, kept: int) -> None:
        """Raise an error if parts leave at the instant of their release, which under conwip would go on endlessly."""
        if self.model.now_s > job.released_s + RESOLUTION_S:
            stream.at_once = 0
        else:
            stream.at_once += 1
            if stream.at_once > AT_ONCE + kept:
                raise StalledClockError(
                    f"time stands still at {self.model.now_s:g} s: {stream.at_once} parts in a row left at the instant "
                    "at which they came, and under conwip the next one comes at once; give an operation of "
                    f"{job.order.product!r} a duration"
                )

    def _await_next(self, stream: OrderStream) -> None:
        arrival = stream.next()
        if arrival is not None:
            self.model.clock.schedule(max(arrival.at_s - self.model.now_s, 0.0), self._arrive, stream, arrival)

    def _arrive(self, stream: OrderStream, arrival: Arrival) -> None:
        self._release(stream, arrival)
        if not stream.exhausted:
            self._await_next(stream)

    def _release(self, stream: OrderStream, arrival: Arrival) -> None:
        if stream.exhausted:
            return
        product, order_id = arrival.product or stream.product(), arrival.order_id
        self.ordered += 1
        stream.ordered += 1
        if stream.spec.limit is not None and stream.ordered >= stream.spec.limit:
            stream.exhausted = True
        spec = self.model.spec.products[product]
        size = spec.lot_size
        lot = None
        if size > 1:
            lot = self.model.add_lot(order_id or lot_name(product, self.ordered - 1), spec.lot_wait_s)
        if order_id is None:
            names = [part_name(product, self.released + number) for number in range(size)]
        else:
            names = parts_of_order(order_id, size)
        arrival = arrival._replace(product=product, due_s=spec.due_s if arrival.due_s is None else arrival.due_s)
        for name in names:
            self._release_part(name, arrival, stream, (stream.key, stream.parts), rng=stream.work_rng, lot=lot)
            stream.parts += 1

    def rush(self, product: str, *, due_share: float, rng: np.random.Generator) -> None:
        """Release an unexpected part, due after `due_share` of the usual time; random numbers come from `rng`."""
        self.ordered += 1
        usual_s = self.model.spec.products[product].due_s
        due_s = None if usual_s is None else due_share * usual_s
        arrival = Arrival(self.model.now_s, product, due_s)
        identity = _key_of("a rush order"), self.released
        self._release_part(part_name(product, self.released), arrival, self.streams[0], identity, rng=rng)

    def _release_part(
        self,
        name: str,
        arrival: Arrival,
        stream: OrderStream,
        identity: tuple[int, int],
        *,
        rng: np.random.Generator,
        lot: Lot | None = None,
    ) -> None:
        """Release a part of an order whose product is known; without a `due_s` it has no due date."""
        assert arrival.product is not None
        spec, routing = self.model.spec, self.routings[arrival.product]
        drawn = any(step.results for step in routing)
        priorities = (arrival.priority, stream.spec.priority, spec.products[arrival.product].priority)
        order = Order(
            number=self.released,
            name=name,
            product=arrival.product,
            product_index=self.products.index(arrival.product),
            stream=stream.number,
            identity=identity,
            priority=next(given for given in priorities if given is not None),
            place=spec.places.index(arrival.start or stream.spec.start or spec.source),
            end=spec.places.index(arrival.end or stream.spec.end or spec.sink),
            routing=routing,
            due_s=float("inf") if arrival.due_s is None else self.model.now_s + arrival.due_s,
            uniforms=rng.random((0 if drawn else len(routing), 2)),
            key=int(rng.integers(2**63)) if drawn else None,
        )
        self.released += 1
        self.in_process += 1
        self.model.add_job(order, lot)


def _key_of(name: str) -> int:
    """A number of 64 bits made of a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def _steps(model: Factory, product: str) -> tuple[Step, ...]:
    """The routing of a product, with the capable stations and the expected durations."""
    plan = model.spec.products[product].steps
    work_s: list[dict[int, float]] = []
    for number, planned in enumerate(plan):
        step = planned.spec
        able = [
            station
            for station in model.stations
            if station.spec.time_of(step.operation, product) is not None
            and (step.stations is None or station.name in step.stations)
        ]
        work_s.append({station.slot: model.work_time(product, number, station.name).mean_s for station in able})

    tails_s = {len(plan): 0.0}  # by the step whose successors are counted; after the last there are none
    for number in range(len(plan)):
        chain = [number]
        while chain[-1] not in tails_s:
            chain.append(plan[chain[-1]].following)
        for step, following in zip(chain[-2::-1], chain[:0:-1], strict=True):
            tails_s[step] = tails_s[following] + (min(work_s[following].values()) if following < len(plan) else 0.0)

    return tuple(
        Step(
            name=planned.spec.operation,
            eligible=np.array(list(work_s[number]), np.intp),
            work_s=work_s[number],
            tail_s=tails_s[number],
            rank=planned.rank,
            following=planned.following,
            results=tuple(
                Result(below, result.following, result.at_most)
                for below, result in zip(
                    accumulate(result.share for result in planned.results), planned.results, strict=True
                )
            ),
        )
        for number, planned in enumerate(plan)
    )
