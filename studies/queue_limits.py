"""How many transports a vehicle should take on: one, two, or a second one that stays open to a better offer.

    python studies/queue_limits.py [REPLICATIONS] [FACTORY]

Twelve factories of different kinds (floors and tables of travel times, open orders and constant work in process, few
vehicles and many), each under three ways to bind a vehicle, on the same orders and breakdowns. Prints a table: the
throughput and the mean lead time under `queue_limit: 1`, and by how many percent the other ways change them, with 95 %
intervals of the paired differences (default: 20 replications).
"""

from __future__ import annotations

import sys
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np

from robocell.experiments import Experiment, run
from robocell.experiments.results.statistics import t_interval

if TYPE_CHECKING:
    import pandas as pd

WAYS: dict[str, dict[str, Any]] = {
    "1": {"queue_limit": 1},
    "2": {"queue_limit": 2},
    "2, open": {"queue_limit": 2, "reopen": "available", "reopen_gain": "1s", "reopen_limit": 100},
}
METRICS = ("throughput_per_h", "flow_time_mean_s")


def from_to(agvs: int, rate: str) -> dict[str, Any]:
    """Twelve stations on a ring of 240 s that do next to nothing: parts are carried from each to some other."""
    places = ["source", "sink", *(f"s{i}" for i in range(12))]
    at_s = [0, 120, *(20 * i for i in range(12))]
    ways = [(i, (5 * i + 3) % 12) for i in range(12)]
    return {
        "name": "from-to",
        "transport": {
            "kind": "matrix",
            "places": places,
            "travel": [[f"{min(abs(a - b), 240 - abs(a - b))}s" for b in at_s] for a in at_s],
        },
        "stations": {f"s{i}": {"operations": {f"work_{i}": "1s"}, "machines": 20} for i in range(12)},
        "fleet": {"agvs": {"count": agvs, "load": "10s", "unload": "10s"}},
        "products": {f"p{i}": {"routing": [f"work_{i}", f"work_{j}"]} for i, j in ways if i != j},
        "orders": {"kind": "poisson", "rate": rate},
        "horizon": "24h",
        "warm_up": "4h",
    }


def shop(agvs: int) -> dict[str, Any]:
    """Two ways for every operation on an open floor: that of `studies/mechanisms.py`, for four hours."""
    from mechanisms import scenario

    return scenario({}, vehicles=agvs) | {"horizon": "4h", "warm_up": "30min", "drain": False}


# name of the factory -> where its scenario comes from, and what is set in it
FACTORIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "quickstart, 2 AGVs": ("quickstart", {"fleet.agvs.count": 2, "horizon": "4h"}),
    "quickstart, 3 AGVs": ("quickstart", {"fleet.agvs.count": 3, "horizon": "4h"}),
    "phone_line, 6 AGVs": ("phone_line", {"fleet.agvs.count": 6}),
    "phone_line, 10 AGVs": ("phone_line", {}),
    "traditional_line, 8 carts": ("traditional_line", {"fleet.agvs.count": 8, "horizon": "7h"}),
    "job_shop, 3 AGVs": ("job_shop", {}),
    "two ways, 10 AGVs": (shop(10), {}),
    "two ways, 5 AGVs": (shop(5), {}),
    "law_factory, 2 forklifts": (
        "experiments/validation/law_factory.yaml",
        {"stations.w2.machines": 2, "stations.w3.machines": 5, "stations.w4.machines": 3, "fleet.agvs.count": 2}
        | {"horizon": "120h", "warm_up": "20h"},
    ),
    "test_and_repair, 3 walkers": ("experiments/validation/test_and_repair.yaml", {"horizon": "500h"}),
    "from-to, 3 AGVs": (from_to(3, "21/h"), {}),
    "from-to, 6 AGVs": (from_to(6, "55/h"), {}),
}


def trials_of(source: Any, settings: dict[str, Any], replications: int) -> pd.DataFrame:
    """One row a trial, under each of WAYS, in the order of their names."""
    cases = [{"name": name} | {f"negotiation.{key}": value for key, value in way.items()} for name, way in WAYS.items()]
    changed = settings | {"negotiation.mechanism": "contract_net", "sweep": {"cases": cases}}
    changed |= {"replications": replications, "question": None, "outputs": {"logs": "none"}}
    experiment = Experiment.load(source, changed) if isinstance(source, str) else Experiment.parse(source, changed)
    with tempfile.TemporaryDirectory() as folder:
        return run(experiment, folder).results.trials


def main() -> None:
    """Print a row of the table for each factory whose name holds the second argument."""
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    others = [name for name in WAYS if name != "1"]
    print("| factory | parts/h | lead time, min |", *(f"{way}: parts/h | lead time |" for way in others))
    print("|---" * (3 + 2 * len(others)) + "|")
    for name, (source, settings) in FACTORIES.items():
        if wanted not in name:
            continue
        trials = trials_of(source, settings, replications)
        values = {
            metric: trials.pivot(index="replication", columns="case", values=metric).to_numpy(float)
            for metric in METRICS
        }
        made, lead_s = (values[metric][:, 0].mean() for metric in METRICS)
        cells = [
            change(values[metric][:, 0], values[metric][:, way]) for way in range(1, len(WAYS)) for metric in METRICS
        ]
        print(f"| {name} | {made:.2f} | {lead_s / 60:.2f} |", " | ".join(cells), "|", flush=True)


def change(control: np.ndarray, other: np.ndarray) -> str:
    """The paired difference in percent of the control's mean; bold where its interval leaves out 0."""
    low, high = t_interval((other - control) / control.mean() * 100)
    mean = (low + high) / 2
    text = f"{mean:+.1f} ± {(high - low) / 2:.1f} %"
    return f"**{text}**" if low > 0 or high < 0 else text


if __name__ == "__main__":
    main()
