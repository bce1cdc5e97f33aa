"""Orders that come faster than they leave are seen, and a stable queue that is merely busy raises no alarm.

An M/M/1 station serves 60 parts an hour. Its course is drawn as a random walk over the instants at which something may
happen.
"""

import numpy as np
import pytest

from robocell.environments.kpis import PARTS, START
from robocell.experiments.results.claims import OVERLOAD_RISK
from robocell.experiments.results.equivalence import risk_of_look
from robocell.experiments.results.overload import loads

SERVED_PER_H = 60.0
RULES = {"overload_risk": risk_of_look(OVERLOAD_RISK, 1), "served": 0.95, "served_risk": 0.01}


def queues(share, *, hours, warm_up_h, runs):
    """Demand per hour, and growth of the work in process per hour with its error (runs,), as the KPIs have them."""
    generator = np.random.default_rng(round(100 * share))
    rate = SERVED_PER_H * (1 + share)
    steps = round(rate * hours)
    waiting = np.zeros((runs, steps + 1))
    for step in range(steps):
        comes = generator.random(runs) < share / (1 + share)
        waiting[:, step + 1] = np.where(comes, waiting[:, step] + 1, np.maximum(waiting[:, step] - 1, 0))
    edges = np.linspace(warm_up_h / hours * steps, steps, PARTS + 1).astype(int)[START:]
    growth = np.diff(waiting[:, edges], axis=1) * PARTS / (hours - warm_up_h)
    error = growth.std(axis=1, ddof=1) / np.sqrt(PARTS - START)
    return np.full(runs, SERVED_PER_H * share), growth.mean(axis=1), error


def found(share, n, *, hours=8.0, warm_up_h=2.0, experiments=300):
    demand, growth, error = queues(share, hours=hours, warm_up_h=warm_up_h, runs=n * experiments)
    columns = (column.reshape(experiments, n) for column in (demand, np.ones(n * experiments), growth, error))
    return [one for one in loads(*columns, **RULES) if one is not None]


def alarms(share, n, **run):
    return np.mean([one.overloaded for one in found(share, n, **run)])


@pytest.mark.parametrize("share", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("n", [1, 4, 10])
def test_a_stable_queue_raises_no_alarm(share, n):
    assert alarms(share, n) <= 0.01
    assert alarms(share, n, warm_up_h=0.0) <= 0.01, "nor does one that starts empty and fills up"


@pytest.mark.parametrize(("share", "n", "least"), [(1.05, 20, 0.7), (1.1, 10, 0.8), (1.2, 4, 0.9), (1.5, 1, 0.95)])
def test_overload_is_detected(share, n, least):
    assert alarms(share, n) >= least


def test_longer_runs_detect_a_smaller_overload():
    assert alarms(1.05, 10, hours=24.0, warm_up_h=4.0) >= 0.65 > alarms(1.05, 10) + 0.15


@pytest.mark.parametrize("n", [4, 10])
def test_an_overloaded_queue_is_not_mistaken_for_a_stable_one(n):
    verdicts = [one.keeps_up for one in found(1.1, n)]
    assert np.mean([verdict is True for verdict in verdicts]) <= 0.01


def test_showing_that_a_queue_is_stable_takes_replications():
    assert np.mean([one.keeps_up is True for one in found(0.5, 20, experiments=50)]) > 0.9
    assert np.mean([one.keeps_up is None for one in found(0.9, 2, experiments=50)]) > 0.9


def test_without_the_kpis_nothing_is_said():
    unknown, none = np.full((1, 4), np.nan), np.zeros((1, 4))
    assert loads(unknown, unknown, unknown, unknown, **RULES) == [None]
    assert loads(none, unknown, none, none, **RULES) == [None]
