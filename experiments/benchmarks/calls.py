"""What a call costs with many vehicles: on a perfect channel, written in full, delayed, and with faults."""

from __future__ import annotations

import time
from typing import Any

from ...environments.factory import Factory
from ...environments.scenario import Scenario

REPEATS = 3  # the quickest counts: on a shared machine the others also measure other processes
CHANNELS: dict[str, dict[str, Any]] = {
    "delayed": {"delay": "100ms"},
    "faulty": {"delay": "100ms", "loss": 0.02, "duplication": 0.02},
    "scattered": {"delay": {"distribution": "uniform", "low": "50ms", "high": "500ms"}, "loss": 0.02},
}
PLACES = ["source", "sink", "first", "second"]


def scenario(vehicles: int, calls: int, *, full: bool = False, channel: dict[str, Any] | None = None) -> Scenario:
    """Two stations and `calls` transports, all vehicles being free; half a minute passes between two calls."""
    travel = [[f"{20 * abs(a - b)}s" for a in range(len(PLACES))] for b in range(len(PLACES))]
    orders = -(-calls // 2)  # each is carried twice
    return Scenario.parse(
        {
            "name": "calls",
            "transport": {"kind": "matrix", "places": PLACES, "travel": travel},
            "stations": {name: {"operations": {"work": "20s"}} for name in PLACES[2:]},
            "products": {"part": {"routing": ["work"]}},
            "orders": {"kind": "deterministic", "every": "1min", "limit": orders},
            "fleet": {"agvs": {"count": vehicles, "start": "source"}},
            "negotiation": {} if channel is None else {"channel": channel},
            "record": {"messages": "full" if full else "summary"},
            "horizon": f"{orders + 10}min",
        }
    )


def _us_per_call(plan: Scenario) -> float:
    """Microseconds of CPU time of a trial per conversation."""
    factory = Factory(plan)
    started = time.process_time()
    factory.run()
    return 1e6 * (time.process_time() - started) / len(factory.log.conversations)


def run(*, vehicles: int = 1000, calls: int = 20, quick: bool = False) -> dict[str, Any]:
    """Run the same transports on each channel, in turn, and say how much dearer a call is.

    Returns:
        `us_per_call` (microseconds of CPU time of the quickest of REPEATS trials, all that follows an award included),
        and its multiple with `messages: full` (`full_ratio`), with a constant delay (`delayed_ratio`), with losses and
        duplicates besides (`faulty_ratio`), and with delays of which each is another (`scattered_ratio`).
    """
    vehicles = min(vehicles, 100) if quick else vehicles
    plans = {"perfect": scenario(vehicles, calls), "full": scenario(vehicles, calls, full=True)}
    plans |= {name: scenario(vehicles, calls, channel=channel) for name, channel in CHANNELS.items()}
    for channel in (None, *CHANNELS.values()):
        Factory(scenario(3, 2, channel=channel)).run()  # compile the kernels
    best = dict.fromkeys(plans, float("inf"))
    for _ in range(REPEATS):
        for name, plan in plans.items():
            best[name] = min(best[name], _us_per_call(plan))
    perfect = best.pop("perfect")
    ratios = {f"{name}_ratio": us / perfect for name, us in best.items()}
    return {"us_per_call": perfect, **ratios, "vehicles": vehicles, "calls": calls}
