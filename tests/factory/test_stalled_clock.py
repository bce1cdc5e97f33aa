"""Events that follow each other without end at one instant are stopped with a message, and crowds are not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from robocell.environments import Factory, Scenario, measure
from robocell.environments.clock import Clock
from robocell.environments.config.errors import StalledClockError

AT_ONCE: dict[str, Any] = {
    "transport": {"kind": "instant"},
    "stations": {"mill": {"operations": {"mill": "0s"}}},
    "products": {"part": {"routing": ["mill"]}},
    "orders": {"kind": "conwip", "wip": 5},
    "horizon": "1h",
}


def changed(**sections: Any) -> Scenario:
    data = copy.deepcopy(AT_ONCE)
    for section, values in sections.items():
        data[section] |= values
    return Scenario.parse(data)


@pytest.mark.parametrize(
    "mill",
    [
        {},
        {"scrap_rate": 1.0},
        {"operations": {"mill": "1e-300s"}},
        {"input_capacity": 0, "output_capacity": 0},
        {"machines": 20},
    ],
    ids=str,
)
def test_parts_that_take_no_time_under_conwip_are_reported(mill):
    with pytest.raises(StalledClockError, match=r"time stands still at .*s: 1006 parts in a row left .*'part'"):
        Factory(changed(stations={"mill": AT_ONCE["stations"]["mill"] | mill}), rng=1).run()


def test_all_scrap_and_few_orders_come_to_an_end():
    scrap = changed(stations={"mill": {"operations": {"mill": "10s"}, "scrap_rate": 1.0}})
    assert measure(Factory(scrap, rng=1).run(), scrap)["scrapped"] == 360
    limited = changed(orders={"limit": 300})
    assert measure(Factory(limited, rng=1).run(), limited)["finished"] == 300


def test_many_events_at_one_instant_are_allowed():
    crowd = Scenario.parse(AT_ONCE | {"orders": {"kind": "batch", "every": "2h", "size": 4000}})
    assert measure(Factory(crowd, rng=1).run(), crowd)["finished"] == 4000


def fire(clock: Clock, events: int) -> None:
    for _ in range(events):
        clock.fire_next()


def test_the_agent_that_schedules_endlessly_is_named():
    class Watch:
        name = "agv_1"

        def look(self) -> None:
            clock.schedule(1e-20, self.look)

    clock = Clock(lambda: 3)
    clock.advance(78 * 3600.0)
    clock.schedule(0.0, Watch().look)
    with pytest.raises(StalledClockError, match=r"agv_1: .*Watch.look 100 times"):
        fire(clock, 10_000)


def test_each_instant_counts_for_itself():
    clock = Clock()
    for _ in range(5000):
        clock.schedule(1.0, lambda: None)
        clock.fire_next()
    assert clock.now_s == 5000.0
