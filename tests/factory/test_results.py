"""Results of operations: rework, scrap and second attempts, with draws that belong to the order."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
import yaml

from robocell.agents.events import Event
from robocell.agents.mechanisms import MECHANISMS
from robocell.environments import Factory, Scenario, check
from robocell.environments.kpis import measure
from robocell.environments.scenario.jam_risk import jam_risk
from robocell.environments.scenario.products import Product
from robocell.environments.scenario.routing import SCRAP
from robocell.testing import changed

LINE = """
transport:
  kind: matrix
  places: [source, sink, smt, tester, bench]
  travel: [[0s,5s,9s,9s,4s], [5s,0s,9s,9s,4s], [5s,5s,0s,9s,4s], [5s,5s,9s,0s,4s], [5s,5s,9s,9s,0s]]
fleet: {agvs: {count: 2, capacity: 2}}
stations:
  smt: {operations: {smt: {distribution: exponential, mean: 20s}}}
  tester: {operations: {test: 15s, final: 5s}, scrap_rate: 1%}
  bench: {operations: {solder: {distribution: exponential, mean: 60s}}}
products:
  board:
    routing:
      - smt
      - operation: test
        results: [{share: 80%}, {share: 15%, then: [solder, test], at_most: 2}, {share: 5%, scrap: true}]
      - {operation: final, results: [{share: 0.9}, {share: 0.1, then: [{operation: solder, time: 5s}]}]}
  kit: {routing: [smt, test], lot_size: 3, lot_wait: 10s}
orders: {kind: poisson, rate: 60/h}
horizon: 3h
drain: true
"""


def line(**changes):
    return Scenario.parse(changed(yaml.safe_load(LINE), **changes))


def rows(log, kind):
    return log.events[log.events["kind"] == kind]


def results(log):
    """Number of the results of each step, by the name of the part."""
    found = defaultdict(list)
    for row in rows(log, Event.RESULT):
        found[log.name_of(row["job"])].append((int(row["other"]), int(row["value"])))
    return dict(found)


def test_steps_of_detours_are_numbered_after_those_of_the_routing():
    steps = line().products["board"].steps
    assert [step.spec.operation for step in steps] == ["smt", "test", "final", "solder", "solder"]
    assert [step.rank for step in steps] == [0, 1, 2, 1, 2]
    assert [step.following for step in steps] == [1, 2, 5, 1, 5]
    assert [result.following for result in steps[1].results] == [2, 3, SCRAP]
    assert [result.following for result in steps[2].results] == [5, 4]


def test_results_of_a_detour_may_lead_to_detours():
    product = Product.model_validate(
        yaml.safe_load("""
        routing:
          - operation: a
            results:
              - share: 50%
              - share: 50%
                then: [{operation: b, results: [{share: 1%}, {share: 99%, then: [c, b]}]}, a]
          - d
        """)
    )
    assert [step.spec.operation for step in product.steps] == ["a", "d", "b", "c"]
    assert [step.following for step in product.steps] == [1, 4, 0, 2]


def test_a_line_with_rework_drains_and_breaks_no_rule():
    scenario = line()
    log = Factory(scenario).run()
    assert check(log, scenario) == []
    assert len(rows(log, Event.FINISHED)) + len(rows(log, Event.SCRAPPED)) == len(rows(log, Event.RELEASED))
    had = Counter(result for part in results(log).values() for result in part)
    assert min(had[1, value] for value in (0, 1, 2)) > 0
    assert max(part.count((1, 1)) for part in results(log).values()) <= 3


@pytest.mark.parametrize(
    "terms",
    [
        *({"mechanism": mechanism} for mechanism in sorted(MECHANISMS)),
        {"look_ahead": "start"},
        {"look_ahead": "departure"},
        {"look_ahead": "start", "reopen": "always"},
        {"channel": {"delay": {"distribution": "uniform", "low": "0s", "high": "1s"}, "loss": 0.1}, "reply_by": "3s"},
    ],
    ids=lambda terms: ", ".join(f"{value}" if isinstance(value, str) else key for key, value in terms.items()),
)
def test_every_policy_meets_the_same_results(terms):
    reference = results(Factory(line(horizon="1h")).run())
    scenario = line(horizon="1h", negotiation=terms)
    log = Factory(scenario).run()
    assert check(log, scenario) == []
    assert results(log) == reference


def test_one_detour_more_than_at_most_makes_scrap():
    scenario = line(
        stations__tester__scrap_rate=0.0,
        products__board__routing=[
            {"operation": "test", "results": [{"share": 0.1}, {"share": 0.9, "then": ["solder", "test"], "at_most": 2}]}
        ],
    )
    log = Factory(scenario).run()
    assert check(log, scenario) == []
    scrapped = {log.name_of(row["job"]) for row in rows(log, Event.SCRAPPED)}
    assert scrapped == {name for name, had in results(log).items() if had == [(0, 1)] * 3} != set()


def test_a_scrap_result_counts_against_the_quality_of_its_station():
    figures = measure(Factory(line(stations__tester__scrap_rate=0.0)).run(), line())
    assert figures["scrapped"] > 0
    assert figures["station.tester.oee"] < figures["station.tester.processing"]
    assert figures["station.smt.oee"] == pytest.approx(figures["station.smt.processing"])


def test_a_queue_with_feedback_is_as_long_as_the_theory_says():
    """Jackson (1957): with a share p of parts that come again, each visit is M/M/1 with the rate lambda / (1 - p).

    Mean flow: (1 / (1 - p)) / (mu - lambda / (1 - p)); p = 0.25, lambda = 60/h, mu = 120/h.
    """
    scenario = Scenario.parse(
        yaml.safe_load("""
        transport: {kind: instant}
        stations: {tester: {operations: {test: {distribution: exponential, mean: 30s}}}}
        products: {part: {routing: [{operation: test, results: [{share: 75%}, {share: 25%, then: [test]}]}]}}
        orders: {kind: poisson, rate: 60/h}
        horizon: 1500h
        warm_up: 20h
        """)
    )
    figures = measure(Factory(scenario).run(), scenario)
    assert figures["flow_time_mean_s"] == pytest.approx(3600 * (1 / 0.75) / (120 - 60 / 0.75), rel=0.04)


def test_the_share_of_each_result_is_as_written():
    scenario = line(horizon="100h", drain=False, orders={"kind": "poisson", "rate": "20/h"}, fleet__agvs__count=4)
    had = Counter(result for part in results(Factory(scenario).run()).values() for result in part)
    total = sum(had[1, value] for value in (0, 1, 2))
    for value, share in enumerate((0.8, 0.15, 0.05)):
        assert abs(had[1, value] - share * total) <= 4 * (share * (1 - share) * total) ** 0.5


def test_rework_can_close_a_circle_of_buffers_which_validation_tells():
    data = changed(yaml.safe_load(LINE), stations__tester__scrap_rate=0.0)
    for station in data["stations"].values():
        station |= {"input_capacity": 1, "output_capacity": 1}
    del data["products"]["board"]["routing"][2]
    risk = jam_risk(Scenario.parse(data))
    assert risk is not None
    assert set(risk.stations) == {"tester", "bench"}
    data["products"]["board"]["routing"] = ["smt", "test"]
    assert jam_risk(Scenario.parse(data)) is None
