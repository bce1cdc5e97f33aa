"""The value of forecasts where times are not as expected, and where jobs are unknown before they arrive.

The shops are those of `jspt_unseen`. Either all jobs are present at the start, and the makespan counts; or the same
jobs arrive repeatedly in random order, each unknown until its release, and the mean flow time counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...environments.scenario import Scenario
from ..results.statistics import t_halfwidth
from .jspt_play import REACTIVE, WHAT_IF, play
from .jspt_unseen import random_shop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...environments.instances.job_shop import JobShop

JOBS = 40  # that arrive
LOAD = 0.7  # of the busiest machine, or of the vehicles
WAYS: dict[str, dict[str, Any]] = {
    "contract_net, look_ahead: start": {**REACTIVE, "look_ahead": "start"},
    "hungarian": {**REACTIVE, "mechanism": "hungarian"},
    "what_if": WHAT_IF,
    "what_if, objective: makespan": {**WHAT_IF, "what_if": {"objective": "makespan"}},
    "what_if, ahead: 1": {**WHAT_IF, "what_if": {"ahead": 1}},
    "what_if, ahead: 2": {**WHAT_IF, "what_if": {"ahead": 2}},
    "what_if, revise: false": {**WHAT_IF, "what_if": {"revise": False}},
}


def _uniform(station: dict[str, Any], mean_s: float) -> None:
    _redraw(station, lambda time_s: {"distribution": "uniform", "low": f"{0.8 * time_s}s", "high": f"{1.2 * time_s}s"})


def _gamma(station: dict[str, Any], mean_s: float) -> None:
    _redraw(station, lambda time_s: {"distribution": "gamma", "mean": f"{time_s}s", "cv": 0.5})


def _redraw(station: dict[str, Any], draw: Callable[[float], dict[str, Any]]) -> None:
    for name, time in station["operations"].items():
        station["operations"][name] = draw(float(time.removesuffix("s")))


def _breakdowns(station: dict[str, Any], mean_s: float) -> None:
    station["breakdown"] = {"mtbf": f"{20.0 * mean_s}s", "mttr": f"{3.0 * mean_s}s"}


SURPRISES: dict[str, Callable[[dict[str, Any], float], None]] = {
    "times as expected": lambda station, mean_s: None,
    "uniform ± 20 %": _uniform,
    "gamma, cv 0.5": _gamma,
    "breakdowns": _breakdowns,
}  # changes a station's entry in the document, given its mean processing time in s


def scenario(seed: int, *, surprise: str, arriving: bool, negotiation: Mapping[str, Any]) -> Scenario:
    """The unseen shop number `seed`, with all jobs at the start or with `JOBS` of them that arrive one by one."""
    shop, vehicles, travel_s = random_shop(seed)
    document = shop.document(
        vehicles=vehicles, travel_s=travel_s, carry_out=False, negotiation=negotiation, seed=seed + 1
    )
    times_s = [work_s for job in shop.jobs for operation in job for _, work_s in operation]
    for station in document["stations"].values():
        SURPRISES[surprise](station, float(np.mean(times_s)))
    if arriving:
        rng = np.random.default_rng((seed, JOBS))
        at_s = np.cumsum(rng.exponential(_pause_s(shop, vehicles, travel_s), JOBS))
        products = list(document["products"])
        rounds = [rng.permutation(len(products)) for _ in range(-(-JOBS // len(products)))]
        document["orders"]["orders"] = [
            {"at": f"{time_s}s", "product": products[product]}
            for time_s, product in zip(at_s.tolist(), np.concatenate(rounds).tolist(), strict=False)
        ]
        document["horizon"] = f"{at_s[-1] + 1.0}s"
    return Scenario.parse(document)


def _pause_s(shop: JobShop, vehicles: int, travel_s: np.ndarray) -> float:
    """Mean time between arrivals (s) at which the busiest machine or the vehicles are used to LOAD.

    Work is counted on the first choice of machine, and empty drives are assumed to have the average length.
    """
    busy_s = np.zeros(shop.machines)
    driven_s = 0.0
    for job in shop.jobs:
        at = 0
        for (machine, work_s), *_ in job:
            busy_s[machine] += work_s
            driven_s += travel_s[at, machine + 1] + travel_s.mean()
            at = machine + 1
    return max(busy_s.max(), driven_s / vehicles) / len(shop.jobs) / LOAD


def against_the_contract_net(shops: int, *, arriving: bool) -> dict[str, dict[str, dict[str, float]]]:
    """Negotiation -> surprise -> change against `contract_net` (`queue_limit: 1`) in percent.

    Returns:
        `mean` over the shops, paired by shop, with the same jobs, times and breakdowns; `half_width` of its 95 %
        interval. The makespan, or with `arriving` the mean flow time.
    """
    result: dict[str, dict[str, dict[str, float]]] = {}
    for surprise in SURPRISES:
        base_s = np.array([_reached_s(seed, surprise, arriving, REACTIVE) for seed in range(shops)])
        for name, negotiation in WAYS.items():
            reached_s = np.array([_reached_s(seed, surprise, arriving, negotiation) for seed in range(shops)])
            change = 100.0 * (reached_s / base_s - 1.0)
            result.setdefault(name, {})[surprise] = {"mean": float(change.mean()), "half_width": t_halfwidth(change)}
    return result


def _reached_s(seed: int, surprise: str, arriving: bool, negotiation: Mapping[str, Any]) -> float:
    outcome = play(scenario(seed, surprise=surprise, arriving=arriving, negotiation=negotiation))
    return outcome.flow_s if arriving else outcome.makespan_s
