"""What each mechanism and each policy of negotiation is worth: a job shop on a floor, the same orders for all.

    python benchmarks/mechanisms.py [SEEDS] [AGVS] [MTBF_MIN]

Eight stations, each operation at two of them, ten AGVs unless told otherwise, three products with due dates, 2 h of
arrivals at about four fifths of capacity. Means over SEEDS (default 5) paired trials: flow time and tardiness in
minutes, empty driving as a share of the vehicles' time, messages a task, and by how much the flow time differs from
that of `contract_net`.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from robocell.environments.factory import Factory
from robocell.environments.kpis import measure
from robocell.environments.scenario import Scenario

FLOOR = """
##############################
#PPPPPPPPPPPP................#
#............................#
#.I....A.....B.....C.....D...#
#............................#
#............................#
#......E.....F.....G.....H.O.#
#............................#
##############################
"""
PLACES = {"I": "source", "O": "sink", **{letter: f"station_{letter.lower()}" for letter in "ABCDEFGH"}}
WORK = {"cut": "AE", "bore": "BF", "mill": "CG", "test": "DH"}
CHANNEL = {"delay": {"distribution": "exponential", "mean": "100ms"}}
CASES: dict[str, dict[str, Any]] = {
    name: {"mechanism": name}
    for name in (
        *("contract_net", "iterated", "sequential_single_item", "regret", "cbba", "hungarian"),
        *("nearest", "fifo", "edd", "spt", "mwkr", "least_loaded", "random"),
    )
} | {
    "contract_net, look_ahead start": {"look_ahead": "start"},
    "contract_net, look_ahead departure": {"look_ahead": "departure"},
    "contract_net, reopen available": {"reopen": "available"},
    "contract_net, reopen disturbed": {"reopen": "disturbed"},
    "contract_net, reopen always": {"reopen": "always"},
    "contract_net, leveled": {"commitment": "leveled", "penalty": "10s"},
    "contract_net, nested": {"nested": True},
    "contract_net, queue_limit 2": {"queue_limit": 2},
    "cbba, queue_limit 2": {"mechanism": "cbba", "queue_limit": 2},
    "contract_net, queue_limit 2, reopen": {"queue_limit": 2, "reopen": "available"},
    "delay 0.1 s, patient": {"channel": CHANNEL},
    "delay 0.1 s, eager": {"channel": CHANNEL, "commitment": "eager"},
    "delay 0.1 s, concurrent": {"channel": CHANNEL, "commitment": "concurrent"},
    "delay 0.1 s, loss 10 %": {"channel": {**CHANNEL, "loss": 0.1}},
    "delay 0.1 s, loss 30 %": {"channel": {**CHANNEL, "loss": 0.3}},
    "delay 0.1 s, loss 30 %, iterated": {"channel": {**CHANNEL, "loss": 0.3}, "mechanism": "iterated"},
}


def scenario(negotiation: dict[str, Any], *, vehicles: int = 10, mtbf_min: float | None = None) -> dict[str, Any]:
    """The shop under a policy; its stations break down for 4 min after `mtbf_min` minutes of work on average."""
    breakdown = {} if mtbf_min is None else {"breakdown": {"mtbf": f"{mtbf_min:g}min", "mttr": "4min"}}
    stations = {
        PLACES[letter]: {
            "operations": {operation: {"distribution": "gamma", "mean": "50s" if first else "65s", "cv": 0.5}},
            "input_capacity": 6,
            "output_capacity": 6,
            **breakdown,
        }
        for operation, letters in WORK.items()
        for letter, first in zip(letters, (True, False), strict=True)
    }
    return {
        "name": "mechanisms",
        "layout": {"art": FLOOR.strip("\n"), "legend": PLACES},
        "stations": stations,
        "fleet": {"agvs": {"count": vehicles, "load": "8s", "unload": "8s"}},
        "products": {
            "long": {"routing": ["cut", "bore", "mill", "test"], "due": "20min"},
            "short": {"routing": ["mill", "cut"], "due": "10min"},
            "rush": {"routing": ["test", "bore", "cut"], "due": "8min"},
        },
        "orders": {"kind": "poisson", "rate": "125/h"},
        "negotiation": {"queue_limit": 1, **negotiation},
        "horizon": "2h",
        "drain": True,
    }


def figures(negotiation: dict[str, Any], seed: int, vehicles: int, mtbf_min: float | None) -> list[float]:
    """Flow time and tardiness (min), empty driving (%), messages a task; NaN where the shop jams."""
    plan = Scenario.parse(scenario(negotiation, vehicles=vehicles, mtbf_min=mtbf_min) | {"seed": seed})
    factory = Factory(plan)
    log = factory.run()
    jammed = factory.workload.in_process > 0
    values = measure(log, plan)
    factory.close()
    if jammed:
        return [float("nan")] * 4
    return [
        values["flow_time_mean_s"] / 60,
        values["tardiness_mean_s"] / 60,
        values["vehicles.empty"] * 100,
        values["messages_per_task"],
    ]


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    vehicles = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    mtbf_min = float(sys.argv[3]) if len(sys.argv) > 3 else None
    print("| policy | flow time, min | tardiness, min | empty, % | messages a task | flow time against contract_net |")
    print("|---|---|---|---|---|---|")
    baseline = None
    for name, negotiation in CASES.items():
        runs = np.array([figures(negotiation, seed, vehicles, mtbf_min) for seed in range(seeds)])
        baseline = runs if baseline is None else baseline
        gain = (runs[:, 0] / baseline[:, 0] - 1) * 100
        flow, late, empty, messages = runs.mean(axis=0)
        error = gain.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else float("nan")
        change = f"{gain.mean():+.1f} ± {error:.1f} %"
        print(f"| {name} | {flow:.2f} | {late:.2f} | {empty:.1f} | {messages:.1f} | {change} |", flush=True)


if __name__ == "__main__":
    main()
