"""Loading and unloading take times of any distribution, of all products or of each."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from robocell.agents.events import Event, RobotState, VehicleState
from robocell.agents.mechanisms import MECHANISMS
from robocell.environments import Factory, Scenario, check
from robocell.environments.config.errors import ScenarioError
from robocell.testing import CELL, TABLE, changed

UNIFORM = {"distribution": "uniform", "low": "5s", "high": "25s"}
BY_PRODUCT = {"p": {"distribution": "triangular", "low": "1s", "mode": "2s", "high": "9s"}, "q": "30s"}
TWO = {**TABLE["products"], "q": {"routing": ["drill"]}}


def handling_s(log, agents, kind, state):
    """Length of each period in which one of the agents reports to handle."""
    spans = []
    for agent in agents:
        rows = log.events[(log.events["kind"] == kind) & (log.events["agent"] == agent.unique_id)]
        spans += [float(b["time_s"] - a["time_s"]) for a, b in pairwise(rows) if a["value"] == state]
    return np.array(spans)


def test_a_vehicle_takes_a_random_time_for_each_part():
    scenario = Scenario.parse(changed(TABLE, fleet__agvs__load=UNIFORM, fleet__agvs__unload=UNIFORM, horizon="20h"))
    factory = Factory(scenario)
    log = factory.run()
    assert check(log, scenario) == []
    spans = handling_s(log, factory.agvs, Event.VEHICLE_STATE, VehicleState.HANDLING)
    assert spans.min() >= 5.0
    assert spans.mean() == pytest.approx(15.0, rel=0.2)  # several parts may be handled in one period
    assert len(np.unique(spans)) > len(spans) / 2


def test_a_time_for_each_product():
    scenario = Scenario.parse(changed(TABLE, products=TWO, fleet__agvs__load=BY_PRODUCT, fleet__agvs__unload="1s"))
    log = Factory(scenario).run()
    assert check(log, scenario) == []
    slower = scenario.fleet.agvs.load_time("q").mean_s, scenario.fleet.agvs.load_time("p").mean_s
    assert slower == (30.0, pytest.approx(4.0))


def test_robots_take_random_times_by_product():
    robots = {"arm": {"stations": ["b", "c"], "load": UNIFORM, "unload": {"p": UNIFORM}, "shift": "day"}}
    shifts = {"day": {"every": "30min", "pauses": [{"from": "10min", "to": "12min"}]}}
    scenario = Scenario.parse(changed(CELL, robots=robots, shifts=shifts))
    factory = Factory(scenario)
    log = factory.run()
    assert check(log, scenario) == []
    spans = handling_s(log, factory.robots, Event.ROBOT_STATE, RobotState.HANDLING)
    assert 5.0 <= spans.min() < spans.max() <= 25.0


@pytest.mark.parametrize("mechanism", sorted(MECHANISMS))
def test_every_mechanism_meets_the_same_times_where_it_handles_the_same(mechanism):
    random = changed(CELL, robots__arm__load=UNIFORM, fleet__agvs__unload=UNIFORM, horizon="30min")
    scenario = Scenario.parse(changed(random, negotiation__mechanism=mechanism))
    log = Factory(scenario).run()
    assert check(log, scenario) == []
    again = Factory(scenario).run()
    assert log.digest() == again.digest()


def test_the_first_loading_of_a_part_takes_the_same_time_with_any_fleet():
    def first_s(count):
        data = changed(TABLE, fleet__agvs__count=count, fleet__agvs__capacity=1, fleet__agvs__load=UNIFORM)
        del data["fleet"]["agvs"]["battery"]
        factory = Factory(Scenario.parse(data))
        log = factory.run()
        found = {}
        for row in log.events[log.events["kind"] == Event.LOADED]:
            states = log.events[(log.events["kind"] == Event.VEHICLE_STATE) & (log.events["agent"] == row["agent"])]
            begun = states[(states["value"] == VehicleState.HANDLING) & (states["time_s"] < row["time_s"])][-1]
            found.setdefault(log.name_of(row["job"]), round(float(row["time_s"] - begun["time_s"]), 6))
        return found

    few, many = first_s(2), first_s(6)
    assert few == many
    assert len(set(few.values())) > 10


def test_vehicles_offer_with_the_mean():
    mean = Scenario.parse(changed(TABLE, fleet__agvs__load="15s", orders={"kind": "conwip", "wip": 1, "limit": 1}))
    drawn = Scenario.parse(changed(TABLE, fleet__agvs__load=UNIFORM, orders={"kind": "conwip", "wip": 1, "limit": 1}))
    offers = []
    for scenario in (mean, drawn):
        log = Factory(scenario).run()
        accepted = log.messages[log.messages["value"] > 0]
        offers.append(accepted["value"][:1].tolist())
    assert offers[0] == offers[1]


@pytest.mark.parametrize(
    ("load", "says"),
    [
        ({"p": "5s", "r": "5s"}, "fleet.agvs.load.r: 'r' is not a product; allowed: p, q"),
        ({"p": "5s"}, "fleet.agvs.load: names no time for 'q'; give one for each product, or one time for all"),
        ({"distribution": "uniform", "low": "9s", "high": "1s"}, "fleet.agvs.load: "),
    ],
)
def test_times_that_cannot_be_are_refused(load, says):
    with pytest.raises(ScenarioError) as caught:
        Scenario.parse(changed(TABLE, products=TWO, fleet__agvs__load=load))
    assert says in str(caught.value)
