"""A config whose parts can wait for each other for ever is told from one whose parts cannot."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments import Factory, Scenario, measure
from robocell.environments.scenario.jam_risk import jam_risk
from robocell.experiments import Experiment


def shop(
    routings: list[str], rooms: dict[str, tuple[int | None, int | None]], wip: int = 50, machines: int = 1, **more: Any
) -> Scenario:
    """One station for each letter, with room in its input and output; parts move at once."""
    return Scenario.parse(
        {
            "transport": {"kind": "instant"},
            "stations": {
                name: {
                    "operations": {
                        letter: {"distribution": "exponential", "mean": "30s"} for letter in name.split("_")
                    },
                    "input_capacity": before,
                    "output_capacity": after,
                    "machines": machines,
                }
                for name, (before, after) in rooms.items()
            },
            "products": {f"product_{i}": {"routing": list(routing)} for i, routing in enumerate(routings)},
            "orders": {"kind": "conwip", "wip": wip},
            "horizon": "4h",
        }
        | more
    )


def risk(*arguments: Any, **keys: Any) -> tuple[tuple[str, ...], int] | None:
    found = jam_risk(shop(*arguments, **keys))
    return found and (found.stations, found.parts)


@pytest.mark.parametrize(
    ("routings", "stations", "parts"),
    [
        (["xyxy"], ("x", "y"), 6),
        (["xy", "yx"], ("x", "y"), 6),
        (["xxy"], ("x",), 3),
        (["xyz", "zyx"], ("x", "y"), 6),
        (["xyzx"], ("x", "y", "z"), 9),
    ],
)
def test_routings_that_cross_or_return_are_reported(routings, stations, parts):
    rooms = dict.fromkeys("xyz", (1, 1))
    assert risk(routings, rooms) == (stations, parts)
    assert risk(routings, rooms, wip=parts) == (stations, parts)
    assert risk(routings, rooms, wip=parts - 1) is None
    assert risk(routings, rooms, storage={"rack": {}}) is None
    assert risk(routings, rooms, storage={"rack": {"capacity": 4}}) == (stations, parts + 4)


@pytest.mark.parametrize(
    ("routings", "rooms"),
    [
        (["xyz", "xz"], dict.fromkeys("xyz", (0, 0))),  # all go the same way
        (["xyxy"], {"x": (1, 1), "y": (1, None)}),  # y always gets rid of its parts
        (["xyxy"], {"x": (None, 1), "y": (1, 1)}),  # x takes all that comes
        (["xyx"], {"x": (1, 1), "y": (1, 1), "x_z": (None, 1)}),  # x can be done elsewhere, without an end
        (["xyx"], {"x": (1, 1), "y": (1, 1), "x_z": (1, None)}),  # the other place always empties
    ],
)
def test_routings_that_can_always_continue_are_not_reported(routings, rooms):
    assert risk(routings, rooms) is None


def test_smaller_buffers_and_more_machines_are_counted():
    assert risk(["xyx"], {"x": (0, 0), "y": (2, 3)}, machines=2) == (("x", "y"), 9)
    assert risk(["xyx"], dict.fromkeys("xy", (0, 0)), orders={"kind": "poisson", "rate": "9/h"}) == (("x", "y"), 2)
    assert risk(["xyx"], dict.fromkeys("xy", (0, 0)), orders={"kind": "poisson", "rate": "9/h", "limit": 1}) is None


ROOM = st.sampled_from([0, 1, 2, None])


SHOPS = given(
    routings=st.lists(st.text("xyz", min_size=1, max_size=4), min_size=1, max_size=3),
    rooms=st.fixed_dictionaries({name: st.tuples(ROOM, ROOM) for name in ("x", "y", "z", "x_y")}),
    machines=st.integers(1, 2),
    wip=st.integers(1, 14),
    stored=st.sampled_from([None, 1, 3]),
)


def assert_only_what_was_told_jams(routings, rooms, machines, wip, stored):
    storage = {} if stored is None else {"storage": {"rack": {"capacity": stored}}}
    scenario = shop(routings, rooms, wip, machines, **storage)
    if jam_risk(scenario) is None:
        assert measure(Factory(scenario, rng=1).run(), scenario)["jammed"] == 0.0


@SHOPS
@settings(max_examples=8, deadline=None)
def test_every_factory_that_jams_was_reported(**drawn):
    assert_only_what_was_told_jams(**drawn)


@pytest.mark.slow
@SHOPS
@settings(max_examples=500, deadline=None)
def test_every_one_of_many_factories_that_jams_was_reported(**drawn):
    assert_only_what_was_told_jams(**drawn)


def test_a_circle_that_can_be_filled_jams_and_one_part_less_does_not():
    rooms = {"x": (1, 0), "y": (0, 1)}
    full, short = (shop(["xyxy"], rooms, wip) for wip in (4, 3))
    assert jam_risk(full) is not None
    assert measure(Factory(full, rng=1).run(), full)["jammed"] == 1.0
    assert jam_risk(short) is None
    assert measure(Factory(short, rng=1).run(), short)["jammed"] == 0.0


@pytest.mark.parametrize("name", ["quickstart", "fleet_sizing", "job_shop", "unmanned", "job_shop_agvs"])
def test_no_shipped_factory_can_jam(name):
    assert all(jam_risk(case.scenario) is None for case in Experiment.load(name).cases)


@given(
    routings=st.lists(st.text("vwxyz", min_size=2, max_size=6), min_size=1, max_size=4),
    rooms=st.fixed_dictionaries({name: st.tuples(st.integers(0, 3), st.integers(0, 3)) for name in "vwxyz"}),
)
@settings(max_examples=30, deadline=None)
def test_the_circle_is_the_one_that_the_fewest_parts_fill(routings, rooms):
    graph = networkx.DiGraph([pair for routing in routings for pair in pairwise(routing)])
    fewest = min(
        (sum(sum(rooms[name]) + 1 for name in circle) for circle in networkx.simple_cycles(graph)), default=None
    )
    found = jam_risk(shop(routings, rooms, wip=1000))
    assert (found and found.parts) == fewest
