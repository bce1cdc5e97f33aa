"""Checks of orders: the streams, and the products, places and profiles that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..config.suggestions import listed, unknown
from .names import unfit
from .orders import is_ever_above_0

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .orders import OrderProcess, Orders, ProfileSpec
    from .products import Product

    Loc = tuple[str | int, ...]
    Problem = tuple[Loc, str]  # key path, what is wrong and what is allowed


_IDLE = "an order for {} begins and ends at {}, and has no operation: nothing would be done; give another place"


class Ordered(Protocol):
    """A scenario, as far as its orders refer to it."""

    @property
    def orders(self) -> Orders: ...
    @property
    def products(self) -> Mapping[str, Product]: ...
    @property
    def profiles(self) -> Mapping[str, ProfileSpec]: ...
    @property
    def places(self) -> Collection[str]: ...
    @property
    def chargers(self) -> Collection[str]: ...
    @property
    def horizon_s(self) -> float: ...
    @property
    def source(self) -> str: ...
    @property
    def sink(self) -> str: ...


def orders(scenario: Ordered) -> Iterator[Problem]:
    """Check every stream of orders."""
    taken: set[str] = set()
    for below, stream in scenario.orders.streams:
        at = ("orders", *below)
        yield from (((*at, *loc), text) for loc, text in stream.problems())
        if below and stream.name is None:
            yield at, "needs the key name, because the streams of a list are told apart by name"
        elif stream.name in taken:
            yield (*at, "name"), f"{stream.name!r} is the name of another stream too; names must differ"
        elif stream.name is not None and (rule := unfit(stream.name)) is not None:
            yield (*at, "name"), rule
        taken |= {stream.name or ""}
        if stream.products and stream.listed:
            yield (*at, "products"), "goes with other kinds of orders; here each order names its product"
        for product in stream.products or ():
            if product not in scenario.products:
                yield (*at, "products", product), unknown(product, "product", scenario.products)
        yield from (((*at, *loc), text) for loc, text in _places(scenario, stream))
        yield from (((*at, *loc), text) for loc, text in _profiles(scenario, stream))


def _places(scenario: Ordered, stream: OrderProcess) -> Iterator[Problem]:
    places = [name for name in scenario.places if name not in scenario.chargers]
    given: list[tuple[Loc, str | None]] = [(("from",), stream.start), (("to",), stream.end)]
    for number, order in enumerate(stream.listed):
        given += [(("orders", number, "from"), order.start), (("orders", number, "to"), order.end)]
        if order.product not in scenario.products:
            yield ("orders", number, "product"), unknown(order.product, "product", scenario.products)
    for start, row in stream.rates_of_routes.items():
        given += [(("rates", start), start), *((("rates", start, end), end) for end in row)]
    strange = [(loc, name) for loc, name in given if name is not None and name not in places]
    for loc, name in strange:
        yield loc, unknown(name, "place for parts", places)
    if not strange:
        yield from _idle(scenario, stream)


def _idle(scenario: Ordered, stream: OrderProcess) -> Iterator[Problem]:
    """Orders for which nothing is to be done: without an operation, from a place to itself."""
    for number, order in enumerate(stream.listed):
        ends = (order.start or stream.start or scenario.source, order.end or stream.end or scenario.sink)
        product = scenario.products.get(order.product)
        if product is not None and not product.routing and ends[0] == ends[1]:
            yield ("orders", number), _IDLE.format(repr(order.product), repr(ends[0]))
    if stream.listed:
        return
    ordered = set(stream.products or scenario.products)
    idle = sorted(name for name in ordered if name in scenario.products and not scenario.products[name].routing)
    for start, end in stream.routes if idle else ():
        if (start or scenario.source) == (end or scenario.sink):
            loc = ("rates", start, end) if stream.rates_of_routes and start and end else ()
            yield loc, _IDLE.format(listed(map(repr, idle)), repr(start or scenario.source))


def _profiles(scenario: Ordered, stream: OrderProcess) -> Iterator[Problem]:
    for name in stream.profile:
        if name not in scenario.profiles:
            yield ("profile",), unknown(name, "profile", scenario.profiles)
    known = [scenario.profiles[name] for name in stream.profile if name in scenario.profiles]
    if known and stream.independent and not is_ever_above_0(known, scenario.horizon_s):
        yield (
            ("profile",),
            f"{listed(map(repr, stream.profile))} leave no time before the horizon in which an order could come; give "
            "them factors above 0 at the same time",
        )
    if stream.profile and not stream.independent:
        yield (
            ("profile",),
            f"a profile thins out independent orders, and those of kind {stream.kind} are not; use kind: poisson or "
            "from_to, or leave profile out",
        )
