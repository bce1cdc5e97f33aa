"""Figures can be had at any moment: they are those of a run that ends now, and the run does not notice."""

from __future__ import annotations

import pickle
from copy import deepcopy

import numpy as np
import pytest

from robocell.environments import EventLog, Factory, Scenario, check, measure
from robocell.environments.kpis import state_intervals
from robocell.environments.log import AgentKind, Event
from robocell.testing import CELL

SCENARIO = Scenario.parse(deepcopy(CELL) | {"horizon": "1h", "warm_up": "5min"})


@pytest.mark.parametrize("time_s", [400.0, 1234.5, 3000.0])
def test_figures_match_those_of_a_run_that_ends_now(time_s: float) -> None:
    goes_on, ends = Factory(SCENARIO), Factory(SCENARIO)
    for factory in (goes_on, ends):
        factory.run_until(time_s)
    figures = measure(goes_on.log, SCENARIO)
    expected = measure(ends.finish(), SCENARIO)
    assert figures == pytest.approx(expected, nan_ok=True, rel=0, abs=0)
    assert goes_on.log.so_far().digest() == ends.log.digest()
    assert figures["energy_kwh"] > 0


def test_states_match_those_of_a_run_that_ends_now() -> None:
    goes_on, ends = Factory(SCENARIO), Factory(SCENARIO)
    for factory in (goes_on, ends):
        factory.run_until(1234.5)
    ends.finish()
    for agv in goes_on.agvs:
        open_ended, ended = (state_intervals(factory.log, agv.unique_id) for factory in (goes_on, ends))
        assert [part.tolist() for part in open_ended] == [part.tolist() for part in ended]


def test_a_run_that_is_measured_at_every_step_is_the_same_run() -> None:
    watched, alone = Factory(SCENARIO), Factory(SCENARIO)
    made = []
    while watched.running:
        watched.step()
        if watched.tick % 50 == 0:
            made.append(measure(watched.log, SCENARIO)["finished"])
    assert made == sorted(made)
    assert made[-1] > 10
    assert watched.log.digest() == alone.run().digest()


def test_before_the_warm_up_is_over_there_are_no_rates() -> None:
    factory = Factory(SCENARIO)
    factory.run_until(100)
    figures = measure(factory.log, SCENARIO)
    assert np.isnan(figures["throughput_per_h"])
    assert figures["finished"] == 0


def test_a_log_that_is_written_is_copied_and_pickled_without_its_factory() -> None:
    factory = Factory(SCENARIO)
    factory.run_until(400.0)
    pickled = pickle.dumps(factory.log)
    assert b"Factory" not in pickled
    logs = pickle.loads(pickled), deepcopy(factory.log)
    written = factory.log.events.tolist()
    factory.run_until(1000.0)
    for log in logs:
        assert log.events.tolist() == written
        assert log.events["time_s"][-1] <= log.so_far().end_s <= 400.0
        assert check(log, SCENARIO) == []


def test_the_log_of_a_copied_factory_is_ended_by_the_copy() -> None:
    factory = Factory(SCENARIO)
    factory.run_until(400.0)
    copy = pickle.loads(pickle.dumps(factory))
    copy.run_until(1000.0)
    assert copy.log.so_far().end_s == 1000.0
    assert factory.log.so_far().end_s == 400.0


def test_a_log_without_a_factory_ends_with_its_last_row() -> None:
    log = EventLog("demo", seed=1)
    assert log.so_far().end_s == 0
    log.add_agent(1, AgentKind.STATION, "source")
    log.event(3.0, Event.RELEASED, 1, job=2, value=60.0)
    assert log.so_far().end_s == 3.0
    assert not log.closed
    log.close(10.0)
    assert log.so_far() is log


def test_a_run_in_progress_is_checked_up_to_now() -> None:
    factory = Factory(SCENARIO)
    for time_s in (0.0, 17.0, 400.0, 1234.5, 3000.0):
        factory.run_until(time_s)
        assert check(factory.log, SCENARIO) == []
    assert not factory.log.closed
    assert check(factory.run(), SCENARIO) == []
