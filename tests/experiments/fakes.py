"""Trial functions for tests of the machinery: each follows what its scenario, a plain dict, says."""

import os
import signal
import time
from pathlib import Path

import numpy as np
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
        case "hang":
            time.sleep(600)
        case "hang deaf":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(600)
