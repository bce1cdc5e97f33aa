"""The tables of docs/traffic.md: League of Robot Runners problems, what each ingredient is worth, and a factory floor.

python studies/traffic.py DIR        # public instances: lorr2023/, lorr2024/ and lorr2026/ in it
python studies/traffic.py            # the factory floor alone
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from robocell.environments import Factory, Scenario
from robocell.environments.instances.lorr import read_problem
from robocell.experiments import Experiment
from robocell.experiments import run as run_experiment
from robocell.experiments.benchmarks import lorr
from robocell.experiments.benchmarks.factory import floor, scenario
from robocell.experiments.benchmarks.lorr_delays import DelayedPlay
from robocell.experiments.results.statistics import paired
from robocell.experiments.results.wording import with_interval

PROBLEMS = {
    "MR23-I-04 (motion only)": "lorr2023/MR23-I-04.json",
    "MR23-I-05 (motion only)": "lorr2023/MR23-I-05.json",
    "MR24-RANDOM-01": "lorr2024/MR24-RANDOM-01.json",
    "MR24-RANDOM-03": "lorr2024/MR24-RANDOM-03.json",
    "TR24-random_100": "lorr2024/TR24-random_100.json",
}
ABLATED = "lorr2023/MR23-I-05.json"
DELAYED = {"maze-example_40": "lorr2026/maze-example_40.json", "random-example_400": "lorr2026/random-example_400.json"}
DELAYED_TICKS = 600
VEHICLES, STATIONS, REPLICATIONS = 60, 30, 10


def problems(folder: Path) -> None:
    """Print finished tasks of PROBLEMS next to the best known."""
    print("| | finished | best known | share | ms a step | longest step, ms |\n|---|---|---|---|---|---|")
    for name, path in PROBLEMS.items():
        row = lorr.run(folder / path)
        assert row["conflicts"] == 0
        figures = f"{row['finished']} | {row['best_known']} | {row['share']:.3f}"
        print(f"| {name} | {figures} | {row['ms_per_step']:.0f} | {row['worst_ms']:.0f} |")


def ingredients(folder: Path) -> None:
    """Print finished tasks of ABLATED with each ingredient of the planner switched off."""
    best = lorr.manifest_row(folder / ABLATED)["best_known"]
    print("\n| | tasks | of best known | ms a step |\n|---|---|---|---|")
    for name, row in lorr.run(folder / ABLATED, ablation=True).items():
        print(f"| {name} | {row['finished']} | {row['finished'] / best:.3f} | {row['ms_per_step']:.0f} |")


def delays(folder: Path) -> None:
    """Print finished tasks of DELAYED with and without their delays."""
    print("\n| | finished | without delays | ms a tick |\n|---|---|---|---|")
    for name, path in DELAYED.items():
        case = read_problem(folder / path)
        plays = [DelayedPlay(case), DelayedPlay(replace(case, delays=None))]
        for play in plays:
            play.play(DELAYED_TICKS)
            assert play.overlaps() == 0
        ms_a_tick = 1e3 * plays[0].cpu_s / DELAYED_TICKS
        print(f"| {name} | {plays[0].finished} | {plays[1].finished} | {ms_a_tick:.1f} |")


def factory_floor() -> None:
    """A floor without parking, with twice the orders that its stations can take."""
    plan: dict[str, Any] = scenario(vehicles=VEHICLES, stations=STATIONS).model_dump(mode="json", by_alias=True)
    art, legend = floor(STATIONS, VEHICLES)
    plan["layout"] = {"art": art.replace("P", "."), "legend": legend}
    plan["fleet"]["agvs"]["kinematics"] = "differential"
    plan |= {"orders": {"kind": "poisson", "rate": "600/h"}, "horizon": "30min", "warm_up": "7.5min"}
    experiment = Experiment.parse(
        {
            "scenario": plan,
            "sweep": {"grid": {"transport.planner": ["pibt", "lookahead"]}},
            "replications": REPLICATIONS,
            "outputs": {"logs": "none"},
        }
    )
    for case in experiment.cases:
        ms_a_tick(case.scenario)  # compile the kernels
    with tempfile.TemporaryDirectory() as results:
        trials = run_experiment(experiment, results).results.trials
    made = [group.sort_values("replication")["throughput_per_h"].to_numpy(float) for _, group in trials.groupby("case")]
    more = paired(100 * made[0] / made[0].mean(), 100 * made[1] / made[0].mean())
    change = with_interval(more["difference"], more["low"], more["high"])
    print("\n| parts an hour | pibt | lookahead | more | pibt, ms a tick | lookahead, ms a tick |")
    print("|---|---|---|---|---|---|")
    times = " | ".join(f"{ms_a_tick(case.scenario):.2f}" for case in experiment.cases)
    print(f"| 60 vehicles that turn | {made[0].mean():.1f} | {made[1].mean():.1f} | {change} % | {times} |")


def ms_a_tick(plan: Scenario) -> float:
    """CPU milliseconds that a tick of the whole factory takes."""
    began = time.process_time()
    factory = Factory(plan, rng=1)
    factory.run()
    return 1e3 * (time.process_time() - began) / factory.tick


def main() -> None:
    """Print the tables of public instances, where their folder is given, and that of the factory floor."""
    if len(sys.argv) > 1:
        for table in (problems, ingredients, delays):
            table(Path(sys.argv[1]))
    factory_floor()


if __name__ == "__main__":
    main()
