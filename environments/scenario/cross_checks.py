"""Checks across sections: whether the parts of a scenario fit together, so that the factory can work."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from ...agents.mechanisms import PLANNERS
from ...agents.shop.tasks import STORE
from ..config.explanations import MOST
from ..config.suggestions import listed, nearest, unknown
from .battery_range import charger_out_of_reach
from .name_checks import names, names_in_channel, order_ids
from .order_checks import orders
from .size_checks import sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .fleet import Battery
    from .scenario import Scenario
    from .work_times import Handles

    Loc = tuple[str | int, ...]
    Problem = tuple[tuple[str | int, ...], str]  # key path, what is wrong and what is allowed


def problems(scenario: Scenario) -> list[Problem]:
    """All problems that keep the scenario from working; the floor is checked only if the rest is correct."""
    if found := list(sizes(scenario)):
        return found  # the other checks may take long
    found = list(islice((problem for check in _CHECKS for problem in check(scenario)), MOST))
    return found or list(scenario.transport.floor_problems(scenario)) or list(_battery(scenario))


def _routings(scenario: Scenario) -> Iterator[Problem]:
    if not scenario.stations and any(product.routing for product in scenario.products.values()):
        yield ("stations",), "is missing, and parts are to be processed; give stations, or products with routing: []"
        return
    can = {operation for station in scenario.stations.values() for operation in station.operations}
    if STORE in can:
        station = next(name for name, value in scenario.stations.items() if STORE in value.operations)
        yield (
            ("stations", station, "operations", STORE),
            f"{STORE!r} is what storages do with parts; give the operation another name",
        )
    for product, value in scenario.products.items():
        for planned in value.steps:
            step, loc = planned.spec, ("products", product, "routing", *planned.loc)
            able = [name for name, at in scenario.stations.items() if at.time_of(step.operation, product) is not None]
            if step.operation not in can:
                yield (
                    loc,
                    f"no station has the operation {step.operation!r}; stations have: "
                    f"{listed(sorted(can))}{nearest(step.operation, can)}",
                )
                continue
            if not able:
                yield loc, f"no station has a time for {product!r} under its operation {step.operation!r}"
                continue
            for place, station in enumerate(step.stations or ()):
                if station not in scenario.stations:
                    yield (*loc, "stations", place), unknown(station, "station", scenario.stations)
                elif step.operation not in scenario.stations[station].operations:
                    yield (
                        (*loc, "stations", place),
                        f"{station!r} cannot do {step.operation!r}; "
                        f"it has: {listed(scenario.stations[station].operations)}",
                    )
                elif station not in able:
                    yield (
                        (*loc, "stations", place),
                        f"{station!r} has no time for {product!r} under {step.operation!r}; stations that have one: "
                        f"{listed(able)}",
                    )


def _times_by_product(scenario: Scenario) -> Iterator[Problem]:
    handlers: list[tuple[Loc, Handles]] = [(("robots", name), robot) for name, robot in scenario.robots.items()]
    if scenario.fleet is not None:
        handlers.append((("fleet", "agvs"), scenario.fleet.agvs))
    of_handling: list[tuple[Loc, Any]] = [((*loc, "load"), handler.load) for loc, handler in handlers]
    of_handling += [((*loc, "unload"), handler.unload) for loc, handler in handlers]
    of_stations: list[tuple[Loc, Any]] = [
        (("stations", name, "operations", operation), time)
        for name, station in scenario.stations.items()
        for operation, time in station.operations.items()
    ]
    for loc, times in (*of_stations, *of_handling):
        for product in times if isinstance(times, dict) else ():
            if product not in scenario.products:
                yield (*loc, product), unknown(product, "product", scenario.products)
    for loc, times in of_handling:
        missing = [product for product in scenario.products if product not in times] if isinstance(times, dict) else []
        if missing:
            yield loc, f"names no time for {listed(map(repr, missing))}; give one for each product, or one time for all"


def _setups(scenario: Scenario) -> Iterator[Problem]:
    for name, station in scenario.stations.items():
        for before, row in (station.setup.matrix if station.setup else {}).items():
            loc = ("stations", name, "setup", "matrix", before)
            if before not in scenario.products:
                yield loc, unknown(before, "product", scenario.products)
            for after in row:
                if after not in scenario.products:
                    yield (*loc, after), unknown(after, "product", scenario.products)


def _robots(scenario: Scenario) -> Iterator[Problem]:
    for name, robot in scenario.robots.items():
        for number, station in enumerate(robot.stations):
            if station not in scenario.stations:
                yield ("robots", name, "stations", number), unknown(station, "station", scenario.stations)
            elif station in robot.stations[:number]:
                yield ("robots", name, "stations", number), f"{station!r} is listed twice; keep one"


def _shifts(scenario: Scenario) -> Iterator[Problem]:
    named = [(("stations", name, "shift"), station.shift) for name, station in scenario.stations.items()]
    named += [(("robots", name, "shift"), robot.shift) for name, robot in scenario.robots.items()]
    if scenario.fleet is not None:
        named.append((("fleet", "agvs", "shift"), scenario.fleet.agvs.shift))
    for loc, shift in named:
        if shift is not None and shift not in scenario.shifts:
            yield loc, unknown(shift, "shift", scenario.shifts)


def _loads(scenario: Scenario) -> Iterator[Problem]:
    """Without `carry_out` parts leave where they are, so loads that are only carried would not be carried to a sink."""
    loads = [name for name, product in scenario.products.items() if not product.routing]
    if loads and not scenario.transport.carries_out and set(scenario.ends) & set(scenario.all_sinks):
        yield (
            ("transport", "carry_out"),
            f"false lets parts leave where they are, so {listed(map(repr, loads))} would not be carried to a sink; "
            "leave carry_out out, or end at a storage",
        )


def _priorities(scenario: Scenario) -> Iterator[Problem]:
    given = scenario.negotiation.mechanism
    names = (given,) if isinstance(given, str) else tuple(name for _, name in given)
    if scenario.ranks_orders and (planners := set(PLANNERS).intersection(names)):
        yield (
            ("negotiation", "mechanism"),
            f"{min(planners)} plans all orders together and knows no priorities; leave them out, or choose another",
        )


def _fleet(scenario: Scenario) -> Iterator[Problem]:
    transport = scenario.transport
    if not transport.needs_vehicles:
        if scenario.agv_count:
            yield (
                ("fleet", "agvs", "count"),
                f"transport: {transport.kind} needs no vehicles; leave the fleet out, or set count: 0",
            )
        return
    if scenario.fleet is None or scenario.agv_count == 0:
        yield (
            ("fleet", "agvs", "count"),
            f"transport: {transport.kind} needs at least one vehicle to carry parts; "
            "set fleet.agvs.count, or transport: {kind: instant}",
        )
        return
    agvs = scenario.fleet.agvs
    yield from transport.fleet_problems(scenario, agvs)
    if agvs.start is not None and agvs.start not in scenario.places:
        yield ("fleet", "agvs", "start"), unknown(agvs.start, "place", scenario.places)
    if agvs.battery is not None:
        yield from _charging(scenario, agvs.battery)


def _charging(scenario: Scenario, battery: Battery) -> Iterator[Problem]:
    if not scenario.chargers:
        yield ("fleet", "agvs", "battery"), "vehicles with batteries need a charger; add one under chargers"
    elif battery.charge_w <= battery.idle_w:
        yield (
            ("fleet", "agvs", "battery", "charge"),
            f"charges with {battery.charge_w:g}W while {battery.idle_w:g}W are used; it would never fill",
        )


def _run(scenario: Scenario) -> Iterator[Problem]:
    if scenario.warm_up_s >= scenario.horizon_s:
        yield (
            ("warm_up",),
            f"the warm-up ({scenario.warm_up_s:g}s) must be shorter than the horizon ({scenario.horizon_s:g}s)",
        )


def _places(scenario: Scenario) -> Iterator[Problem]:
    return scenario.transport.place_problems(scenario)


def _battery(scenario: Scenario) -> Iterator[Problem]:
    if problem := charger_out_of_reach(scenario):
        yield ("fleet", "agvs", "battery", "capacity"), problem


_CHECKS = (
    names, order_ids, _times_by_product, _routings, _setups, _robots, _shifts, orders, _loads, _priorities, _fleet,
    names_in_channel, _run, _places,
)  # fmt: skip
