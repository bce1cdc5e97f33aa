"""When vehicles are where: an order counts from the tick after it, and what a vehicle offers is what it takes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from robocell.agents import Event, VehicleState
from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments import Factory, Scenario, check
from robocell.environments.config.errors import RobocellError
from robocell.environments.disturbances import Disturbances
from robocell.testing import changed

from .conftest import run

LANE: dict[str, Any] = {
    "name": "lane",
    "layout": {"art": "I....A.BO\n.........", "legend": {"I": "source", "A": "a", "B": "b", "O": "sink"}},
    "stations": {"a": {"operations": {"x": "30s"}}, "b": {"operations": {"y": "20s"}}},
    "fleet": {"agvs": {"count": 1, "load": "5s", "unload": "5s"}},
    "products": {"p": {"routing": ["x"]}, "q": {"routing": ["y"]}},
    "orders": {"kind": "list", "orders": [{"at": "30s", "product": "p"}]},
    "horizon": "10min",
    "drain": True,
    "record": {"trace": True, "messages": "full"},
}


def times_s(factory: Factory, event: Event) -> list[float]:
    events = factory.log.events
    return events["time_s"][events["kind"] == event].tolist()


def orders(*at_s: float, product: str = "p") -> dict[str, Any]:
    return {"kind": "list", "orders": [{"at": f"{time_s}s", "product": product} for time_s in at_s]}


def deliveries(factory: Factory) -> list[tuple[float, float]]:
    """(offered, real) time of delivery of every transport that was awarded."""
    log = factory.log
    messages, events = log.messages, log.events
    calls = log.conversations
    accepted = messages[messages["performative"] == Performative.ACCEPT_PROPOSAL]
    offers = messages[messages["performative"] == Performative.PROPOSE]
    found = []
    for call in calls[calls["task_kind"] == TaskKind.TRANSPORT]:
        if call["conversation"] in accepted["conversation"]:
            (offer,) = offers[offers["conversation"] == call["conversation"]]
            handed_over = (events["kind"] == Event.UNLOADED) & (events["job"] == call["job"])
            later = events["time_s"][handed_over & (events["time_s"] >= offer["time_s"])]
            if len(later):
                found.append((offer["time_s"] + offer["value"], later[0]))
    return found


def test_a_part_that_is_loaded_on_a_tick_is_delivered_after_the_full_travel_time():
    factory = run(LANE)
    taken_s, delivered_s = times_s(factory, Event.LOADED)[0], times_s(factory, Event.UNLOADED)[0]
    assert delivered_s - taken_s == 5.0 + 5.0  # five cells, then unloading
    assert check(factory.log, factory.spec) == []


def test_neighbouring_docks_are_a_tick_apart():
    factory = run(changed(LANE, orders=orders(30.0, product="q")))
    taken_s, delivered_s = times_s(factory, Event.LOADED)[1], times_s(factory, Event.UNLOADED)[1]
    assert delivered_s - taken_s == 1.0 + 5.0  # from b to the sink beside it


@pytest.mark.parametrize("unload_s", [5.0, 4.5])
def test_a_vehicle_that_stands_on_the_dock_takes_the_next_part_at_once(unload_s):
    """When it hands the second part over, the first one stands ready beside it."""
    factory = run(
        changed(LANE, orders=orders(0.0, 1.0), fleet__agvs__unload=f"{unload_s}s", stations__a__operations__x="18s")
    )
    second_s = times_s(factory, Event.UNLOADED)[1]
    assert times_s(factory, Event.LOADED)[2] == second_s + 5.0
    assert all(offered_s == real_s for offered_s, real_s in deliveries(factory))


def first_handling_s(factory: Factory) -> float:
    events = factory.log.events
    return events["time_s"][(events["kind"] == Event.VEHICLE_STATE) & (events["value"] == VehicleState.HANDLING)][0]


@pytest.mark.parametrize("ready_s", [30.0, 30.001, 30.5, 30.999])
def test_an_order_within_a_tick_does_not_profit_from_the_motion_under_way(ready_s):
    factory = run(changed(LANE, orders=orders(ready_s)))
    row, column = divmod(int(factory.log.trace_cells[0, 0]), 9)
    assert first_handling_s(factory) == np.ceil(ready_s) + row + column


def test_an_order_between_two_pieces_of_a_run_takes_effect_at_the_next_tick():
    factory = Factory(Scenario.parse(changed(LANE, orders=orders(500.0))))
    factory.run_until(10.5)
    Disturbances(factory).rush_job()
    factory.run_until(60.0)
    row, column = divmod(int(factory.log.trace_cells[0, 0]), 9)
    assert first_handling_s(factory) == 11.0 + row + column


def test_times_that_miss_a_tick_by_rounding_alone_are_in_time_for_it():
    """Thirteen ticks of 1 / 1.3 s are the ten seconds of handling, but now and then the floats say they are less."""
    slow = changed(LANE, fleet__agvs__speed="1.3m/s", fleet__agvs__load="10s", fleet__agvs__unload="10s")
    factory = run(changed(slow, orders=orders(*range(30, 4000, 60)), horizon="2h"))
    states = factory.log.events[factory.log.events["kind"] == Event.VEHICLE_STATE]
    leaves = np.flatnonzero(states["value"] == VehicleState.LOADED)
    driven_s = states["time_s"][leaves + 1] - states["time_s"][leaves]
    assert set(np.round(driven_s / factory.tick_s, 5).tolist()) == {5.0}


def random_scenario(rng: np.random.Generator, **agvs: Any) -> Scenario:
    height, width = rng.integers(4, 9, 2)
    art = np.where(rng.random((height, width)) < rng.choice([0.0, 0.15, 0.25]), "#", ".")
    art = np.where(rng.random(art.shape) < rng.choice([0.0, 0.1]), rng.choice(list(">v<^"), art.shape), art)
    for symbol, cell in zip("IOAB", rng.permutation(art.size)[:4].tolist(), strict=True):
        art[cell // width, cell % width] = symbol
    return Scenario.parse(
        changed(
            LANE,
            layout__art="\n".join("".join(row) for row in art),
            stations__a__operations__x="30.3s",
            products={"p": {"routing": ["x", "y"]}, "q": {"routing": ["y", "x"]}},
            orders={"kind": "poisson", "rate": f"{rng.choice([5, 20, 60])}/h"},
            negotiation={"queue_limit": 1},
            fleet__agvs={"count": 1, **agvs},
            seed=int(rng.integers(1000)),
        )
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    seed=st.integers(0, 10_000),
    handling=st.sampled_from([("0s", "0s"), ("5s", "4s"), ("3.3s", "2.7s"), ("10s", "10s")]),
    speed=st.sampled_from(["1m/s", "1.3m/s", "0.7m/s"]),
    loaded_speed=st.sampled_from([None, "0.5m/s", "0.35m/s", "0.7m/s"]),
)
def test_on_an_empty_floor_an_offer_is_the_time_of_delivery(seed, handling, speed, loaded_speed):
    agvs = {"load": handling[0], "unload": handling[1], "speed": speed, "loaded_speed": loaded_speed}
    try:
        factory = Factory(random_scenario(np.random.default_rng(seed), **agvs))
    except RobocellError:
        assume(False)  # a floor on which some place is out of reach
    factory.run()
    assert check(factory.log, factory.spec) == []
    for offered_s, real_s in deliveries(factory):
        assert offered_s == pytest.approx(real_s, abs=1e-6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    seed=st.integers(0, 10_000),
    turn=st.sampled_from(["1s", "2.2s"]),
    loaded_speed=st.sampled_from([None, "0.5m/s", "0.7m/s"]),
)
@example(seed=926, turn="1s", loaded_speed=None)  # a part of the floor has no dock
def test_where_vehicles_turn_an_offer_is_the_time_of_delivery_unless_ties_leave_open_what_they_face(
    seed, turn, loaded_speed
):
    agvs = {"kinematics": "differential", "turn": turn, "loaded_speed": loaded_speed, "load": "3.3s", "unload": "4s"}
    try:
        factory = Factory(random_scenario(np.random.default_rng(seed), **agvs))
    except RobocellError:
        assume(False)
    factory.run()
    assert check(factory.log, factory.spec) == []
    known = all(
        (factory.traffic.landing(place)[factory.layout.size :] >= factory.layout.size).all() for place in range(4)
    )  # type: ignore[union-attr]
    slack_s = 1e-6 if known else 2 * 3 * factory.tick_s + 1e-6
    for offered_s, real_s in deliveries(factory):
        assert offered_s == pytest.approx(real_s, abs=slack_s)


def busy(cell: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return changed(
        cell,
        orders__rate="30/h",
        fleet__agvs__load="7.3s",
        fleet__agvs__breakdown={"mtbf": "15min", "mttr": "1min"},
        **{"horizon": "40min", **changes},
    )


KINDS = [{}, {"fleet__agvs__kinematics": "differential", "fleet__agvs__loaded_speed": "0.6m/s"}, {"drain": False}]


@pytest.mark.parametrize("changes", KINDS)
def test_leaps_single_steps_and_pieces_leave_the_same_log(cell, changes):
    """Pieces end within ticks, while vehicles are on their way."""
    data = busy(cell, **changes)
    whole = run(data)
    stepped, pieces = (Factory(Scenario.parse(copy.deepcopy(data))) for _ in range(2))
    rng = np.random.default_rng(1)
    while stepped.now_s < 2400.0:
        stepped.step()
    time_s = 0.0
    while (time_s := time_s + rng.exponential(9.0)) < 2400.0:
        pieces.run_until(time_s)
        assert pieces.now_s == time_s
        assert pieces.tick == int(time_s)
        if rng.random() < 0.3:
            pieces.step()
            time_s = pieces.now_s
    if not whole.spec.drain:
        pieces.run_until(2400.0)
        assert {stepped.finish().digest(), pieces.finish().digest()} == {whole.log.digest()}
    else:
        logs = []
        for factory in (stepped, pieces):
            factory.run_until(2400.0)
            factory.workload.stop()
            factory.run_until(24_000.0)
            logs.append(factory.finish().digest())
        assert set(logs) == {whole.log.digest()}


def test_a_run_that_ends_within_a_tick_counts_no_move_that_was_under_way(cell):
    data = busy(cell, drain=False, horizon="1234.5s")
    factory = run(data)
    assert factory.log.trace_ticks.max() <= 1234
    driven_m = (np.diff(factory.log.trace_cells, axis=0) != 0).sum(axis=0)
    assert factory.traffic.odometer_m.tolist() == driven_m.tolist()
