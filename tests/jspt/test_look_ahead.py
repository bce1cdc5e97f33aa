"""Calling early and planning ahead in a factory with a floor, robots, small buffers and orders that come by and by."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.agents.events import Event, VehicleState
from robocell.environments.checks import check
from robocell.environments.factory import Factory
from robocell.environments.instances.job_shop import JobShop
from robocell.environments.scenario import Scenario

ART = """
################
#PPPPPPPPPP....#
#.S..A.C..B..O.#
#..............#
################
"""


def factory(look_ahead: str, mechanism: str = "what_if", **negotiation) -> Factory:
    scenario = Scenario.parse(
        {
            "name": "three stations",
            "layout": {"art": ART.strip("\n"), "legend": {"S": "source", "O": "sink", "A": "a", "B": "b", "C": "c"}},
            "stations": {
                "a": {"operations": {"drill": "50s"}, "input_capacity": 2, "output_capacity": 1},
                "c": {"operations": {"drill": "80s"}, "input_capacity": 1, "output_capacity": 1},
                "b": {"operations": {"wash": "30s"}, "input_capacity": 2, "output_capacity": 1},
            },
            "robots": {"arm": {"stations": ["b"], "load": "4s", "unload": "4s"}},
            "fleet": {"agvs": {"count": 3, "load": "5s", "unload": "5s"}},
            "products": {"plate": {"routing": ["drill", "wash"], "due": "10min"}},
            "orders": {"kind": "poisson", "rate": "40/h"},
            "negotiation": {"mechanism": mechanism, "look_ahead": look_ahead, **negotiation},
            "horizon": "1h",
            "drain": True,
            "seed": 3,
        }
    )
    return Factory(scenario)


@pytest.mark.parametrize("look_ahead", ["none", "start", "departure"])
@pytest.mark.parametrize("objective", ["flow_time", "tardiness"])
def test_planning_ahead_drains_a_factory_with_a_floor_and_breaks_no_rule(look_ahead, objective):
    built = factory(look_ahead, what_if={"objective": objective, "rules": 3, "exchanges": 2, "ahead": 2})
    log = built.run()
    assert built.workload.in_process == 0
    assert built.workload.released > 20
    assert check(log, built.spec) == []


@pytest.mark.parametrize("look_ahead", ["start", "departure"])
def test_a_vehicle_that_comes_too_early_moves_aside_so_that_others_reach_the_dock(look_ahead):
    built = factory(look_ahead, "contract_net")
    log = built.run()
    events = log.events
    waiting = (events["kind"] == Event.VEHICLE_STATE) & (events["value"] == VehicleState.WAITING)
    assert waiting.any()
    assert built.workload.in_process == 0
    assert check(log, built.spec) == []


def test_a_vehicle_that_was_called_early_waits_for_the_part():
    def waits(look_ahead: str) -> int:
        shop = JobShop("one job", 2, ((((0, 9.0),), ((1, 4.0),)),))
        travel_times_s = [[0.0, 3.0, 3.0], [6.0, 0.0, 2.0], [6.0, 2.0, 0.0]]
        negotiation = {"look_ahead": look_ahead}
        events = Factory(shop.scenario(vehicles=1, travel_s=travel_times_s, negotiation=negotiation)).run().events
        return int(np.sum((events["kind"] == Event.VEHICLE_STATE) & (events["value"] == VehicleState.WAITING)))

    assert [waits(mode) for mode in ("none", "start", "departure")] == [0, 2, 2]
