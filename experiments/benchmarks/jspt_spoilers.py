"""Effects that reduce the value of a forecast: `job_shop.yaml` without them, with each of them, and with all.

A forecast assumes free-flow travel times, mean processing times, machines that are ready at once, and unlimited
buffers.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from ...environments.config.documents import Document
from ...environments.factory import Factory
from ...environments.kpis import measure
from ...environments.scenario import Scenario
from ...environments.scenario.shipped import CONFIGS
from ..results.statistics import t_halfwidth
from .jspt_play import REACTIVE, WHAT_IF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...environments.config.distributions import Durations

FLOOR = CONFIGS / "job_shop.yaml"
RUN = {"horizon": "2h", "warm_up": "0s", "drain": True}
WAYS: dict[str, dict[str, Any]] = {
    "what_if, calls when the part is ready": {**WHAT_IF, "look_ahead": "none"},
    "what_if": WHAT_IF,
}
NONE, ALL = "none of them", "all of them: the factory as it is"


def _set_ups(data: dict[str, Any], scenario: Scenario) -> None:
    _drop(data, "setup")


def _random_times(data: dict[str, Any], scenario: Scenario) -> None:
    for name, station in data["stations"].items():
        times = scenario.stations[name].operations
        station["operations"] = {operation: _mean(time) for operation, time in times.items()}
    for name, product in data["products"].items():
        for given, step in zip(product["routing"], scenario.products[name].routing, strict=True):
            if step.time is not None:
                given["time"] = f"{step.time.mean_s!r}s"


def _mean(time: Durations | dict[str, Durations]) -> Any:
    """The constant with the same mean, as a config says it."""
    if isinstance(time, dict):
        return {product: _mean(own) for product, own in time.items()}
    return f"{time.mean_s!r}s"


def _breakdowns(data: dict[str, Any], scenario: Scenario) -> None:
    _drop(data, "breakdown")


def _robots(data: dict[str, Any], scenario: Scenario) -> None:
    data["robots"] = {}


def _buffers(data: dict[str, Any], scenario: Scenario) -> None:
    _drop(data, "input_capacity")
    _drop(data, "output_capacity")


def _traffic(data: dict[str, Any], scenario: Scenario) -> None:
    """Vehicles take the travel times of an empty floor, and need no charger."""
    factory = Factory(scenario)
    places = [place for place in scenario.places if place not in scenario.chargers]
    rows = [scenario.places.index(place) for place in places]
    travel = [[f"{factory.approach_s(a, b)!r}s" for b in rows] for a in rows]
    factory.close()
    del data["layout"], data["chargers"], data["fleet"]["agvs"]["battery"], data["fleet"]["agvs"]["speed"]
    data["fleet"]["agvs"]["start"] = scenario.source
    data["transport"] = {"kind": "matrix", "places": places, "travel": travel}


def _drop(data: dict[str, Any], key: str) -> None:
    for station in data["stations"].values():
        station.pop(key, None)


SPOILERS: dict[str, Callable[[dict[str, Any], Scenario], None]] = {
    "set-ups": _set_ups,
    "random times": _random_times,
    "breakdowns": _breakdowns,
    "robots": _robots,
    "small buffers": _buffers,
    "traffic and charging": _traffic,
}  # how each effect is removed


def factory_with(*kept: str) -> dict[str, Any]:
    """The document of the factory with only these effects."""
    data = {**deepcopy(Document.load(FLOOR).data), **RUN}
    scenario = Scenario.parse(deepcopy(data))
    for name, take_away in SPOILERS.items():
        if name not in kept:
            take_away(data, scenario)
    return data


def spoilers(seeds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Effects -> negotiation -> change of the mean flow time against the contract net in percent.

    Returns:
        `mean` over the seeds, paired by seed, with the same orders, times and breakdowns; `half_width` of its 95 %
        interval.
    """
    result = {}
    for name, kept in {NONE: (), **{name: (name,) for name in SPOILERS}, ALL: tuple(SPOILERS)}.items():
        data = factory_with(*kept)
        base_s = _flow_s(data, REACTIVE, seeds)
        changes = {way: 100.0 * (_flow_s(data, negotiation, seeds) / base_s - 1.0) for way, negotiation in WAYS.items()}
        result[name] = {
            way: {"mean": float(change.mean()), "half_width": t_halfwidth(change)} for way, change in changes.items()
        }
    return result


def _flow_s(data: dict[str, Any], negotiation: Mapping[str, Any], seeds: int) -> np.ndarray:
    """(seeds,) mean flow time of the parts that are not scrapped."""
    scenario = Scenario.parse({**data, "negotiation": {**data["negotiation"], **negotiation}})
    means_s = []
    for seed in range(1, seeds + 1):
        factory = Factory(scenario, rng=seed)
        means_s.append(measure(factory.run(), scenario)["flow_time_mean_s"])
        factory.close()
    return np.array(means_s)
