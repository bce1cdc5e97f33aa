"""Without places in its output a machine holds its part until it is fetched; without places in its input a part goes
straight to an empty machine. Robots, lots, storages, breakdowns and every mechanism go with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from robocell.agents.mechanisms import MECHANISMS
from robocell.environments import Factory, Scenario, check, measure
from robocell.environments.config.errors import ScenarioError
from robocell.environments.log import AgentKind, Event, StationState
from robocell.testing import CELL, changed

from ..daily import daily, each_once

SIZES = [(0, 3), (3, 0), (0, 0), (None, 0), (0, None)]


def with_buffers(data: dict[str, Any], size: tuple[int | None, int | None], **changes: Any) -> dict[str, Any]:
    data = changed(data, horizon="30min", **changes)
    for station in data["stations"].values():
        station["input_capacity"], station["output_capacity"] = size
    return data


def drained(data: dict[str, Any], seed: int = 2) -> Factory:
    scenario = Scenario.parse(data)
    factory = Factory(scenario, rng=seed)
    log = factory.run()
    assert factory.workload.in_process == 0
    assert check(log, scenario) == []
    return factory


BREAKS = {"mtbf": "10min", "mttr": "2min", "clock": "calendar"}
MORE: dict[str, dict[str, Any]] = {
    "robots at two stations": {},
    "no robots": {"robots": {}},
    "vehicles for two parts, lots": {
        "fleet__agvs__capacity": 2,
        "products": {"p": {"routing": list("abcd"), "lot_size": 3, "lot_wait": "1min"}},
    },
    "breakdowns": {"stations__a__breakdown": BREAKS, "stations__b__breakdown": BREAKS},
    "a shift": {
        "stations__c__shift": "day",
        "shifts": {"day": {"every": "20min", "pauses": [{"from": "5min", "to": "9min"}]}},
    },
    "calls made ahead": {"negotiation": {"look_ahead": "start"}},
    "faulty messages": {"negotiation": {"channel": {"delay": "0.2s", "loss": 0.05, "duplication": 0.05}}},
    "twice in a row at one station": {"products": {"p": {"routing": list("abbcd")}}},
}


@pytest.mark.parametrize(*each_once(size=SIZES, more=MORE))
def test_every_part_comes_through_and_no_rule_is_broken(size, more):
    drained(with_buffers(CELL, size, **more))


@pytest.mark.parametrize("mechanism", daily("contract_net", "cbba", "regret", "fifo", "what_if", of=MECHANISMS))
def test_every_mechanism_works_without_buffers(mechanism):
    drained(with_buffers(CELL, (0, 0), negotiation={"mechanism": mechanism}))


def test_parts_that_move_themselves_are_taken_off_by_robots():
    more = {"transport": {"kind": "instant"}, "fleet": {"agvs": {"count": 0}}, "chargers": {}, "record": {}}
    drained(with_buffers(CELL, (0, 0), **more))


def test_a_storage_takes_a_part_from_the_machine_that_it_blocks():
    data = with_buffers(
        CELL,
        (1, 0),
        storage={"rack": {}},
        layout__art=CELL["layout"]["art"].replace("..E..", "..E.R"),
        layout__legend=CELL["layout"]["legend"] | {"R": "rack"},
        products={"p": {"routing": list("abab")}},
    )
    log = drained(data).log
    assert "rack" in {log.name_of(place) for place in log.events["other"][log.events["kind"] == Event.UNLOADED]}


def one_vehicle(load: str = "10s", **station: Any) -> Factory:
    """Two parts at once for one machine, a vehicle that takes 20 s for every trip; each part is worked on for 60 s."""
    scenario = Scenario.parse(
        {
            "transport": {
                "kind": "matrix",
                "places": ["source", "sink", "m"],
                "travel": [["0s", "20s", "20s"], ["20s", "0s", "20s"], ["20s", "20s", "0s"]],
            },
            "stations": {"m": {"operations": {"o": "60s"}, **station}},
            "products": {"p": {"routing": ["o"]}},
            "orders": {"kind": "batch", "every": "10h", "size": 2},
            "fleet": {"agvs": {"count": 1, "load": load, "unload": "0s"}},
            "horizon": "1h",
            "drain": True,
        }
    )
    factory = Factory(scenario)
    assert check(factory.run(), scenario) == []
    return factory


def times(factory: Factory, event: Event) -> list[float]:
    return factory.log.events["time_s"][factory.log.events["kind"] == event].tolist()


def test_a_machine_is_blocked_until_the_vehicle_has_its_part():
    """It ends at 90 s, the vehicle fetches the other part from 30 s to 80 s, and has taken this one at 100 s."""
    factory = one_vehicle(output_capacity=0)
    assert times(factory, Event.LOADED)[:3] == [10.0, 60.0, 100.0]
    assert times(factory, Event.DISMOUNTED)[0] == 100.0
    assert times(factory, Event.PROCESSING_STARTED) == [30.0, 100.0]
    rows = factory.log.events[factory.log.events["kind"] == Event.STATION_STATE]
    states = dict(zip(rows["time_s"].tolist(), rows["value"].tolist(), strict=True))
    assert states[90.0] == StationState.BLOCKED


def test_with_an_output_place_the_machine_continues():
    assert times(one_vehicle(output_capacity=1), Event.PROCESSING_STARTED) == [30.0, 90.0]


def test_a_part_is_brought_only_to_an_empty_machine():
    """The second part waits at the source until the first has left the machine."""
    factory = one_vehicle(input_capacity=0, output_capacity=0)
    starts = times(factory, Event.PROCESSING_STARTED)
    loads = times(factory, Event.LOADED)
    assert starts[0] == 30.0
    assert loads[1] == 100.0, "the first part, taken off the machine"
    assert loads[2] > loads[1]
    assert starts[1] == loads[2] + 20.0


def test_robots_hand_a_part_over_when_the_vehicle_is_there():
    data = with_buffers(CELL, (3, 0))
    log = drained(data).log
    (arm,) = log.ids(AgentKind.ROBOT)
    events = log.events
    taken_off = events[(events["kind"] == Event.DISMOUNTED) & (events["agent"] == arm)]
    loaded = {(row["job"], row["other"]): row["time_s"] for row in events[events["kind"] == Event.LOADED]}
    assert len(taken_off) > 20
    waits_s = np.array([loaded[row["job"], row["other"]] - row["time_s"] for row in taken_off])
    assert waits_s.min() >= 10.0
    assert np.median(waits_s) == 10.0, "the vehicle stands there, and takes it in 10 s"


def test_a_negative_capacity_is_refused():
    with pytest.raises(ScenarioError, match="input_capacity"):
        Scenario.parse(with_buffers(CELL, (-1, 0)))


# -- orders that enter elsewhere ----------------------------------------------------------------------------------


def test_orders_name_the_place_at_which_their_parts_enter():
    data = changed(CELL, horizon="30min", orders__from="a")
    factory = drained(data)
    log = factory.log
    released = log.events[log.events["kind"] == Event.RELEASED]
    assert {log.name_of(agent) for agent in released["agent"]} == {"a"}
    first = log.events[(log.events["job"] == released["job"][0]) & (log.events["kind"] != Event.RELEASED)]
    assert first["kind"][0] == Event.MOVED, "into the input of the station, without a vehicle"


def test_each_order_of_a_list_may_name_its_own():
    orders = [{"at": "0s", "product": "p"}, {"at": "1min", "product": "p", "from": "b"}]
    log = drained(changed(CELL, orders={"kind": "list", "orders": orders})).log
    released = log.events[log.events["kind"] == Event.RELEASED]
    assert [log.name_of(agent) for agent in released["agent"]] == ["source", "b"]


def test_an_unknown_place_of_entry_is_refused():
    with pytest.raises(ScenarioError, match=r"orders.from: 'aa' is not a place for parts; allowed: source, sink, a, b"):
        Scenario.parse(changed(CELL, orders__from="aa"))


def test_littles_law_holds_without_buffers():
    data = with_buffers(CELL, (0, 0), drain=False)
    scenario = Scenario.parse(data)
    assert measure(Factory(scenario).run(), scenario)["littles_law_gap"] == pytest.approx(0.0, abs=1e-9)
