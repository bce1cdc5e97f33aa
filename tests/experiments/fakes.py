"""Trial functions for tests of the machinery: each follows what its scenario, a plain dict, says."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import yaml

from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.trials import Trial
from robocell.experiments.execution.attempts import Measurement
from robocell.experiments.results.questions import ask
from robocell.experiments.results.questions.asking import Answer, Asker


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
        case "print":
            print("bidding")
            print("a warning", file=sys.stderr)
        case "tell niceness":
            print(os.nice(0))
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


NOISE: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": lambda generator, shape: generator.normal(size=shape),
    "exponential": lambda generator, shape: generator.exponential(size=shape) - 1,
    "lognormal": lambda generator, shape: lognormal(generator, shape) - 1,
    "rare stop": lambda generator, shape: (
        0.1 * generator.normal(size=shape) - 10 * ((generator.random(shape) < 0.08) - 0.08)
    ),
}  # of mean 0; the lognormal has a coefficient of variation of 1 about a mean of 1


def lognormal(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    sigma = np.sqrt(np.log(2))
    return np.exp(sigma * generator.normal(size=shape) - sigma**2 / 2)


@dataclass
class Told(Asker):
    """Answers a question from values that are there already, with no trial at all."""

    told: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))  # (cases, replications)

    def need(self, wanted: Mapping[int, int]) -> None:
        self.taken |= {f"{case} {replication}" for case, n in wanted.items() for replication in range(n)}

    def values(self, case: int, metric: str, n: int) -> np.ndarray:
        return self.told[case, :n]


def answer_to(experiment: Experiment, told: np.ndarray) -> Answer:
    """What the question of an experiment says to values: (cases, replications)."""
    return ask.answer_to(Told(experiment, lambda _: [], told=told))
