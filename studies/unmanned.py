"""Where the gain of an unmanned factory comes from: the tables of docs/unmanned.md.

    python studies/unmanned.py [DIR]

Runs `unmanned` into DIR, or goes on with what is there (default: results/unmanned), and prints what each step brings,
and the gain against the hours of people and the length of stops.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from robocell.experiments import Experiment, run
from robocell.experiments.results.statistics import paired, skew_interval
from robocell.experiments.results.wording import with_interval

PEOPLE = {
    "traditional, 24 h a day": "24 h: they relieve each other for their breaks",
    "traditional": "21 h",
    "traditional, 19 h a day": "19 h: two days of 10.5 h, with a meal",
}
STOPS = {
    "unmanned, 4 min a stop": "unmanned, 4 min a stop",
    "unmanned (negotiation)": "11.9 min",
    "unmanned, 20 min a stop": "20 min",
}


def trays_an_hour(trials: Any, case: str) -> np.ndarray:
    """By replication."""
    return trials[trials["label"] == case].sort_values("replication")["throughput_per_h"].to_numpy(float)


def gain(before: np.ndarray, after: np.ndarray, base: np.ndarray) -> str:
    """In percent of the base of the same replication."""
    found = paired(100 * before / base, 100 * after / base)
    return (
        ("+" if found["difference"] >= 0 else "")
        + with_interval(found["difference"], found["low"], found["high"])
        + " %"
    )


def main() -> None:
    """Print the table of steps."""
    experiment = Experiment.load("unmanned")
    question: Any = experiment.config.question
    trials = run(experiment, sys.argv[1] if len(sys.argv) > 1 else "results/unmanned").results.trials
    made = {case.label: trays_an_hour(trials, case.label) for case in experiment.cases}
    first, end = made[question.path[0]], made[question.path[-1]]
    print("| step | trays an hour | adds | as the last step |\n|---|---|---|---|")
    for before, name in zip((None, *question.path), question.path, strict=False):
        adds = "" if before is None else gain(made[before], made[name], first)
        last = question.without.get(name, before if name == question.path[-1] else None)
        worth = "" if last is None else gain(made[last], end, first)
        print(f"| {name} | {with_interval(made[name].mean(), *skew_interval(made[name]))} | {adds} | {worth} |")
    print(f"| in all |  | {gain(first, end, first)} |  |")
    print("\n| people work |", " | ".join(STOPS.values()), "|\n|---|---|---|---|")
    for case, hours in PEOPLE.items():
        print(f"| {hours} |", " | ".join(gain(made[case], made[stop], made[case]) for stop in STOPS), "|")


if __name__ == "__main__":
    main()
