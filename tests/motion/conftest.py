"""Floors and fleets that the tests of motion share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from robocell.environments.layout import Layout
from robocell.environments.motion.grid import GridTraffic

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def _random_floor(seed: int, height: int, width: int, walls: float, arrows: float) -> Layout:
    rng = np.random.default_rng(seed)
    symbols = np.where(rng.random((height, width)) < arrows, rng.choice(list(">v<^"), (height, width)), ".")
    art = np.where(rng.random((height, width)) < walls, "#", symbols)
    art[0, 0] = "."
    return Layout.from_ascii("\n".join("".join(row) for row in art))


@pytest.fixture(scope="session")
def random_floor() -> Callable[[int, int, int, float, float], Layout]:
    """(seed, height, width, share of walls, share of arrows) -> a floor."""
    return _random_floor


def _shuttle(
    traffic: GridTraffic, *, ticks: int, seed: int = 1, breakdown: float = 0.0, handling_ticks: int = 3
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    places = len(traffic.places)
    until: dict[int, int] = {}
    broken: dict[int, int] = {}
    trace, arrivals = [traffic.node.copy()], np.zeros(ticks, np.int64)
    for vehicle in range(traffic.vehicles):
        traffic.send(vehicle, int(rng.integers(places)))
    for tick in range(ticks):
        for vehicle in sorted(v for v, end in until.items() if end == tick):
            del until[vehicle]
            traffic.hold(vehicle, False)
            if rng.random() < 0.2:
                traffic.park(vehicle)
                until[vehicle] = tick + 20
            else:
                traffic.send(vehicle, int(rng.integers(places)))
        for vehicle in sorted(v for v, end in broken.items() if end == tick):
            del broken[vehicle]
            traffic.hold(vehicle, False)
        if rng.random() < breakdown:
            vehicle = int(rng.integers(traffic.vehicles))
            if vehicle not in until and vehicle not in broken:
                traffic.hold(vehicle, True)
                broken[vehicle] = tick + 60
        for vehicle in traffic.step().tolist():
            arrivals[tick] += 1
            traffic.hold(vehicle, True)
            until[vehicle] = tick + handling_ticks
        trace.append(traffic.node.copy())
    return np.array(trace), arrivals


@pytest.fixture(scope="session")
def shuttle() -> Callable[..., tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """Drives all vehicles from place to place, with handling, parking and breakdowns; (trace, arrivals per tick)."""
    return _shuttle
