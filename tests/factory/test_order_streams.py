"""Several streams of orders: their own draws, ends, priorities, and rates that change with time."""

from __future__ import annotations

import copy
import gc
import weakref
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
import yaml

from robocell.agents.events import Event
from robocell.agents.mechanisms import MECHANISMS
from robocell.agents.negotiation.tasks import Task
from robocell.agents.negotiation.waiting import WaitingTasks
from robocell.agents.shop.tasks import TaskKind
from robocell.environments import Factory, Scenario, check
from robocell.environments.config.errors import ScenarioError
from robocell.environments.kpis import measure
from robocell.environments.scenario.orders import Poisson, ProfileSpec
from robocell.experiments.design.keys import complaint, get_key, set_key
from robocell.testing import changed

WORKS = """
transport:
  kind: matrix
  places: [goods_in, returns, shipping, back, mill, drill, rack]
  travel: [[0s,5s,9s,9s,4s,6s,7s], [5s,0s,9s,9s,4s,6s,7s], [5s,5s,0s,9s,4s,6s,7s], [5s,5s,9s,0s,4s,6s,7s],
           [5s,5s,9s,9s,0s,6s,7s], [5s,5s,9s,9s,4s,0s,7s], [5s,5s,9s,9s,4s,6s,0s]]
fleet: {agvs: {count: 3, load: 2s, unload: 2s}}
sources: {goods_in: {}, returns: {}}
sinks: {shipping: {}, back: {}}
storage: {rack: {capacity: 3}}
stations: {mill: {operations: {cut: {distribution: exponential, mean: 20s}}}, drill: {operations: {bore: 15s}}}
products:
  frame: {routing: [cut, bore], due: 10min}
  lid: {routing: [bore], priority: 2}
  tote: {routing: []}
orders:
  - {name: usual, kind: poisson, rate: 60/h, products: {frame: 3, lid: 1}}
  - {name: rush, kind: poisson, rate: 6/h, products: {frame: 1}, priority: 9, from: returns, to: back}
  - {name: loop, kind: conwip, wip: 3, products: {lid: 1}, to: rack}
  - name: empties
    kind: from_to
    products: {tote: 1}
    rates: {rack: {mill: 12/h, shipping: 6/h}, shipping: {goods_in: 12/h}}
  - {name: steady, kind: renewal, between: {distribution: gamma, mean: 5min, cv: 0.5}, products: {frame: 1}}
  - name: given
    kind: list
    orders: [{at: 1min, product: lid, to: mill, priority: 7}, {at: 2min, product: tote, from: rack, to: drill}]
horizon: 2h
drain: true
"""
ONE_MACHINE = """
transport: {kind: instant}
stations: {lathe: {operations: {turn: 30s}}}
products: {bolt: {routing: [turn]}, nut: {routing: [turn]}}
orders:
  - {name: a, kind: poisson, rate: 40/h, products: {bolt: 1}}
  - {name: b, kind: poisson, rate: 40/h, products: {nut: 1}, priority: 1}
horizon: 400h
warm_up: 10h
"""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Urgent(Task):
    """A task of any priority."""

    kind = TaskKind.TRANSPORT
    priority_: int = 0

    @property
    def priority(self):
        return self.priority_


def works(**changes):
    return Scenario.parse(changed(yaml.safe_load(WORKS), **changes))


def rows(log, kind):
    return log.events[log.events["kind"] == kind]


def releases(log, stream):
    """Time and product of the orders of a stream."""
    jobs = {row["job"] for row in rows(log, Event.ORDERED) if row["other"] == stream}
    return [(row["time_s"], row["other"]) for row in rows(log, Event.RELEASED) if row["job"] in jobs]


def test_a_factory_with_streams_of_all_kinds_drains_and_breaks_no_rule():
    scenario = works()
    log = Factory(scenario).run()
    assert check(log, scenario) == []
    assert len(rows(log, Event.FINISHED)) == len(rows(log, Event.RELEASED)) > 200
    ends = Counter(log.name_of(row["agent"]) for row in rows(log, Event.FINISHED))
    assert set(ends) == {"shipping", "back", "rack", "mill", "goods_in", "drill"}
    starts = Counter(log.name_of(row["agent"]) for row in rows(log, Event.RELEASED))
    assert set(starts) == {"goods_in", "returns", "rack", "shipping"}


@pytest.mark.parametrize("mechanism", sorted(set(MECHANISMS) - {"what_if"}))
def test_every_mechanism_serves_streams_with_priorities(mechanism):
    scenario = works(negotiation__mechanism=mechanism, horizon="30min")
    assert check(Factory(scenario).run(), scenario) == []


def test_streams_pass_through_a_channel_that_loses_messages():
    channel = {"delay": {"distribution": "uniform", "low": "0s", "high": "1s"}, "loss": 0.2, "duplication": 0.2}
    scenario = works(negotiation__channel=channel, negotiation__reply_by="3s", horizon="30min")
    assert check(Factory(scenario).run(), scenario) == []


def test_one_stream_more_does_not_change_the_orders_of_the_others():
    fewer = yaml.safe_load(WORKS)
    del fewer["orders"][1]
    whole, part = Factory(works()).run(), Factory(Scenario.parse(fewer)).run()
    assert releases(whole, 0) == releases(part, 0) != []
    assert releases(whole, 4) == releases(part, 3) != []


def test_streams_survive_writing_and_reading():
    scenario = works()
    assert Scenario.parse(scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)) == scenario


def test_a_copy_of_a_factory_continues_all_streams():
    factory = Factory(works())
    factory.run_until(1800.0)
    twin = copy.deepcopy(factory)
    assert factory.run().digest() == twin.run().digest()


def test_parts_of_a_higher_priority_wait_as_the_non_preemptive_queue_says():
    """Cobham (1954): waits W0 / (1 - r1) and W0 / ((1 - r1) (1 - r1 - r2)), W0 = sum of lambda E[S^2] / 2."""
    scenario = Scenario.parse(yaml.safe_load(ONE_MACHINE))
    log = Factory(scenario).run()
    figures = measure(log, scenario)
    load = 40 / 3600 * 30
    residual_s = 2 * (40 / 3600) * 30**2 / 2
    urgent_s, usual_s = residual_s / (1 - load) + 30, residual_s / ((1 - load) * (1 - 2 * load)) + 30
    assert figures["orders.b.flow_time_mean_s"] == pytest.approx(urgent_s, rel=0.02)
    assert figures["orders.a.flow_time_mean_s"] == pytest.approx(usual_s, rel=0.05)


def test_the_waiting_transport_of_the_highest_priority_is_taken_first():
    data = yaml.safe_load("""
    transport: {kind: matrix, places: [source, sink], travel: [[0s, 60s], [60s, 0s]]}
    fleet: {agvs: {count: 1}}
    products: {crate: {routing: []}}
    orders: {kind: list, orders: [{at: 0s, product: crate, id: first}, {at: 1s, product: crate, id: low},
             {at: 2s, product: crate, id: high, priority: 5}, {at: 3s, product: crate, id: mid, priority: 3}]}
    horizon: 1h
    """)
    for mechanism in sorted(set(MECHANISMS) - {"what_if"}):
        log = Factory(Scenario.parse(data | {"negotiation": {"mechanism": mechanism}})).run()
        assert [log.name_of(row["job"]) for row in rows(log, Event.LOADED)] == ["first", "high", "mid", "low"], (
            mechanism
        )


def test_tasks_of_one_instant_are_awarded_by_priority():
    data = yaml.safe_load("""
    transport: {kind: matrix, places: [source, sink, near, far],
                travel: [[0s, 9s, 9s, 9s], [9s, 0s, 9s, 9s], [5s, 9s, 0s, 9s], [60s, 9s, 9s, 0s]]}
    storage: {near: {}, far: {}}
    fleet: {agvs: {count: 1, start: near}}
    products: {crate: {routing: []}}
    orders:
      kind: list
      orders:
        - {at: 5s, product: crate, id: low, from: near}
        - {at: 5s, product: crate, id: high, from: far, priority: 1}
    horizon: 1h
    """)
    for mechanism in sorted(set(MECHANISMS) - {"what_if"}):
        log = Factory(Scenario.parse(data | {"negotiation": {"mechanism": mechanism}})).run()
        assert [log.name_of(row["job"]) for row in rows(log, Event.LOADED)] == ["high", "low"], mechanism


# -- rates that change with time


def test_a_profile_gives_each_hour_its_rate():
    data = yaml.safe_load("""
    transport: {kind: instant}
    stations: {lathe: {operations: {turn: 1s}, machines: 50}}
    products: {bolt: {routing: [turn]}}
    orders: {kind: poisson, rate: 100/h, profile: [day, week]}
    profiles:
      day: {every: 4h, rates: [{from: 0h, factor: 0.5}, {from: 1h, factor: 2}, {from: 3h, factor: 0}]}
      week: {every: 8h, rates: [{from: 0h, factor: 1}, {from: 4h, factor: 0.5}]}
    horizon: 800h
    """)
    log = Factory(Scenario.parse(data)).run()
    hours = np.bincount((rows(log, Event.RELEASED)["time_s"] / 3600).astype(int), minlength=800)
    means = hours.reshape(100, 8).mean(axis=0)
    expected = np.array([50, 200, 200, 0, 25, 100, 100, 0])
    assert (np.abs(means - expected) <= 4 * np.sqrt(expected / 100)).all()


def test_a_flat_profile_keeps_the_rate():
    flat = ProfileSpec.model_validate({"every": "1h", "rates": [{"from": "0h", "factor": 1.0}]})
    assert flat.peak == flat.factor(0.0) == flat.factor(1e6) == 1.0


def test_a_profile_is_periodic_and_changes_at_its_times():
    day = ProfileSpec.model_validate(
        {"every": "24h", "rates": [{"from": "0h", "factor": 0.6}, {"from": "6h", "factor": 1.2}]}
    )
    assert [day.factor(hour * 3600.0) for hour in (0, 5.999, 6, 23.9, 24, 30)] == [0.6, 0.6, 1.2, 1.2, 0.6, 1.2]


def test_times_between_orders_follow_their_distribution():
    data = yaml.safe_load("""
    transport: {kind: instant}
    stations: {lathe: {operations: {turn: 1s}}}
    products: {bolt: {routing: [turn]}}
    orders: {kind: renewal, between: {distribution: uniform, low: 50s, high: 150s}, pace: 2}
    horizon: 100h
    """)
    at_s = [0.0, *rows(Factory(Scenario.parse(data)).run(), Event.RELEASED)["time_s"]]
    gaps = np.array([after - before for before, after in pairwise(at_s)])
    assert gaps.min() >= 25.0
    assert gaps.max() <= 75.0
    assert gaps.mean() == pytest.approx(50.0, rel=0.02)


def test_routes_of_a_table_come_in_proportion_to_their_rates():
    log = Factory(works(horizon="100h", drain=False)).run()
    jobs = {row["job"]: log.name_of(row["agent"]) for row in rows(log, Event.ORDERED) if row["other"] == 3}
    starts = {row["job"]: log.name_of(row["agent"]) for row in rows(log, Event.RELEASED)}
    found = Counter((starts[job], end) for job, end in jobs.items())
    expected = {("rack", "mill"): 1200, ("rack", "shipping"): 600, ("shipping", "goods_in"): 1200}
    assert set(found) == set(expected)
    for route, count in expected.items():
        assert abs(found[route] - count) <= 4 * count**0.5


def test_demand_scales_every_stream_that_can_be_scaled():
    scaled = works().orders.scaled(2.0)
    usual = scaled.streams[0][1]
    assert isinstance(usual, Poisson)
    assert usual.rate_per_s == pytest.approx(120 / 3600)
    assert scaled.streams[2][1].kept_in_process == 6
    assert sum(scaled.streams[3][1].rates_of_routes["rack"].values()) == pytest.approx(36 / 3600)


# -- keys


def test_a_stream_is_addressed_by_its_name():
    data = yaml.safe_load(WORKS)
    assert get_key(data, "orders.rush.rate") == get_key(data, "orders.1.rate") == "6/h"
    assert set_key(data, "orders.rush.rate", "9/h")["orders"][1]["rate"] == "9/h"
    assert complaint(Scenario, "orders.rush.rate", data) is None
    assert complaint(Scenario, "orders.rusch.rate", data) == (
        "orders has no key 'rusch'; allowed: usual, rush, loop, empties, steady, given; did you mean \"rush\"?"
    )


STAYS = """
transport: {kind: instant}
stations: {mill: {operations: {cut: 10s, bore: 10s}, output_capacity: 0}}
products: {plate: {routing: [cut, bore]}}
orders:
  kind: list
  orders: [{at: 0s, product: plate, id: urgent, priority: 5}, {at: 1s, product: plate, id: usual}]
horizon: 5min
drain: true
"""


@pytest.mark.parametrize("input_capacity", [None, 1])
def test_an_urgent_part_that_stays_for_its_next_operation_is_not_overtaken(input_capacity):
    scenario = Scenario.parse(changed(yaml.safe_load(STAYS), stations__mill__input_capacity=input_capacity))
    log = Factory(scenario).run()
    assert check(log, scenario) == []
    starts = log.events[log.events["kind"] == Event.PROCESSING_STARTED]["job"]
    assert [log.name_of(job) for job in starts] == ["urgent", "urgent", "usual", "usual"]


def test_random_handling_times_of_a_stream_do_not_depend_on_other_streams():
    unload = {"distribution": "uniform", "low": "1s", "high": "9s"}
    data = changed(yaml.safe_load(WORKS), fleet__agvs={"count": 30, "load": unload}, horizon="30min")
    fewer = copy.deepcopy(data)
    del fewer["orders"][1]

    def loadings(given):
        log = Factory(Scenario.parse(given)).run()
        first = {}
        for row in rows(log, Event.LOADED):
            first.setdefault(log.name_of(row["job"]).rpartition("-")[0], []).append(row["time_s"])
        return releases(log, 0), first["tote"][:5]

    assert loadings(data) == loadings(fewer)


def test_profiles_that_leave_long_gaps_do_not_hold_a_run_up():
    data = yaml.safe_load("""
    transport: {kind: instant}
    stations: {lathe: {operations: {turn: 1s}}}
    products: {bolt: {routing: [turn]}}
    orders: {kind: poisson, rate: 1000/h, profile: [shift, season]}
    profiles:
      shift: {every: 24h, rates: [{from: 0h, factor: 1}, {from: 8h, factor: 0}]}
      season: {every: 10000d, rates: [{from: 0h, factor: 1}, {from: 1d, factor: 0}]}
    horizon: 10h
    """)
    log = Factory(Scenario.parse(data)).run()
    assert 7500 < len(rows(log, Event.RELEASED)) < 8500
    assert rows(log, Event.RELEASED)["time_s"].max() < 8 * 3600


def test_a_routing_may_be_long():
    data = yaml.safe_load("""
    transport: {kind: instant}
    stations: {lathe: {operations: {turn: 1s}}}
    orders: {kind: list, orders: [{at: 0s, product: bolt}]}
    horizon: 1h
    """)
    scenario = Scenario.parse(data | {"products": {"bolt": {"routing": ["turn"] * 1500}}})
    assert rows(Factory(scenario).run(), Event.FINISHED)["time_s"].tolist() == [1500.0]


# -- patterns of routes

ROUTES = """
transport: {kind: instant}
products: {crate: {routing: []}}
storage: {a/1: {}, a/2: {}, b: {}, "q?": {}, qq: {}}
horizon: 1h
"""


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({"b": {"a/*": "10/h"}}, {("b", "a/1"): 5, ("b", "a/2"): 5}),
        ({"a/*": {"a/*": "6/h"}}, {("a/1", "a/2"): 3, ("a/2", "a/1"): 3}),
        ({"a/*": {"b": "8/h"}, "a/1": {"b": "5/h"}}, {("a/1", "b"): 9, ("a/2", "b"): 4}),
        ({"a/1": {"b": "5/h"}, "a/*": {"b": "8/h"}}, {("a/1", "b"): 9, ("a/2", "b"): 4}),
        ({"q?": {"b": "7/h"}}, {("q?", "b"): 7}),
        ({"sour*": {"b": "7/h"}}, {("source", "b"): 7}),
    ],
)
def test_a_pattern_shares_its_rate_among_the_routes_that_it_matches(rates, expected):
    scenario = Scenario.parse(yaml.safe_load(ROUTES) | {"orders": {"kind": "from_to", "rates": rates}})
    found = scenario.orders.streams[0][1].rates_of_routes
    per_h = {(start, end): 3600 * rate for start, row in found.items() for end, rate in row.items()}
    assert per_h == pytest.approx(expected)


def test_a_pattern_that_matches_no_place_is_refused():
    with pytest.raises(ScenarioError, match=r"orders\.rates\.z\*: 'z\*' is not a place for parts"):
        Scenario.parse(yaml.safe_load(ROUTES) | {"orders": {"kind": "from_to", "rates": {"z*": {"b": "1/h"}}}})


def test_a_rate_without_a_unit_is_told_once():
    with pytest.raises(ScenarioError) as refused:
        Scenario.parse(yaml.safe_load(ROUTES) | {"orders": {"kind": "from_to", "rates": {"a/*": {"b": 5}}}})
    assert str(refused.value).count("has no unit") == 1


def test_orders_for_loads_and_for_parts_may_share_a_list():
    data = changed(
        yaml.safe_load(WORKS),
        orders={
            "kind": "list",
            "orders": [
                {"at": "0s", "product": "tote", "from": "rack", "to": "drill"},
                {"at": "0s", "product": "lid", "from": "rack", "to": "rack"},
            ],
        },
    )
    scenario = Scenario.parse(data)
    assert check(Factory(scenario).run(), scenario) == []


def test_loads_that_would_reach_a_sink_without_a_vehicle_are_refused():
    with pytest.raises(ScenarioError, match="'tote' would not be carried to a sink"):
        works(transport__carry_out=False)


def test_a_window_of_waiting_tasks_is_in_the_order_of_priorities():
    def task(priority, slots, number):
        own = Urgent(manager=None, eligible=np.array(slots), priority_=priority)
        own.contract.id = number
        return own

    waiting = WaitingTasks()
    given = [task(5, [1], 0), task(5, [1], 1), task(0, [1, 2], 2), task(0, [1, 2], 3), task(4, [1], 4)]
    given[4] = task(5, [1, 3], 4)
    for each in given:
        waiting.add(each)
    window = waiting.window([1, 2], 2, ())
    assert [each.priority for each in window] == sorted((each.priority for each in window), reverse=True)


def test_a_source_among_several_is_matched_once():
    data = yaml.safe_load(ROUTES) | {"sources": {"in/1": {}, "in/2": {}}}
    orders = Scenario.parse(data | {"orders": {"kind": "from_to", "rates": {"in/*": {"b": "8/h"}}}}).orders
    rates = orders.streams[0][1].rates_of_routes
    assert {start: 3600 * row["b"] for start, row in rates.items()} == pytest.approx({"in/1": 4, "in/2": 4})


def test_a_source_that_is_no_name_is_refused_beside_patterns():
    data = yaml.safe_load(ROUTES) | {"source": {"x": 1}}
    with pytest.raises(ScenarioError, match=r"source: .* is not text"):
        Scenario.parse(data | {"orders": {"kind": "from_to", "rates": {"a/*": {"b": "8/h"}}}})


def test_a_checked_log_is_not_kept():
    scenario = works(horizon="5min")
    log = Factory(scenario).run().replace()  # a log that no factory holds
    assert check(log, scenario) == []
    kept = weakref.ref(log)
    del log
    gc.collect()
    assert kept() is None
