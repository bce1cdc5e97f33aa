"""Batteries that idle vehicles run down."""

from __future__ import annotations

from typing import Any

import pytest

from robocell.agents import Event
from robocell.environments import Factory, Scenario, check

from .conftest import changed

PLACES = ["source", "sink", "mill", "plug"]
IDLE: dict[str, Any] = {  # one part, and then nothing to do
    "transport": {
        "kind": "matrix",
        "places": PLACES,
        "travel": [["0s" if a == b else "5s" for b in PLACES] for a in PLACES],
    },
    "stations": {"mill": {"operations": {"mill": "10s"}}},
    "chargers": {"plug": {}},
    "fleet": {
        "agvs": {
            "count": 1,
            "battery": {
                "capacity": "1kJ",
                "drive_empty": "20J/m",
                "drive_loaded": "40J/m",
                "idle": "7W",
                "charge": "200W",
                "threshold": 0.4,
            },
        }
    },
    "products": {"p": {"routing": ["mill"]}},
    "orders": {"kind": "list", "orders": [{"at": "1s", "product": "p"}]},
    "horizon": "10min",
}


@pytest.mark.parametrize("threshold", [0.3, 0.4, 0.5])
@pytest.mark.parametrize("idle", ["3W", "7W", "9W"])
def test_the_clock_goes_on_when_rounding_leaves_a_battery_just_above_its_threshold(idle: str, threshold: float) -> None:
    factory = Factory(
        Scenario.parse(changed(IDLE, fleet__agvs__battery__idle=idle, fleet__agvs__battery__threshold=threshold))
    )
    for _ in range(2000):  # not run(): a clock that stands still would never return
        if factory.clock.next_s() > 600.0:
            break
        factory.clock.fire_next()
        factory.net.settle()
    assert factory.clock.next_s() > 600.0
    log = factory.finish()
    charged_s = log.events["time_s"][log.events["kind"] == Event.ENERGY]
    assert len(charged_s) > 1, "each time that it has run down"
    assert check(log, factory.spec) == []
