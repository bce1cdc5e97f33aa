"""One shop run by the agents, and the two negotiations that the benchmark of the job shop compares."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...agents.events import Event
from ...environments.factory import Factory

if TYPE_CHECKING:
    from ...environments.scenario import Scenario

DATA = Path(__file__).parent / "data"
INSTANCES = DATA / "bilge_ulusoy_1995.json"
SCHEDULES = DATA / "optimal_schedules.json"
WHAT_IF: dict[str, Any] = {"mechanism": "what_if", "look_ahead": "start"}
REACTIVE: dict[str, Any] = {"mechanism": "contract_net", "queue_limit": 1}


@dataclass(frozen=True)
class Outcome:
    """The results of the agents on one shop, and the CPU time from the scenario to the log.

    Attributes:
        makespan_s: end of the last operation.
        exit_s: the last part is at the sink.
        flow_s: mean time from the release of a part to its exit.
    """

    makespan_s: float
    exit_s: float
    flow_s: float
    cpu_s: float


def play(scenario: Scenario, *, rng: int | None = None) -> Outcome:
    """Run a shop until all its jobs are finished. RuntimeError if some never are."""
    started = time.process_time()
    factory = Factory(scenario, rng=rng)
    events = factory.run().events
    cpu_s = time.process_time() - started
    released, finished = factory.workload.released, int(np.count_nonzero(events["kind"] == Event.FINISHED))
    factory.close()
    if finished < released:
        raise RuntimeError(f"{scenario.name}: {released - finished} jobs were never finished")
    ends_s = events["time_s"][events["kind"] == Event.PROCESSING_ENDED]
    exits_s = events["time_s"][events["kind"] == Event.FINISHED]
    releases_s = events["time_s"][events["kind"] == Event.RELEASED]
    return Outcome(float(ends_s.max()), float(exits_s.max()), float(exits_s.mean() - releases_s.mean()), cpu_s)
