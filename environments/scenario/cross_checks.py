"""What no single section can know: whether the parts of a scenario fit together, so that the factory could work."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ...agents.shop.job import STORE
from ..config.errors import LayoutError
from ..config.explanations import MOST
from ..config.suggestions import listed, nearest
from ..layout_checks import check_layout
from .battery_range import way_too_far
from .name_checks import names, names_in_channel, order_ids
from .orders import OrderList, OrdersFile
from .size_checks import floor_size, sizes
from .transport import Grid, Instant, Matrix

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .scenario import Scenario

    Problem = tuple[tuple[str | int, ...], str]  # key path, what is wrong and what is allowed


def problems(scenario: Scenario) -> list[Problem]:
    """Everything that keeps the scenario from working; the floor is looked at only when the rest is right."""
    if found := list(sizes(scenario)):
        return found  # other checks may take long
    found = list(islice((problem for check in _CHECKS for problem in check(scenario)), MOST))
    return found or list(_floor(scenario)) or list(_battery(scenario))


def _unknown(name: str, kind: str, allowed: Collection[str]) -> str:
    return f"{name!r} is not a {kind}; allowed: {listed(allowed) or 'none'}{nearest(name, allowed)}"


def _routings(scenario: Scenario) -> Iterator[Problem]:
    can = {operation for station in scenario.stations.values() for operation in station.operations}
    if STORE in can:
        station = next(name for name, value in scenario.stations.items() if STORE in value.operations)
        yield (
            ("stations", station, "operations", STORE),
            f"{STORE!r} is what storages do with parts; give the operation another name",
        )
    for product, value in scenario.products.items():
        for number, step in enumerate(value.routing):
            loc = ("products", product, "routing", number)
            if step.operation not in can:
                yield (
                    loc,
                    f"no station has the operation {step.operation!r}; stations have: "
                    f"{listed(sorted(can))}{nearest(step.operation, can)}",
                )
                continue
            for place, station in enumerate(step.stations or ()):
                if station not in scenario.stations:
                    yield (*loc, "stations", place), _unknown(station, "station", scenario.stations)
                elif step.operation not in scenario.stations[station].operations:
                    yield (
                        (*loc, "stations", place),
                        f"{station!r} cannot do {step.operation!r}; "
                        f"it has: {listed(scenario.stations[station].operations)}",
                    )


def _setups(scenario: Scenario) -> Iterator[Problem]:
    for name, station in scenario.stations.items():
        for before, row in (station.setup.matrix if station.setup else {}).items():
            loc = ("stations", name, "setup", "matrix", before)
            if before not in scenario.products:
                yield loc, _unknown(before, "product", scenario.products)
            for after in row:
                if after not in scenario.products:
                    yield (*loc, after), _unknown(after, "product", scenario.products)


def _robots(scenario: Scenario) -> Iterator[Problem]:
    for name, robot in scenario.robots.items():
        for number, station in enumerate(robot.stations):
            if station not in scenario.stations:
                yield ("robots", name, "stations", number), _unknown(station, "station", scenario.stations)
            elif station in robot.stations[:number]:
                yield ("robots", name, "stations", number), f"{station!r} is listed twice; keep one"


def _shifts(scenario: Scenario) -> Iterator[Problem]:
    named = [(("stations", name, "shift"), station.shift) for name, station in scenario.stations.items()]
    named += [(("robots", name, "shift"), robot.shift) for name, robot in scenario.robots.items()]
    if scenario.fleet is not None:
        named.append((("fleet", "agvs", "shift"), scenario.fleet.agvs.shift))
    for loc, shift in named:
        if shift is not None and shift not in scenario.shifts:
            yield loc, _unknown(shift, "shift", scenario.shifts)


def _orders(scenario: Scenario) -> Iterator[Problem]:
    if isinstance(scenario.orders, OrdersFile):
        yield ("orders", "file"), f"{scenario.orders.file!r} was not read; use Scenario.load or Scenario.parse"
    entries = (scenario.source, *scenario.stations)
    if scenario.orders.start not in (None, *entries):
        yield ("orders", "from"), _unknown(scenario.orders.start, "source or station", entries)
    if isinstance(scenario.orders, OrderList):
        for number, order in enumerate(scenario.orders.orders):
            if order.start not in (None, *entries):
                yield ("orders", "orders", number, "from"), _unknown(order.start, "source or station", entries)
            if order.product not in scenario.products:
                yield ("orders", "orders", number, "product"), _unknown(order.product, "product", scenario.products)


def _fleet(scenario: Scenario) -> Iterator[Problem]:
    if isinstance(scenario.transport, Instant):
        if scenario.agv_count:
            yield (
                ("fleet", "agvs", "count"),
                "transport: instant needs no vehicles; leave the fleet out, or set count: 0",
            )
        return
    if scenario.agv_count == 0:
        yield (
            ("fleet", "agvs", "count"),
            f"transport: {scenario.transport.kind} needs at least one vehicle to carry parts; "
            "set fleet.agvs.count, or transport: {kind: instant}",
        )
        return
    assert scenario.fleet is not None
    agvs = scenario.fleet.agvs
    if isinstance(scenario.transport, Matrix):
        given = {"loaded_speed": agvs.loaded_speed_m_per_s is not None, "kinematics": agvs.kinematics != "omni"}
        for key in (key for key, is_given in given.items() if is_given):
            yield (
                ("fleet", "agvs", key),
                "a matrix of travel times says how long vehicles take; leave it out, or set transport: {kind: grid}",
            )
    if isinstance(scenario.transport, Grid) and scenario.transport.planner == "lookahead":
        slow = agvs.loaded_speed_m_per_s not in (None, agvs.speed_m_per_s)
        long = agvs.turn_s is not None and agvs.turn_s > scenario.tick_s
        if slow or long:
            yield (
                ("fleet", "agvs", "loaded_speed" if slow else "turn"),
                "the planner lookahead moves every vehicle a cell or a quarter turn a tick; leave it out, "
                "or set transport: {planner: pibt}",
            )
    if agvs.start is not None and agvs.start not in scenario.places:
        yield ("fleet", "agvs", "start"), _unknown(agvs.start, "place", scenario.places)
    if agvs.battery is not None:
        if not scenario.chargers:
            yield ("fleet", "agvs", "battery"), "vehicles with batteries need a charger; add one under chargers"
        elif agvs.battery.charge_w <= agvs.battery.idle_w:
            yield (
                ("fleet", "agvs", "battery", "charge"),
                f"charges with {agvs.battery.charge_w:g}W while {agvs.battery.idle_w:g}W are used; it would never fill",
            )


def _run(scenario: Scenario) -> Iterator[Problem]:
    if scenario.warm_up_s >= scenario.horizon_s:
        yield (
            ("warm_up",),
            f"the warm-up ({scenario.warm_up_s:g}s) must be shorter than the horizon ({scenario.horizon_s:g}s)",
        )


def _matrix(scenario: Scenario) -> Iterator[Problem]:
    if not isinstance(scenario.transport, Matrix):
        return
    given = scenario.transport.places
    for number, name in enumerate(given):
        if name not in scenario.places:
            yield ("transport", "places", number), _unknown(name, "place", scenario.places)
    for name in scenario.places:
        if name not in given:
            yield ("transport", "places"), f"{name!r} is missing; the matrix needs all of: {listed(scenario.places)}"


def _floor(scenario: Scenario) -> Iterator[Problem]:
    if not isinstance(scenario.transport, Grid):
        if scenario.layout is not None and isinstance(scenario.transport, Matrix):
            yield ("layout",), "a matrix of travel times uses no layout; leave it out, or set transport: {kind: grid}"
        return
    if scenario.layout is None:
        yield (
            ("layout",),
            "is missing; transport: grid needs a floor (or choose transport: {kind: instant} or {kind: matrix, …})",
        )
        return
    layout = scenario.build_layout()
    if too_much := list(floor_size(scenario, layout)):
        yield from too_much
        return
    try:
        check_layout(layout, scenario.places)
    except LayoutError as error:
        key, text = scenario.layout.complaint(str(error))
        yield ("layout", *key), text
        return
    docks = sum(len(cells) for cells in layout.docks.values())
    room = int(layout.passable.sum()) - docks
    if scenario.agv_count >= room:
        yield (
            ("fleet", "agvs", "count"),
            f"{scenario.agv_count} vehicles could not move: the floor has {room} cells besides docks",
        )


def _battery(scenario: Scenario) -> Iterator[Problem]:
    if problem := way_too_far(scenario):
        yield ("fleet", "agvs", "battery", "capacity"), problem


_CHECKS = (
    names, order_ids, _routings, _setups, _robots, _shifts, _orders, _fleet, names_in_channel, _run, _matrix
)  # fmt: skip
