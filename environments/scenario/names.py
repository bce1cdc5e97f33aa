"""The names that robocell generates, which a scenario must not use.

    agv_1, agv_2, …          vehicles
    phone-0, phone-1, …      parts of the product phone, numbered over all products in the order of their release
    phone-lot-0, …           lots of the product phone, numbered over all orders
    A17, A17-1, A17-2, …     the part of an order with the id A17; or its lot, and the parts in it

Logs, tables and the viewer tell agents apart by their names alone, so no two agents may share one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST = 200  # characters
NO_NAME = "nobody"  # stands where no agent is meant


def vehicle_name(number: int) -> str:
    """Name of a vehicle, numbered from 1."""
    return f"agv_{number}"


def part_name(product: str, number: int) -> str:
    """Name of a part of an order without an id; `number` counts all parts from 0."""
    return f"{product}-{number}"


def lot_name(product: str, number: int) -> str:
    """Name of a lot of an order without an id; `number` counts all orders from 0."""
    return f"{product}-lot-{number}"


def parts_of_order(order_id: str, size: int) -> list[str]:
    """Names of the `size` parts of an order with an id; with several parts, the id is the name of their lot."""
    return [order_id] if size == 1 else [f"{order_id}-{number}" for number in range(1, size + 1)]


def unknown_name(unique_id: int) -> str:
    """Name that a log uses for an unknown agent."""
    return f"agent {unique_id}"


def unfit(name: str) -> str | None:
    """Why `name` is not a valid name (rule and cure); None if it is valid."""
    if not name or name != name.strip():
        return "a name must not be empty or begin or end with a space"
    if not name.isprintable():
        return "a name must be one line of printable characters"
    if len(name) > LONGEST:
        return f"a name must not be longer than {LONGEST} characters"
    return None


def given_to(name: str, products: Collection[str]) -> str | None:
    """The things that robocell names like this in a factory with these products; None if the name is free."""
    head, _, number = name.rpartition("-")
    if name == NO_NAME or (name.startswith("agent ") and name[6:].isdecimal()):
        return f"agents that a log does not know ({NO_NAME}, agent 7)"
    if name.startswith("agv_") and name[4:].isdecimal():
        return "vehicles (agv_1, agv_2, …)"
    if number.isdecimal() and head in products:
        return f"parts of the product {head} ({part_name(head, 0)}, {part_name(head, 1)}, …)"
    if number.isdecimal() and (product := product_of_lots(head)) is not None and product in products:
        return f"lots of the product {product} ({lot_name(product, 0)}, {lot_name(product, 1)}, …)"
    return None


def product_of_lots(name: str) -> str | None:
    """The product whose lots are named like parts of a product `name`: phone for phone-lot; None if there is none."""
    return name.removesuffix("-lot") if name.endswith("-lot") else None
