"""Calls made before a part stands ready must not lock a factory whose buffers hold one part each.

A part that cannot come yet may have won the very place that the part in front of it needs; vehicles may all wait for
parts that cannot come out. So a contract made ahead gives way to one whose part stands ready.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from robocell.agents.events import Event
from robocell.agents.negotiation.contract import ContractPhase
from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.job import Job
from robocell.environments.checks import check
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.testing import assert_conforms

from .test_chaos import AUCTIONS, CHAOS

FLOOR = """
################
#PPPPPPPPPP..E.#
#.S..A.C..B..O.#
#..............#
################
"""
BATTERY = {"capacity": "40kJ", "drive_empty": "30J/m", "drive_loaded": "45J/m", "idle": "20W", "charge": "400W"}


def tight(
    *,
    negotiation: dict[str, Any],
    seed: int = 0,
    room: int = 1,
    vehicles: int = 1,
    capacity: int = 1,
    fails: bool = False,
    batteries: bool = False,
    minutes: int = 30,
) -> Scenario:
    """Two ways to cut, one to test, an arm that tends the latter; more orders than can be done in time."""
    buffers: dict[str, Any] = {"input_capacity": room, "output_capacity": room}
    if fails:
        buffers["breakdown"] = {"mtbf": "5min", "mttr": "1min"}
    return Scenario.parse(
        {
            "name": "tight",
            "layout": {
                "art": FLOOR.strip("\n"),
                "legend": {"S": "source", "O": "sink", "A": "mill", "B": "test", "C": "pack", "E": "charger"},
            },
            "stations": {
                "mill": {"operations": {"cut": "50s"}, **buffers},
                "pack": {"operations": {"cut": "80s"}, **buffers},
                "test": {"operations": {"test": "30s"}, **buffers},
            },
            "robots": {"arm": {"stations": ["test"], "load": "4s", "unload": "4s"}},
            "chargers": {"charger": {}},
            "fleet": {
                "agvs": {
                    "count": vehicles,
                    "load": "5s",
                    "unload": "5s",
                    "capacity": capacity,
                    **({"battery": BATTERY} if batteries else {}),
                    **({"breakdown": {"mtbf": "15min", "mttr": "2min"}} if fails else {}),
                }
            },
            "products": {"part": {"routing": ["cut", "test"], "due": "10min"}},
            "orders": {"kind": "poisson", "rate": "60/h"},
            "negotiation": negotiation,
            "record": {"messages": "full", "trace": True},
            "horizon": f"{minutes}min",
            "drain": True,
            "seed": seed,
        }
    )


def drain(scenario: Scenario) -> Factory:
    """Run to the end: everything is made, no rule is broken, nothing was said out of turn."""
    model = Factory(scenario)
    log = model.run()
    assert model.workload.in_process == 0
    assert check(log, scenario) == []
    assert_conforms(log, closed=scenario.negotiation.channel is None)
    model.close()
    return model


@pytest.mark.parametrize(
    ("mechanism", "look_ahead", "floor"),
    [
        ("random", "none", {"seed": 1}),  # called when the machine is done, though the output buffer may be full
        ("cbba", "start", {"fails": True}),
        ("mwkr", "start", {"vehicles": 3, "seed": 3}),
        ("mwkr", "departure", {"room": 2}),
        ("regret", "departure", {"vehicles": 3, "fails": True}),
        ("sequential_single_item", "departure", {"seed": 4, "fails": True}),
        ("what_if", "departure", {"vehicles": 2, "minutes": 10}),
    ],
)
def test_a_factory_with_the_smallest_buffers_drains_however_early_jobs_call(mechanism, look_ahead, floor):
    drain(tight(negotiation={"mechanism": mechanism, "look_ahead": look_ahead, "queue_limit": 1}, **floor))


@pytest.mark.parametrize("batteries", [False, True])
def test_a_vehicle_that_waits_for_a_part_serves_ready_parts_first(batteries):
    """Two places on board, three contracts, one vehicle: whatever it waits for, another part may be in the way."""
    negotiation = {"mechanism": "nearest", "look_ahead": "departure", "queue_limit": 3}
    drain(tight(negotiation=negotiation, capacity=2, batteries=batteries))


def test_a_contract_is_left_for_another_part_only_before_its_own_part_is_ready():
    model = drain(tight(negotiation={"mechanism": "mwkr", "look_ahead": "departure", "queue_limit": 1}))
    log = model.log
    messages, events = log.messages, log.events
    left = messages[messages["performative"] == Performative.FAILURE]
    assert len(left), "the story is about contracts that are left"
    job_of = dict(zip(log.conversations["conversation"].tolist(), log.conversations["job"].tolist(), strict=True))
    for time_s, conversation in zip(left["time_s"].tolist(), left["conversation"].tolist(), strict=True):
        before = events[(events["job"] == job_of[conversation]) & (events["time_s"] < time_s)]["kind"]
        moves = before[np.isin(before, (Event.RELEASED, Event.LOADED, Event.DISMOUNTED))]
        assert moves[-1] == Event.LOADED, "its part was on a vehicle or in a station, and stood nowhere ready"


AHEAD = st.fixed_dictionaries(
    {
        "mechanism": st.sampled_from(AUCTIONS),
        "look_ahead": st.sampled_from(["none", "start", "departure"]),
        "queue_limit": st.integers(1, 3),
    }
)
FLOORS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 9999),
        "room": st.integers(1, 2),
        "vehicles": st.integers(1, 3),
        "capacity": st.integers(1, 2),
        "fails": st.booleans(),
        "batteries": st.booleans(),
    }
)
SOAK: dict[str, Any] = {
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def both(ahead: dict[str, Any], faults: dict[str, Any]) -> dict[str, Any]:
    return {**faults, **ahead, **({"queue_limit": 1} if faults.get("commitment") == "leveled" else {})}


@settings(max_examples=4, derandomize=True, **SOAK)
@given(AHEAD, CHAOS, FLOORS)
def test_it_drains_though_messages_are_lost(ahead, faults, floor):
    drain(tight(negotiation=both(ahead, faults), minutes=15, **floor))


@pytest.mark.slow
@settings(max_examples=150, **SOAK)
@given(AHEAD, CHAOS | st.just({}), FLOORS)
def test_many_factories_drain(ahead, faults, floor):
    drain(tight(negotiation=both(ahead, faults), **floor))


def test_a_part_on_its_way_gives_up_the_transport_that_it_announced_ahead() -> None:
    """The station after the one that it is brought to falls out; the vehicle that was to bring it there is told."""
    factory = Factory(tight(negotiation={"look_ahead": "departure"}, vehicles=3))
    job = None
    while job is None:
        factory.step()
        called = [part for part in factory.agents if isinstance(part, Job) and part.transport is not None]
        job = next((part for part in called if part.carrier and part.transport.origin != part.place), None)
    ahead = job.transport
    factory.net.recall(job.operation)
    factory.net.settle()
    assert ahead.contract.phase is ContractPhase.CLOSED
    assert job.transport is not ahead


MILL = """
transport:
  kind: matrix
  places: [source, sink, mill, bench]
  travel: [[0s,5s,5s,5s], [5s,0s,5s,5s], [5s,5s,0s,5s], [5s,5s,5s,0s]]
fleet: {agvs: {count: 1}}
stations: {mill: {operations: {cut: 20s}}, bench: {operations: {fit: 5s}}}
products: {plate: {routing: [cut, fit]}, lid: {routing: [cut]}}
orders:
  kind: list
  orders: [{at: 0s, product: plate}, {at: 0s, product: lid}, {at: 5s, product: lid}, {at: 5s, product: plate}]
horizon: 5min
drain: true
"""


@pytest.mark.parametrize(("look_ahead", "room"), [("departure", 0), ("departure", 1), ("start", 1)])
def test_a_planner_lets_no_vehicle_wait_for_a_part_behind_one_that_needs_it(look_ahead: str, room: int) -> None:
    """Messages take time, so that the calls for the part in front and for the part behind come to it one by one."""
    data = yaml.safe_load(MILL)
    data["stations"]["mill"]["output_capacity"] = room
    channel = {"delay": {"distribution": "uniform", "low": "0s", "high": "1s"}}
    data["negotiation"] = {"mechanism": "what_if", "look_ahead": look_ahead, "channel": channel}
    for seed in range(8):
        scenario = Scenario.parse(data | {"seed": seed})
        factory = Factory(scenario)
        log = factory.run()
        assert factory.workload.in_process == 0
        assert check(log, scenario) == []


@pytest.mark.parametrize("seed", [1, 3, 12])
def test_a_planner_foresees_that_another_machine_may_fill_the_output_first(seed: int) -> None:
    data = yaml.safe_load(MILL)
    work = {"distribution": "weibull", "shape": 0.7, "mean": "20s"}
    data["stations"]["mill"] = {"operations": {"cut": work}, "output_capacity": 1, "machines": 2}
    given = ("plate", "lid", "lid", "plate", "lid", "plate")
    data["orders"]["orders"] = [{"at": "0s", "product": product} for product in given]
    scenario = Scenario.parse(data | {"negotiation": {"mechanism": "what_if", "look_ahead": "start"}, "seed": seed})
    factory = Factory(scenario)
    log = factory.run()
    assert factory.workload.in_process == 0
    assert check(log, scenario) == []
