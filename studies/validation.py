"""Published systems: what their authors found, and what robocell finds.

    python studies/validation.py [REPLICATIONS]

Runs the configs in experiments/validation (default: 10 replications, half an hour on two cores) and prints a table with
95 % t intervals. `independent` is an event simulation of sixty lines that shares no code with robocell, made once, with
ten replications.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from robocell.experiments import Experiment, run
from robocell.experiments.results.statistics import t_interval

FOLDER = Path(__file__).parents[1] / "experiments" / "validation"


class Figure(NamedTuple):
    """The sum of some KPIs of a case, in the unit of the publication: `scale` of it for one of ours."""

    case: int
    kpis: str
    scale: float
    name: str
    published: str
    independent: str = ""


LAW = [
    Figure(0, "throughput_per_h", 8, "Law, design 1, jobs a day", "94.94", "92.67 ± 0.36"),
    Figure(0, "flow_time_mean_s", 1 / 3600, "Law, design 1, hours in the system", "109.20", "114.1 ± 5.2"),
    Figure(1, "throughput_per_h", 8, "Law, design 2, jobs a day", "106.77", "107.73 ± 0.33"),
    Figure(1, "flow_time_mean_s", 1 / 3600, "Law, design 2, hours in the system", "55.84", "54.5 ± 4.2"),
    Figure(2, "throughput_per_h", 8, "Law, design 3, jobs a day", "120.29", "120.03 ± 1.04"),
    Figure(2, "flow_time_mean_s", 1 / 3600, "Law, design 3, hours in the system", "1.76", "1.69 ± 0.09"),
]
ROSSETTI = [
    Figure(0, "flow_time_mean_s", 1 / 60, "test and repair, min in the system", "353.457 ± 5.965"),
    Figure(0, "wip_mean", 1, "test and repair, parts in the system", "17.692 ± 0.363"),
    Figure(0, "service_level", 1, "test and repair, share within 480 min", "0.811 ± 0.015"),
    Figure(0, "station.diagnostics.processing", 1, "test and repair, diagnostics busy", "0.750"),
    Figure(0, "station.test_1.processing", 1, "test and repair, test 1 busy", "0.857"),
    Figure(0, "station.test_2.processing", 1, "test and repair, test 2 busy", "0.776"),
    Figure(0, "station.test_3.processing", 1, "test and repair, test 3 busy", "0.862"),
    Figure(0, "station.repair.processing", 1, "test and repair, repair busy", "0.868"),
    Figure(0, "vehicles.empty vehicles.loaded", 1, "test and repair, walkers busy", "0.156 ± 0.001"),
]


def main() -> None:
    """Print the table of published and simulated figures."""
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print("| what | published | independent | robocell |\n|---|---|---|---|")
    for config, figures in (("law_factory.yaml", LAW), ("test_and_repair.yaml", ROSSETTI)):
        experiment = Experiment.load(FOLDER / config, {"replications": replications})
        with tempfile.TemporaryDirectory() as folder:
            trials = run(experiment, folder).results.trials
        for figure in figures:
            mine: Any = trials[trials["case"] == figure.case][figure.kpis.split()]
            values = mine.to_numpy(float).sum(axis=1) * figure.scale
            low, high = t_interval(values)
            digits = len(figure.published.split()[0].partition(".")[2])
            found = f"{(low + high) / 2:.{digits}f} ± {(high - low) / 2:.{digits}f}"
            print(f"| {figure.name} | {figure.published} | {figure.independent} | {found} |", flush=True)


if __name__ == "__main__":
    main()
