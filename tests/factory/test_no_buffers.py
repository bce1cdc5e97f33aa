"""Stations without buffers: a machine is promised to one part at a time, whoever calls for it, and however early."""

from __future__ import annotations

from typing import Any

import pytest

from robocell.environments import Factory, Scenario, check

PLACES = ["source", "sink", "mill"]
TWICE: dict[str, Any] = {  # both operations on the same machine, which keeps the part between them
    "transport": {
        "kind": "matrix",
        "places": PLACES,
        "travel": [["0s" if a == b else "5s" for b in PLACES] for a in PLACES],
    },
    "stations": {"mill": {"operations": {"mill": "10s"}, "input_capacity": 0, "output_capacity": 0}},
    "fleet": {"agvs": {"count": 2}},
    "products": {"p": {"routing": ["mill", "mill"]}},
    "orders": {"kind": "conwip", "wip": 3, "limit": 6},
    "horizon": "10min",
    "drain": True,
}


@pytest.mark.parametrize("machines", [1, 2])
@pytest.mark.parametrize("look_ahead", ["none", "start", "departure"])
def test_a_part_that_calls_ahead_for_its_own_machine_makes_no_room_for_another(machines: int, look_ahead: str) -> None:
    mill = TWICE["stations"]["mill"] | {"machines": machines}
    factory = Factory(Scenario.parse(TWICE | {"stations": {"mill": mill}, "negotiation": {"look_ahead": look_ahead}}))
    log = factory.run()
    assert factory.workload.in_process == 0
    assert check(log, factory.spec) == []
