"""What is stopped at the very instant at which it would end goes on, and ends at once: 0.3 + 0.1 - 0.3 > 0.1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from robocell.agents.shop.activity import Activity
from robocell.agents.shop.failures import Failures
from robocell.environments.clock import Clock
from robocell.environments.motion.matrix import MatrixTraffic
from robocell.environments.scenario.stations import Breakdown

BEGIN_S, DURATION_S = 0.3, 0.1
END_S = BEGIN_S + DURATION_S
LIFE = Breakdown.model_validate(
    {
        "mtbf": {"distribution": "constant", "value": f"{DURATION_S}s"},
        "mttr": {"distribution": "constant", "value": "1s"},
    }
)


@pytest.fixture
def clock() -> Clock:
    assert END_S - BEGIN_S > DURATION_S
    clock = Clock()
    clock.advance(BEGIN_S)
    return clock


def fire(clock: Clock) -> None:
    while clock.next_s() < float("inf"):
        clock.fire_next()


def test_work(clock: Clock) -> None:
    ended_s: list[float] = []
    activity = Activity(clock)
    activity.begin(DURATION_S, lambda: ended_s.append(clock.now_s))
    clock.advance(END_S)
    activity.interrupt()
    activity.resume()
    fire(clock)
    assert ended_s == [END_S]


def test_the_time_to_the_next_failure(clock: Clock) -> None:
    class World:
        stream = staticmethod(lambda name: np.random.default_rng(1))
        now_s = property(lambda self: clock.now_s)

    world: Any = World()
    world.clock = clock
    struck_s: list[float] = []
    failures = Failures(
        world, LIFE, stream="machine", break_down=lambda: struck_s.append(clock.now_s), repair=lambda: None
    )
    failures.work_begins()
    clock.advance(END_S)
    failures.work_ends()
    failures.work_begins()
    fire(clock)
    assert struck_s == [END_S]


def test_a_trip(clock: Clock) -> None:
    arrived_s: list[float] = []
    traffic = MatrixTraffic(
        ["here", "there"],
        np.array([[0.0, DURATION_S], [DURATION_S, 0.0]]),
        vehicles=1,
        start_place=0,
        clock=clock,
        on_arrival=lambda vehicle: arrived_s.append(clock.now_s),
    )
    traffic.send(0, 1)
    clock.advance(END_S)
    traffic.hold(0, True)
    traffic.hold(0, False)
    fire(clock)
    assert arrived_s == [END_S]
