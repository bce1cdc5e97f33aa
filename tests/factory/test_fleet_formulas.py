"""Fleets are as large as the formulas of a textbook say (Groover's kind): deliveries an hour, availability."""

from __future__ import annotations

import pytest

from robocell.agents.mechanisms import MECHANISMS
from robocell.environments import Factory, Scenario, check
from robocell.environments.kpis import measure


def saturated(loaded_s, empty_s, handling_s, *, vehicles=1, breakdown=None, mechanism="contract_net"):
    """Deliveries an hour of each vehicle where loads always wait."""
    agvs = {"count": vehicles, "load": f"{handling_s / 2}s", "unload": f"{handling_s / 2}s"}
    if breakdown is not None:
        agvs["breakdown"] = breakdown
    travel = [["0s", f"{loaded_s}s"], [f"{empty_s}s", "0s"]]
    scenario = Scenario.parse(
        {
            "transport": {"kind": "matrix", "places": ["dock", "line"], "travel": travel},
            "source": "dock",
            "sink": "line",
            "fleet": {"agvs": agvs},
            "products": {"load": {"routing": []}},
            "orders": {"kind": "conwip", "wip": 4 * vehicles},
            "negotiation": {"mechanism": mechanism},
            "horizon": "400h",
            "warm_up": "10h",
        }
    )
    log = Factory(scenario).run()
    return measure(log, scenario)["throughput_per_h"] / vehicles, scenario, log


@pytest.mark.parametrize("vehicles", [1, 4])
def test_deliveries_an_hour_of_a_vehicle(vehicles):
    rate_per_h, scenario, log = saturated(75.0, 90.0, 90.0, vehicles=vehicles)
    assert rate_per_h == pytest.approx(60 / 4.25, rel=0.002)
    assert check(log, scenario) == []


@pytest.mark.parametrize("mechanism", sorted(MECHANISMS))
def test_there_is_nothing_to_decide(mechanism):
    if mechanism == "what_if":
        pytest.skip("plans 16 loads at every decision, for minutes")
    rate_per_h, *_ = saturated(100.0, 70.0, 60.0, vehicles=2, mechanism=mechanism)
    assert rate_per_h == pytest.approx(3600 / 230, rel=0.002)


def test_availability_lowers_the_deliveries_in_proportion():
    breakdown = {"mtbf": "57min", "mttr": "3min", "clock": "calendar"}
    rate_per_h, *_ = saturated(200.0, 150.0, 48.0, vehicles=4, breakdown=breakdown)
    assert rate_per_h == pytest.approx(0.95 * 3600 / 398, rel=0.01)
