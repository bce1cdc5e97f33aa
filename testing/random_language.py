"""Random factories over the whole scenario language: streams of orders, ends, priorities, results, every distribution.

`draw_language(rng)` is to the whole language what `draw_factory` is to the part that it draws: small factories with
short runs, times that are few and round, and choices that may be refused. It draws more keys at once, so its factories
are larger: 2 to 12 stations, up to 3 sources and sinks, up to 4 streams of orders.

The seeds of `draw_factory` stand for the same factories for ever; a new key of the language is drawn here.
"""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

from ..agents.mechanisms import PLANNERS
from ..environments import Scenario
from ..environments.config.errors import ScenarioError
from .random_factories import (
    OPERATIONS,
    draw_breakdown,
    draw_negotiation,
    draw_robots,
    draw_shift,
    draw_station,
    draw_time,
    draw_transport,
    give_shifts,
    seconds,
)

Data = dict[str, Any]
STATIONS = (2, 2, 2, 3, 3, 4, 5, 6, 8, 12)
MADE = ("p1", "p2")  # products with operations; set-up tables name them
CARRIED = "tote"  # the product that is only carried
PRIORITIES = (-5, 0, 1, 9)


def draw_language(rng: Random) -> Data:
    """Draw a factory with its orders and its run, of at most a few minutes and a few dozen parts."""
    data: Data = {"name": "generated", **_ends(rng)}
    data["stations"] = _stations(rng)
    data["products"] = _products(rng, data["stations"])
    if rng.random() < 0.3:
        data["storage"] = {name: _storage(rng) for name in ("store", "rack")[: rng.choice((1, 1, 2))]}
    if rng.random() < 0.3:
        data["shifts"] = {"day": draw_shift(rng), "night": draw_shift(rng)}
    if rng.random() < 0.3:
        data["robots"] = draw_robots(rng, data)
    draw_transport(rng, data)
    _spare_battery(data)
    give_shifts(rng, data)
    if rng.random() < 0.4:
        data["profiles"] = {"day": _profile(rng), "week": _profile(rng)}
    data["orders"] = _orders(rng, data)
    data["negotiation"] = draw_negotiation(rng, data)
    if "channel" in data["negotiation"] and rng.random() < 0.3:
        data["negotiation"]["channel"]["delay"] = {"distribution": "beta", "low": "0s", "high": "500ms", **SHAPES}
    if data["negotiation"]["mechanism"] not in [*PLANNERS] or rng.random() < 0.1:  # planners refuse priorities
        _rank(rng, data)
    data["horizon"] = f"{rng.choice((120, 200, 300))}s"
    if rng.random() < 0.2:
        data["warm_up"] = "20s"
    data["drain"] = rng.random() < 0.85
    data["seed"] = rng.randrange(1000)
    data["record"] = {"trace": True, "messages": rng.choice(("summary", "full"))}
    return data


def random_language_factory(seed: int) -> Data:
    """Return the first factory of the whole language drawn from `seed` that `Scenario.parse` accepts."""
    for attempt in count():
        data = draw_language(Random(f"language/{seed}/{attempt}"))
        try:
            Scenario.parse(data)
        except ScenarioError:
            continue
        return data
    raise AssertionError


# -- times


SHAPES = {"alpha": 2.0, "beta": 3.0}


def _time(rng: Random) -> str | Data:
    """Draw a processing time, of any distribution."""
    return _newer_time(rng) if rng.random() < 0.3 else draw_time(rng)


def _newer_time(rng: Random) -> Data:
    """Draw a time of a distribution that `draw_time` does not draw, or written in another way."""
    mean = f"{rng.choice((2, 5, 10))}s"
    simple: tuple[Data, ...] = (
        {"distribution": "weibull", "shape": rng.choice((0.7, 2.0)), rng.choice(("mean", "scale")): mean},
        {"distribution": "beta", "low": rng.choice(("0s", "1s")), "high": "12s", **SHAPES},
        {"distribution": "pert", "low": "1s", "mode": "4s", "high": "15s"},
        {"distribution": "discrete", "values": {"0s": 1, "5s": 2.5, "20s": "30%"}},
        {"distribution": "empirical", "values": ["1s", "5s", "5s", "12s"], "interpolate": rng.random() < 0.5},
        {"distribution": rng.choice(("normal", "lognormal", "gamma")), "mean": mean, "sd": "3s"},
    )
    time = rng.choice(simple)
    if rng.random() < 0.25:
        return {"distribution": "truncated", "of": time, "least": "1s", "most": "11s"}
    if rng.random() < 0.25:
        return {"distribution": "shifted", "of": time, "by": rng.choice(("0s", "5s"))}
    return time


# -- places, stations and products


def _ends(rng: Random) -> Data:
    """Draw several sources and sinks; none are the usual ones."""
    ends: Data = {}
    for key, names in (("sources", ("source", "dock", "yard")), ("sinks", ("sink", "express", "waste"))):
        if rng.random() < 0.4:
            ends[key] = {name: {} for name in names[: rng.choice((1, 2, 2, 3))]}
    return ends


def _stations(rng: Random) -> Data:
    stations = {
        f"m{number}": draw_station(rng, OPERATIONS[number % 3]) for number in range(1, rng.choice(STATIONS) + 1)
    }
    for station in stations.values():
        operations = station["operations"]
        for operation in operations:
            if rng.random() < 0.25:
                named = MADE if rng.random() < 0.7 else (rng.choice(MADE),)
                operations[operation] = {product: _time(rng) for product in named}
            elif rng.random() < 0.3:
                operations[operation] = _newer_time(rng)
        if rng.random() < 0.1:
            station["breakdown"] = draw_breakdown(rng) | {"mttr": _newer_time(rng)}
    return stations


def _storage(rng: Random) -> Data:
    return {} if rng.random() < 0.2 else {"capacity": rng.choice((1, 2, 10))}


def _products(rng: Random, stations: Data) -> Data:
    products: Data = {}
    for name in MADE:
        known = sorted({what for station in stations.values() for what in _operations(station, name)}) or ["drill"]
        steps = [_step(rng, stations, name, known, depth=0) for _ in range(rng.choice((1, 2, 2, 3)))]
        products[name] = {"routing": steps} | _terms(rng)
    if rng.random() < 0.35:
        products[CARRIED] = {"routing": []} | _terms(rng)
    return products


def _operations(station: Data, product: str) -> list[str]:
    """The operations that a station has for a product."""
    times = station["operations"].items()
    return [name for name, time in times if isinstance(time, str) or "distribution" in time or product in time]


def _terms(rng: Random) -> Data:
    """Draw the lots, the due date and the share of a product."""
    terms: Data = {}
    if rng.random() < 0.35:
        terms["lot_size"] = rng.choice((2, 3, 5))
        if rng.random() < 0.5:
            terms["lot_wait"] = seconds(rng, (0, 5, 20))
    if rng.random() < 0.4:
        terms["due"] = seconds(rng, (60, 200))
    if rng.random() < 0.3:
        terms["share"] = rng.choice((0.5, 3.0))
    return terms


def _step(rng: Random, stations: Data, product: str, known: list[str], *, depth: int) -> str | Data:
    """Draw a step, whose results may have detours with results, down to a depth of 2."""
    operation = rng.choice(known)
    step: Data = {"operation": operation}
    if rng.random() < 0.15:
        able = [name for name, station in stations.items() if operation in _operations(station, product)]
        step["stations"] = rng.sample(able, rng.randint(1, len(able))) if able else sorted(stations)
    if rng.random() < 0.15:
        step["time"] = _time(rng)
    if rng.random() < (0.35, 0.2, 0.0)[depth]:
        step["results"] = _results(rng, stations, product, known, operation, depth=depth)
    return operation if len(step) == 1 and rng.random() < 0.8 else step


def _results(rng: Random, stations: Data, product: str, known: list[str], operation: str, *, depth: int) -> list[Data]:
    """Draw the results of a step: one that goes on, and rework, other attempts and scrap."""
    others = [name for name in known if name != operation]
    results: list[Data] = []
    for _ in range(rng.choice((1, 1, 2))):
        detour: list[str | Data] = []
        if others and rng.random() < 0.7:
            detour = [_step(rng, stations, product, others, depth=depth + 1) for _ in range(rng.choice((1, 1, 2)))]
        if not detour or rng.random() < 0.5:
            detour.append(operation)  # another attempt
        results.append({"share": 0.2, "then": detour})
        if rng.random() < 0.5:
            results[-1]["at_most"] = rng.choice((1, 2))
    if rng.random() < 0.3:
        results.append({"share": "10%", "scrap": True})
    results.append({"share": 1.0 - sum(0.2 if "then" in result else 0.1 for result in results)})
    rng.shuffle(results)
    return results


# -- orders


def _spare_battery(data: Data) -> None:
    """Let a small battery last while its vehicle stands: a vehicle is fetched only 15 minutes after it is empty."""
    battery = data.get("fleet", {}).get("agvs", {}).get("battery")
    if battery is not None and battery["capacity"] == "2kJ":
        battery["idle"] = "0W"


def _profile(rng: Random) -> Data:
    return {
        "every": rng.choice(("40s", "90s")),
        "rates": [{"from": "0s", "factor": rng.choice((0, 0.5, 1))}, {"from": "20s", "factor": rng.choice((1, 2.5))}],
    }


def _orders(rng: Random, data: Data) -> Data | list[Data]:
    """Draw one stream of orders, or a list of up to 4."""
    streams = [_stream(rng, data, number) for number in range(rng.choice((1, 1, 2, 2, 3, 4)))]
    if len(streams) == 1 and rng.random() < 0.8:
        return streams[0]
    return [{"name": f"stream {number}"} | stream for number, stream in enumerate(streams)]


def _stream(rng: Random, data: Data, number: int) -> Data:
    kinds = ("poisson", "deterministic", "batch", "conwip", "renewal", "from_to", "from_to", "list", "list")
    stream: Data = {"kind": rng.choice(kinds), "limit": rng.randint(1, 6)}
    places = [*data.get("sources", ["source"]), *data.get("sinks", ["sink"])]
    places += [*data["stations"], *data.get("storage", {})]
    match stream["kind"]:
        case "poisson":
            stream["rate"] = rng.choice(("2/min", "6/min"))
        case "deterministic":
            stream["every"] = seconds(rng, (5, 10, 30))
        case "batch":
            stream |= {"every": seconds(rng, (20, 60)), "size": rng.choice((2, 4))}
        case "conwip":
            stream["wip"] = rng.choice((1, 2, 4, 8))
        case "renewal":
            stream |= {"between": _newer_time(rng)} | ({"pace": 0.5} if rng.random() < 0.3 else {})
        case "from_to":
            stream["rates"] = {
                start: {end: rng.choice(("1/min", "3/min")) for end in rng.sample(places, 2)}
                for start in rng.sample(places, rng.choice((1, 2)))
            }
        case _:
            stream["orders"] = [_order(rng, data, places, f"{number}.{row}") for row in range(rng.randint(1, 5))]
    if stream["kind"] != "list" and rng.random() < 0.4:
        stream["products"] = {name: rng.choice((1, 2.5)) for name in rng.sample(sorted(data["products"]), 1)}
    if stream["kind"] in ("poisson", "from_to") and "profiles" in data and rng.random() < 0.6:
        stream["profile"] = rng.choice(("day", ["day", "week"]))
    if stream["kind"] != "from_to":
        stream |= {key: rng.choice(places) for key in ("from", "to") if rng.random() < 0.25}
    if stream["kind"] not in ("conwip", "renewal") and rng.random() < 0.1:
        del stream["limit"]
    return stream


def _order(rng: Random, data: Data, places: list[str], number: str) -> Data:
    order: Data = {"at": seconds(rng, (0, 0, 5, 10, 10, 30)), "product": rng.choice(sorted(data["products"]))}
    if rng.random() < 0.3:
        order["due"] = "100s"
    if rng.random() < 0.2:
        order["id"] = f"order {number}"
    return order | {key: rng.choice(places) for key in ("from", "to") if rng.random() < 0.2}


def _rank(rng: Random, data: Data) -> None:
    """Give priorities to some products, streams and given orders."""
    if rng.random() < 0.5:
        return
    streams = data["orders"] if isinstance(data["orders"], list) else [data["orders"]]
    orders = [order for stream in streams for order in stream.get("orders", ())]
    for ranked, share in ((data["products"].values(), 0.3), (streams, 0.5), (orders, 0.4)):
        for section in ranked:
            if rng.random() < share:
                section["priority"] = rng.choice(PRIORITIES)
