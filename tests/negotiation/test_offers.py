"""The offers of vehicles: all at once, one by one, or through a subclass, they are the same."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.agents import AGV, Call, Proposal, Reason, Refusal, Transport, VehicleState
from robocell.agents.negotiation.messages import Bids
from robocell.agents.shop.offers import transport_offers
from robocell.agents.shop.tasks import TaskKind
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario

NOW_S, QUEUE_LIMIT = 100.5, 2


def slow_twin(task, fleet, travel_times_s, landing, onward_s, tick_s, penalty_s, v):
    """(cost, reason, approach) of one vehicle for one transport, as the protocol tells it."""
    tasks = 0 if fleet["waits"][v] and not task["ahead"] else fleet["tasks"][v]
    busy = (np.inf, Reason.BUSY, 0.0)
    under_way = tasks == 1 and fleet["state"][v] == VehicleState.EMPTY and fleet["load"][v] == 0
    leaves = penalty_s < np.inf and under_way
    if not fleet["is_open"][v] or (tasks >= QUEUE_LIMIT and not leaves):
        return busy
    start_s, at = max(fleet["clear_s"][v], NOW_S), fleet["node"][v]
    if tasks and not leaves:
        start_s, at = max(fleet["free_at_s"][v], NOW_S), fleet["free_node"][v]
    there_s = driven(start_s, travel_times_s[task["origin"], at], tick_s)
    loaded_s = max(there_s, task["ready_at_s"]) + task["load_s"]
    onward = onward_s[task["destination"], landing[task["origin"], at]]
    cost_s = driven(loaded_s, onward, tick_s) + task["unload_s"] - NOW_S + (penalty_s if leaves else 0.0)
    if leaves and cost_s >= fleet["free_at_s"][v] - NOW_S:
        cost_s = np.inf
    unable = Reason.UNREACHABLE if penalty_s == np.inf else Reason.BUSY
    return cost_s, Reason.NONE if cost_s < np.inf else unable, there_s - NOW_S


def driven(order_s, way_s, tick_s):
    """When a vehicle is there that sets out with the next tick."""
    if way_s and order_s < np.inf and tick_s < np.inf and order_s % tick_s:
        order_s += tick_s - order_s % tick_s
    return order_s + way_s


@pytest.mark.parametrize("tick_s", [0.5, 2.0, np.inf])
@pytest.mark.parametrize("penalty_s", [np.inf, 0.0, 15.0])
def test_offers_of_all_vehicles_at_once_equal_their_individual_offers(penalty_s, tick_s):
    rng = np.random.default_rng(1)
    vehicles, places, nodes, transports = 200, 5, 12, 7
    shape = places, nodes
    travel_times_s, onward_s = (
        np.where(rng.random(shape) < 0.2, np.inf, rng.integers(0, 60, shape) * 1.0) for _ in range(2)
    )
    landing = rng.integers(0, nodes, shape).astype(np.int32)
    tasks = {
        "origin": rng.integers(0, places, transports),
        "destination": rng.integers(0, places, transports),
        "ready_at_s": rng.integers(90, 130, transports) * 1.0,
        "load_s": rng.integers(1, 9, transports) * 1.0,
        "unload_s": rng.integers(1, 9, transports) * 1.0,
        "ahead": rng.random(transports) < 0.5,
    }
    fleet = {
        "node": rng.integers(0, nodes, vehicles).astype(np.int32),
        "clear_s": rng.integers(180, 220, vehicles) * 0.5,
        "is_open": rng.random(vehicles) < 0.8,
        "tasks": rng.integers(0, 4, vehicles),
        "load": rng.integers(0, 2, vehicles),
        "state": rng.integers(0, 5, vehicles).astype(np.int8),
        "free_at_s": rng.integers(100, 400, vehicles) * 0.5,
        "free_node": rng.integers(0, nodes, vehicles).astype(np.int32),
        "idle_since_s": rng.random(vehicles),
        "waits": rng.random(vehicles) < 0.2,
    }
    slots = rng.permutation(vehicles)[:150]
    terms = tick_s, QUEUE_LIMIT, penalty_s
    answers = Bids.empty(transports, len(slots))
    columns = (answers.cost, answers.reason, answers.approach_s, answers.load, answers.idle_since_s)
    given = (slots, NOW_S, *tasks.values(), *terms, travel_times_s, landing, onward_s, *fleet.values(), *columns)
    transport_offers(*given)
    for row in range(transports):
        task = {name: column[row] for name, column in tasks.items()}
        alone = (slow_twin(task, fleet, travel_times_s, landing, onward_s, tick_s, penalty_s, v) for v in slots)
        for column, twin in zip(columns, zip(*alone, strict=True), strict=False):
            np.testing.assert_array_equal(column[row], list(twin))
        idle = fleet["waits"] & (not task["ahead"])
        np.testing.assert_array_equal(columns[3][row], np.where(idle, 0, fleet["tasks"])[slots])
        np.testing.assert_array_equal(columns[4][row], fleet["idle_since_s"][slots])


ANSWERS = [Proposal(3.0, 1.0, 2, 7.0), None, Refusal(Reason.NOT_UNDERSTOOD), Proposal(4.0), Refusal()]


@pytest.mark.parametrize("answers", [ANSWERS, ANSWERS[:1], ANSWERS[1:3], []])
def test_single_answers_are_gathered_into_columns_and_read_back(answers):
    assert Bids.gather(answers).singly() == answers


def test_an_offer_without_a_finite_cost_is_refused():
    with pytest.raises(
        ValueError, match=r"the cost of a proposal must be finite \(got inf\); return a Refusal instead"
    ):
        Bids.gather([Proposal(1.0), Proposal(np.inf)])


class Dearer(AGV):
    """Asks the price of its class twice, and a second more."""

    def bid(self, call: Call) -> Proposal | Refusal:
        offer, again = super().bid(call), super().bid(call)
        assert offer == again
        if isinstance(offer, Proposal):
            offer.cost += 1.0
        return offer


def test_a_subclass_goes_by_what_its_class_bids_now():
    plan = Scenario.load("experiments/configs/phone_line.yaml")
    usual, dearer = (Factory(plan, agent_classes={"agv": cls}) for cls in (AGV, Dearer))
    for factory in (usual, dearer):
        factory.run_until(600.0)
    pools = [factory.net.pools[TaskKind.TRANSPORT] for factory in (usual, dearer)]
    call = Call(0, Transport(manager=usual.sources[0], origin=0, destination=1), reply_by_s=700.0)  # type: ignore[arg-type]
    before, after = (pool.bids(call, pool.all) for pool in pools)
    assert (before.cost < np.inf).any()
    np.testing.assert_array_equal(before.cost + 1.0, after.cost)
    offering = int(np.flatnonzero(after.cost < np.inf)[0])
    dearer.fleet.open[offering] = False
    assert pools[1].bids(call, pools[1].all).reason[offering] == Reason.BUSY, "nothing is remembered from the last call"
    assert pools[1].members[offering].bid(call) == Refusal(Reason.BUSY)


def test_an_invalid_answer_is_named() -> None:
    with pytest.raises(TypeError, match=r"bid\(call\) returned 5; return a Proposal, a Refusal, or None"):
        Bids.gather([Proposal(1.0), 5])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
