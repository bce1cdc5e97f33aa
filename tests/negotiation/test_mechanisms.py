"""What every mechanism must do with any market, and what makes each one itself."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robocell.agents.events import Event
from robocell.agents.mechanisms import MECHANISMS, PLANNERS, Market, Mechanism, is_planner
from robocell.agents.shop.charger import Charge
from robocell.agents.shop.tasks import TaskKind, Transport
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario

NAMES = sorted(set(MECHANISMS) - {"what_if"})  # which needs a factory


class Nobody:
    """A manager that needs no answer."""

    unique_id = 0


def market(cost, *, kind=TaskKind.CHARGE, ages=None):
    cost = np.asarray(cost, float)
    made: Any = {
        TaskKind.CHARGE: partial(Charge, agv=None),
        TaskKind.TRANSPORT: partial(Transport, origin=0, destination=1),
    }[kind]
    tasks = [made(manager=Nobody()) for _ in cost]
    for task, age_s in zip(tasks, ages or [0.0] * len(tasks), strict=True):
        task.contract.requested_at_s = -age_s
    hall = Market(kind, tasks, np.arange(cost.shape[1]), now_s=0.0, rng=np.random.default_rng(0))
    hall.cost[:] = cost
    hall.approach_s[:] = np.where(np.isfinite(cost), cost, 0.0)
    return hall


def clear(name, hall):
    """Awards as the engine takes them: a row is closed, and a winner can do one task."""
    awards = []
    for row, column in MECHANISMS[name]().clear(hall):
        assert hall.cost[row, column] < np.inf, "only what is offered can be awarded"
        awards.append((row, column))
        hall.withdraw(row)
        hall.cost[:, column] = np.inf
    return awards


costs = arrays(
    float,
    st.tuples(st.integers(1, 5), st.integers(0, 5)),
    elements=st.one_of(st.just(np.inf), st.integers(0, 9).map(float)),
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(costs)
def test_each_task_is_awarded_once_to_an_agent_that_offers_and_no_possible_award_is_missed(name, cost):
    hall = market(cost)
    awards = clear(name, hall)
    assert len({row for row, _ in awards}) == len(awards)
    assert len({column for _, column in awards}) == len(awards)
    assert not (hall.cost < np.inf).any(), "whoever still offers could have been given something"


@settings(max_examples=60, deadline=None)
@given(arrays(float, (4, 4), elements=st.integers(0, 50).map(float)))
def test_no_mechanism_places_all_tasks_at_less_cost_than_the_hungarian_method(cost):
    totals = {name: sum(cost[award] for award in clear(name, market(cost))) for name in NAMES}
    assert totals["hungarian"] == min(totals.values())


def test_regret_first_serves_the_task_without_a_good_second_choice():
    cost = [[1.0, 2.0], [2.0, 90.0]]
    assert clear("sequential_single_item", market(cost)) == [(0, 0), (1, 1)]
    assert clear("regret", market(cost)) == [(1, 0), (0, 1)]


def test_in_a_consensus_an_outbid_agent_claims_its_next_best_task():
    cost = [[1.0, 2.0, 4.0], [5.0, 3.0, 6.0], [9.0, 9.0, 7.0]]
    assert sorted(clear("cbba", market(cost))) == [(0, 0), (1, 1), (2, 2)]


@pytest.mark.parametrize("name", ["contract_net", "sequential_single_item", "regret", "cbba", "hungarian"])
@pytest.mark.parametrize("contractors", [1, 2])
def test_an_old_task_is_served_before_a_cheap_one(name, contractors):
    cost = [[10.0] * contractors, [1.0] * contractors, [1.0] * contractors]
    assert (0, 0) in clear(name, market(cost, ages=[10000.0, 0.0, 0.0]))


def test_transports_are_compared_by_the_travel_time_to_the_part():
    hall = market([[100.0], [60.0]], kind=TaskKind.TRANSPORT)
    hall.approach_s[:] = [[5.0], [20.0]]
    assert hall.score_s.tolist() == [[5.0], [20.0]]


def test_dispatch_rules_skip_busy_vehicles():
    hall = market([[5.0, 1.0]], kind=TaskKind.TRANSPORT)
    hall.load[0, 1] = 1
    assert clear("nearest", hall) == [(0, 0)]


def test_the_names_of_planners_are_those_of_the_mechanisms_that_plan():
    assert [name for name, mechanism in MECHANISMS.items() if is_planner(mechanism)] == list(PLANNERS)


@pytest.mark.parametrize(("before", "now"), [("joint", "batch_clearing"), ("splits", "divides_tasks")])
def test_a_trait_under_its_former_name_is_refused(before, now):
    with pytest.raises(TypeError, match=f"sets '{before}', which is called '{now}' now"):
        type("Mine", (Mechanism,), {before: True})


def test_every_mechanism_declares_its_traits():
    for name, mechanism in MECHANISMS.items():
        assert mechanism.__doc__, name
        assert isinstance(mechanism.batch_clearing, bool), name


CUSTOM = '''
from robocell.agents import Mechanism


class LastComeFirst(Mechanism):
    """The youngest task goes to the cheapest offer."""

    batch_clearing = True

    def clear(self, market):
        for row in market.age_s.argsort().tolist():
            if market.cost[row].min() < float("inf"):
                yield row, int(market.cost[row].argmin())
'''


def test_a_custom_mechanism_runs_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "my_auction.py").write_text(CUSTOM)
    monkeypatch.syspath_prepend(str(tmp_path))
    scenario = Scenario.load("experiments/configs/phone_line.yaml")
    negotiation = scenario.negotiation.model_copy(update={"mechanism": "my_auction:LastComeFirst"})
    model = Factory(scenario.model_copy(update={"negotiation": negotiation}))
    assert type(model.net.mechanism).__name__ == "LastComeFirst"
    model.run_until(1200.0)
    assert (model.finish().events["kind"] == Event.LOADED).sum() > 10
