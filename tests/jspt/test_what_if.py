"""How the mechanism `what_if` thinks: when it searches, for what, how far ahead, and how much."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.agents.events import Event
from robocell.agents.mechanisms.what_if import planner as what_if
from robocell.agents.mechanisms.what_if.planner import HEAT, RULES, WEIGHTS
from robocell.agents.mechanisms.what_if.simulate import Course, search_order
from robocell.environments.factory import Factory
from robocell.environments.instances.job_shop import JobShop
from robocell.environments.scenario import Scenario
from robocell.experiments.benchmarks.jspt_play import WHAT_IF, play
from robocell.experiments.benchmarks.jspt_unseen import known_at_once, random_shop


@pytest.fixture
def searches(monkeypatch):
    """(time in s, exchanges tried, planned makespan in s) of every search that is made."""
    found = []
    factories = []

    def watched(shop, order, kept, rules, ask_each, exchanges, heat, weights, rng, course):
        cost_s = search_order(shop, order, kept, rules, ask_each, exchanges, heat, weights, rng, course)
        if len(rules) or exchanges:
            found.append((factories[0].now_s, exchanges, float(course.end_s.max())))
        return cost_s

    def run(scenario):
        found.clear()
        factories[:] = [Factory(scenario)]
        return factories[0].run()

    monkeypatch.setattr(what_if, "search_order", watched)
    return run, found


def thinking(**keys):
    return {**WHAT_IF, "what_if": keys}


# -- when it searches --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["EX11", "EX23", "EX54", "EX102"])
def test_a_static_plan_is_made_once_and_carried_out_exactly(instances, searches, name):
    run, found = searches
    events = run(instances[name].scenario(negotiation=thinking(revise=False))).events
    ends_s = events["time_s"][events["kind"] == Event.PROCESSING_ENDED]
    assert [at_s for at_s, _, _ in found] == [0.0]
    assert ends_s.max() == found[0][2]


def test_the_plan_is_revised_repeatedly_by_default(instances, searches):
    run, found = searches
    run(instances["EX11"].scenario(negotiation=WHAT_IF))
    assert len({at_s for at_s, _, _ in found}) > 10


def test_a_plan_that_is_not_revised_is_replaced_when_a_job_arrives(two_jobs, travel_times_s, searches):
    run, found = searches
    document = two_jobs.document(vehicles=1, travel_s=travel_times_s, negotiation=thinking(revise=False))
    document["orders"]["orders"][1]["at"] = "7s"
    run(Scenario.parse(document))
    assert [at_s for at_s, _, _ in found] == [0.0, 3 + 5 + 2]  # when the vehicle is free again and can be sent


# -- what for ----------------------------------------------------------------------------------------------------------


def listed(*at_s: float, **keys: int) -> dict:
    orders = [{"at": f"{at}s", "product": f"job_{number}"} for number, at in enumerate(at_s, 1)]
    return {"kind": "list", "orders": orders, **keys}


@pytest.mark.parametrize(
    ("orders", "objective"),
    [
        (listed(0, 0, 0, 0, 0), "makespan"),
        (listed(0, 0, 0, 0, 60), "flow_time"),
        (listed(0, 0, 0, 0, 6000), "makespan"),  # after the horizon: it never comes
        (listed(0, 0, 0, 0, 60, limit=4), "makespan"),
    ],
)
def test_the_objective_is_the_makespan_where_all_orders_come_at_once_and_else_the_flow_time(
    instances, orders, objective
):
    shop = instances["EX61"]
    document = shop.shop.document(vehicles=2, travel_s=shop.travel_s)
    runs = {
        given: Factory(
            Scenario.parse(
                {**document, "orders": orders, "negotiation": thinking(**({"objective": given} if given else {}))}
            )
        )
        .run()
        .digest()
        for given in (None, "makespan", "flow_time")
    }
    assert runs["makespan"] != runs["flow_time"]
    assert runs[None] == runs[objective]


@pytest.mark.parametrize(
    ("orders", "at_once"),
    [
        ({"kind": "poisson", "rate": "4/h"}, False),
        ({"kind": "deterministic", "every": "5min"}, False),
        ({"kind": "batch", "every": "30min", "size": 5}, False),
        ({"kind": "batch", "every": "30min", "size": 5, "limit": 5}, True),
        ({"kind": "batch", "every": "2h", "size": 5}, True),
        ({"kind": "conwip", "wip": 4}, False),
        ({"kind": "conwip", "wip": 4, "limit": 4}, True),
    ],
)
def test_orders_know_whether_they_all_come_at_once(two_jobs, orders, at_once):
    scenario = Scenario.parse({**two_jobs.document(), "orders": orders})
    assert scenario.orders.at_once(3600.0) is at_once


# -- how far ahead -----------------------------------------------------------------------------------------------------


def test_an_operation_that_comes_into_view_does_not_replace_the_one_before_it():
    """A vehicle that has brought a part fetches others meanwhile, instead of waiting beside it for what comes next."""
    shop, vehicles, travel_s = random_shop(2)

    def makespan_s(negotiation) -> float:
        scenario = shop.scenario(vehicles=vehicles, travel_s=travel_s, carry_out=False, negotiation=negotiation)
        return play(scenario).makespan_s

    assert makespan_s(thinking(ahead=1)) < 1.5 * makespan_s(WHAT_IF)


def test_looking_further_ahead_ends_sooner(instances):
    some = [instances[f"EX{number}4"] for number in range(1, 11)]
    ends_s = [
        sum(play(shop.scenario(negotiation=thinking(**keys))).makespan_s for shop in some)
        for keys in ({"ahead": 1}, {"ahead": 2}, {})
    ]
    assert ends_s == sorted(ends_s, reverse=True)


# -- how much ----------------------------------------------------------------------------------------------------------


def test_more_effort_tries_more_exchanges_and_less_effort_fewer(instances, searches):
    run, found = searches

    def exchanges(think: float) -> int:
        run(instances["EX11"].scenario(negotiation=thinking(think=think)))
        return found[0][1]

    assert exchanges(10.0) == 10 * exchanges(1.0)
    assert exchanges(0.01) == exchanges(1.0) // 100


def test_the_effort_of_a_decision_is_counted_so_that_it_is_the_same_on_every_machine():
    shop = large_shop()
    scenario = shop.scenario(negotiation=thinking(think=0.02))
    assert Factory(scenario, rng=4).run().digest() == Factory(scenario, rng=4).run().digest()


def large_shop() -> JobShop:
    """About 150 operations on up to 8 machines."""
    jobs = [job for seed in range(0, 16, 2) for job in random_shop(seed)[0].jobs]
    return JobShop("large", 8, tuple(jobs))


def test_exchanges_improve_what_the_rules_find_in_a_large_shop_too():
    shop = large_shop()
    travel_s = np.full((9, 9), 2.0)
    np.fill_diagonal(travel_s, 0.0)
    world = known_at_once(shop, 5, travel_s)

    def cost_s(exchanges: int) -> float:
        order, course = np.zeros(shop.operations, np.int32), Course.empty(shop.operations)
        rng = np.random.default_rng(1)
        return search_order(world, order, False, RULES, True, exchanges, HEAT, WEIGHTS["flow_time"], rng, course)

    assert cost_s(5000) < 0.98 * cost_s(0)
