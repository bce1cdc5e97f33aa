"""Travel times of a table may be random: each trip takes its own, and offers use the mean."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import pytest

from robocell.agents.events import Event, VehicleState
from robocell.agents.mechanisms import MECHANISMS
from robocell.environments import Factory, Scenario, check
from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario import Matrix
from robocell.testing import TABLE, changed

TRIP = {"distribution": "triangular", "low": "10s", "mode": "20s", "high": "60s"}


def table(**changes):
    travel = [[TRIP if a != b else "0s" for b in range(7)] for a in range(7)]
    return Scenario.parse(changed(TABLE, transport__travel=travel, **changes))


@pytest.mark.parametrize("mechanism", sorted(MECHANISMS))
def test_a_factory_with_random_trips_breaks_no_rule(mechanism):
    scenario = table(negotiation__mechanism=mechanism)
    assert check(Factory(scenario).run(), scenario) == []


def test_trips_take_what_their_distribution_says():
    scenario = table(horizon="60h", orders={"kind": "poisson", "rate": "10/h"}, fleet__agvs__capacity=1)
    factory = Factory(scenario)
    log = factory.run()
    driving = (VehicleState.EMPTY, VehicleState.LOADED)
    trips = []
    for agv in factory.agvs:
        rows = log.events[(log.events["kind"] == Event.VEHICLE_STATE) & (log.events["agent"] == agv.unique_id)]
        trips += [
            float(b["time_s"] - a["time_s"])
            for a, b in pairwise(rows)
            if a["value"] in driving and b["value"] == VehicleState.HANDLING and b["time_s"] > a["time_s"]
        ]
    assert min(trips) >= 10.0
    assert max(trips) <= 60.0
    assert np.mean(trips) == pytest.approx(30.0, rel=0.03)


def test_the_table_shows_means_and_shortest_times():
    transport = table().transport
    assert isinstance(transport, Matrix)
    assert transport.travel_times_s(table().places)[0, 1] == pytest.approx(30.0)
    assert transport.least_travel_times_s(table().places)[0, 1] == 10.0
    assert transport.least_travel_times_s(table().places)[1, 1] == 0.0


def test_random_trips_survive_copies_and_writing():
    scenario = table()
    assert Scenario.parse(scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)) == scenario
    factory = Factory(scenario)
    factory.run_until(900.0)
    twin = copy.deepcopy(factory)
    assert factory.run().digest() == twin.run().digest()


def test_a_random_trip_to_the_same_place_is_refused():
    with pytest.raises(ScenarioError, match=r"travel from 'source' to itself takes 30s; it must be 0s"):
        Scenario.parse(changed(TABLE, transport__travel=[[TRIP] * 7] * 7))


def test_a_wrong_distribution_of_a_trip_is_located():
    travel: list[list[object]] = [["0s"] * 7 for _ in range(7)]
    travel[2][3] = {"distribution": "triangular", "low": "10s", "mode": "5s", "high": "60s"}
    with pytest.raises(ScenarioError, match=r"transport\.travel\.2\.3"):
        Scenario.parse(changed(TABLE, transport__travel=travel))
