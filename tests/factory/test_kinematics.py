"""A factory whose vehicles turn in place and are slow with a load: sound, empty in the end, and slower."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from robocell.environments import Factory, Scenario
from robocell.environments.checks import check
from robocell.environments.kpis import measure
from robocell.environments.log import AgentKind, EventLog
from robocell.testing import CELL


@pytest.fixture(scope="module")
def logs() -> dict[str, EventLog]:
    """Of vehicles that move in any direction, and of those that turn in place."""
    kinds = ("omni", "differential")
    return {kind: Factory(changed(deepcopy(CELL), kinematics=kind)).run() for kind in kinds}


def changed(cell: dict, **agvs: object) -> Scenario:
    cell["fleet"]["agvs"] |= agvs
    return Scenario.parse(cell | {"horizon": "30min"})


@pytest.mark.parametrize(
    "agvs",
    [
        {"kinematics": "differential"},
        {"kinematics": "differential", "turn": "3s", "loaded_speed": "0.4m/s", "count": 8, "capacity": 2},
        {"loaded_speed": "0.35m/s", "breakdown": {"mtbf": "20min", "mttr": "3min"}},
    ],
)
def test_the_log_is_sound_and_the_factory_empty(cell, agvs):
    scenario = changed(cell, **agvs)
    log = Factory(scenario).run()
    assert check(log, scenario) == []
    figures = measure(log, scenario)
    assert figures["released"] == figures["finished"] + figures["scrapped"] > 0
    assert log.digest() == Factory(scenario).run().digest()


def test_parts_take_longer_the_slower_the_vehicles(cell):
    times_s = []
    for agvs in ({}, {"kinematics": "differential"}, {"turn": "4s"}, {"loaded_speed": "0.3m/s"}):
        scenario = changed(cell, **agvs)
        times_s.append(measure(Factory(scenario).run(), scenario)["flow_time_mean_s"])
    assert times_s == sorted(times_s)


@pytest.mark.parametrize(
    ("driven", "claimed", "rule"),
    [
        ("omni", {"kinematics": "differential"}, "turning"),
        ("differential", {"kinematics": "differential", "turn": "3s"}, "turning"),
        ("omni", {"loaded_speed": "0.5m/s"}, "speed"),
    ],
)
def test_vehicles_that_exceed_their_speed_are_found(cell, logs, driven, claimed, rule):
    assert {violation.rule for violation in check(logs[driven], changed(cell, **claimed))} >= {rule}


def test_a_vehicle_faces_the_direction_of_every_move_first(logs):
    """Between a move east and one west lie two quarter turns."""
    log = logs["differential"]
    for column in range(len(log.ids(AgentKind.AGV))):
        step = np.diff(log.trace_cells[:, column])
        rows = np.flatnonzero(step)
        back = step[rows[1:]] == -step[rows[:-1]]
        assert (np.diff(log.trace_ticks[rows + 1])[back] >= 3).all()
