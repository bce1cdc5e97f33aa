"""What each mechanism and each policy of negotiation is worth: a job shop on a floor, the same orders for all.

    python studies/mechanisms.py [REPLICATIONS] [AGVS] [MTBF_MIN] [NAME]

Eight stations and a storage, each operation at two of the stations, ten AGVs unless told otherwise, three products
with due dates, 2 h of arrivals at about four fifths of capacity. Means over REPLICATIONS (default 10): flow time and
tardiness in minutes, empty driving as a share of the vehicles' time, messages a task, and by how much the flow time
differs from that of `contract_net`, with the 95 % t interval of the paired differences. NAME leaves out the cases that
do not have it in theirs.
"""

from __future__ import annotations

import sys
import tempfile
from typing import TYPE_CHECKING, Any

from robocell.experiments import Experiment, run
from robocell.experiments.results.statistics import t_interval

if TYPE_CHECKING:
    import pandas as pd

FLOOR = """
##############################
#PPPPPPPPPPPP................#
#............................#
#.I....A.....B.....C.....D...#
#............................#
#..........T......T..........#
#......E.....F.....G.....H.O.#
#............................#
##############################
"""
PLACES = {"I": "source", "O": "sink", "T": "store", **{letter: f"station_{letter.lower()}" for letter in "ABCDEFGH"}}
WORK = {"cut": "AE", "bore": "BF", "mill": "CG", "test": "DH"}
SCALES = {  # KPIs that are shown, and what they are multiplied by
    "flow_time_mean_s": 1 / 60,
    "tardiness_mean_s": 1 / 60,
    "vehicles.empty": 100,
    "messages_per_task": 1,
}
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
        "storage": {"store": {}},  # routings cross: full stations alone could block each other for ever
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


def trials_of(wanted: dict[str, Any], replications: int, vehicles: int, mtbf_min: float | None) -> pd.DataFrame:
    """One row a trial, of all `wanted` cases."""
    cases = [
        {"name": name} | {f"negotiation.{key}": value for key, value in policy.items()}
        for name, policy in wanted.items()
    ]
    experiment = Experiment.parse(
        {
            "name": "mechanisms",
            "scenario": scenario({}, vehicles=vehicles, mtbf_min=mtbf_min),
            "sweep": {"cases": cases},
            "replications": replications,
            "outputs": {"logs": "none"},
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        return run(experiment, folder).results.trials


def main() -> None:
    """Print the table of the cases whose names hold the fourth argument."""
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    vehicles = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    mtbf_min = float(sys.argv[3]) if len(sys.argv) > 3 else None
    has = sys.argv[4] if len(sys.argv) > 4 else ""
    wanted = {name: given for name, given in CASES.items() if has in name or name == "contract_net"}
    show(wanted, trials_of(wanted, replications, vehicles, mtbf_min))


def show(wanted: dict[str, Any], trials: Any) -> None:
    """The table: a row for each of the cases."""
    print("| policy | flow time, min | tardiness, min | empty, % | messages a task | flow time against contract_net |")
    print("|---|---|---|---|---|---|")
    by_case = [group.sort_values("replication") for _, group in trials.groupby("case")]
    control = by_case[0]["flow_time_mean_s"].to_numpy(float)
    for name, rows in zip(wanted, by_case, strict=True):
        means = rows[list(SCALES)].mean() * list(SCALES.values())
        jams = int((rows["jammed"] > 0).sum())
        low, high = t_interval((rows["flow_time_mean_s"].to_numpy(float) - control) / control.mean() * 100)
        figures = " | ".join(f"{mean:.{digits}f}" for mean, digits in zip(means, (2, 2, 1, 1), strict=True))
        change = f"{(low + high) / 2:+.1f} ± {(high - low) / 2:.1f} %"
        print(f"| {name}{f', {jams} jammed' * (jams > 0)} | {figures} | {change} |")


if __name__ == "__main__":
    main()
