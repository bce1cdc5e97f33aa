"""Checks of size: the factory must fit into memory and the run into a bearable time.

Single numbers have their own bounds; these checks bound their products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .orders import peak_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..layout import Layout
    from .orders import OrderProcess
    from .scenario import Scenario

    Problem = tuple[tuple[str | int, ...], str]  # key path, what is wrong and what is allowed

MOST_MACHINES = 100_000  # of all stations
MOST_AT_ONCE = 1_000_000  # parts released at one instant
MOST_PARTS = 100_000_000  # of a run
MOST_TICKS = 10_000_000_000  # of a run
MOST_TURN_TICKS = 1000  # of a quarter turn
MOST_TRAVEL_TIMES = 200_000_000  # travel times in memory, from every cell to every place


def sizes(scenario: Scenario) -> Iterator[Problem]:
    """Report excessive sizes that do not depend on the floor."""
    machines = sum(station.machines for station in scenario.stations.values())
    if machines > MOST_MACHINES:
        yield ("stations",), f"have {machines} machines in all; at most {MOST_MACHINES} fit into memory"
    yield from _parts(scenario)
    yield from _ticks(scenario)


def floor_size(scenario: Scenario, layout: Layout) -> Iterator[Problem]:
    """Report excessive sizes for this floor."""
    turns = scenario.fleet is not None and scenario.fleet.agvs.kinematics == "differential"
    count = layout.size * len(scenario.places) * (5 if turns else 1)
    if count > MOST_TRAVEL_TIMES:
        yield (
            ("layout",),
            f"{layout.size} cells and {len(scenario.places)} places make {count} travel times; at most "
            f"{MOST_TRAVEL_TIMES} fit into memory: draw larger cells, or have fewer places",
        )


def _parts(scenario: Scenario) -> Iterator[Problem]:
    """Each stream may make as many parts as a factory can run; a few streams more do no harm."""
    for below, stream in scenario.orders.streams:
        yield from ((("orders", *below, *loc), text) for loc, text in _parts_of(scenario, stream))


def _parts_of(scenario: Scenario, orders: OrderProcess) -> Iterator[Problem]:
    if orders.listed:
        made = (scenario.products.get(order.product) for order in orders.listed[: orders.limit])
        parts = sum(product.lot_size for product in made if product is not None)
        if parts > MOST_AT_ONCE:
            yield (
                ("orders",),
                f"ask for {parts} parts; at most {MOST_AT_ONCE} can be listed: make lots smaller",
            )
        return
    lot = max(product.lot_size for product in scenario.products.values())
    limit = orders.limit if orders.limit is not None else float("inf")
    key, at_once, in_all = orders.amount(scenario.horizon_s)
    in_all *= peak_of([scenario.profiles[name] for name in orders.profile if name in scenario.profiles])
    if min(at_once, limit) * lot > MOST_AT_ONCE:
        yield (
            (key,),
            f"{min(at_once, limit)} orders of up to {lot} parts each are more than {MOST_AT_ONCE} parts; "
            "ask for fewer, or for smaller lots",
        )
    elif min(in_all, limit) * lot > MOST_PARTS:
        yield (
            (key,),
            f"about {min(in_all, limit) * lot:.3g} parts would come until the horizon; at most {MOST_PARTS} can be "
            "run: ask for fewer, or set a limit",
        )


def _ticks(scenario: Scenario) -> Iterator[Problem]:
    if scenario.fleet is None:
        return
    agvs, tick_s = scenario.fleet.agvs, scenario.tick_s
    if scenario.horizon_s / tick_s > MOST_TICKS:
        yield (
            ("horizon",),
            f"a vehicle crosses a cell in {tick_s:g}s, which makes {scenario.horizon_s / tick_s:.3g} ticks; at most "
            f"{MOST_TICKS} can be run: set a shorter horizon, larger cells or a lower speed",
        )
    if agvs.turn_s is not None and agvs.turn_s / tick_s > MOST_TURN_TICKS:
        yield (
            ("fleet", "agvs", "turn"),
            f"a quarter turn takes as long as {agvs.turn_s / tick_s:.3g} cells ({tick_s:g}s each); at most "
            f"{MOST_TURN_TICKS} are supported: set larger cells, a lower speed or a shorter turn",
        )
