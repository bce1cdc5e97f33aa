"""Where orders begin and end, and how they rank: by docs/scenario.md, without robocell."""

from __future__ import annotations

from typing import Any

Data = dict[str, Any]


class Orders:
    """The streams of orders.

    Attributes:
        entries: the places where parts enter.
        differ: orders differ in stream, end or priority, so that the log tells these.
        rank: some order has another priority than 0.
    """

    def __init__(self, data: Data, source: str, sink: str) -> None:
        self.products: Data = data["products"]
        self.streams: list[Data] = data["orders"] if isinstance(data["orders"], list) else [data["orders"]]
        self.usual = source, sink
        self.known = [{*self.routes(stream), self.usual} for stream in self.streams]  # a rush order may be usual
        routes = {route for known in self.known for route in known}
        given = [order for stream in self.streams for order in stream.get("orders", ())]
        self.entries = {start for start, _ in routes}
        self.rank = any(one.get("priority") for one in (*self.products.values(), *self.streams, *given))
        self.differ = len(self.streams) > 1 or any(end != sink for _, end in routes) or self.rank

    def routes(self, stream: Data) -> set[tuple[str, str]]:
        """Where its orders begin and end."""
        if "rates" in stream:
            return {(start, end) for start, row in stream["rates"].items() for end in row}
        start, end = stream.get("from", self.usual[0]), stream.get("to", self.usual[1])
        if "orders" in stream:
            return {(order.get("from", start), order.get("to", end)) for order in stream["orders"]}
        return {(start, end)}

    def priorities(self, stream: Data, product: str) -> set[int]:
        """How its orders for a product may rank."""
        usual = stream.get("priority", self.products[product].get("priority", 0))
        given = [order for order in stream.get("orders", ()) if order["product"] == product]
        return {usual} | {order.get("priority", usual) for order in given}

    def why_not(self, number: int, product: str, start: str, end: str, priority: float) -> str | None:
        """What no order of a stream is like."""
        if not 0 <= number < len(self.streams):
            return f"there is no stream {number}"
        if (start, end) not in self.known[number]:
            return f"no order of stream {number} goes from {start} to {end}"
        if priority not in self.priorities(self.streams[number], product):
            return f"no order of stream {number} for {product} has the priority {priority:g}"
        return None
