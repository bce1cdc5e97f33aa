"""Checks of names: all named things differ in name, and all references name something that exists."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..config.suggestions import listed, nearest
from .names import given_to, part_name, parts_of_order, product_of_lots, unfit, vehicle_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .scenario import Scenario

    Loc = tuple[str | int, ...]
    Problem = tuple[Loc, str]  # key path, what is wrong and what is allowed

_PARTS = 200  # part names against which a pattern is tested


def names(scenario: Scenario) -> Iterator[Problem]:
    """Check that robocell generates none of the names of places, robots and products; the first two are unique."""
    given: list[tuple[Loc, str, str]] = []
    for one, several in (("source", "sources"), ("sink", "sinks")):
        named, single = getattr(scenario, several), getattr(scenario, one)
        if named and single != next(iter(named)):
            yield (one,), f"{single!r} is not the first of {several}, which is {next(iter(named))!r}; leave {one} out"
        given += [((several, name), several, name) for name in named] or [((one,), one, single)]
    for group in ("stations", "storage", "chargers", "robots", "products"):
        given += [((group, name), group, name) for name in getattr(scenario, group)]
    taken: dict[str, str] = {}
    for loc, group, name in given:
        product = product_of_lots(name) if group == "products" else None
        if (rule := unfit(name)) is not None:
            yield loc, rule
        elif (what := given_to(name, scenario.products)) is not None:
            yield loc, f"{name!r} is a name that robocell gives to {what}; choose another name"
        elif product in scenario.products:
            yield loc, f"parts of {name!r} would be named like lots of {product!r} ({name}-0); choose another name"
        elif group == "products":
            continue  # a product is not an agent: a station may have the name of its product
        elif name not in taken:
            taken[name] = group
        elif group == "sink" and taken[name] == "source":
            yield loc, f"{name!r} is the name of the source too; give them different names"
        else:
            yield loc, f"{name!r} is used under {taken[name]} too; names must differ"


def order_ids(scenario: Scenario) -> Iterator[Problem]:
    """Check that the ids of given orders, which become names of parts and lots, are unique and not used elsewhere."""
    taken = dict.fromkeys(scenario.places, "a place") | dict.fromkeys(scenario.robots, "a robot")
    ids: set[str] = set()
    given = [
        (("orders", *below, "orders"), number, order)
        for below, stream in scenario.orders.streams
        for number, order in enumerate(stream.listed)
    ]
    for at, number, order in given:
        if order.id is None:
            continue
        if order.id in ids:
            yield at, f"the id {order.id!r} is given to several orders; ids must differ"
            continue
        ids.add(order.id)
        made = _named_by(scenario, order.id, order.product)
        if (problem := _misnomer(scenario, order.id, made, taken)) is not None:
            yield (*at, number, "id"), problem
        taken |= {name: f"{'the' if name == order.id else 'a part of the'} order {order.id!r}" for name in made}


def _misnomer(scenario: Scenario, order_id: str, made: Sequence[str], taken: Mapping[str, str]) -> str | None:
    """The problem of the first bad name that an id produces; None if all are fine."""
    if (rule := unfit(order_id)) is not None:
        return rule
    for name in made:
        said = f"{name!r}" if name == order_id else f"the id {order_id!r} makes a part {name!r}, which"
        if (what := given_to(name, scenario.products)) is not None:
            return f"{said} is a name that robocell gives to {what}; choose another id"
        if name in taken:
            return f"{said} is the name of {taken[name]} too; choose another id"
    return None


def _named_by(scenario: Scenario, order_id: str, product: str) -> Sequence[str]:
    """The names that an id produces: of a part, or of a lot and its parts."""
    size = scenario.products[product].lot_size if product in scenario.products else 1
    return tuple(dict.fromkeys((order_id, *parts_of_order(order_id, size))))


def names_in_channel(scenario: Scenario) -> Iterator[Problem]:
    """Check that every name in a link or a partition matches an agent."""
    channel = scenario.negotiation.channel
    if channel is None:
        return
    loc = ("negotiation", "channel")
    patterns: list[tuple[Loc, str]] = []
    for number, part in enumerate(channel.partitions):
        patterns += [((*loc, "partitions", number, "agents", at), name) for at, name in enumerate(part.agents)]
    for number, link in enumerate(channel.links):
        patterns += [
            ((*loc, "links", number, "sender"), link.sender),
            ((*loc, "links", number, "receiver"), link.receiver),
        ]
    others = [*scenario.stations, *scenario.storage, *scenario.chargers, *scenario.robots]
    agvs = [vehicle_name(number + 1) for number in range(scenario.agv_count)]
    orders = scenario.orders.listed
    ordered = [name for order in orders if order.id for name in _named_by(scenario, order.id, order.product)]
    unnamed = {order.product for order in orders if order.id is None}
    if not all(stream.listed for _, stream in scenario.orders.streams):
        unnamed = set(scenario.products)
    products = [product for product in scenario.products if product in unnamed]
    told = [
        *others,
        *([f"{agvs[0]} to {agvs[-1]}"] if agvs else []),
        *(f"{part_name(product, 0)} and so on" for product in products),
        *([f"{ordered[0]} and other orders with an id"] if ordered else []),
    ]
    for place, pattern in patterns:
        if any(fnmatchcase(name, pattern) for name in (*others, *agvs, *ordered)) or _may_be_a_part(pattern, products):
            continue
        allowed = [*others, *agvs, *ordered, *(f"{product}-*" for product in products)]
        yield place, f"{pattern!r} fits the name of no agent; agents are: {listed(told)}{nearest(pattern, allowed)}"


def _may_be_a_part(pattern: str, products: Sequence[str]) -> bool:
    """Whether a pattern may match a part or a lot; these are named after their products on release."""
    return any(
        pattern.startswith(f"{product}-")
        or any(fnmatchcase(part_name(product, number), pattern) for number in range(_PARTS))
        for product in products
    )
