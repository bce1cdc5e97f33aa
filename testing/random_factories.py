"""Random small factories with one stream of orders, as data that `Scenario.parse` accepts or refuses.

`draw_factory(rng)` draws every choice from a `random.Random`, so it works with a plain seed as well as with
`hypothesis.strategies.randoms()`. Times are few and round, and often zero, so that many events coincide. The result may
be refused, for example a floor whose docks cannot reach each other.
"""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

from ..agents.mechanisms import MECHANISMS, PLANNERS
from ..environments import Scenario
from ..environments.config.errors import ScenarioError
from .random_floors import draw_floor

Data = dict[str, Any]
OPERATIONS = ("drill", "weld", "test")
HANDLING_S = (0, 0, 1, 5)
WORK_S = (0, 1, 5, 10, 10, 20, 30)


def draw_factory(rng: Random) -> Data:
    """Draw a factory with its orders and its run, of at most a few minutes and a few dozen parts."""
    data: Data = {"name": "generated", "stations": _stations(rng)}
    data["products"] = _products(rng, data["stations"])
    if rng.random() < 0.3:
        data["storage"] = {"store": {"capacity": rng.choice((1, 2, 10))}}
    if rng.random() < 0.3:
        data["shifts"] = {"day": draw_shift(rng), "night": draw_shift(rng)}
    if rng.random() < 0.35:
        data["robots"] = draw_robots(rng, data)
    draw_transport(rng, data)
    give_shifts(rng, data)
    data["orders"] = _orders(rng, data)
    data["negotiation"] = draw_negotiation(rng, data)
    data["horizon"] = f"{rng.choice((60, 120, 300))}s"
    data["drain"] = rng.random() < 0.8
    data["seed"] = rng.randrange(1000)
    data["record"] = {"trace": True, "messages": rng.choice(("summary", "full"))}
    return data


def random_factory(seed: int) -> Data:
    """Return the first factory drawn from `seed` that `Scenario.parse` accepts."""
    for attempt in count():
        data = draw_factory(Random(f"{seed}/{attempt}"))
        try:
            Scenario.parse(data)
        except ScenarioError:
            continue
        return data
    raise AssertionError


def random_scenario(seed: int) -> Scenario:
    """Return `random_factory(seed)` as a scenario."""
    return Scenario.parse(random_factory(seed))


def seconds(rng: Random, choices: tuple[int, ...]) -> str:
    """Draw a duration from whole seconds."""
    return f"{rng.choice(choices)}s"


def draw_time(rng: Random, choices: tuple[int, ...] = WORK_S) -> str | Data:
    """Draw a processing time: mostly constant, otherwise with a random distribution."""
    if rng.random() < 0.7:
        return seconds(rng, choices)
    mean = f"{rng.choice((2, 5, 10))}s"
    cv = rng.choice((0.3, 1.0))
    return rng.choice(
        (
            {"distribution": "exponential", "mean": mean},
            {"distribution": "uniform", "low": "0s", "high": "10s"},
            {"distribution": "triangular", "low": "1s", "mode": "5s", "high": "10s"},
            {"distribution": "normal", "mean": mean, "cv": cv},
            {"distribution": "lognormal", "mean": mean, "cv": cv},
            {"distribution": "gamma", "mean": mean, "cv": cv},
            {"distribution": "erlang", "mean": mean, "stages": 2},
        )
    )


def draw_breakdown(rng: Random) -> Data:
    """Draw breakdowns of a station or of vehicles."""
    life = rng.choice(("1min", "3min", {"distribution": "constant", "value": "50s"}))
    repair = rng.choice(("10s", {"distribution": "constant", "value": "10s"}))
    return {"mtbf": life, "mttr": repair, "clock": rng.choice(("busy", "calendar"))}


# -- stations and products


CAPACITIES = (0, 0, 1, 1, 2, 3, 20)


def _stations(rng: Random) -> Data:
    count = rng.randint(1, 4)
    return {f"m{number}": draw_station(rng, OPERATIONS[number % 3]) for number in range(1, count + 1)}


def draw_station(rng: Random, main: str) -> Data:
    """Draw a station with the operation `main` and perhaps another one; set-up tables name the products p1 and p2."""
    station: Data = {"operations": {main: draw_time(rng)}}
    if rng.random() < 0.3:
        station["operations"][rng.choice(OPERATIONS)] = draw_time(rng)
    for side in ("input_capacity", "output_capacity"):
        if rng.random() < 0.6:
            station[side] = rng.choice(CAPACITIES)
    if rng.random() < 0.3:
        station["machines"] = rng.choice((2, 3))
    if rng.random() < 0.2:
        setup: Data = {"default": seconds(rng, (0, 5)), "same": seconds(rng, (0, 0, 1))}
        if rng.random() < 0.5:
            setup["matrix"] = {"p1": {"p2": seconds(rng, (0, 10))}}
        station["setup"] = setup
    if rng.random() < 0.2:
        station["breakdown"] = draw_breakdown(rng)
    if rng.random() < 0.2:
        station["scrap_rate"] = 0.2
    if rng.random() < 0.4:
        station["queue"] = rng.choice(("fifo", "spt", "edd"))
    return station


def _products(rng: Random, stations: Data) -> Data:
    known = sorted({operation for station in stations.values() for operation in station["operations"]})
    products: Data = {}
    for name in ("p1", "p2"):  # two, because set-up tables may name both
        product: Data = {"routing": [_step(rng, stations, rng.choice(known)) for _ in range(rng.choice((1, 2, 2, 3)))]}
        if rng.random() < 0.5:
            product["lot_size"] = rng.choice((2, 3, 5))
            if rng.random() < 0.5:
                product["lot_wait"] = seconds(rng, (0, 5, 20))
        if rng.random() < 0.4:
            product["due"] = seconds(rng, (60, 200))
        if rng.random() < 0.3:
            product["share"] = rng.choice((0.5, 3.0))
        products[name] = product
    return products


def _step(rng: Random, stations: Data, operation: str) -> str | Data:
    if rng.random() < 0.75:
        return operation
    step: Data = {"operation": operation}
    if rng.random() < 0.6:
        able = [name for name, station in stations.items() if operation in station["operations"]]
        step["stations"] = rng.sample(able, rng.randint(1, len(able)))
    if rng.random() < 0.6:
        step["time"] = draw_time(rng)
    return step


def draw_robots(rng: Random, data: Data) -> Data:
    """Draw one or two robots for the stations of `data`."""
    robots: Data = {}
    for name in ("arm", "hand")[: rng.choice((1, 1, 2))]:
        reach = rng.sample(sorted(data["stations"]), rng.randint(1, len(data["stations"])))
        robots[name] = {"stations": reach, "load": seconds(rng, HANDLING_S), "unload": seconds(rng, HANDLING_S)}
    return robots


def draw_shift(rng: Random) -> Data:
    """Draw a short cycle with one or two pauses."""
    pauses = [{"from": "20s", "to": rng.choice(("30s", "40s"))}]
    if rng.random() < 0.5:
        pauses.append({"from": "40s", "to": "50s"})
    return {"every": rng.choice(("60s", "75s")), "pauses": pauses}


def give_shifts(rng: Random, data: Data) -> None:
    """Give the shifts `day` and `night`, if `data` has them, to some stations, robots and vehicles."""
    if "shifts" not in data:
        return
    workers = [*data["stations"].values(), *data.get("robots", {}).values()]
    if "fleet" in data:
        workers.append(data["fleet"]["agvs"])
    for worker in workers:
        if rng.random() < 0.4:
            worker["shift"] = rng.choice(("day", "night"))


# -- transport


def draw_transport(rng: Random, data: Data) -> None:
    """Add transport, fleet and chargers between the places of `data`."""
    kind = rng.choices(("grid", "matrix", "instant"), (5, 4, 2))[0]
    if kind == "instant":
        data["transport"] = {"kind": "instant"}
        return
    agvs: Data = {"count": rng.choice((1, 1, 2, 3, 5))}
    for key in ("load", "unload"):
        if rng.random() < 0.6:
            agvs[key] = seconds(rng, HANDLING_S)
    if rng.random() < 0.5:
        agvs["capacity"] = rng.choice((2, 3))
    if rng.random() < 0.2:
        agvs["breakdown"] = draw_breakdown(rng)
    data["fleet"] = {"agvs": agvs}
    if rng.random() < 0.3:
        data["chargers"] = {"plug": {"slots": rng.choice((1, 2))}}
        agvs["battery"] = _battery(rng)
    ends = [*data.get("sources", ["source"]), *data.get("sinks", ["sink"])]
    places = [*ends, *data["stations"], *data.get("storage", {}), *data.get("chargers", {})]
    if rng.random() < 0.2:
        agvs["start"] = rng.choice(places)
    if kind == "matrix":
        data["transport"] = _matrix(rng, places)
        return
    transport: Data = {"kind": "grid"}
    data["transport"] = transport
    data["layout"] = draw_floor(rng, places)
    agvs["speed"] = rng.choice(("1m/s", "1m/s", "2m/s"))
    if rng.random() < 0.25:
        transport["planner"] = "lookahead"
        if rng.random() < 0.5:
            transport["improvement"] = rng.choice((0, 1))
    elif rng.random() < 0.3:
        agvs["loaded_speed"] = rng.choice(("0.5m/s", "0.7m/s", "1m/s"))
    if rng.random() < 0.4:
        agvs["kinematics"] = "differential"
        if rng.random() < 0.5 and "planner" not in transport:
            agvs["turn"] = rng.choice(("1s", "1.5s", "2s"))


def _matrix(rng: Random, places: list[str]) -> Data:
    zeros = rng.random() < 0.3
    times = (0, 0, 5) if zeros else (1, 5, 5, 10, 20)
    travel = [["0s" if a == b else seconds(rng, times) for b in places] for a in places]
    return {"kind": "matrix", "places": places, "travel": travel, "carry_out": rng.random() < 0.7}


def _battery(rng: Random) -> Data:
    return {
        "capacity": rng.choice(("2kJ", "10kJ", "20kJ")),
        "drive_empty": "20J/m",
        "drive_loaded": rng.choice(("20J/m", "40J/m")),
        "idle": rng.choice(("0W", "5W")),
        "charge": rng.choice(("200W", "1kW")),
        "threshold": rng.choice((0.3, 0.5)),
        "start": rng.choice((0.4, 0.5, 1.0)),
    }


# -- orders


def _orders(rng: Random, data: Data) -> Data:
    kind = rng.choice(("poisson", "deterministic", "batch", "conwip", "list"))
    orders: Data = {"kind": kind, "limit": rng.randint(1, 8)}
    if kind == "poisson":
        orders["rate"] = rng.choice(("2/min", "6/min"))
    elif kind == "deterministic":
        orders["every"] = seconds(rng, (5, 10, 30))
    elif kind == "batch":
        orders |= {"every": seconds(rng, (20, 60)), "size": rng.choice((2, 4))}
    elif kind == "conwip":
        orders["wip"] = rng.choice((1, 2, 4, 8))
    else:
        orders["orders"] = [_order(rng, data) for _ in range(rng.randint(1, 6))]
    if rng.random() < 0.15:
        orders["from"] = rng.choice(["source", *data["stations"]])
    return orders


def _order(rng: Random, data: Data) -> Data:
    order: Data = {"at": seconds(rng, (0, 0, 5, 10, 10, 30)), "product": rng.choice(sorted(data["products"]))}
    if rng.random() < 0.3:
        order["due"] = "100s"
    if rng.random() < 0.2:
        order["from"] = rng.choice(["source", *data["stations"]])
    return order


# -- negotiation


def draw_negotiation(rng: Random, data: Data) -> Data:
    """Draw a mechanism with its terms and a channel for the agents of `data`."""
    terms: Data = {"mechanism": rng.choice(("contract_net", *sorted(MECHANISMS)))}
    if rng.random() < 0.3:
        names = sorted(set(MECHANISMS) - set(PLANNERS))
        terms["mechanism"] = {kind: rng.choice(names) for kind in ("operation", "transport") if rng.random() < 0.7}
    optional: dict[str, tuple[Any, ...]] = {
        "commitment": ("eager", "patient", "concurrent", "leveled"),
        "reopen": ("available", "disturbed", "always"),
        "reopen_gain": ("0s", "5s"),
        "look_ahead": ("start", "departure"),
        "queue_limit": (1, 2, 3),
        "pull_window": (1, 4),
        "rounds": (1, 3),
        "retry": ("1s", "10s"),
    }
    terms |= {key: rng.choice(choices) for key, choices in optional.items() if rng.random() < 0.35}
    if terms.get("commitment") == "leveled":
        terms["queue_limit"] = 1
    if terms["mechanism"] == "what_if":
        terms["what_if"] = {"rules": rng.choice((2, 12)), "exchanges": rng.choice((0, 4))}
    if rng.random() < 0.35:
        terms["channel"] = _channel(rng, data)
        terms |= {"reply_by": rng.choice(("1s", "2s")), "acknowledge_by": "1s", "lease": rng.choice(("5s", "20s"))}
    elif rng.random() < 0.2:
        terms["nested"] = True
    return terms


def _channel(rng: Random, data: Data) -> Data:
    channel: Data = {"delay": rng.choice(("0s", "100ms", "400ms", {"distribution": "exponential", "mean": "100ms"}))}
    if rng.random() < 0.5:
        channel["loss"] = rng.choice((0.05, 0.3))
    if rng.random() < 0.5:
        channel["duplication"] = 0.2
    if rng.random() < 0.3:
        channel["in_order"] = True
    if rng.random() < 0.4:
        agents = [rng.choice([*data["stations"], *(["agv_1", "agv_*"] if "fleet" in data else [])])]
        channel["partitions"] = [{"agents": agents, "from": "5s", "to": rng.choice(("15s", "60s"))}]
    return channel
