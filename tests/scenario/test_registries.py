"""A new kind of orders or transport, or a new queue rule, is one class or function and one line in its registry."""

from typing import Literal

import numpy as np
import pytest
import yaml
from pydantic import Field

from robocell.agents.shop.queue_rules import QUEUE_RULES
from robocell.environments import Factory, Scenario, check
from robocell.environments.config.errors import ScenarioError
from robocell.environments.config.units import Duration
from robocell.environments.log import Event
from robocell.environments.scenario.orders import ORDERS, Amount, Arrival, OrderProcess
from robocell.environments.scenario.transport import TRANSPORTS, TransportSpec, table_traffic
from robocell.experiments.design.keys import complaint

SHOP = """
transport: {kind: instant}
stations: {lathe: {operations: {turn: 10s}}}
products:
  bolt: {routing: [turn], due: 5min}
  nut: {routing: [{operation: turn, time: 20s}], due: 1min}
orders: {kind: list, orders: [{at: 0s, product: nut}, {at: 1s, product: bolt}, {at: 2s, product: nut}]}
horizon: 10min
"""


class Twice(OrderProcess):
    """Two orders, `gap` apart."""

    kind: Literal["twice"] = "twice"
    gap_s: Duration = Field(alias="gap")

    def source(self, rng):
        return iter([Arrival(0.0), Arrival(self.gap_s)])

    def amount(self, horizon_s):
        return Amount("gap", in_all=2.0)


class Belt(TransportSpec):
    """A vehicle takes the same time from everywhere to everywhere."""

    kind: Literal["belt"] = "belt"
    time_s: Duration = Field(alias="time")

    def travel_times_s(self, places):
        return self.time_s * (1.0 - np.eye(len(places)))

    def build_traffic(self, scenario, agvs, *, layout, owner):
        return table_traffic(scenario, agvs, self.travel_times_s(scenario.places), owner)


def shop(**changes):
    return Scenario.parse(yaml.safe_load(SHOP) | changes)


def released_s(log):
    return log.events["time_s"][log.events["kind"] == Event.RELEASED].tolist()


def operations(log):
    return [log.name_of(row["job"]) for row in log.events if row["kind"] == Event.PROCESSING_STARTED]


def test_a_custom_order_process_is_used_from_yaml(monkeypatch):
    with pytest.raises(ScenarioError, match=r"'twice' is not allowed; allowed: poisson, deterministic, .*csv"):
        shop(orders={"kind": "twice", "gap": "30s"})
    monkeypatch.setitem(ORDERS, "twice", Twice)
    scenario = shop(orders=yaml.safe_load("{kind: twice, gap: 30s}"))
    log = Factory(scenario).run()
    assert released_s(log) == [0.0, 30.0]
    assert check(log, scenario) == []
    assert complaint(Scenario, "orders.gap", {"orders": {"kind": "twice"}}) is None
    with pytest.raises(ScenarioError, match=r"orders.gap: .*needs|orders.gap: 30 has no unit"):
        shop(orders={"kind": "twice", "gap": 30})
    with pytest.raises(ScenarioError, match=r"allowed: .*twice"):
        shop(orders={"kind": "thrice"})


def test_a_custom_transport_is_used_from_yaml(monkeypatch):
    monkeypatch.setitem(TRANSPORTS, "belt", Belt)
    scenario = shop(transport=yaml.safe_load("{kind: belt, time: 7s}"), fleet={"agvs": {"count": 1}})
    log = Factory(scenario).run()
    taken_s = log.events["time_s"][log.events["kind"] == Event.UNLOADED]
    assert taken_s[0] == 7.0
    assert complaint(Scenario, "transport.time", {"transport": {"kind": "belt"}}) is None
    with pytest.raises(ScenarioError, match=r"transport: belt needs at least one vehicle"):
        shop(transport={"kind": "belt", "time": "7s"})


def test_a_custom_queue_rule_is_used_from_yaml(monkeypatch):
    station = yaml.safe_load("{lathe: {operations: {turn: 10s}, queue: lifo}}")
    with pytest.raises(ScenarioError, match=r"'lifo' is not allowed; allowed: fifo, spt, edd; did you mean \"fifo\"\?"):
        shop(stations=station)
    monkeypatch.setitem(QUEUE_RULES, "lifo", lambda queue: queue.input[-1])
    assert operations(Factory(shop(stations=station)).run()) == ["nut-0", "nut-2", "bolt-1"]
    assert operations(Factory(shop()).run()) == ["nut-0", "bolt-1", "nut-2"]
