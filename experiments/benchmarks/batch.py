"""Compares robocell's executors with `mesa.batch_run` on the same Mesa model: trials per second, and their overhead.

The model is Mesa's classical wealth exchange, written for this benchmark. `mesa.batch_run` and the pool run the same
parameters on the same number of processes, both with a cold start, one after the other in this process.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from ..design.experiment import Experiment
from ..design.trials import Trial, identity, trial_id, trial_seed
from ..errors import ExperimentError
from ..execution.attempts import Measurement, Status, TrialResult, run_trial
from ..execution.cores import available_cores
from ..execution.executors import start_executor
from ..execution.executors.base import Executor
from ..execution.journal import Journal
from ..execution.kernels import TINY
from ..execution.store import JOURNAL, Store
from ..runner import run as run_experiment

STEPS = 100
WORK_S = 1.0
SHORT_S, SHORT_TRIALS = 0.05, 200  # of the sweep that is timed from the start of its process
ROUND = 6  # trials per worker in one measurement of the efficiency
RECORDED = 10_000


class WealthAgent(mesa.Agent):
    """Owns coins and gives one away when it can."""

    def __init__(self, model: "WealthModel") -> None:
        super().__init__(model)
        self.coins = 1

    def step(self) -> None:
        if self.coins:
            lucky: Any = self.random.choice(self.model.agents)
            lucky.coins += 1
            self.coins -= 1


class WealthModel(mesa.Model):
    """Agents that exchange coins."""

    def __init__(self, n: int = 100, seed: int | None = None, rng: int | None = None) -> None:
        super().__init__(seed=seed if seed is not None else rng)
        WealthAgent.create_agents(self, n)
        self.datacollector = mesa.DataCollector({"richest": lambda model: max(a.coins for a in model.agents)})

    def step(self) -> None:
        self.agents.shuffle_do("step")
        self.datacollector.collect(self)


def wealth_trial(trial: Trial) -> Measurement:
    """One run of the wealth model, as `mesa.batch_run` makes it."""
    model = WealthModel(n=trial.scenario["n"], seed=trial.seed)
    for _ in range(STEPS):
        model.step()
    return Measurement(values={"richest": float(model.datacollector.model_vars["richest"][-1])})


def empty_trial(_: Trial) -> Measurement:
    """Does no work: the remaining time is the overhead of robocell."""
    return Measurement(values={"nothing": 0.0})


def busy_trial(_: Trial) -> Measurement:
    """A second of work on one core, in CPU time of this process."""
    return _work(WORK_S)


def short_trial(_: Trial) -> Measurement:
    """The same of a twentieth of a second."""
    return _work(SHORT_S)


def _work(cpu_s: float) -> Measurement:
    started = time.process_time()
    while time.process_time() < started + cpu_s:
        np.sort(np.arange(2000)[::-1])
    return Measurement(values={"cpu_s": time.process_time() - started})


@dataclass
class _Timed:
    wall_s: list[float] = field(default_factory=list)

    @property
    def best_s(self) -> float:
        return min(self.wall_s)


def run(*, trials: int = 200, workers: int | None = None, repeats: int = 3, ray: bool = False) -> dict[str, Any]:
    """Measure trials per second, and the overhead between trials.

    Args:
        trials: runs of the wealth model.
        workers: processes; all cores if None.
        repeats: measurements of robocell and Mesa in turn, of which the best counts.
        ray: measure Ray as well, which takes several seconds to start.

    Returns:
        `pool_trials_per_s`, `mesa_trials_per_s` and their `ratio` (from cold, start of processes included),
        `warm_trials_per_s`, `own_ms_per_trial` (empty trials through the pool and the journal),
        `efficiency` (of trials that compute for 1 s: their `cpu_s` over workers x `wall_s`), `occupied` (the same of
        their wall time, which other load hardly lowers) and, where asked for, the same for Ray; `cold_speedup` of a
        sweep of short trials on the pool over the same in one process, from the start of either process; the `load` of
        the machine before and after; of 10 000 recorded trials `rescan_s` (of the journal) and `driver_peak_mb` (of a
        driver that finds them all done and writes tables, figures and report); `how` says so in words.

    Raises:
        ExperimentError: Mesa has no `batch_run` to compare with.
    """
    if not hasattr(mesa, "batch_run"):
        raise ExperimentError(
            f"bench batch: compares with mesa.batch_run, which Mesa {mesa.__version__} does not have; "
            "install it with: pip install 'mesa<4'"
        )
    workers = workers or available_cores()
    load = [_load()]
    ours, theirs = _Timed(), _Timed()
    for _ in range(repeats):
        theirs.wall_s.append(_mesa(trials, workers))
        ours.wall_s.append(_pool("processes", wealth_trial, _trials(trials), workers))
    figures: dict[str, Any] = {
        "trials": trials,
        "workers": workers,
        "mesa_version": mesa.__version__,
        "pool_trials_per_s": trials / ours.best_s,
        "mesa_trials_per_s": trials / theirs.best_s,
        "ratio": theirs.best_s / ours.best_s,
    }
    figures |= _warm("processes", workers, trials, repeats)
    if ray:
        figures["ray"] = _warm("ray", workers, trials, repeats)
    figures |= _cold_sweep(workers, repeats)
    load.append(_load())
    figures["load"] = dict(zip(("before", "after"), load, strict=True))
    figures |= _recorded()
    return figures | {"how": _how(workers, repeats)}


def _how(workers: int, repeats: int) -> dict[str, str]:
    """How each figure was measured."""
    return {
        "ratio": f"both from cold on {workers} processes, in turn, the best of {repeats} each",
        "own_ms_per_trial": "wall time of 1000 empty trials on warm workers, results written to a journal",
        "efficiency": f"CPU seconds of {ROUND * workers} trials over {workers} x wall seconds, warm workers, best of "
        f"{repeats}; other load on the machine lowers it",
        "occupied": "wall seconds inside those trials over the same: what the executor itself leaves idle is missing",
        "cold_speedup": f"wall seconds of two processes, in turn, the best of {repeats} each: {SHORT_TRIALS} trials of "
        f"{SHORT_S:g} CPU seconds in one, and on {workers} workers that it starts; other load lowers it",
        "load": "processes that ran or waited in the minute before; the figures are those of a quiet machine below 0.1 "
        "before the start",
        "rescan_s": "CPU seconds to read the journal of those trials",
        "driver_peak_mb": f"a process that resumes {RECORDED} trials of {RECORDED // 20} cases, all of them done",
    }


def _trials(count: int) -> list[Trial]:
    seeds = [trial_seed(1, number) for number in range(count)]
    case = identity("wealth")
    return [
        Trial(id=trial_id(case, seed), case=0, replication=r, seed=seed % 2**31, scenario={"n": 100})
        for r, seed in enumerate(seeds)
    ]


def _mesa(trials: int, workers: int) -> float:
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Mesa 3.4 and later deprecate `iterations`
        mesa.batch_run(  # of Mesa 3
            WealthModel,
            parameters={"n": 100},
            iterations=trials,
            max_steps=STEPS,
            number_processes=workers,
            display_progress=False,
        )
    return time.perf_counter() - started


def _pool(name: str, function: Any, trials: Sequence[Trial], workers: int) -> float:
    started = time.perf_counter()
    with start_executor(name, function, workers=workers) as executor:
        assert sum(1 for _ in executor.run(trials)) == len(trials)
        return time.perf_counter() - started


def _warm(name: str, workers: int, trials: int, repeats: int) -> dict[str, float]:
    """Figures of an executor whose workers have started."""
    found: dict[str, float] = {}
    with start_executor(name, wealth_trial, workers=workers) as executor:
        list(executor.run(_trials(2 * workers)))
        started = time.perf_counter()
        list(executor.run(_trials(trials)))
        found["warm_trials_per_s"] = trials / (time.perf_counter() - started)
    with start_executor(name, empty_trial, workers=workers) as executor:
        list(executor.run(_trials(2 * workers)))
        found["own_ms_per_trial"] = 1000 * _through_the_journal(executor, _trials(1000)) / 1000
    with start_executor(name, busy_trial, workers=workers) as executor:
        list(executor.run(_trials(workers)))
        found |= max((_efficiency(executor, workers) for _ in range(repeats)), key=lambda each: each["efficiency"])
    return found


def _efficiency(executor: Executor, workers: int) -> dict[str, float]:
    started = time.perf_counter()
    results = list(executor.run(_trials(ROUND * workers)))
    wall_s = time.perf_counter() - started
    cpu_s, inside_s = (sum(values) for values in zip(*((r.values["cpu_s"], r.wall_s) for r in results), strict=True))
    share = {"efficiency": cpu_s / (workers * wall_s), "occupied": inside_s / (workers * wall_s)}
    return share | {"cpu_s": cpu_s, "wall_s": wall_s}


def _cold_sweep(workers: int, repeats: int) -> dict[str, float]:
    """Short trials in one process and on the pool, each from the start of a process of its own."""
    timed = {"serial": _Timed(), "processes": _Timed()}
    for _ in range(repeats):
        for name, found in timed.items():
            script = [sys.executable, "-c", f"from {__name__} import sweep; sweep({name!r}, {workers})"]
            started = time.perf_counter()
            subprocess.run(script, check=True)
            found.wall_s.append(time.perf_counter() - started)
    serial_s, pool_s = (found.best_s for found in timed.values())
    return {"cold_serial_s": serial_s, "cold_pool_s": pool_s, "cold_speedup": serial_s / pool_s}


def sweep(name: str, workers: int) -> None:
    """Runs the short trials on the executor of this name."""
    _pool(name, short_trial, _trials(SHORT_TRIALS), workers)


def _load() -> float:
    """Processes that ran or waited, on average over the last minute; NaN where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _recorded() -> dict[str, float]:
    """A run of 10 000 trials that are all recorded, resumed by a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        _record(Path(folder))
        script = [sys.executable, "-c", f"from {__name__} import resume; resume({folder!r})"]
        ran = subprocess.run(script, capture_output=True, text=True, check=True)
        return json.loads(ran.stdout.splitlines()[-1])


def _recorded_experiment() -> Experiment:
    grid = {"fleet.agvs.count": [1, 2], "stations.cell.input_capacity": {"from": 1, "to": RECORDED // 40}}
    outputs = {"logs": "none"}
    return Experiment.parse({"scenario": TINY, "sweep": {"grid": grid}, "replications": 20, "outputs": outputs})


def _record(folder: Path) -> None:
    """Writes a journal of all trials, with the KPIs of a factory of 40 stations."""
    experiment = _recorded_experiment()
    names = list(run_trial(next(iter(experiment.trials()))).values) + [f"station.s{i}.processing" for i in range(40)]
    noise = np.random.default_rng(1).random((RECORDED, len(names)))
    with Store(folder) as store:
        for trial, row in zip(experiment.trials(), noise, strict=True):
            values = dict(zip(names, row.tolist(), strict=True))
            store.journal.append(trial, TrialResult(id=trial.id, status=Status.DONE, values=values))


def resume(folder: str) -> None:
    """Resumes that run, of which nothing is left to do; prints CPU seconds and megabytes as JSON."""
    import resource

    started = time.process_time()
    Journal(Path(folder) / JOURNAL).close()
    rescan_s = time.process_time() - started
    assert run_experiment(_recorded_experiment(), folder, executor="serial").ran == 0
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rescan_s": rescan_s, "driver_peak_mb": peak_mb}))


def _through_the_journal(executor: Any, trials: Sequence[Trial]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.jsonl")
        by_id = {trial.id: trial for trial in trials}
        started = time.perf_counter()
        for result in executor.run(trials):
            journal.append(by_id[result.id], result)
        elapsed = time.perf_counter() - started
        journal.close()
    return elapsed
