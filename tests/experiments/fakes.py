"""Trial functions for tests of the machinery: each follows what its scenario, a plain dict, says."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from robocell.experiments.experiment import Experiment
from robocell.experiments.trials import Measurement, Trial


def fake_trial(trial: Trial) -> Measurement:
    """KPIs that depend on the scenario and the seed alone; `behave` makes a trial misbehave."""
    scenario = trial.scenario
    if (log := scenario.get("append_to")) is not None:
        with Path(log).open("a") as file:
            file.write(f"{trial.id} {os.getpid()}\n")
    if trial.replication in scenario.get("at", [trial.replication]):
        misbehave(scenario.get("behave"), scenario)
    time.sleep(scenario.get("sleep_s", 0.0))
    noise = np.random.default_rng(trial.seed).normal(size=2)
    level = float(scenario.get("level", 0.0))
    values = {"throughput_per_h": 60 + 10 * level + noise[0], "flow_time_mean_s": 600 - 50 * level + 5 * noise[1]}
    return Measurement(values=values, log=b"log of " + trial.id.encode() if trial.keep_log else None)


def misbehave(how: str | None, scenario: dict[str, object]) -> None:
    match how:
        case "raise":
            raise ZeroDivisionError("a part\nwas lost")
        case "exit":
            raise SystemExit(3)
        case "die":
            os._exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "killed once":
            flag = Path(str(scenario["flag"]))
            if not flag.exists():
                flag.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case "eat":
            np.ones(125_000_000)
        case "hang":
            time.sleep(600)
        case "hang deaf":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(600)


def named_trial(trial: Trial) -> Measurement:
    """For trials with a real scenario: its name is YAML that says how to behave, its machines are the level."""
    told = yaml.safe_load(trial.scenario.name)
    told = told if isinstance(told, dict) else {}
    level = trial.scenario.stations["cell"].machines
    return fake_trial(replace(trial, scenario={**told, "level": level}))


def line(**told: object) -> dict[str, object]:
    """The smallest scenario, which `named_trial` reads."""
    return {
        "name": yaml.safe_dump(told, default_flow_style=True, width=1000).strip() if told else "line",
        "transport": {"kind": "instant"},
        "stations": {"cell": {"operations": {"work": "10s"}}},
        "products": {"part": {"routing": ["work"]}},
        "orders": {"kind": "poisson", "rate": "60/h"},
        "horizon": "1h",
    }


def study(*, machines: tuple[int, ...] = (1, 2, 3), replications: int = 4, **told: object) -> Experiment:
    """An experiment over the number of machines, without pictures."""
    return Experiment.parse(
        {
            "name": "study",
            "scenario": line(**told),
            "sweep": {"grid": {"stations.cell.machines": list(machines)}},
            "replications": replications,
            "outputs": {"logs": "none", "figures": False, "report": False},
        }
    )
